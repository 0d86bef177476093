"""Reading packets, and choosing SAs by traffic selector (RFC 4301 section 4.4.1.1)."""

from __future__ import annotations

import struct
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.spaces import ANY
from ginnel_core import Selector
from ginnel_core.probe_inner import flow
from ginnel_core.probe_tables import Rules

UDP, TCP, ICMP, ICMP6 = 17, 6, 1, 58


def ipv4(
    payload: bytes, protocol: int = UDP, source: str = "10.0.0.1", target: str = "10.2.3.4", fragment: int = 0
) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + payload


def ipv6(payload: bytes, following: int = UDP) -> bytes:
    head = struct.pack(">IHBB", 6 << 28, len(payload), following, 64)
    return head + ip_address("fd00::1").packed + ip_address("fd00::2").packed + payload


def ports(source: int, target: int) -> bytes:
    return struct.pack(">HHHH", source, target, 8, 0)


def choose(sas: list[tuple[int, list[Selector], list[Selector]]], packet: bytes) -> int | None:
    """Which of `sas`, (name, local selectors, remote selectors) each and the newest last, sends `packet`."""
    rules = Rules()
    for name, local, remote in sas:
        rules.add(256 + name, local, remote)
    found = rules.choose(packet)
    return None if found is None else found - 256


def to(network: str, protocol: int = 0, first: int = 0, last: int = 65535) -> list[Selector]:
    parsed = ip_network(network)
    return [Selector(protocol, first, last, parsed[0].packed, parsed[-1].packed)]


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (ipv4(ports(1, 2)), (4, UDP, 1, 2, 28)),
        (ipv4(ports(1, 2), TCP) + b"more", (4, TCP, 1, 2, 28)),
        (ipv4(ports(1, 2), fragment=0x2000), (4, UDP, 1, 2, 28)),
        (ipv4(ports(1, 2), fragment=0x2001), (4, UDP, None, None, 28)),
        (ipv4(b"\x08\x00\0\0", ICMP), (4, ICMP, 0x800, 0x800, 24)),
        (ipv4(b"\x08\x00\0\0", ICMP6), (4, ICMP6, None, None, 24)),
        (ipv4(b"\x00\x01\x02"), (4, UDP, None, None, 23)),
        (ipv4(bytes(8), 50), (4, 50, None, None, 28)),
        (ipv6(ports(1, 2)), (6, UDP, 1, 2, 48)),
        (ipv6(b"\x80\x00\0\0", ICMP6), (6, ICMP6, 0x8000, 0x8000, 44)),
        (ipv6(bytes([UDP, 0]) + bytes(6) + ports(1, 2), 0), (6, UDP, 1, 2, 56)),
        (ipv6(bytes([60, 1]) + bytes(14) + bytes([UDP, 0]) + bytes(6) + ports(1, 2), 43), (6, UDP, 1, 2, 72)),
        (ipv6(struct.pack(">BBHI", UDP, 0, 1, 9) + ports(1, 2), 44), (6, UDP, 1, 2, 56)),
        (ipv6(struct.pack(">BBHI", UDP, 0, 8, 9) + ports(1, 2), 44), (6, UDP, None, None, 56)),
        (ipv6(struct.pack(">BBHI", 60, 0, 8, 9) + ports(1, 2), 44), (6, None, None, None, 56)),
        (ipv6(bytes([UDP, 1]) + bytes(10) + ports(1, 2), 51), (6, UDP, 1, 2, 60)),
        (ipv6(b"\x3a", 0), None),
        (ipv4(b"")[:19], None),
        (ipv6(b"")[:39], None),
        (b"", None),
    ],
)
def test_packets_are_read(packet: bytes, expected: tuple[int | None, ...] | None) -> None:
    assert flow(packet) == expected


@settings(max_examples=3000, deadline=None)
@given(st.binary(max_size=120), st.sampled_from([0x45, 0x46, 0x4F, 0x60]), st.integers(0, 255))
def test_any_octets_are_read_within_their_bounds(tail: bytes, first: int, following: int) -> None:
    raw = bytearray(bytes([first]) + tail)
    if first == 0x60 and len(raw) >= 40:
        struct.pack_into(">HB", raw, 4, len(raw) - 40, (0, 43, 44, 51, 60)[following % 5])
    elif len(raw) >= 20:
        struct.pack_into(">H", raw, 2, len(raw))
    found = flow(bytes(raw))
    assert found is None or found[4] <= len(raw)


