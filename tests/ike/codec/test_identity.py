"""Identities as people write and read them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.codes import IdType
from ginnel_service.ike.errors import LocalError
from ginnel_service.ike.payloads import Identity
from ike.codec.strategies import identities


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        ("10.0.0.1", IdType.IPV4_ADDR, bytes((10, 0, 0, 1))),
        ("2001:db8::1", IdType.IPV6_ADDR, bytes.fromhex("20010db8000000000000000000000001")),
        ("vpn.example.org", IdType.FQDN, b"vpn.example.org"),
        ("@vpn", IdType.FQDN, b"vpn"),
        ("@10.0.0.1", IdType.FQDN, b"10.0.0.1"),
        ("@alice@example.org", IdType.FQDN, b"alice@example.org"),
        ("alice@example.org", IdType.RFC822_ADDR, b"alice@example.org"),
        ("@#0a0B", IdType.KEY_ID, b"\x0a\x0b"),
        ("{200}:#00ff", 200, b"\x00\xff"),
        (
            "C=CH, CN=vpn",
            IdType.DER_ASN1_DN,
            bytes.fromhex("301b310b3009060355040613024348310c300a06035504030c0376706e"),
        ),
    ],
)
def test_text_gives_type_and_octets(text: str, kind: int, data: bytes) -> None:
    identity = Identity.parse_text(text)
    assert identity == Identity(kind, data)
    assert Identity.parse_text(str(identity)) == identity


@pytest.mark.parametrize("text", ["", "a\nb", "@#xyz", "@#0", "{256}:#00", "XX=1", "CN="])
def test_text_that_is_no_identity_is_our_mistake(text: str) -> None:
    with pytest.raises(LocalError):
        Identity.parse_text(text)


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (Identity(IdType.FQDN, b"a\x1b[31mb"), "{2}:#611b5b33316d62"),
        (Identity(IdType.FQDN, b"a\nb"), "{2}:#610a62"),
        (Identity(IdType.FQDN, b"\xff"), "{2}:#ff"),
        (Identity(IdType.FQDN, b"CN=boss"), "@CN=boss"),
        (Identity(IdType.RFC822_ADDR, b"10.0.0.1"), "{3}:#31302e302e302e31"),
        (Identity(IdType.IPV4_ADDR, b"\1\2\3"), "{1}:#010203"),
        (Identity(IdType.DER_ASN1_DN, b"\x30\x84\xff"), "{9}:#3084ff"),
        (Identity(IdType.KEY_ID, b""), "{11}:#"),
        (Identity.parse_text(r"O=A\, B, CN=c"), r"O=A\, B, CN=c"),
        (Identity.parse_text("DC=org, CN=c, E=x@y.org"), "DC=org, CN=c, E=x@y.org"),
    ],
)
def test_text_of_hostile_octets_cannot_pass_for_something_else(identity: Identity, text: str) -> None:
    assert str(identity) == text


@given(identities | st.builds(Identity, st.sampled_from(IdType), st.binary(max_size=24)))
def test_text_is_one_printable_line_and_leads_back(identity: Identity) -> None:
    text = str(identity)
    assert text.isprintable()
    if identity.type != IdType.DER_ASN1_DN:
        assert Identity.parse_text(text) == identity


@given(st.binary(max_size=80).map(lambda tail: b"\x30" + bytes([len(tail)]) + tail))
def test_broken_names_are_still_printable(der: bytes) -> None:
    assert str(Identity(IdType.DER_ASN1_DN, der)).isprintable()


@given(st.text(max_size=40))
def test_any_text_is_an_identity_or_our_mistake(text: str) -> None:
    with contextlib.suppress(LocalError):
        Identity.parse_text(text)


def test_a_distinguished_name_is_the_same_in_every_encoding() -> None:
    """strongSwan writes PrintableString where others write UTF8String (RFC 5280 section 7.1)."""
    ours = Identity.parse_text("C=CH, O=Ginnel Test, CN=vpn")
    theirs = Identity(ours.type, ours.data.replace(b"\x0c\x03vpn", b"\x13\x03vpn"))
    assert theirs.data != ours.data
    assert theirs == ours
    assert {ours: 1}[theirs] == 1
    assert theirs != Identity.parse_text("C=CH, O=Ginnel Test, CN=vpn2")


def test_broken_names_are_compared_by_their_octets() -> None:
    broken = Identity(IdType.DER_ASN1_DN, b"\x30\x05")
    assert broken == Identity(IdType.DER_ASN1_DN, b"\x30\x05")
    assert broken != Identity(IdType.DER_ASN1_DN, b"\x30\x06")
    assert broken != Identity(IdType.KEY_ID, b"\x30\x05")
