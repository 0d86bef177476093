"""ICMP errors that answer inner packets (RFC 792, 1122, 1191, 4443), judged by the kernel and tshark."""

from __future__ import annotations

import errno
import os
import socket
import struct
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inner import (
    DF,
    FAR4,
    FAR6,
    ICMP,
    ICMP6,
    MF,
    NEAR4,
    NEAR6,
    UDP,
    device,
    ipv4,
    ipv6,
    pcap,
    with_checksum,
)
from ginnel_core.probe_inner import TokenBucket, complain
from helpers.wireshark import fields

IP_MTU, IPV6_MTU = 14, 24  # <linux/in.h>, <linux/in6.h>
ECHO = struct.pack(">BBHHH", 8, 0, 0xF7FE, 1, 0)
MILLISECOND = 1_000_000


def error4(code: int, rest: int, quoted: bytes, identification: int = 7) -> bytes:
    message = with_checksum(struct.pack(">BBHI", 3, code, 0, rest) + quoted, 2)
    head = struct.pack(">BBHHHBBH", 0x45, 0xC0, 20 + len(message), identification, 0, 64, ICMP, 0)
    return with_checksum(head + ip_address(FAR4).packed + ip_address(NEAR4).packed, 10) + message


def error6(kind: int, code: int, rest: int, quoted: bytes) -> bytes:
    addresses = ip_address(FAR6).packed + ip_address(NEAR6).packed
    message = struct.pack(">BBHI", kind, code, 0, rest) + quoted
    message = with_checksum(message, 2, addresses + struct.pack(">II", len(message), ICMP6))
    return struct.pack(">IHBB", 6 << 28, len(message), ICMP6, 64) + addresses + message


def test_prohibited_packet_is_answered_with_all_of_it() -> None:
    assert complain(ipv4()) == error4(13, 0, ipv4())
    assert complain(ipv6()) == error6(1, 1, 0, ipv6())


def test_packet_too_big_is_answered_with_the_mtu() -> None:
    big4, big6 = ipv4(bytes(1400), place=DF), ipv6(bytes(1400))
    assert complain(big4, 1380) == error4(4, 1380, big4[:548])
    assert complain(big6, 1380) == error6(2, 0, 1380, big6[:1232])


def test_errors_fit_what_every_path_carries() -> None:
    assert len(complain(ipv4(bytes(1480)))) == 576
    assert len(complain(ipv4(bytes(528)))) == 576
    assert len(complain(ipv4(bytes(527)))) == 575
    assert len(complain(ipv6(bytes(1460)))) == 1280
    assert len(complain(ipv6(bytes(1192)))) == 1280
    assert len(complain(ipv6(bytes(1191)))) == 1279


def test_super_packet_is_answered_like_another() -> None:
    super4, super6 = ipv4(bytes(65515), 6, place=DF), ipv6(bytes(65535), 6)
    assert complain(super4, 1380) == error4(4, 1380, super4[:548])
    assert complain(super6, 1380) == error6(2, 0, 1380, super6[:1232])


def test_octets_behind_the_packet_are_not_quoted() -> None:
    assert complain(ipv4() + b"behind") == error4(13, 0, ipv4())
    assert complain(ipv6() + b"behind") == error6(1, 1, 0, ipv6())


def test_mtu_below_the_minimum_of_ipv6_is_never_told() -> None:
    assert complain(ipv6(bytes(1400)), 1200) == error6(2, 0, 1280, ipv6(bytes(1400))[:1232])


def test_packet_that_may_be_fragmented_is_never_too_big() -> None:
    assert complain(ipv4(bytes(1400)), 1380) == b""
    assert complain(ipv4(bytes(1400))) != b""


def fragment6(offset: int, following: int = UDP, payload: bytes = bytes(16)) -> bytes:
    return ipv6(struct.pack(">BBHI", following, 0, offset << 3 | 1, 9) + payload, 44)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(ipv4(ECHO, ICMP), id="ping"),
        pytest.param(ipv4(ECHO, ICMP, place=MF), id="first fragment of a ping"),
        pytest.param(ipv4(b"", 50), id="no payload"),
        pytest.param(ipv4(options=b"\x94\x04\0\0"), id="options"),
        pytest.param(ipv6(b"\x80\0\0\0", ICMP6), id="IPv6 ping"),
        pytest.param(fragment6(0), id="first IPv6 fragment"),
        pytest.param(ipv6(bytes([UDP, 0]) + bytes(14), 60), id="IPv6 destination options"),
    ],
)
def test_ordinary_packet_is_answered(packet: bytes) -> None:
    assert complain(packet)[-len(packet) :] == packet


def quiet4() -> list[tuple[str, bytes]]:
    errors = [(f"type {kind}", ipv4(bytes([kind]) + bytes(35), ICMP)) for kind in (3, 4, 5, 11, 12)]
    sources = [
        (f"from {source}", ipv4(source=source))
        for source in (
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "224.0.0.5",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
        )
    ]
    targets = [
        (f"to {target}", ipv4(target=target))
        for target in ("224.0.0.251", "255.255.255.255", "127.0.0.1", "0.0.0.0")
    ]
    return [
        *errors,
        *sources,
        *targets,
        ("an ICMP message without its type", ipv4(b"", ICMP)),
        ("a later fragment", ipv4(place=185)),
        ("the last fragment of an ICMP message", ipv4(ECHO, ICMP, place=1)),
        ("cut short", ipv4()[:-1]),
        ("half a header", ipv4()[:19]),
        ("a header shorter than itself", b"\x44" + ipv4()[1:]),
        ("nothing", b""),
        ("another version", b"\x55" + ipv4()[1:]),
    ]


