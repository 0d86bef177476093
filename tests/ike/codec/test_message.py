"""The header, the chain of payloads, and what is refused."""

from __future__ import annotations

import struct

import pytest

from ginnel_service.ike.codes import NotifyType, PayloadType, TransformType, is_error, name_of
from ginnel_service.ike.errors import InvalidSyntax, LocalError, PeerError, UnsupportedCritical
from ginnel_service.ike.message import (
    MAX_PAYLOADS,
    Message,
    parse_header,
    parse_message,
    parse_payloads,
    serialise_message,
    serialise_payloads,
)
from ginnel_service.ike.payloads import (
    PARSERS,
    DeletePayload,
    NotifyPayload,
    SkPayload,
    UnknownPayload,
    VendorPayload,
)

SPI = bytes(range(8))


def message(*payloads: NotifyPayload | VendorPayload) -> Message:
    return Message(SPI, SPI, 37, 1, from_initiator=True, is_response=False, payloads=payloads)


def generic(following: int, body: bytes, flags: int = 0) -> bytes:
    return struct.pack("!BBH", following, flags, 4 + len(body)) + body


def refuse(first: int, chain: bytes) -> None:
    with pytest.raises(InvalidSyntax):
        parse_payloads(first, chain)


def test_payloads_are_found_by_class_and_notify_type() -> None:
    one, two = NotifyPayload(NotifyType.COOKIE, b"x"), NotifyPayload(NotifyType.REKEY_SA)
    found = message(one, VendorPayload(b"v"), two)
    assert found.get(VendorPayload) == VendorPayload(b"v")
    assert found.get(DeletePayload) is None
    assert found.all(NotifyPayload) == [one, two]
    assert found.notify(NotifyType.REKEY_SA) is two
    assert found.notify(NotifyType.REDIRECT) is None


def test_header_flags_are_read_apart_from_one_another() -> None:
    header = parse_header(serialise_message(message()))
    assert header.from_initiator
    assert not header.is_response
    assert (header.exchange, header.message_id, header.length) == (37, 1, 28)


@pytest.mark.parametrize(("version", "notify"), [(0x30, 5), (0xF0, 5), (0x10, None), (0x00, None)])
def test_other_major_versions_are_refused_and_only_higher_ones_answered(
    version: int, notify: int | None
) -> None:
    octets = bytearray(serialise_message(message()))
    octets[17] = version
    with pytest.raises(PeerError) as caught:
        parse_message(bytes(octets))
    assert caught.value.notify == notify


def test_minor_version_and_reserved_flags_are_ignored() -> None:
    octets = bytearray(serialise_message(message()))
    octets[17], octets[19] = 0x2F, 0xC7 | 0x08
    assert parse_message(bytes(octets)) == message()


@pytest.mark.parametrize("change", [-1, 1])
def test_length_field_must_be_the_datagrams(change: int) -> None:
    octets = bytearray(serialise_message(message(VendorPayload(b"v"))))
    octets[27] += change
    with pytest.raises(InvalidSyntax):
        parse_message(bytes(octets))


def test_unknown_critical_payload_is_named_in_the_error() -> None:
    with pytest.raises(UnsupportedCritical) as caught:
        parse_payloads(200, generic(0, b"x", 0x80))
    assert (caught.value.notify, caught.value.notify_data) == (1, bytes([200]))


def test_critical_bit_of_a_known_payload_is_ignored() -> None:
    assert parse_payloads(PayloadType.VENDOR, generic(0, b"x", 0x80)) == (VendorPayload(b"x"),)


def test_unknown_payload_is_kept_and_can_be_sent_critical() -> None:
    first, chain = serialise_payloads((UnknownPayload(200, b"x", critical=True),))
    assert (first, chain) == (200, generic(0, b"x", 0x80))
    assert parse_payloads(200, generic(0, b"x")) == (UnknownPayload(200, b"x"),)


