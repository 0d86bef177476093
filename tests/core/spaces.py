"""Two tunnel ends in one process.

    space a: TUN 10.9.0.1/30 --[DataPlane a]-- 127.0.0.1 --\\
                                                            >-- space u (loopback alone)
    space b: TUN 10.9.0.2/30 --[DataPlane b]-- 127.0.0.2 --/

A socket or device stays in the network namespace that its creating thread was in, so nothing but the calling
thread moves between them. The namespaces go with the last descriptor that holds them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import re
import select
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest

from ginnel_core import DataPlane, Event, IkeDatagram, Selector, Tun, UdpSocket
from ginnel_service.demo.lab import local_addresses

CLONE_NEWNET = 0x40000000
ANY4 = Selector(0, 0, 65535, bytes(4), b"\xff" * 4)
ANY6 = Selector(0, 0, 65535, bytes(16), b"\xff" * 16)
ANY = [ANY4, ANY6]
PORT = 4500
#: For other programs: a checked build's runtime is preloaded into ours alone.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
PATIENCE_S = 20
IP_MTU_DISCOVER, DO = 10, 2
#: By address family: the types of a ping and of its answer.
ECHO = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}
_ANSWERED = re.compile(r"icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms")
_libc = ctypes.CDLL(None, use_errno=True)


def _current() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _enter(space: int) -> None:
    if _libc.setns(space, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Space:
    """A network namespace with its loopback up."""

    def __init__(self) -> None:
        before = _current()
        try:
            if _libc.unshare(CLONE_NEWNET) != 0:
                pytest.skip("no right to make network namespaces")
            self.fd = _current()
            self.ip("link set lo up")
        finally:
            _enter(before)
            os.close(before)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        before = _current()
        _enter(self.fd)
        try:
            yield
        finally:
            _enter(before)
            os.close(before)

    def ip(self, command: str) -> None:
        subprocess.run(["ip", *command.split()], check=True, capture_output=True, env=ENVIRONMENT)

    def wait_for(self, *addresses: str) -> None:
        """Wait until IPv6 addresses of devices that are up are ours.

        One without duplicate address detection can be bound to at once, but what comes for it is lost until
        a worker of the kernel has made its route.
        """
        wanted = {ip_address(each).packed for each in addresses}
        deadline = time.monotonic() + PATIENCE_S
        while not wanted <= self._local_addresses():
            assert time.monotonic() < deadline, addresses
            time.sleep(0.001)

    def _local_addresses(self) -> set[bytes]:
        with self.inside():
            return local_addresses(Path("/proc/thread-self/net/ipv6_route").read_text())

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.inside():
            return subprocess.run(
                arguments, capture_output=True, text=True, check=False, timeout=60, env=ENVIRONMENT
            )

    def round_trips(self, target: str, count: int, *more: str) -> dict[int, float]:
        """Milliseconds that the answers to the first `count` pings took, by number.

        Without a deadline ping(8) calls a last answer lost that takes twice as long as all before it. With
        one it goes on until it has `count` answers.
        """
        printed = self.run("ping", "-n", "-c", str(count), "-w", "40", *more, target).stdout
        found = {int(number): float(took) for number, took in _ANSWERED.findall(printed)}
        return {number: took for number, took in found.items() if number <= count}

    def socket(self, kind: int, address: tuple[str, int] = ("0.0.0.0", 0)) -> socket.socket:
        with self.inside():
            made = socket.socket(socket.AF_INET, kind)
        made.settimeout(PATIENCE_S)
        made.bind(address)
        return made

    def close(self) -> None:
        os.close(self.fd)


@dataclass
class End:
    """One end of the tunnel."""

    space: Space
    tun: Tun
    udp: UdpSocket
    plane: DataPlane
    inner: str
    handles: list[int] = field(default_factory=list)

    def wait_ike(self) -> IkeDatagram:
        select.select([self.plane.ike_fileno()], [], [], 20)
        datagram = self.plane.receive_ike()
        assert datagram is not None
        return datagram

    def wait_event(self) -> list[Event]:
        """Events, once there are some."""
        while select.select([self.plane.event_fileno()], [], [], 20)[0]:
            if found := self.plane.events():
                return found
        raise AssertionError("nothing happened")

    def at_rest(self) -> dict[str, int]:
        """The counters, when what was under way has passed."""
        pause, found = threading.Event(), self.plane.counters()
        while True:
            before = found
            pause.wait(0.05)
            found = self.plane.counters()
            if found == before:
                return found

    def wait_counter(self, name: str, least: int) -> int:
        pause = threading.Event()
        for _ in range(4000):
            value = self.plane.counters()[name]
            if value >= least:
                return value
            pause.wait(0.005)
        raise AssertionError(f"{name} is {self.plane.counters()[name]}, not {least}")


@dataclass
class Tunnel:
    a: End
    b: End
    under: Space

    def join(self, spi: int, key: bytes = bytes(range(20)), encr: int = 20, **more: object) -> None:
        """Install an SA pair: spi carries a to b, spi + 1 b to a; inbound sides first."""
        for sender, receiver, number in ((self.a, self.b, spi), (self.b, self.a, spi + 1)):
            keys = {"encr": encr, "encr_key": key, "local": ANY, "remote": ANY, **more}
            install_in: Callable[..., None] = receiver.plane.install_inbound
            install_in(spi=number, **keys)
            install_out: Callable[..., int] = sender.plane.install_outbound
            sender.handles.append(install_out(spi=number, peer=receiver.udp.local, **keys))

    def arrived(self, *spis: int) -> bool:
        """Whether each end has opened something of one of these SA pairs.

        What older ones sealed came before, for the newest that matches is taken.
        """
        ways = ((self.b, 0), (self.a, 1))
        return all(any(end.plane.inbound(spi + way).packets for spi in spis) for end, way in ways)

    def ping(self, count: int = 1, *, interval_s: float = 0.01, size: int = 56, tos: int = 0) -> bool:
        """Whether each of `count` pings from a to b was answered, so that nothing is under way any more.

        ping(8) waits no longer for the last than for the others, or sends more than it was asked for.
        """
        family = socket.AF_INET6 if ":" in self.b.inner else socket.AF_INET
        four = family == socket.AF_INET
        asks, answers = ECHO[family]
        who, left, sent = random.getrandbits(16), set(range(count)), 0
        with self.a.space.inside():
            asking = socket.socket(
                family, socket.SOCK_RAW, socket.IPPROTO_ICMP if four else socket.IPPROTO_ICMPV6
            )
        with asking:
            asking.connect((self.b.inner, 0))
            if four:
                asking.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, DO)
                asking.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
            begun = time.monotonic()
            while left:
                passed_s = time.monotonic() - begun
                if sent < count and passed_s >= sent * interval_s:
                    # the rest of the message is zeros; of ICMPv6 the kernel makes the checksum
                    total = (asks << 8) + who + sent
                    check = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
                    asking.send(struct.pack(">BBHHH", asks, 0, check, who, sent) + bytes(size))
                    sent += 1
                due_s = sent * interval_s + (0 if sent < count else PATIENCE_S)
                if sent == count and passed_s > due_s:
                    return False
                if select.select([asking], [], [], max(due_s - passed_s, 0))[0]:
                    data = asking.recv(65536)
                    message = data[(data[0] & 15) * 4 :] if four else data
                    kind, _, _, whose, number = struct.unpack_from(">BBHHH", message)
                    if (kind, whose) == (answers, who):
                        left.discard(number)
        return True


@contextlib.contextmanager
def tunnel(version: int = 4) -> Iterator[Tunnel]:
    """A started tunnel without SAs; of IPv6 in and out with `version` 6."""
    with contextlib.ExitStack() as stack:
        under = Space()
        stack.callback(under.close)
        ends = []
        for index in (1, 2):
            space = Space()
            stack.callback(space.close)
            with space.inside():
                tun = Tun("gin%d")
                stack.callback(tun.close)
                # the kernel's own router solicitations would count as drops
                quiet = "1" if version == 4 else "0"
                Path(f"/proc/sys/net/ipv6/conf/{tun.name}/disable_ipv6").write_text(quiet)
                space.ip(f"link set {tun.name} mtu 1400 up")
                inner = f"10.9.0.{index}" if version == 4 else f"fd09::{index}"
                space.ip(f"addr add {inner}/30 dev {tun.name}" + (" nodad" if version == 6 else ""))
            if version == 6:
                space.wait_for(inner)
            with under.inside():
                udp = UdpSocket(f"127.0.0.{index}", PORT) if version == 4 else UdpSocket("::1", PORT + index)
            stack.callback(udp.close)
            plane = DataPlane(tun, [udp])
            stack.callback(plane.stop)
            plane.start()
            ends.append(End(space, tun, udp, plane, inner))
        yield Tunnel(ends[0], ends[1], under)
