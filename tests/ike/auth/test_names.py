"""Which identities a certificate names, and which it only seems to."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from ginnel_service.ike.auth.errors import CertificateRefused
from ginnel_service.ike.auth.names import check_identity, matches
from ginnel_service.ike.codes import IdType
from ginnel_service.ike.payloads.identity import Identity
from helpers.authority import Authority, dns, ip, mail

ROOT = Authority()


def named(text: str | Identity, *sans: x509.GeneralName, cn: str = "subject", allow_cn: bool = False) -> bool:
    identity = Identity.parse_text(text) if isinstance(text, str) else text
    return matches(identity, ROOT.issue(cn, sans=sans).certificate, allow_cn=allow_cn)


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("gw.example", "gw.example", True),
        ("GW.Example", "gw.EXAMPLE", True),
        ("gw.example.", "gw.example", True),
        ("gw.example", "gw.example.", True),
        ("gw.example..", "gw.example", False),
        ("gw.example", "w.example", False),
        ("a.vpn.example", "*.vpn.example", True),
        ("xn--bcher-kva.vpn.example", "*.vpn.example", True),
        ("a.b.vpn.example", "*.vpn.example", False),
        ("vpn.example", "*.vpn.example", False),
        ("vpn.example", "*.example", False),
        ("example", "*", False),
        ("a.vpn.example", "a.*.example", False),
        ("ab.vpn.example", "a*.vpn.example", False),
        ("@*.vpn.example", "*.vpn.example", False),
        ("@192.0.2.1", "*.0.2.1", False),
        ("@192.0.2.1", "192.0.2.1", True),  # a name that looks like an address is still a name
        ("192.0.2.1", "192.0.2.1", False),
        ("@bücher.example", "xn--bcher-kva.example", False),
    ],
)
def test_host_names(text: str, pattern: str, expected: bool) -> None:
    assert named(text, dns(pattern)) is expected


@pytest.mark.parametrize(
    "data", [b"", b".", b"gw.example\0", b"gw.example\0.evil", b" gw.example", b"gw..example"]
)
def test_malformed_host_names_match_nothing(data: bytes) -> None:
    assert not named(Identity(IdType.FQDN, data), dns("gw.example"), cn="gw.example", allow_cn=True)


def test_a_nul_in_a_certificate_does_not_shorten_its_name() -> None:
    assert not named("gw.example", dns("gw.example\0.evil.example"))
    assert not named("a@x.example", mail("a@x.example\0.evil.example"))


def test_mail_addresses_fold_the_domain_only() -> None:
    assert named("alice@X.example", mail("alice@x.EXAMPLE"))
    assert not named("Alice@x.example", mail("alice@x.example"))
    assert not named("alice@x.example", dns("x.example"))


def test_addresses_compare_as_octets() -> None:
    assert named("192.0.2.1", ip("192.0.2.1"))
    assert named("2001:db8:0::1", ip("2001:db8::1"))
    assert not named("192.0.2.2", ip("192.0.2.1"))
    assert not named(Identity(IdType.IPV4_ADDR, b"\xc0\0\2"), ip("192.0.2.1"))


def test_the_common_name_counts_only_where_allowed_and_alone() -> None:
    assert not named("gw.example", cn="gw.example")
    assert named("gw.example", cn="GW.example", allow_cn=True)
    assert named("192.0.2.1", cn="192.0.2.1", allow_cn=True)
    assert named("a@x.example", cn="a@x.example", allow_cn=True)
    assert not named("gw.example", dns("other.example"), cn="gw.example", allow_cn=True)
    assert not named("a.vpn.example", cn="*.vpn.example", allow_cn=True)


def test_distinguished_names_compare_by_rfc_5280() -> None:
    subject = "C=CH, O=Ginnel Test, CN=Alice"
    assert named(subject, cn="Alice")
    assert named("C=ch, O=ginnel   TEST, CN=alice", cn="Alice")
    assert not named("CN=Alice, O=Ginnel Test, C=CH", cn="Alice")
    assert not named("C=CH, O=Ginnel Test", cn="Alice")
    assert not named("C=CH, O=Ginnel Test, CN=Alice, CN=Bob", cn="Alice")
    assert not named("C=CH, OU=Ginnel Test, CN=Alice", cn="Alice")
    assert named(subject, x509.DirectoryName(x509.Name.from_rfc4514_string("CN=Alice,O=Ginnel Test,C=CH")))
    for broken in (b"", b"\x30\0", b"\x30\5", b"\x31\0", b"\x30\x02\x31\x00"):
        assert not named(Identity(IdType.DER_ASN1_DN, broken), cn="Alice")


def test_an_rdn_of_several_parts_has_no_order_but_all_parts() -> None:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, "Alice"), x509.NameAttribute(NameOID.USER_ID, "7")]
    subject = x509.Name([x509.RelativeDistinguishedName(parts)])
    certificate = ROOT.issue(subject=subject).certificate
    for text, expected in (("CN=Alice+UID=7", True), ("UID=7+CN=alice", True), ("CN=Alice, UID=7", False)):
        assert matches(Identity.parse_text(text), certificate, allow_cn=False) is expected


def test_a_key_id_is_the_subject_key_identifier() -> None:
    issued = ROOT.issue()
    digest = x509.SubjectKeyIdentifier.from_public_key(issued.key.public_key()).digest
    assert matches(Identity(IdType.KEY_ID, digest), issued.certificate, allow_cn=False)
    assert not matches(Identity(IdType.KEY_ID, digest[:-1]), issued.certificate, allow_cn=False)
    assert not matches(Identity(IdType.KEY_ID, b""), issued.certificate, allow_cn=False)


@pytest.mark.parametrize("kind", [0, IdType.DER_ASN1_GN, IdType.FC_NAME, IdType.NULL, 201])
def test_other_identities_are_named_by_no_certificate(kind: int) -> None:
    assert not named(Identity(kind, b"gw.example"), dns("gw.example"), cn="gw.example", allow_cn=True)


def test_a_refusal_says_whom_the_certificate_names() -> None:
    certificate = ROOT.issue("subject", sans=[dns("a.example"), ip("192.0.2.1")]).certificate
    with pytest.raises(
        CertificateRefused, match=r"does not name gw\.example: .*a\.example, 192\.0\.2\.1"
    ) as caught:
        check_identity(Identity.parse_text("gw.example"), certificate, allow_cn=False)
    assert caught.value.code == "certificate_identity"
    check_identity(Identity.parse_text("a.example"), certificate, allow_cn=False)


def test_a_refusal_stands_where_the_names_cannot_be_read() -> None:
    broken = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x01\xff")
    certificate = ROOT.issue(extensions=[(broken, False)]).certificate
    for text in ("C=CH, CN=other", "gw.example"):
        with pytest.raises(CertificateRefused):
            check_identity(Identity.parse_text(text), certificate, allow_cn=False)
