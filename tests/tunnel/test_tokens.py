"""Keys in a PKCS#11 token, with SoftHSM as the token."""

from __future__ import annotations

import importlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from ginnel_service.ike.auth import signature
from ginnel_service.ike.errors import LocalError
from ginnel_service.tunnel import tokens
from ginnel_service.tunnel.tokens import Token
from helpers.authority import Authority, Issued
from helpers.softhsm import module

PIN = "123456"
ROOT = Authority()
INNER = ROOT.intermediate()
KINDS = {"rsa2048": b"\x01", "p256": b"\x02", "p384": b"\x03"}
ISSUED = {kind: INNER.issue(kind, kind=kind) for kind in KINDS}

pytestmark = pytest.mark.token


def run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, capture_output=True)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The module's path; its only token holds a key and certificate of each kind."""
    pkcs11 = importlib.import_module("pkcs11")
    place = tmp_path_factory.mktemp("softhsm")
    (place / "tokens").mkdir()
    (place / "conf").write_text(f"directories.tokendir = {place / 'tokens'}\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(place / "conf")
    path = str(module())
    try:
        run(
            "softhsm2-util", "--init-token", "--free", "--label", "test", "--pin", PIN, "--so-pin", "99999999"
        )
        for kind, key_id in KINDS.items():
            file = place / kind
            file.write_bytes(ISSUED[kind].key_pem())
            key = ["--import", str(file), "--label", kind, "--id", key_id.hex()]
            run("softhsm2-util", *key, "--token", "test", "--pin", PIN)
        with pkcs11.lib(path).get_token(token_label="test").open(rw=True, user_pin=PIN) as session:
            for kind, key_id in KINDS.items():
                store(session, ISSUED[kind], key_id)
        yield path
    finally:
        pkcs11.unload(path)
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before


def store(session: Any, issued: Issued, key_id: bytes) -> None:
    pkcs11 = importlib.import_module("pkcs11")
    attribute = pkcs11.Attribute
    for certificate in issued.chain:
        session.create_object(
            {
                attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                attribute.TOKEN: True,
                attribute.ID: key_id if certificate == issued.certificate else b"",
                attribute.SUBJECT: certificate.subject.public_bytes(),
                attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
            }
        )


@pytest.mark.parametrize("pss", [False, True])
@pytest.mark.parametrize("hash_", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_a_key_in_a_token_signs_as_one_in_memory(token: str, kind: str, hash_: int, pss: bool) -> None:
    ours = tokens.open_credential(Token(token, PIN, "test"), KINDS[kind], rsa_pss=pss)
    assert ours.chain == ISSUED[kind].chain
    scheme = signature.choose(ours, frozenset({hash_}), allow_sha1=True)
    assert scheme is not None
    method, data = signature.sign(ours, scheme, b"octets")
    key = ISSUED[kind].key.public_key()
    assert signature.verify(key, method, data, b"octets", allow_sha1=True) == scheme


def code_of(token: Token, key_id: bytes = b"") -> str:
    with pytest.raises(LocalError) as caught:
        tokens.open_credential(token, key_id)
    assert token.pin not in str(caught.value)
    return caught.value.code


def test_what_is_wrong_with_a_token_is_told_apart(token: str, tmp_path: Path) -> None:
    assert code_of(Token(token, "000000", "test"), b"\x01") == "token_pin"
    assert code_of(Token(token, PIN, "other")) == "token_missing"
    assert code_of(Token(token, PIN, "test")) == "key_missing"
    assert code_of(Token(token, PIN, "test"), b"\x09") == "key_missing"
    assert code_of(Token(str(tmp_path / "none.so"), PIN)) == "token_module"


def test_a_key_shows_nothing_of_its_token(token: str) -> None:
    ours = tokens.open_credential(Token(token, PIN, "test"), b"\x02")
    assert PIN not in repr(ours.key)