def quiet6() -> list[tuple[str, bytes]]:
    errors = [(f"type {kind}", ipv6(bytes([kind]) + bytes(50), ICMP6)) for kind in (1, 2, 3, 4, 127, 137)]
    hidden = ipv6(bytes([ICMP6, 0]) + bytes(6) + b"\x01\0\0\0", 0)
    ends = [(f"from {source}", ipv6(source=source)) for source in ("::", "::1", "ff02::1")]
    return [
        *errors,
        *ends,
        ("to multicast", ipv6(bytes(1400), target="ff0e::1")),
        ("to loopback", ipv6(target="::1")),
        ("an error behind a hop-by-hop header", hidden),
        ("a first fragment that holds an error", fragment6(0, ICMP6, b"\x01" + bytes(15))),
        ("a later fragment", fragment6(2)),
        ("a later fragment of something hidden", fragment6(2, 60)),
        ("an ICMP message without its type", ipv6(b"", ICMP6)),
        ("cut short", ipv6()[:-1]),
        ("half a header", ipv6()[:39]),
        ("a cut extension header", ipv6(b"\x3a\0\0", 0)),
    ]


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(packet, id=f"IPv{4 if at == 0 else 6}: {why}")
        for at, table in enumerate((quiet4(), quiet6()))
        for why, packet in table
    ],
)
def test_what_must_not_be_answered_is_not(packet: bytes) -> None:
    assert complain(packet) == b""
    assert complain(packet, 600) == b""


@given(
    st.sampled_from([4, 6]),
    st.binary(max_size=1500),
    st.sampled_from([UDP, 6, ICMP, ICMP6, 44, 0, 60]),
    st.none() | st.integers(68, 1500),
)
def test_no_error_is_answered_with_another(
    version: int, payload: bytes, protocol: int, mtu: int | None
) -> None:
    packet = ipv4(payload, protocol, place=DF) if version == 4 else ipv6(payload, protocol)
    answer = complain(packet, mtu)
    assert len(answer) <= (576 if version == 4 else 1280)
    assert complain(answer) == b""


@given(st.binary(max_size=120), st.sampled_from([0x45, 0x46, 0x4F, 0x60]))
def test_any_octets_are_survived(junk: bytes, first: int) -> None:
    assert len(complain(bytes([first]) + junk)) <= 128 + 48


@pytest.mark.netns
@pytest.mark.parametrize(
    ("version", "near", "far", "unreachable", "level", "option"),
    [
        (4, NEAR4, FAR4, errno.EHOSTUNREACH, socket.IPPROTO_IP, IP_MTU),
        (6, NEAR6, FAR6, errno.EACCES, socket.IPPROTO_IPV6, IPV6_MTU),
    ],
)
def test_linux_tells_the_application(
    version: int, near: str, far: str, unreachable: int, level: int, option: int
) -> None:
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    with device() as (space, tun), space.inside(), socket.socket(family, socket.SOCK_DGRAM) as application:
        application.settimeout(20)
        application.bind((near, 0))
        application.connect((far, 7))
        application.send(bytes(1400))
        sent = tun.read(lambda packet: packet[0] >> 4 == version and len(packet) > 1400)
        tun.write(complain(sent))
        with pytest.raises(OSError, match=os.strerror(unreachable)):
            application.recv(1)
        assert application.getsockopt(level, option) == 1500
        tun.write(complain(sent, 1333))
        assert application.getsockopt(level, option) == 1333


@pytest.mark.interop
def test_tshark_finds_every_checksum_right(tmp_path: Path) -> None:
    big4, big6 = ipv4(bytes(range(256)) * 5 + b"odd", place=DF), ipv6(bytes(range(256)) * 5 + b"odd")
    answers = [
        complain(big4),
        complain(big4, 1280),
        complain(ipv4(b"odd")),
        complain(big6),
        complain(big6, 1281),
    ]
    capture = pcap(tmp_path / "errors.pcap", answers)
    assert fields(
        capture, "icmp", "icmp.type", "icmp.code", "icmp.mtu", "icmp.checksum.status", "ip.src"
    ) == [
        ["3", "13", "", "1", f"{FAR4},{NEAR4}"],
        ["3", "4", "1280", "1", f"{FAR4},{NEAR4}"],
        ["3", "13", "", "1", f"{FAR4},{NEAR4}"],
    ]
    assert fields(
        capture, "icmpv6", "icmpv6.type", "icmpv6.code", "icmpv6.mtu", "icmpv6.checksum.status"
    ) == [
        ["1", "1", "", "1"],
        ["2", "0", "1281", "1"],
    ]


def test_errors_come_in_a_burst_and_then_at_their_rate() -> None:
    bucket = TokenBucket()
    start = 10**15
    assert [bucket.take(start) for _ in range(60)] == [True] * 50 + [False] * 10
    assert not bucket.take(start + 9 * MILLISECOND)
    assert bucket.take(start + 10 * MILLISECOND)
    assert not bucket.take(start + 10 * MILLISECOND)
    taken = sum(bucket.take(start + at * MILLISECOND) for at in range(11, 1011))
    assert taken == 100


def test_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket()
    assert bucket.take(1)
    assert sum(bucket.take(10**15) for _ in range(100)) == 50