def test_encrypted_payload_ends_the_chain_and_keeps_the_inner_type() -> None:
    sealed = SkPayload(PayloadType.IDI, b"sealed")
    first, chain = serialise_payloads((VendorPayload(b"v"), sealed))
    assert parse_payloads(first, chain) == (VendorPayload(b"v"), sealed)
    refuse(first, chain + generic(0, b"after"))
    with pytest.raises(LocalError):
        serialise_payloads((sealed, VendorPayload(b"v")))


def test_no_payloads_is_an_empty_chain() -> None:
    assert serialise_payloads(()) == (0, b"")
    assert parse_payloads(0, b"") == ()
    refuse(0, b"x")


@pytest.mark.parametrize(
    "chain", [b"", b"\0\0\0", b"\0\0\0\3", b"\0\0\0\5", b"\0\0\0\4x", generic(PayloadType.VENDOR, b"v")]
)
def test_broken_chain_is_refused(chain: bytes) -> None:
    refuse(PayloadType.VENDOR, chain)


def test_payload_count_is_bounded() -> None:
    full = (VendorPayload(b""),) * MAX_PAYLOADS
    first, chain = serialise_payloads(full)
    assert parse_payloads(first, chain) == full
    first, chain = serialise_payloads((*full, VendorPayload(b"")))
    refuse(first, chain)


def test_payload_larger_than_its_length_field_is_our_mistake() -> None:
    serialise_payloads((VendorPayload(bytes(65531)),))
    with pytest.raises(LocalError):
        serialise_payloads((VendorPayload(bytes(65532)),))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("empty SA", (33, "")),
        ("proposal says two transforms, has one", (33, "00000010 01010002 00000008 02000005")),
        ("proposal says more, none follow", (33, "02000010 01010001 00000008 02000005")),
        ("transform says more, none follow", (33, "00000010 01010001 03000008 02000005")),
        ("IKEv1's marker", (33, "01000010 01010001 00000008 02000005")),
        ("last marker, but more follow", (33, "00000008 01010000 00000008 01010000")),
        ("proposal shorter than its header", (33, "00000003 01010000")),
        ("transform shorter than its header", (33, "00000010 01010001 00000007 02000005")),
        ("attribute beyond its transform", (33, "00000012 01010001 0000000a 02000005 800e")),
        ("SPI beyond its proposal", (33, "00000008 01010900")),
        ("nonce of 15 octets", (40, "00" * 15)),
        ("nonce of 257 octets", (40, "00" * 257)),
        ("SPI beyond its notify", (41, "03044009 010203")),
        ("Delete of the IKE SA with an SPI", (42, "01080001 0102030405060708")),
        ("Delete of ESP SAs with 8-octet SPIs", (42, "03080001 0102030405060708")),
        ("Delete with an SPI missing", (42, "03040002 01020304")),
        ("Delete with octets left over", (42, "03040001 01020304 05")),
        ("Delete of SPIs without octets", (42, "0100ffff")),
        ("selector missing", (44, "01000000")),
        ("octets after the selectors", (44, "00000000 00")),
        ("IPv4 selector of IPv6's length", (44, "01000000 07000028" + "00" * 36)),
        ("selector shorter than its header", (44, "01000000 f0000003")),
        ("addresses upside down", (45, "01000000 07000010 0000ffff 0a000002 0a000001")),
        ("ports upside down", (45, "01000000 07060010 01bb0050 0a000001 0a000002")),
        ("attribute beyond its configuration", (47, "01000000 00010005 00000000")),
        ("fragment 0", (53, "00000001")),
        ("fragment 2 of 1", (53, "00020001")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_body_is_refused(kind: str, body: tuple[int, str]) -> None:
    refuse(body[0], generic(0, bytes.fromhex(body[1])))


@pytest.mark.parametrize("kind", sorted(PARSERS.keys() - {PayloadType.VENDOR, PayloadType.EAP}))
def test_empty_body_is_refused_where_fields_are_due(kind: int) -> None:
    refuse(kind, generic(0, b""))


def test_codes_have_names_and_errors_are_below_16384() -> None:
    assert name_of(NotifyType, 14) == "NO_PROPOSAL_CHOSEN"
    assert name_of(TransformType, 99) == "UNKNOWN_99"
    assert is_error(16383)
    assert not is_error(16384)