def test_the_most_specific_selector_sends() -> None:
    sas = [
        (1, ANY, ANY),
        (2, ANY, to("10.0.0.0/8")),
        (3, ANY, to("10.2.3.0/24")),
        (4, ANY, to("10.2.3.0/24", UDP)),
        (5, ANY, to("10.2.3.0/24", UDP, 53, 53)),
        (6, ANY, to("10.2.0.0/16", UDP, 53, 53)),
    ]
    for order in (sas, sas[::-1]):
        assert choose(order, ipv4(ports(1, 53))) == 5
        assert choose(order, ipv4(ports(1, 54))) == 4
        assert choose(order, ipv4(ports(1, 53), TCP)) == 3
        assert choose(order, ipv4(ports(1, 53), target="10.2.9.9")) == 6
        assert choose(order, ipv4(ports(1, 54), target="10.2.9.9")) == 2
        assert choose(order, ipv4(ports(1, 2), target="192.0.2.1")) == 1
        assert choose(order, ipv6(ports(1, 2))) == 1


def test_the_newer_of_equals_sends() -> None:
    assert choose([(1, ANY, to("10.0.0.0/8")), (2, ANY, to("10.0.0.0/8"))], ipv4(ports(1, 2))) == 2
    assert choose([(2, ANY, to("10.0.0.0/8")), (1, ANY, to("10.0.0.0/8"))], ipv4(ports(1, 2))) == 1


def test_the_source_is_checked_and_breaks_a_tie() -> None:
    assert choose([(1, to("10.9.0.0/16"), ANY)], ipv4(ports(1, 2))) is None
    sas = [(1, to("10.0.0.1/32"), ANY), (2, to("10.0.0.0/24"), ANY)]
    assert choose(sas, ipv4(ports(1, 2))) == 1


def test_fragments_match_any_and_opaque_ports_alone() -> None:
    later = ipv4(ports(1, 53), fragment=1)
    assert choose([(1, ANY, to("10.0.0.0/8", UDP, 53, 53))], later) is None
    assert choose([(1, ANY, to("10.0.0.0/8", UDP))], later) == 1
    assert choose([(1, ANY, to("10.0.0.0/8", UDP, 65535, 0))], later) == 1
    assert choose([(1, ANY, to("10.0.0.0/8", UDP, 65535, 0))], ipv4(ports(1, 53))) is None
    hidden = ipv6(struct.pack(">BBHI", 60, 0, 8, 9) + bytes(8), 44)
    assert choose([(1, ANY, to("fd00::/8", UDP))], hidden) is None
    assert choose([(1, ANY, to("fd00::/8"))], hidden) == 1


def test_icmp_type_and_code_are_the_port() -> None:
    echo = [(1, ANY, to("0.0.0.0/0", ICMP, 0x800, 0x8FF))]
    assert choose(echo, ipv4(b"\x08\x00\0\0", ICMP)) == 1
    assert choose(echo, ipv4(b"\x03\x01\0\0", ICMP)) is None


def test_ranges_of_ipv6_compare_over_both_halves() -> None:
    low, high = ip_address("fd00::1:ffff:ffff:ffff:fff0").packed, ip_address("fd00:0:0:2::5").packed
    chosen = [(1, ANY, [Selector(0, 0, 65535, low, high)])]

    def packet(target: str) -> bytes:
        return ipv6(ports(1, 2))[:24] + ip_address(target).packed + ports(1, 2)

    for target, matches in (
        ("fd00::1:ffff:ffff:ffff:fff0", True),
        ("fd00::1:ffff:ffff:ffff:ffef", False),
        ("fd00:0:0:2::5", True),
        ("fd00:0:0:2::6", False),
        ("fd00:0:0:1:ffff:ffff:ffff:ffff", True),
    ):
        assert (choose(chosen, packet(target)) == 1) is matches
