"""Packets that the tunnel or its path does not carry: who is told, and that what fits goes on."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from core.routed import (
    FAMILY,
    INNER_A,
    INNER_B,
    LEFT,
    RIGHT,
    Routed,
    Transfer,
    datagram_socket,
    drops,
    routed,
    transfers_whole,
)
from core.spaces import ANY, PORT, Space
from ginnel_core import Endpoint, PathTooBig
from ginnel_core.probe_esp import Sealer

pytestmark = [pytest.mark.alone, pytest.mark.netns]

IP_MTU_DISCOVER, IPV6_MTU_DISCOVER = 10, 23
DO, DONT = 2, 0
ETH_P_ALL = 3

versions = pytest.mark.parametrize("inside", [4, 6])
outsides = pytest.mark.parametrize("outside", [4, 6])


def inner_mtu(path_mtu: int, outside: int = 4) -> int:
    """Of the SAs that `join` makes."""
    sealer = Sealer(spi=256, encr=20, encr_key=bytes(20), local=ANY, remote=ANY)
    return sealer.inner_mtu(path_mtu, outside == 6)


def route_mtu(space: Space, target: str) -> int:
    """What the kernel has learned of the path, 0 for nothing."""
    found = re.search(r"mtu (\d+)", space.run("ip", "route", "get", target).stdout)
    return int(found[1]) if found else 0


@contextlib.contextmanager
def talker(made: Routed, inside: int, discover: int) -> Iterator[socket.socket]:
    """A socket of end a that sends, with DF or without, to one at end b that nobody reads."""
    level, option = (
        (socket.IPPROTO_IP, IP_MTU_DISCOVER) if inside == 4 else (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER)
    )
    with (
        datagram_socket(made.a.space, INNER_A[inside]) as talking,
        datagram_socket(made.b.space, INNER_B[inside]) as listening,
    ):
        talking.setsockopt(level, option, discover)
        talking.connect(listening.getsockname()[:2])
        yield talking


@contextlib.contextmanager
def sizes_at(space: Space, device: str) -> Iterator[list[int]]:
    """The octets of each IP packet that a device takes in while the block runs, known after it."""
    found: list[int] = []
    with space.inside():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    with tap:
        tap.bind((device, ETH_P_ALL))
        yield found
        tap.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, (_, _, direction, *_) = tap.recvfrom(65536)
                if direction == socket.PACKET_HOST:
                    found.append(len(packet))


@versions
def test_a_sender_without_an_sa_is_told_at_a_bounded_rate(inside: int) -> None:
    with routed() as made, talker(made, inside, DO) as talking:
        started = time.monotonic()
        refused = OSError()
        tries = 0
        while tries < 500 or (refused.errno is None and time.monotonic() < started + 5):
            tries += 1
            try:
                talking.send(b"?")
            except OSError as error:
                refused = error
        made.a.wait_counter("complaints", 1)
        complaints = made.a.plane.counters()["complaints"]
        most = 50 + 100 * (time.monotonic() - started) + 1
        assert type(refused) is (PermissionError if inside == 6 else OSError)
        assert refused.errno == (13 if inside == 6 else 113)
        assert complaints <= most < tries
        sent = made.a.wait_counter("drop_no_sa", 250)  # a send that is told of an error sends nothing
        assert sent <= tries
        assert set(drops(made.a)) == {"drop_no_sa"}


@versions
def test_a_packet_too_big_for_the_path_is_answered_with_what_fits(inside: int) -> None:
    with routed() as made, talker(made, inside, DO) as talking:
        made.join(0x1000)
        made.a.plane.set_path_mtu(made.a.handles[0], 1400)
        most = inner_mtu(1400)
        headers = 28 if inside == 4 else 48
        talking.send(bytes(1400 - headers))  # fits the device, not the path
        made.a.wait_counter("complaints", 1)
        with pytest.raises(OSError, match="too long"):
            talking.send(bytes(1400 - headers))
        talking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # which the answer may have left behind
        assert route_mtu(made.a.space, INNER_B[inside]) == most
        with pytest.raises(OSError, match="too long"):
            talking.send(bytes(most + 1 - headers))
        talking.send(bytes(most - headers))
        made.b.wait_counter("packets_in", 1)
        assert drops(made.a) == {"drop_too_big": 1}
        assert not drops(made.b)


def test_ipv6_is_never_told_less_than_it_must_carry() -> None:
    with routed() as made, talker(made, 6, DO) as talking:
        made.join(0x1000)
        made.a.plane.set_path_mtu(made.a.handles[0], 1200)
        talking.send(bytes(1300))
        made.a.wait_counter("complaints", 1)
        assert route_mtu(made.a.space, INNER_B[6]) == 1280


@versions
def test_a_transfer_goes_on_at_once_when_the_path_shrinks(inside: int) -> None:
    """Super-packets that are under way then are answered like single packets."""
    with routed() as made:
        made.join(0x1000)
        both = [
            Transfer(made.a, made.b, 200 << 20, inside),
            Transfer(made.b, made.a, 200 << 20, inside),
        ]
        for path_mtu in (1450, 1400, 1360):
            for end in (made.a, made.b):
                end.plane.set_path_mtu(end.handles[0], path_mtu)
            before = [each.received for each in both]
            started = time.monotonic()
            while any(each.received < was + (1 << 20) for each, was in zip(both, before, strict=True)):
                assert time.monotonic() - started < 10
                both[0].threads[0].join(0.01)
        for each in both:
            each.enough()
        for end, target in ((made.a, INNER_B), (made.b, INNER_A)):
            assert route_mtu(end.space, target[inside]) == inner_mtu(1360)
            assert 2 <= end.plane.counters()["complaints"] <= drops(end)["drop_too_big"]


def test_a_packet_that_may_be_fragmented_is() -> None:
    """Also what its sender fragmented already."""
    with routed() as made, talker(made, 4, DONT) as talking:
        made.join(0x1000)
        receiver = datagram_socket(made.b.space, INNER_B[4])
        made.a.plane.set_path_mtu(made.a.handles[0], 800)
        for size in (1372, 700, 4000, 60_000):
            data = bytes(number % 251 for number in range(size))
            talking.sendto(data, receiver.getsockname())
            assert receiver.recv(65536) == data
        receiver.close()
        assert made.a.plane.counters()["complaints"] == 0
        assert not drops(made.a)
        assert made.b.plane.counters()["packets_in"] > 61_000 // inner_mtu(800)


@outsides
def test_ipv6_goes_by_outer_fragments_where_the_path_is_too_narrow(outside: int) -> None:
    """RFC 8200 section 5: "a link-specific fragmentation ... must be provided at a layer below IPv6"."""
    with routed(outside) as made:
        made.join(0x1000)
        for end in (made.a, made.b):
            end.plane.set_path_mtu(end.handles[0], 1280)
        with made.router.inside():
            for device, ipv4, ipv6 in (
                ("toleft", "192.0.2", "2001:db8:1"),
                ("toright", "198.51.100", "2001:db8:2"),
            ):
                narrow = f"dev {device} proto kernel mtu lock 1280"
                made.router.ip(f"route change {ipv4}.0/24 scope link src {ipv4}.1 {narrow}")
                made.router.ip(f"-6 route change {ipv6}::/64 metric 256 {narrow}")
        for end in (made.a, made.b):
            with end.space.inside():
                end.space.ip(f"link set {end.tun.name} mtu 1280")
        # over IPv6 each sender's kernel fragments, once the router has told it
        made.a.space.run("ping", "-q", "-c", "3", "-i", "0.05", "-W", "0.2", "-s", "1232", INNER_B[6])
        with sizes_at(made.right, "outer") as sizes:
            large = ("-i", "0.01", "-s", "1232", "-M", "do")
            assert len(made.a.space.round_trips(INNER_B[6], 20, *large)) == 20
            transfers_whole(made, 1 << 20, 6)
            made.a.plane.send_ike(bytes(3000), made.b.udp.local)
            assert len(made.b.wait_ike().data) == 3000
        assert max(sizes) <= 1280
        assert not drops(made.a)
        assert not drops(made.b)


@outsides
def test_a_router_that_says_too_big_is_heard(outside: int) -> None:
    with routed(outside) as made:
        made.join(0x1000)
        with made.router.inside():
            made.router.ip("link set toright mtu 1400")
        made.a.plane.send_ike(bytes(1400), made.b.udp.local, probe=True)
        wanted = PathTooBig(made.b.udp.local, 1400)
        assert made.a.wait_event() == [wanted]
        with talker(made, 4, DO) as talking:
            talking.send(bytes(1372))
            assert made.a.wait_event() == [wanted]
        made.a.plane.send_ike(bytes(100), made.b.udp.local)  # what was told does not cost the next one
        assert len(made.b.wait_ike().data) == 100
        made.a.plane.set_path_mtu(made.a.handles[0], 1400)
        transfers_whole(made)
        assert made.a.plane.features()["udp_segment"]
        assert made.a.plane.events() == []
        assert {name for name in drops(made.a) if name != "drop_too_big"} <= {"drop_receive_error"}


@outsides
def test_a_forged_too_big_does_no_more_than_tell(outside: int) -> None:
    with routed(outside) as made:
        made.join(0x1000)
        assert made.ping()
        forge_too_big(made, outside, 68)
        assert made.a.wait_event() == [PathTooBig(made.b.udp.local, 68)]
        with talker(made, 4, DO) as talking:
            for _ in range(10):
                talking.send(bytes(1372))
        made.b.wait_counter("packets_in", 11)
        transfers_whole(made)
        assert not drops(made.a)


def test_a_flood_of_forged_errors_is_told_at_a_bounded_rate() -> None:
    with routed() as made:
        made.join(0x1000)
        started = time.monotonic()
        for mtu in range(600, 1000):
            forge_too_big(made, 4, mtu)
        made.a.wait_counter("errors_back", 300)
        assert 1 <= len(made.a.plane.events()) <= 50 + 100 * (time.monotonic() - started) + 1
        assert made.ping(3)


def forge_too_big(made: Routed, outside: int, mtu: int) -> None:
    """An ICMP error to plane a, from the router, about a datagram that might be its own."""
    udp = struct.pack(">HHHH", PORT, PORT, 1400, 0) + bytes(8)
    source, target = (socket.inet_pton(FAMILY[outside], each[outside]) for each in (LEFT, RIGHT))
    if outside == 4:
        quoted = struct.pack(">BBHHHBBH", 0x45, 0, 1420, 1, 0x4000, 64, 17, 0) + source + target + udp
        icmp = struct.pack(">BBHHH", 3, 4, 0, 0, mtu) + quoted
        total = sum(struct.unpack(f">{len(icmp) // 2}H", icmp))
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        icmp = icmp[:2] + struct.pack(">H", total ^ 0xFFFF) + icmp[4:]
    else:
        quoted = struct.pack(">IHBB", 6 << 28, 1400, 17, 64) + source + target + udp
        icmp = struct.pack(">BBHI", 2, 0, 0, mtu) + quoted  # the kernel puts the checksum in
    with made.router.inside():
        raw = socket.socket(
            FAMILY[outside], socket.SOCK_RAW, socket.IPPROTO_ICMP if outside == 4 else socket.IPPROTO_ICMPV6
        )
    with raw:
        raw.sendto(icmp, (LEFT[outside], 0))


@outsides
def test_a_local_link_that_got_narrow_is_told_and_costs_no_offload(outside: int) -> None:
    with routed(outside) as made:
        made.join(0x1000)
        transfers_whole(made, 1 << 20)
        with made.left.inside():
            made.left.ip("link set outer mtu 1400")
        running = Transfer(made.a, made.b, 8 << 20)
        told = made.a.wait_event()
        while not any(isinstance(event, PathTooBig) and event.mtu == 1400 for event in told):
            told = made.a.wait_event()
        assert {event.remote.host for event in told if isinstance(event, PathTooBig)} == {RIGHT[outside]}
        made.a.plane.set_path_mtu(made.a.handles[0], 1400)
        assert running.whole()
        transfers_whole(made)
        assert made.a.plane.features()["udp_segment"]
        assert drops(made.a)["drop_send_too_big"] > 0
        assert all(isinstance(event, PathTooBig) for event in made.a.plane.events())


def test_only_the_narrow_path_of_two_is_told() -> None:
    """Both peers' packets leave in one batch."""
    with routed() as made:
        made.join(0x1000)
        with made.left.inside():
            made.left.ip("link add aside mtu 1300 type veth peer name beyond")
            made.left.ip("addr add 203.0.113.1/24 dev aside")
            made.left.ip("link set aside up")
            made.left.ip("link set beyond up")
            made.left.ip("neigh add 203.0.113.2 lladdr 02:00:00:00:00:01 dev aside")
        far = [type(ANY[0])(0, 0, 65535, socket.inet_aton("10.9.0.99"), socket.inet_aton("10.9.0.99"))]
        made.a.plane.install_outbound(
            spi=0x2000, encr=20, encr_key=bytes(20), local=ANY, remote=far, peer=("203.0.113.2", PORT)
        )
        with datagram_socket(made.a.space) as talking:
            for _ in range(50):
                for host in (INNER_B[4], "10.9.0.99"):
                    talking.sendto(bytes(1372), (host, 9))
        made.b.wait_counter("packets_in", 50)
        made.a.wait_counter("drop_send_too_big", 50)
        told = [*made.a.wait_event(), *made.a.plane.events()]
        # the loop that sends knows the port, the kernel's report of its own refusal the MTU
        assert set(told) <= {
            PathTooBig(Endpoint("203.0.113.2", PORT), 0),
            PathTooBig(Endpoint("203.0.113.2", 0), 1300),
        }
        assert drops(made.a) == {"drop_send_too_big": 50}
