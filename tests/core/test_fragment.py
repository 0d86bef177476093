"""Fragmentation of inner IPv4 packets (RFC 791 section 3.2): undone by a model, and by the kernel."""

from __future__ import annotations

import random
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inner import DF, FAR4, MF, NEAR4, UDP, device, internet_sum, ipv4, ipv6, with_checksum
from ginnel_core.probe_inner import fragments

RECORD_ROUTE = b"\x07\x07\x04" + bytes(4)  # not copied
SECURITY = b"\x82\x0b" + bytes(range(9))  # copied
ALERT = b"\x94\x04\0\0"  # copied
NOP = b"\x01"


def padded(*options: bytes) -> bytes:
    joined = b"".join(options)
    return joined + bytes(-len(joined) % 4)


def header(packet: bytes) -> bytes:
    return packet[: (packet[0] & 15) * 4]


def place(packet: bytes) -> tuple[bool, int]:
    """(MF, where its payload belongs)."""
    (field,) = struct.unpack(">H", packet[6:8])
    return bool(field & MF), (field & 0x1FFF) * 8


def reassembled(pieces: list[bytes]) -> bytes:
    """The payload, by RFC 791's rules; the pieces may come in any order."""
    whole: dict[int, int] = {}
    end = None
    for piece in pieces:
        head = header(piece)
        assert internet_sum(head) == 0xFFFF
        assert struct.unpack(">H", piece[2:4]) == (len(piece),)
        more, offset = place(piece)
        body = piece[len(head) :]
        assert body
        if more:
            assert len(body) % 8 == 0
        else:
            assert end is None
            end = offset + len(body)
        for index, octet in enumerate(body):
            assert offset + index not in whole
            whole[offset + index] = octet
    assert end == len(whole)
    return bytes(whole[index] for index in range(len(whole)))


def cut(packet: bytes, mtu: int) -> list[bytes]:
    pieces = fragments(packet, mtu)
    assert pieces is not None
    assert all(len(piece) <= mtu for piece in pieces)
    return pieces


def test_example_of_rfc_791_appendix_a() -> None:
    data = bytes(index % 251 for index in range(452))
    packet = with_checksum(struct.pack(">BBHHHBBHII", 0x45, 0, 472, 111, 0, 123, 6, 0, 1, 2), 10) + data
    first = with_checksum(struct.pack(">BBHHHBBHII", 0x45, 0, 276, 111, MF, 123, 6, 0, 1, 2), 10)
    second = with_checksum(struct.pack(">BBHHHBBHII", 0x45, 0, 216, 111, 32, 123, 6, 0, 1, 2), 10)
    assert fragments(packet, 280) == [first + data[:256], second + data[256:]]


option_lists = st.lists(st.sampled_from([RECORD_ROUTE, SECURITY, ALERT, NOP]), max_size=3).map(
    lambda options: padded(*options)
)


@given(st.binary(min_size=1, max_size=3000), option_lists, st.integers(68, 1500), st.integers(0, 255))
def test_fragments_make_the_packet_again(payload: bytes, options: bytes, mtu: int, tos: int) -> None:
    packet = ipv4(payload, options=options, tos=tos, identification=len(payload))
    pieces = cut(packet, mtu)
    random.Random(mtu).shuffle(pieces)
    assert reassembled(pieces) == payload
    for piece in pieces:
        assert piece[1] == tos
        assert piece[4:6] == packet[4:6]
        assert piece[8:10] == packet[8:10]
        assert piece[12:20] == packet[12:20]


@given(st.binary(min_size=900, max_size=2000), option_lists, st.integers(500, 800), st.integers(68, 400))
def test_fragments_of_fragments_make_the_packet_again(
    payload: bytes, options: bytes, mtu: int, less: int
) -> None:
    pieces = [small for piece in cut(ipv4(payload, options=options), mtu) for small in cut(piece, less)]
    assert reassembled(pieces) == payload


@given(st.integers(21, 5000), st.integers(28, 1500))
def test_no_fragment_could_be_longer(total: int, mtu: int) -> None:
    pieces = cut(ipv4(bytes(total - 20)), mtu)
    assert all(len(piece) > mtu - 8 for piece in pieces[:-1])


def test_packet_that_fits_stays_whole() -> None:
    packet = ipv4(bytes(range(100)))
    assert fragments(packet, 120) == [packet]
    assert len(cut(packet, 119)) == 2


