"""A gateway's own authority, as its certificates look to those who read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ginnel_service.gateway.authority import IKE_INTERMEDIATE, Authority, found
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.ike.auth.errors import CertificateRefused
from ginnel_service.ike.auth.policy import TrustPolicy
from ginnel_service.ike.auth.revocation import Evidence, check
from ginnel_service.ike.auth.trust import matches, verify_chain
from ginnel_service.ike.payloads.identity import Identity
from helpers.authority import of_no_version, pem_block

ROOT = found("vpn.example.org")
AUTHORITY = Authority(ROOT.certificate, ROOT.key)
NOW = datetime.now(UTC).timestamp()


def certificate(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def trust(*crls: bytes) -> TrustPolicy:
    return TrustPolicy(roots=(certificate(ROOT.certificate),), crls=crls)


def test_the_gateway_is_a_server_by_each_of_its_names_for_no_longer_than_apple_allows() -> None:
    made = certificate(AUTHORITY.gateway("vpn.example.org", "192.0.2.1").certificate)
    verify_chain(made, (), trust(), NOW, server=True)
    for name in ("vpn.example.org", "192.0.2.1"):
        assert matches(Identity.parse_text(name), made, allow_cn=False)
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH, IKE_INTERMEDIATE]
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=825)
    assert isinstance(made.public_key(), rsa.RSAPublicKey)


@pytest.mark.parametrize("name", ["alice@example.org", "alice", "192.0.2.9", "2001:db8::9"])
def test_a_user_is_a_client_by_the_name_they_log_in_with(name: str) -> None:
    made = certificate(AUTHORITY.user(name).certificate)
    verify_chain(made, (), trust(), NOW, server=False)
    assert matches(Identity.parse_text(name), made, allow_cn=False)
    with pytest.raises(CertificateRefused):
        verify_chain(made, (), trust(), NOW, server=True)


@pytest.mark.parametrize("name", ["two words", "@#6b6579", "C=CH, CN=alice", "a..b"])
def test_a_name_that_no_certificate_can_hold_is_refused(name: str) -> None:
    with pytest.raises(GatewayError, match="name_unusable"):
        AUTHORITY.user(name)


def test_what_was_taken_back_stays_so_and_the_rest_is_known_to_be_good() -> None:
    first, second, third = (AUTHORITY.user(f"u{number}") for number in range(3))
    crl = AUTHORITY.revoke(AUTHORITY.revoke(None, (first.serial,)), (second.serial,))
    policy = trust(crl)
    for issued in (first, second):
        chain = (certificate(issued.certificate), certificate(ROOT.certificate))
        with pytest.raises(CertificateRefused) as caught:
            check(chain, policy, Evidence(), NOW)
        assert caught.value.code == "certificate_revoked"
    assert (
        check((certificate(third.certificate), certificate(ROOT.certificate)), policy, Evidence(), NOW) == ()
    )


def test_the_crl_is_good_for_as_long_as_the_root() -> None:
    crl = x509.load_pem_x509_crl(AUTHORITY.revoke(None, ()))
    assert crl.next_update_utc == certificate(ROOT.certificate).not_valid_after_utc


def test_another_roots_key_is_no_authority() -> None:
    with pytest.raises(GatewayError, match="another certificate"):
        Authority(ROOT.certificate, AUTHORITY.user("alice").key)
    with pytest.raises(GatewayError, match="no PEM"):
        Authority(ROOT.certificate, b"")
    versionless = of_no_version(certificate(ROOT.certificate).public_bytes(Encoding.DER))
    with pytest.raises(GatewayError, match="no PEM"):
        Authority(pem_block(versionless), ROOT.key)


def test_an_authority_that_has_expired_issues_nothing() -> None:
    later = datetime.now(UTC) + timedelta(days=3653)
    with pytest.raises(GatewayError, match="expired"):
        AUTHORITY.user("alice", later)


def test_an_authority_that_has_expired_still_takes_back() -> None:
    later = datetime.now(UTC) + timedelta(days=3660)
    crl = x509.load_pem_x509_crl(AUTHORITY.revoke(None, ("1f",), later))
    assert [entry.serial_number for entry in crl] == [0x1F]


def test_no_key_shows() -> None:
    assert "PRIVATE" not in repr(AUTHORITY.user("alice"))
