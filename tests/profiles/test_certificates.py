from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.profiles.certificates import (
    PasswordNeededError,
    UnusableError,
    belongs,
    load_certificates,
    load_key,
    open_key,
    open_pkcs12,
    pem_of,
)
from helpers.authority import Authority, chain_pem, new_key, of_no_version

ROOT = Authority()
ALICE = ROOT.intermediate().issue("alice")


def test_pem_and_der_become_the_same_text() -> None:
    der = ALICE.certificate.public_bytes(Encoding.DER)
    assert pem_of(der) == pem_of(chain_pem(ALICE.chain[:1]))
    assert load_certificates(pem_of(der)) == (ALICE.certificate,)


def test_a_chain_keeps_its_order_and_a_key_in_the_file_is_left_out() -> None:
    text = pem_of(ALICE.pem())
    assert load_certificates(text) == ALICE.chain
    assert "PRIVATE" not in text


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "ed25519", "ed448", "rsa2048"])
def test_keys_open_with_and_without_a_password(kind: str) -> None:
    issued = ROOT.issue("bob", kind=kind)
    for pkcs8 in (open_key(issued.key_pem()), open_key(issued.key_pem("pw"), "pw"), open_key(issued.pem())):
        key = load_key(pkcs8)
        assert belongs(key, issued.certificate)
        assert not belongs(key, ALICE.certificate)
    assert open_key(open_key(issued.key_pem())) == open_key(issued.key_pem())


def test_a_certificate_of_no_version_is_none() -> None:
    with pytest.raises(UnusableError, match="no certificate"):
        pem_of(of_no_version(ALICE.certificate.public_bytes(Encoding.DER)))


def test_a_password_that_is_not_needed_does_no_harm() -> None:
    assert open_key(ALICE.key_pem(), "pw") == open_key(ALICE.key_pem())


def test_a_wrong_or_missing_password_is_told_from_a_broken_file() -> None:
    for password in (None, "wrong"):
        with pytest.raises(PasswordNeededError):
            open_key(ALICE.key_pem("right"), password)
        with pytest.raises(PasswordNeededError):
            open_pkcs12(ALICE.pkcs12("right"), password)
    for data in (b"", b"nonsense", chain_pem(ALICE.chain)):
        with pytest.raises(UnusableError) as caught:
            open_key(data)
        assert not isinstance(caught.value, PasswordNeededError)
        with pytest.raises(UnusableError, match="no PKCS#12"):
            open_pkcs12(data)


def test_pkcs12_gives_the_chain_and_the_key() -> None:
    pem, key = open_pkcs12(ALICE.pkcs12("pw"), "pw")
    assert load_certificates(pem) == ALICE.chain
    assert belongs(load_key(key), ALICE.certificate)


def test_keys_that_ikev2_cannot_use_are_refused() -> None:
    small = new_key("rsa1024").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(UnusableError, match="2048"):
        load_key(small)
    other = dsa.generate_private_key(1024).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(UnusableError, match="RSA, ECDSA"):
        load_key(other)
    with pytest.raises(UnusableError, match="larger"):
        load_key(bytes(9000))
    with pytest.raises(UnusableError, match="PKCS#8"):
        load_key(ALICE.key_pem("pw"))


def test_too_many_and_too_large_are_refused() -> None:
    with pytest.raises(UnusableError, match="more than 16"):
        pem_of(chain_pem([ALICE.certificate] * 17))
    with pytest.raises(UnusableError, match="larger"):
        pem_of(bytes(300_000))


@given(st.binary(max_size=300))
def test_any_octets_raise_unusable_alone(data: bytes) -> None:
    for take in (pem_of, open_key, open_pkcs12, load_key):
        for prefix in (b"", b"-----BEGIN PRIVATE KEY-----\n", b"-----BEGIN CERTIFICATE-----\n", b"\x30"):
            with suppress(UnusableError):
                take(prefix + data)
