"""Every offload may be missing or fail: what is carried stays whole and in order."""

from __future__ import annotations

import socket
import struct

import pytest

from core.routed import INNER_A, INNER_B, datagram_socket, drops, routed, transfers_whole
from ginnel_core import UdpSocket

pytestmark = pytest.mark.netns

SO_NO_CHECK = 11
UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX = 101, 102
UDP_SEGMENT, UDP_GRO = 103, 104

ONE_WITHOUT = [(True, False), (False, True), (False, False)]


def udp_option(udp: UdpSocket, level: int, option: int) -> None:
    with socket.socket(fileno=socket.dup(udp.fileno())) as handle:
        handle.setsockopt(level, option, 1)


@pytest.mark.parametrize("udp", [(True, True), *ONE_WITHOUT])
@pytest.mark.parametrize("tun", [(True, True), *ONE_WITHOUT])
def test_any_mix_of_offloads_carries_all(tun: tuple[bool, bool], udp: tuple[bool, bool]) -> None:
    with routed(tun_offload=tun, udp_offload=udp) as made:
        made.join(0x1000)
        for inside in (4, 6):
            transfers_whole(made, 1 << 20, inside)
        for index, end in enumerate((made.a, made.b)):
            features = end.plane.features()
            assert {features[f"tun_{name}"] for name in ("checksum", "tcp4", "tcp6")} == {tun[index]}
            assert (features["udp_segment"], features["udp_gro"]) == (udp[index], udp[index])
            assert not drops(end)
            counters = end.at_rest()
            if tun[index]:
                assert counters["writes_in"] < 0.9 * counters["packets_in"]  # acknowledgments pass one by one
            else:
                assert counters["writes_in"] == counters["packets_in"]


@pytest.mark.parametrize("outside", [4, 6])
def test_sends_go_on_when_the_kernel_stops_to_segment(outside: int) -> None:
    """The kernel refuses a socket that leaves checksums out, as it does for some devices."""
    with routed(outside) as made:
        made.join(0x1000)
        transfers_whole(made)
        assert made.a.plane.features()["udp_segment"]
        if outside == 6:
            udp_option(made.b.udp, socket.IPPROTO_UDP, UDP_NO_CHECK6_RX)
            udp_option(made.a.udp, socket.IPPROTO_UDP, UDP_NO_CHECK6_TX)
        else:
            udp_option(made.a.udp, socket.SOL_SOCKET, SO_NO_CHECK)
        transfers_whole(made)
        assert not made.a.plane.features()["udp_segment"]
        assert made.b.plane.features()["udp_segment"]
        assert not drops(made.a)
        assert made.a.plane.events() == []


@pytest.mark.parametrize("inside", [4, 6])
@pytest.mark.parametrize("merged", [False, True])
def test_datagrams_that_an_application_segments_cross_as_super_packets(inside: int, merged: bool) -> None:
    with routed() as made:
        if not made.a.plane.features()["tun_udp"]:
            pytest.skip("the kernel's TUN device knows no UDP super-packets (Linux 6.2)")
        made.join(0x1000)
        receiver = datagram_socket(made.b.space, INNER_B[inside])
        sender = datagram_socket(made.a.space, INNER_A[inside])
        receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, merged)
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1200)
        rounds, train = (
            20,
            b"".join(struct.pack(">I", number) + bytes(1196) for number in range(40)) + b"short",
        )
        for _ in range(rounds):
            sender.sendto(train, receiver.getsockname())
        got: list[bytes] = []
        receives = 0
        while len(got) < rounds * 41:
            data, ancillary, _, _ = receiver.recvmsg(65536, 100)
            size = next((struct.unpack("=i", value)[0] for _, kind, value in ancillary if kind == UDP_GRO), 0)
            size = size or len(data)
            got += [data[at : at + size] for at in range(0, len(data), size)]
            receives += 1
        assert b"".join(got) == train * rounds
        assert [len(each) for each in got] == ([1200] * 40 + [5]) * rounds
        counters = made.b.plane.counters()
        assert counters["packets_in"] == rounds * 41
        assert counters["writes_in"] <= rounds * 10
        assert receives <= rounds * 10 if merged else receives == rounds * 41
        for each in (receiver, sender):
            each.close()
