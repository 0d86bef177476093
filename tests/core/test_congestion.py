"""Congestion marks (RFC 6040) and DSCP across the tunnel, with routers that mark and sockets that tell."""

from __future__ import annotations

import socket
import struct

import pytest

from core.inner import internet_sum
from core.routed import (
    INNER_A,
    INNER_B,
    RIGHT,
    Routed,
    Transfer,
    datagram_socket,
    drops,
    routed,
    sysctl,
)
from core.spaces import ANY, PORT, Space

pytestmark = pytest.mark.netns

NOT_ECT, ECT_1, ECT_0, CE = range(4)
EF = 46 << 2  # a DSCP in its place
IP_TOS, IP_RECVTOS, IPV6_RECVTCLASS, IPV6_TCLASS = 1, 13, 66, 67
UDP_SEGMENT = 103

outsides = pytest.mark.parametrize("outside", [4, 6])
insides = pytest.mark.parametrize("inside", [4, 6])


def mark(made: Routed, outside: int, every: int = 1) -> None:
    """The router marks the ESP datagrams to end b, or the last of `every` so many, with CE."""
    which = "" if every == 1 else f"numgen inc mod {every} {every - 1} "
    made.firewall(f'oifname "toright" udp dport {PORT} {which}{"ip" if outside == 4 else "ip6"} ecn set ce')


def set_tos(sender: socket.socket, tos: int) -> None:
    if sender.family == socket.AF_INET:
        sender.setsockopt(socket.IPPROTO_IP, IP_TOS, tos)
    else:
        sender.setsockopt(socket.IPPROTO_IPV6, IPV6_TCLASS, tos)


def telling(receiver: socket.socket) -> socket.socket:
    """Make it tell each datagram's TOS."""
    receiver.setsockopt(socket.IPPROTO_IP, IP_RECVTOS, 1)
    if receiver.family == socket.AF_INET6:
        receiver.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
    return receiver


def receive(receiver: socket.socket) -> tuple[bytes, int]:
    """A datagram and its TOS."""
    data, ancillary, _, _ = receiver.recvmsg(65536, 200)
    return data, next(value[0] for _, kind, value in ancillary if kind in (IP_TOS, IPV6_TCLASS))


def counter(space: Space, name: str) -> int:
    """One of /proc/net/netstat or /proc/net/snmp6."""
    if name.startswith("Ip6"):
        rows = [line.split() for line in space.run("cat", "/proc/net/snmp6").stdout.splitlines()]
        return next(int(value) for found, value in rows if found == name)
    lines = [line.split() for line in space.run("cat", "/proc/net/netstat").stdout.splitlines()]
    return next(
        int(values[names.index(name)])
        for names, values in zip(lines[::2], lines[1::2], strict=True)
        if name in names
    )


@outsides
@insides
@pytest.mark.parametrize("copied", [False, True])
def test_the_outer_header_has_the_inner_ecn_and_dscp_when_asked(
    outside: int, inside: int, copied: bool
) -> None:
    with routed(outside) as made, telling(datagram_socket(made.right, RIGHT[outside], 4600)) as listening:
        made.a.plane.install_outbound(
            spi=300, encr=20, encr_key=bytes(20), local=ANY, remote=ANY, peer=(RIGHT[outside], 4600),
            copy_dscp=copied,
        )  # fmt: skip
        with datagram_socket(made.a.space, INNER_A[inside]) as sender:
            for ecn in (NOT_ECT, ECT_1, ECT_0, CE):
                set_tos(sender, EF | ecn)
                sender.sendto(b"?", (INNER_B[inside], 9))
                assert receive(listening)[1] == (EF if copied else 0) | ecn


@outsides
@insides
def test_marks_arrive_on_the_datagrams_that_met_congestion(outside: int, inside: int) -> None:
    """Also in the middle of trains that leave as one, and would be coalesced."""
    with routed(outside) as made:
        made.join(0x1000)
        made.as_on_a_wire()
        mark(made, outside, every=7)
        with (
            telling(datagram_socket(made.b.space, INNER_B[inside])) as receiver,
            datagram_socket(made.a.space, INNER_A[inside]) as sender,
        ):
            set_tos(sender, EF | ECT_0)
            sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
            train = b"".join(struct.pack(">I", number) + bytes(996) for number in range(42))
            for _ in range(10):
                sender.sendto(train, receiver.getsockname())
            got = [receive(receiver) for _ in range(420)]
        assert [struct.unpack_from(">I", data)[0] for data, _ in got] == [*range(42)] * 10
        wanted = [EF | (CE if number % 7 == 6 else ECT_0) for number in range(420)]
        assert [tos for _, tos in got] == wanted
        counters = made.b.plane.counters()
        assert counters["packets_in"] == 420
        assert counters["writes_in"] >= 120  # a mark parts what is around it
        assert not drops(made.b)


@outsides
@insides
def test_a_datagram_that_knows_no_marks_is_dropped_instead(outside: int, inside: int) -> None:
    with routed(outside) as made:
        made.join(0x1000)
        mark(made, outside)
        with (
            telling(datagram_socket(made.b.space, INNER_B[inside])) as receiver,
            datagram_socket(made.a.space, INNER_A[inside]) as sender,
        ):
            for number, ecn in enumerate((NOT_ECT, ECT_0, NOT_ECT, ECT_1, CE)):
                set_tos(sender, ecn)
                sender.sendto(bytes([number]), receiver.getsockname())
            assert [receive(receiver) for _ in range(3)] == [(bytes([number]), CE) for number in (1, 3, 4)]
        assert drops(made.b) == {"drop_ecn": 2}


@outsides
@insides
def test_tcp_reacts_to_marks_and_loses_nothing(outside: int, inside: int) -> None:
    with routed(outside) as made:
        made.join(0x1000)
        made.as_on_a_wire()
        for end in (made.a, made.b):
            sysctl(end.space, "ipv4/tcp_ecn", "1")
        mark(made, outside, every=50)
        assert Transfer(made.a, made.b, 8 << 20, inside).whole()
        # handshake and pure acknowledgments are not ECT (RFC 3168 section 6.1.1)
        assert set(drops(made.b)) <= {"drop_ecn"}
        assert counter(made.b.space, "InCEPkts" if inside == 4 else "Ip6InCEPkts") > 20
        assert counter(made.a.space, "TCPDeliveredCE") > 20


def test_the_header_stays_right_under_each_mark() -> None:
    """What is written to the device has a right checksum, or the kernel would drop it."""
    with routed() as made:
        made.join(0x1000)
        mark(made, 4)
        with made.b.space.inside():
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        with tap, datagram_socket(made.a.space, INNER_A[4]) as sender:
            tap.bind((made.b.tun.name, 0x0800))
            tap.settimeout(20)
            set_tos(sender, ECT_0)
            for size in (1, 2, 700, 1372):
                sender.sendto(bytes(size), (INNER_B[4], 9))
                packet = tap.recv(2000)
                assert (len(packet), packet[1]) == (28 + size, CE)
                assert internet_sum(packet[:20]) == 0xFFFF