def test_octets_behind_the_packet_are_left_out() -> None:
    packet = ipv4(bytes(range(100)))
    assert fragments(packet + b"behind", 68) == fragments(packet, 68)


def test_middle_fragment_stays_one() -> None:
    pieces = cut(ipv4(bytes(160), place=MF | 100), 100)
    assert [place(piece) for piece in pieces] == [(True, 800), (True, 880)]


def test_last_fragment_stays_the_last() -> None:
    pieces = cut(ipv4(bytes(150), place=100), 100)
    assert [place(piece) for piece in pieces] == [(True, 800), (False, 880)]


def test_only_options_with_the_copied_flag_go_into_later_fragments() -> None:
    options = padded(RECORD_ROUTE, NOP, SECURITY, ALERT)
    first, *others = cut(ipv4(bytes(500), options=options), 200)
    assert header(first)[20:] == options
    assert others
    for piece in others:
        assert header(piece)[20:] == padded(SECURITY, ALERT)


def test_longest_header_is_carried() -> None:
    options = b"\x82\x28" + bytes(range(38))
    assert all(header(piece)[20:] == options for piece in cut(ipv4(bytes(100), options=options), 68))


def test_longest_packet_is_cut() -> None:
    payload = random.Random(1).randbytes(65515)
    assert reassembled(cut(ipv4(payload), 1400)) == payload


@pytest.mark.parametrize(
    ("packet", "mtu"),
    [
        pytest.param(ipv4(bytes(500), place=DF), 200, id="DF"),
        pytest.param(ipv4(bytes(500)), 27, id="no room for eight octets"),
        pytest.param(ipv4(bytes(500), options=padded(SECURITY)), 39, id="no room beside the options"),
        pytest.param(ipv4(b""), 200, id="no payload"),
        pytest.param(ipv4(bytes(500))[:-1], 200, id="cut short"),
        pytest.param(ipv4(bytes(500))[:19], 200, id="half a header"),
        pytest.param(b"", 200, id="nothing"),
        pytest.param(ipv6(bytes(500)), 200, id="IPv6"),
        pytest.param(b"\x44" + ipv4(bytes(500))[1:], 200, id="a header shorter than itself"),
        pytest.param(ipv4(bytes(500))[:8] + b"\x01" + ipv4(bytes(500))[9:], 200, id="wrong checksum"),
        pytest.param(ipv4(bytes(500), options=b"\x82\x05\0\0"), 200, id="an option beyond the header"),
        pytest.param(
            ipv4(bytes(500), options=b"\x82\x01\0\0"), 200, id="an option without room for its length"
        ),
        pytest.param(ipv4(bytes(500), options=b"\x01\x01\x01\x82"), 200, id="an option without a length"),
        pytest.param(ipv4(bytes(500), place=0x1FFF), 200, id="beyond the longest datagram"),
    ],
)
def test_what_cannot_be_cut_is_refused(packet: bytes, mtu: int) -> None:
    assert fragments(packet, mtu) is None


@given(st.binary(max_size=150), st.integers(0x45, 0x4F), st.integers(0, 200))
def test_any_octets_are_survived(junk: bytes, first: int, mtu: int) -> None:
    packet = bytes([first]) + junk
    head = (first & 15) * 4
    if len(packet) >= head:
        packet = (
            with_checksum(packet[:head], 10) + packet[head:]
        )  # so that more than the checksum is looked at
    for piece in fragments(packet, mtu) or []:
        assert 20 < len(piece) <= mtu


@pytest.mark.netns
def test_linux_puts_them_together() -> None:
    payload = random.Random(2).randbytes(4001)
    with device() as (space, tun), space.socket(socket.SOCK_DGRAM, (NEAR4, 0)) as application:
        datagram = struct.pack(">HHHH", 9, application.getsockname()[1], 8 + len(payload), 0) + payload
        for number, options in enumerate([b"", padded(RECORD_ROUTE, ALERT)]):
            packet = ipv4(
                datagram, UDP, source=FAR4, target=NEAR4, options=options, identification=100 + number
            )
            pieces = [small for piece in cut(packet, 1400) for small in cut(piece, 576)]
            random.Random(3).shuffle(pieces)
            for piece in pieces:
                tun.write(piece)
            assert application.recv(65536) == payload
