"""Files that say themselves how much work it is to open them."""

from __future__ import annotations

import os
import subprocess
import time
from hashlib import pbkdf2_hmac
from pathlib import Path

import pytest
from asn1crypto import cms, pkcs12
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization import pkcs12 as writer

from ginnel_service.profiles.certificates import (
    PasswordNeededError,
    UnusableError,
    load_certificates,
    open_key,
    open_pkcs12,
    pack_pkcs12,
)
from ginnel_service.profiles.pkcs12_cost import CostlyError, check
from ginnel_service.profiles.rc2 import decrypt_cbc
from helpers.authority import Authority, chain_pem

ALICE = Authority("Office CA").issue("alice")
LEGACY = writer.PBES.PBESv1SHA1And3KeyTripleDESCBC
MODERN = writer.PBES.PBESv2SHA256AndAES256CBC


def written(rounds: int, kind: writer.PBES = MODERN, password: str = "rosebud") -> bytes:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).key_cert_algorithm(kind)
    around = builder.hmac_hash(SHA1() if kind is LEGACY else SHA256()).build(password.encode())
    return writer.serialize_key_and_certificates(None, ALICE.key, ALICE.certificate, None, around)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-legacy",),  # RC2 with 40 bits for the certificates
        ("-legacy", "-certpbe", "PBE-SHA1-RC2-128"),
        ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES"),
        ("-certpbe", "PBE-SHA1-2DES", "-keypbe", "AES-192-CBC", "-macalg", "sha512", "-iter", "1"),
        ("-certpbe", "NONE"),
        ("-nomac",),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("password", ["rosebud", "p\N{LATIN SMALL LETTER A WITH DIAERESIS}ss", ""])
def test_what_openssl_writes_is_opened(tmp_path: Path, options: tuple[str, ...], password: str) -> None:
    (tmp_path / "alice.pem").write_bytes(ALICE.pem())
    command = ["openssl", "pkcs12", "-export", "-in", str(tmp_path / "alice.pem"), *options]
    command += ["-passout", "env:SECRET"]
    environment = {**os.environ, "SECRET": password}
    data = subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    pem, key = open_pkcs12(data, password or None)
    assert load_certificates(pem) == (ALICE.certificate,)
    assert key == open_key(ALICE.key_pem())
    with pytest.raises(PasswordNeededError):
        open_pkcs12(data, "something else")


@pytest.mark.parametrize("kind", [LEGACY, MODERN])
def test_a_count_that_takes_for_ever_is_refused_at_once(kind: writer.PBES) -> None:
    pfx = pkcs12.Pfx.load(written(1000, kind))
    pfx["mac_data"]["iterations"] = 10**9
    began = time.process_time()
    with pytest.raises(UnusableError, match="too long"):
        open_pkcs12(pfx.dump(force=True), "rosebud")
    assert time.process_time() - began < 1


def test_a_count_that_hides_inside_an_encrypted_part_is_refused_as_well() -> None:
    hidden = sealed_with_rounds(10**9)
    began = time.process_time()
    with pytest.raises(UnusableError, match="too long"):
        open_pkcs12(hidden, "rosebud")
    assert time.process_time() - began < 2


def sealed_with_rounds(rounds: int) -> bytes:
    """A file whose key's bag, with `rounds`, stands inside the encrypted part."""
    pfx = pkcs12.Pfx.load(written(1000))
    parts = list(pfx.authenticated_safe)
    (encrypted,) = (part for part in parts if part["content_type"].native == "encrypted_data")
    (shrouded,) = (part for part in parts if part["content_type"].native == "data")
    bags = pkcs12.SafeContents.load(shrouded["content"].native)
    derivation = bags[0]["bag_value"]["encryption_algorithm"]["parameters"]["key_derivation_func"]
    derivation["parameters"]["iteration_count"] = rounds
    plain = pkcs12.SafeContents(list(bags)).dump(force=True)
    info = encrypted["content"]["encrypted_content_info"]
    parameters = info["content_encryption_algorithm"]["parameters"]
    salt = parameters["key_derivation_func"]["parameters"]["salt"].native
    key = pbkdf2_hmac("sha256", b"rosebud", salt, 1000, 32)
    padder = PKCS7(128).padder()
    sealer = Cipher(
        algorithms.AES(key), modes.CBC(parameters["encryption_scheme"]["parameters"].native)
    ).encryptor()
    info["encrypted_content"] = sealer.update(padder.update(plain) + padder.finalize()) + sealer.finalize()
    safe = pkcs12.AuthenticatedSafe([cms.ContentInfo.load(encrypted.dump(force=True))])
    outer = cms.ContentInfo({"content_type": "data", "content": safe.dump(force=True)})
    return bytes(pkcs12.Pfx({"version": "v3", "auth_safe": outer}).dump(force=True))


def test_what_is_sealed_in_an_unknown_way_is_refused() -> None:
    with pytest.raises(CostlyError):
        check(b"\x30\x00", "")
    with pytest.raises(CostlyError):
        check(b"no PKCS#12", "")


def test_an_encrypted_key_is_bounded_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(ALICE.key_pem())
    command = [
        "openssl",
        "pkcs8",
        "-topk8",
        "-in",
        str(tmp_path / "key"),
        "-passout",
        "pass:x",
        "-iter",
        "3000000",
    ]
    slow = subprocess.run(command, check=True, capture_output=True).stdout
    with pytest.raises(UnusableError, match="too long"):
        open_key(slow, "x")
    scrypt = [*command[:5], "-passout", "pass:x", "-scrypt"]
    assert open_key(subprocess.run(scrypt, check=True, capture_output=True).stdout, "x") == open_key(
        ALICE.key_pem()
    )


@pytest.mark.parametrize("password", ["", "rosebud"])
def test_what_we_write_is_opened(password: str) -> None:
    key = open_key(ALICE.key_pem())
    packed = pack_pkcs12(chain_pem(ALICE.chain).decode(), key, password)
    assert open_pkcs12(packed, password or None) == (chain_pem(ALICE.chain).decode(), key)


@pytest.mark.parametrize(
    ("key", "plain", "sealed"),
    [  # RFC 2268 section 5, those of which the effective length is that of the key
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        ("88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_is_that_of_the_rfc(key: str, plain: str, sealed: str) -> None:
    assert decrypt_cbc(bytes.fromhex(key), bytes(8), bytes.fromhex(sealed)).hex() == plain
