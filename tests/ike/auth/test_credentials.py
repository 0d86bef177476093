"""Certificates and keys from every kind of file that people have."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.auth.credentials import load_certificates, load_credential
from ginnel_service.ike.errors import LocalError
from helpers.authority import Authority, Issued, chain_pem, dns, in_latin_1, new_key

ROOT = Authority()
UPPER = ROOT.intermediate("Upper")
LOWER = UPPER.intermediate("Lower")
LEAF = LOWER.issue("alice", sans=[dns("alice.example")])
OTHER = ROOT.issue("other")
PASSWORD = "correct horse"


def code_of(data: bytes, password: str | None = None, key: bytes = b"") -> str:
    with pytest.raises(LocalError) as caught:
        load_credential(data, password, key=key)
    assert PASSWORD not in str(caught.value)
    return caught.value.code


def der_key(password: str | None = None) -> bytes:
    return LEAF.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption(),
    )


def openssl(tmp_path: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_pem_with_everything_in_any_order_is_put_in_order(password: str | None) -> None:
    jumble = (
        ROOT.pem
        + UPPER.pem
        + LEAF.key_pem(password)
        + chain_pem([OTHER.certificate, LOWER.certificate, LEAF.certificate])
    )
    made = load_credential(jumble, password)
    assert made.chain == LEAF.chain
    assert made.key.public_key == LEAF.key.public_key()


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_der_certificate_with_der_key(password: str | None) -> None:
    assert load_credential(LEAF.der, password, key=der_key(password)).chain == (LEAF.certificate,)


def test_pkcs12_gives_the_chain_and_the_key() -> None:
    made = load_credential(LEAF.pkcs12(PASSWORD), PASSWORD, rsa_pss=True)
    assert made.chain == LEAF.chain
    assert made.rsa_pss


@pytest.mark.parametrize("extra", [[], ["-legacy"], ["-legacy", "-descert"]])
@pytest.mark.parametrize("password", [PASSWORD, ""])
def test_pkcs12_of_openssl_opens_also_with_old_ciphers(
    tmp_path: Path, extra: list[str], password: str
) -> None:
    (tmp_path / "all.pem").write_bytes(LEAF.pem())
    out = ["-export", "-in", "all.pem", "-out", "all.p12", "-passout", f"pass:{password}"]
    openssl(tmp_path, "pkcs12", *out, *extra)
    made = load_credential((tmp_path / "all.p12").read_bytes(), password or None)
    assert made.chain == LEAF.chain


def test_keys_in_the_old_encrypted_form_open(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(LEAF.key_pem())
    openssl(tmp_path, "ec", "-aes256", "-in", "key.pem", "-out", "old.pem", "-passout", f"pass:{PASSWORD}")
    old = (tmp_path / "old.pem").read_bytes()
    assert b"Proc-Type" in old
    assert load_credential(LEAF.der, PASSWORD, key=old).chain == (LEAF.certificate,)
    assert code_of(LEAF.der, "wrong", old) == "password_wrong"
    assert code_of(LEAF.der, None, old) == "password_needed"


@pytest.mark.parametrize("data", [LEAF.pkcs12(PASSWORD), LEAF.pem(PASSWORD)])
def test_wrong_and_missing_passwords_are_told_from_broken_files(data: bytes) -> None:
    assert code_of(data, "wrong") == "password_wrong"
    assert code_of(data) == "password_needed"
    assert code_of(data[: len(data) * 3 // 4], PASSWORD) in ("credential_broken", "key_missing")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"hello",
        b"\x30\x03\x02\x01",
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"\x30\x80" + bytes(10),
        bytes(2 << 20),
        bytes.fromhex("302e020100300506032b657104220420") + bytes(32),  # an Ed448 key of 32 octets
    ],
)
def test_a_broken_file_says_so(broken: bytes) -> None:
    assert code_of(broken) == "credential_broken"


def test_a_key_of_another_certificate_is_refused() -> None:
    assert code_of(LEAF.der, key=OTHER.key_pem()) == "key_mismatch"
    assert code_of(chain_pem(LEAF.chain)) == "key_missing"
    assert code_of(LEAF.key_pem()) == "certificate_missing"


def test_a_key_that_cannot_sign_in_ike_is_refused() -> None:
    key = dsa.generate_private_key(1024).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert code_of(LEAF.der, key=key) == "credential_broken"


def test_roots_load_from_pem_bundle_and_der(tmp_path: Path) -> None:
    assert load_certificates(ROOT.pem + b"text between\n" + UPPER.pem) == (
        ROOT.certificate,
        UPPER.certificate,
    )
    assert load_certificates(LEAF.der) == (LEAF.certificate,)
    (tmp_path / "in.pem").write_bytes(ROOT.pem)
    openssl(tmp_path, "crl2pkcs7", "-nocrl", "-certfile", "in.pem", "-outform", "DER", "-out", "out.p7b")
    assert load_certificates((tmp_path / "out.p7b").read_bytes()) == (ROOT.certificate,)
    with pytest.raises(LocalError, match="no certificate"):
        load_certificates(LEAF.key_pem())


def test_an_authority_whose_name_cannot_be_read_is_put_in_order() -> None:
    inner = ROOT.intermediate("Odd")
    above = in_latin_1(ROOT, Issued(inner.certificate, inner.key, (inner.certificate,)), name=b"Odd")
    leaf = in_latin_1(inner, inner.issue("gw.example"), name=b"Odd")
    data = chain_pem([above.certificate, leaf.certificate]) + leaf.key_pem()
    assert load_credential(data).chain == (leaf.certificate, above.certificate)


def test_two_roots_that_signed_each_other_do_not_loop() -> None:
    key_a, key_b = new_key(), new_key()
    a = Authority("A", key=key_a)
    b = Authority("B", key=key_b)
    a_by_b = b.intermediate("A", key=key_a)
    b_by_a = a.intermediate("B", key=key_b)
    leaf = a.issue("leaf")
    made = load_credential(leaf.pem() + a_by_b.pem + b_by_a.pem)
    assert made.chain == (leaf.certificate, a_by_b.certificate, b_by_a.certificate)


@given(st.binary(max_size=300), st.sampled_from([LEAF.pkcs12(PASSWORD), LEAF.der, LEAF.pem()]), st.data())
def test_only_a_local_error_escapes(noise: bytes, whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole)))
    with suppress(LocalError):
        load_credential(whole[:at] + noise + whole[at + len(noise) :], PASSWORD)
