"""SAs come, go, move and run out under two data planes that carry traffic."""

from __future__ import annotations

import gc
import itertools
import select
import socket
import threading
from collections import deque
from collections.abc import Callable

import pytest

from core.spaces import ANY, End, Tunnel, tunnel
from ginnel_core import DataPlane, DeviceLost, SaExpiring, Selector, live_objects

pytestmark = pytest.mark.netns

LAST = {False: 2**32 - 1, True: 2**64 - 2}
SOFT = {False: 2**32 // 8 * 7, True: 2**63}
each_esn = pytest.mark.parametrize("esn", [False, True])
#: The tunnel's own addresses as a range that is no prefix.
NARROW = [Selector(0, 0, 65535, bytes([10, 9, 0, 1]), bytes([10, 9, 0, 2]))]
KEYS = {"encr": 20, "encr_key": bytes(20)}


def drops(*ends: End) -> dict[str, int]:
    found: dict[str, int] = {}
    for end in ends:
        for name, value in end.plane.counters().items():
            if name.startswith("drop_") and value:
                found[name] = found.get(name, 0) + value
    return found


def expiring(made: Tunnel) -> list[SaExpiring]:
    events = made.a.plane.events() + made.b.plane.events()
    return sorted(event._replace(handle=0) for event in events if isinstance(event, SaExpiring))


EACH_ONCE = [SaExpiring(way, spi, "sequence") for way in ("in", "out") for spi in (0x1000, 0x1001)]


@each_esn
def test_the_soft_edge_of_sequence_numbers_is_told_once(esn: bool) -> None:
    with tunnel() as made:
        made.join(0x1000, esn=esn, sequence=SOFT[esn] - 10)
        assert made.ping(9, interval_s=0.002)
        assert expiring(made) == []
        assert made.ping()
        assert expiring(made) == EACH_ONCE
        assert made.ping(50, interval_s=0.002)
        assert expiring(made) == []
        assert not drops(made.a, made.b)


@each_esn
def test_an_sa_sends_to_its_last_sequence_number_and_no_further(esn: bool) -> None:
    with tunnel() as made:
        made.join(0x1000, esn=esn, sequence=LAST[esn] - 20)
        assert made.ping(10, interval_s=0.002)
        assert expiring(made) == EACH_ONCE
        made.a.space.run("ping", "-q", "-c", "25", "-i", "0.002", "-W", "1", made.b.inner)
        assert made.a.wait_counter("drop_sequence_exhausted", 15) == 15
        assert made.a.plane.outbound(made.a.handles[0]).packets == 20
        assert made.b.wait_counter("packets_in", 20) == made.b.plane.inbound(0x1000).packets == 20
        assert drops(made.a, made.b) == {"drop_sequence_exhausted": 15}
        assert expiring(made) == []
        made.join(0x2000, esn=esn)  # the rekey sends on
        assert made.ping(3, interval_s=0.002)


def test_an_sa_that_is_taken_over_accepts_nothing_twice() -> None:
    with tunnel() as made:
        made.b.plane.install_inbound(spi=0x1000, local=ANY, remote=ANY, sequence=1000, **KEYS)  # type: ignore[arg-type]
        send: Callable[..., int] = made.a.plane.install_outbound
        handle = send(spi=0x1000, local=ANY, remote=ANY, peer=made.b.udp.local, sequence=990, **KEYS)
        made.a.space.run("ping", "-q", "-c", "30", "-i", "0.002", "-W", "1", made.b.inner)
        assert made.b.wait_counter("packets_in", 20) == 20
        assert made.b.plane.counters()["drop_replay"] == 10
        assert made.a.plane.outbound(handle).packets == 30


def test_the_path_mtu_is_set_within_what_a_path_can_have() -> None:
    with tunnel() as made, tunnel(version=6) as other:
        for each, least in ((made, 576), (other, 1280)):
            each.join(0x1000)
            plane, handle = each.a.plane, each.a.handles[0]
            for good in (least, 65535):
                plane.set_path_mtu(handle, good)
            install: Callable[..., int] = plane.install_outbound
            parameters = {"spi": 500, "local": ANY, "remote": ANY, "peer": each.b.udp.local, **KEYS}
            for bad in (0, least - 1, 65536, -1):
                with pytest.raises(ValueError, match="path MTU"):
                    plane.set_path_mtu(handle, bad)
                with pytest.raises(ValueError, match="path MTU"):
                    install(path_mtu=bad, **parameters)
            plane.retire_outbound(install(path_mtu=least, copy_dscp=True, **parameters))
            with pytest.raises(KeyError):
                plane.set_path_mtu(99, 1400)
            for bad in (-1, 2**32):
                with pytest.raises(ValueError, match="sequence"):
                    install(sequence=bad, **parameters)
            assert each.ping()


def stranger(number: int) -> list[Selector]:
    """A host, a prefix or a range beside the tunnel's own addresses, by turns, of IPv4 or of IPv6."""
    octets = 4 if number % 2 else 16
    base = (172 << 24 if octets == 4 else 0xFD01 << 112) + (number << 4)
    last = base + (0, 15, 14)[number % 3]
    return [Selector(0, 0, 65535, base.to_bytes(octets, "big"), last.to_bytes(octets, "big"))]


class Strangers:
    """SAs of one plane that carry nothing; the oldest go first."""

    def __init__(self, plane: DataPlane, peer: tuple[str, int]) -> None:
        self.plane, self.peer = plane, peer
        self.held: deque[tuple[int, int]] = deque()
        self.numbers = itertools.count()

    def come(self, count: int) -> None:
        for number in itertools.islice(self.numbers, count):
            spi, there = 0x100000 + 7919 * number, stranger(number)
            here = ANY[:1] if len(there[0].start) == 4 else ANY[1:]
            self.plane.install_inbound(spi=spi, local=here, remote=there, **KEYS)  # type: ignore[arg-type]
            install: Callable[..., int] = self.plane.install_outbound
            handle = install(spi=spi, local=here, remote=there, peer=self.peer, **KEYS)
            self.held.append((spi, handle))

    def go(self, count: int) -> None:
        for _ in range(count):
            spi, handle = self.held.popleft()
            self.plane.retire_outbound(handle)
            self.plane.retire_inbound(spi)

    def move(self) -> None:
        self.plane.move_outbound(self.held[0][1], self.peer)


def ask_and_answer(made: Tunnel, over: threading.Event, whole: list[int]) -> None:
    """One TCP connection that never has more under way than its sockets hold; adds its number of turns."""
    listener = made.b.space.socket(socket.SOCK_STREAM, (made.b.inner, 0))
    listener.listen()
    client = made.a.space.socket(socket.SOCK_STREAM)
    client.connect(listener.getsockname())
    server, _ = listener.accept()
    server.settimeout(20)
    with listener, client, server, client.makefile("rb") as at_client, server.makefile("rb") as at_server:
        for turn in itertools.count(1):
            message = turn.to_bytes(4, "big") * 2000
            for sender, reader in ((client, at_server), (server, at_client)):
                sender.sendall(message)
                if reader.read(len(message)) != message:
                    return
            if over.is_set():
                whole.append(turn)
                return


def test_other_sas_come_and_go_under_a_flow_that_never_notices() -> None:
    """Its own SA moves, and is rekeyed to narrower and to wider selectors, meanwhile."""
    with tunnel() as made:
        made.join(0x1000)
        assert made.ping()
        gc.collect()
        before = live_objects()
        over = threading.Event()
        answers: list[dict[int, float]] = []
        whole: list[int] = []
        pings = threading.Thread(
            target=lambda: answers.append(made.a.space.round_trips(made.b.inner, 2000, "-i", "0.001"))
        )
        stream = threading.Thread(target=ask_and_answer, args=(made, over, whole))
        pings.start()
        stream.start()
        ends = (made.a, made.b)
        strangers = [Strangers(end.plane, other.udp.local) for end, other in (ends, ends[::-1])]
        spis: deque[int] = deque([0x1000])
        selectors = itertools.cycle((NARROW, ANY))
        rounds = 0
        while pings.is_alive() or rounds < 40:
            rounds += 1
            for each in strangers:
                each.come(60)
                each.move()
                if len(each.held) > 600:
                    each.go(60)
            made.a.plane.move_outbound(
                made.a.handles[0], made.b.udp.local, ("127.0.0.4", 0) if rounds % 2 else None
            )
            spis.append(spis[-1] + 0x10)
            both = next(selectors)
            made.join(spis[-1], local=both, remote=both)
            for end in ends:
                end.plane.retire_outbound(end.handles.pop(0))
            if len(spis) > 3 and made.arrived(*itertools.islice(spis, 1, None)):
                gone = spis.popleft()
                made.b.plane.retire_inbound(gone)
                made.a.plane.retire_inbound(gone + 1)
            for end in ends:
                assert not [event for event in end.plane.events() if isinstance(event, DeviceLost)]
            pings.join(0.02)
        over.set()
        pings.join()
        stream.join()
        assert not drops(*ends)
        assert whole
        assert len(answers[0]) == 2000
        for each in strangers:
            each.go(len(each.held))
        while len(spis) > 1:
            gone = spis.popleft()
            made.b.plane.retire_inbound(gone)
            made.a.plane.retire_inbound(gone + 1)
        wait_until_freed(made, before)
        assert made.ping()


def wait_until_freed(made: Tunnel, expected: dict[str, int]) -> None:
    planes = {end.plane.event_fileno(): end.plane for end in (made.a, made.b)}
    for plane in planes.values():
        plane.events()
    while live_objects() != expected:  # a loop that was in a batch tells when it has passed
        ready, _, _ = select.select(planes, [], [], 20)
        assert ready, (live_objects(), expected)
        for fd in ready:
            planes[fd].events()


def test_ten_thousand_sas_come_and_go_beside_the_one_that_is_used() -> None:
    with tunnel() as made:
        made.join(0x1000)
        assert made.ping()
        gc.collect()
        before = live_objects()
        strangers = Strangers(made.a.plane, made.b.udp.local)
        strangers.come(10_000)
        assert made.ping(20, interval_s=0.002)
        strangers.go(10_000)
        wait_until_freed(made, before)
        assert made.ping(20, interval_s=0.002)
        assert not drops(made.a, made.b)
