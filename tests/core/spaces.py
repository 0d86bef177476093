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
import select
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ginnel_core import DataPlane, Event, IkeDatagram, Selector, Tun, UdpSocket

CLONE_NEWNET = 0x40000000
ANY4 = Selector(0, 0, 65535, bytes(4), b"\xff" * 4)
ANY6 = Selector(0, 0, 65535, bytes(16), b"\xff" * 16)
ANY = [ANY4, ANY6]
PORT = 4500
#: For other programs: a checked build's runtime is preloaded into ours alone.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
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

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.inside():
            return subprocess.run(
                arguments, capture_output=True, text=True, check=False, timeout=60, env=ENVIRONMENT
            )

    def socket(self, kind: int, address: tuple[str, int] = ("0.0.0.0", 0)) -> socket.socket:
        with self.inside():
            made = socket.socket(socket.AF_INET, kind)
        made.settimeout(20)
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

    def ping(self, *arguments: str) -> bool:
        return self.a.space.run("ping", "-q", "-W", "5", *arguments, self.b.inner).returncode == 0


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
            with under.inside():
                udp = UdpSocket(f"127.0.0.{index}", PORT) if version == 4 else UdpSocket("::1", PORT + index)
            stack.callback(udp.close)
            plane = DataPlane(tun, [udp])
            stack.callback(plane.stop)
            plane.start()
            ends.append(End(space, tun, udp, plane, inner))
        yield Tunnel(ends[0], ends[1], under)
