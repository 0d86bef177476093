"""Two tunnel ends with a router between them, on which anything may happen to what they send.

space a                    left              router              right                    space b
TUN 10.9.0.1, fd09::1 --[plane a] outer --- toleft, toright --- outer [plane b]-- TUN 10.9.0.2, fd09::2
                          192.0.2.2/24   .1              .1   198.51.100.2/24
                         2001:db8:1::2/64                     2001:db8:2::2/64
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.spaces import PATIENCE_S, PORT, End, Space, Tunnel
from ginnel_core import DataPlane, Tun, UdpSocket

LEFT = {4: "192.0.2.2", 6: "2001:db8:1::2"}
RIGHT = {4: "198.51.100.2", 6: "2001:db8:2::2"}
INNER_A = {4: "10.9.0.1", 6: "fd09::1"}
INNER_B = {4: "10.9.0.2", 6: "fd09::2"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
SO_RCVBUFFORCE = 33  # socket(7)


@dataclass
class Routed(Tunnel):
    """`under` is the router; `a` and `b` have both families inside."""

    left: Space = field(kw_only=True)
    right: Space = field(kw_only=True)

    @property
    def router(self) -> Space:
        return self.under

    def firewall(self, rules: str, space: Space | None = None, hook: str = "forward") -> None:
        """Put `rules` in place of those that were there."""
        space = space or self.router
        done = space.run(
            "nft",
            f"add table inet edges\ndelete table inet edges\ntable inet edges {{\nchain {hook} {{\n"
            f"type filter hook {hook} priority filter\n{rules}\n}}\n}}",
        )
        assert done.returncode == 0, done.stderr

    def as_on_a_wire(self) -> None:
        """Trains of datagrams are cut up where they leave, so that the router sees each one."""
        for space in (self.left, self.right):
            with space.inside():
                space.ip("link set outer gso_max_segs 1")


def sysctl(space: Space, name: str, value: str) -> None:
    with space.inside():
        Path("/proc/sys/net", name).write_text(value)


def _link(router: Space, space: Space, name: str, network4: str, network6: str) -> None:
    with router.inside():
        router.ip(f"link add {name} type veth peer name outer netns /proc/{os.getpid()}/fd/{space.fd}")
        router.ip(f"addr add {network4}.1/24 dev {name}")
        router.ip(f"addr add {network6}::1/64 dev {name} nodad")
        router.ip(f"link set {name} up")
    with space.inside():
        space.ip(f"addr add {network4}.2/24 dev outer")
        space.ip(f"addr add {network6}::2/64 dev outer nodad")
        space.ip("link set outer up")
    router.wait_for(f"{network6}::1")
    space.wait_for(f"{network6}::2")
    default_routes(space, network4, network6)


def default_routes(space: Space, network4: str, network6: str) -> None:
    with space.inside():
        space.ip(f"route replace default via {network4}.1")
        space.ip(f"-6 route replace default via {network6}::1")


@contextlib.contextmanager
def routed(
    outside: int = 4,
    *,
    tun_offload: tuple[bool, bool] = (True, True),
    udp_offload: tuple[bool, bool] = (True, True),
    wildcard: bool = False,
) -> Iterator[Routed]:
    """A started tunnel without SAs; with `wildcard` end a's socket has all of its host's addresses."""
    with contextlib.ExitStack() as stack:
        spaces = [Space() for _ in range(5)]
        for space in spaces:
            stack.callback(space.close)
        inner_a, left, router, right, inner_b = spaces
        for space in (left, router, right):
            sysctl(space, "ipv6/conf/default/accept_dad", "0")
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            sysctl(router, name, "1")
        _link(router, left, "toleft", "192.0.2", "2001:db8:1")
        _link(router, right, "toright", "198.51.100", "2001:db8:2")
        # a burst that waits for a neighbour's address loses what is beyond the kernel's short queue
        assert left.run("ping", "-q", "-c", "1", "-W", "10", RIGHT[outside]).returncode == 0
        ends = []
        for index, (space, outer, host, inner) in enumerate(
            ((inner_a, left, LEFT, INNER_A), (inner_b, right, RIGHT, INNER_B))
        ):
            with space.inside():
                tun = Tun("gin%d", offload=tun_offload[index])
                stack.callback(tun.close)
                space.ip(f"link set {tun.name} addrgenmode none")  # nor router solicitations
                space.ip(f"link set {tun.name} mtu 1400 up")
                space.ip(f"addr add {inner[4]}/24 dev {tun.name}")
                space.ip(f"addr add {inner[6]}/64 dev {tun.name} nodad")
            space.wait_for(inner[6])
            with outer.inside():
                bound = ("0.0.0.0" if outside == 4 else "::") if wildcard and index == 0 else host[outside]
                udp = UdpSocket(bound, PORT, offload=udp_offload[index])
            stack.callback(udp.close)
            plane = DataPlane(tun, [udp])
            stack.callback(plane.stop)
            plane.start()
            ends.append(End(space, tun, udp, plane, inner[4]))
        yield Routed(ends[0], ends[1], router, left=left, right=right)


def drops(end: End) -> dict[str, int]:
    """What was dropped, by reason."""
    counters = end.plane.counters()
    return {name: value for name, value in counters.items() if name.startswith("drop_") and value}


def datagram_socket(space: Space, host: str = "", port: int = 0) -> socket.socket:
    """A bound UDP socket of the family of `host`; without one, of IPv4."""
    with space.inside():
        made = socket.socket(FAMILY[6 if ":" in host else 4], socket.SOCK_DGRAM)
    made.settimeout(PATIENCE_S)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    made.bind((host, port))
    return made


class Transfer:
    """Random octets over TCP from one end to the other, in threads of their own."""

    def __init__(self, sender: End, receiver: End, octets: int, inside: int = 4) -> None:
        inner = (INNER_A if receiver.inner == INNER_A[4] else INNER_B)[inside]
        with receiver.space.inside():
            listener = socket.create_server((inner, 0), family=FAMILY[inside])
        with sender.space.inside():
            self._out = socket.socket(FAMILY[inside])
        for each in (listener, self._out):
            each.settimeout(PATIENCE_S)
        self._out.connect(listener.getsockname()[:2])
        self._in, _ = listener.accept()
        self._in.settimeout(PATIENCE_S)
        self.port: int = listener.getsockname()[1]
        listener.close()
        block = random.Random(octets).randbytes(min(octets, 1 << 20))
        self._blocks = [block] * (octets // len(block))
        self._got = hashlib.sha256()
        self.received = 0
        self._enough = threading.Event()
        self.threads = [threading.Thread(target=each, daemon=True) for each in (self._write, self._read)]
        for thread in self.threads:
            thread.start()

    def _write(self) -> None:
        with contextlib.suppress(OSError):  # what did not arrive is told by `whole`
            for block in self._blocks:
                if self._enough.is_set():
                    break
                self._out.sendall(block)
            self._out.shutdown(socket.SHUT_WR)

    def _read(self) -> None:
        buffer = memoryview(bytearray(1 << 20))
        with contextlib.suppress(OSError):
            while got := self._in.recv_into(buffer):
                self._got.update(buffer[:got])
                self.received += got

    def join(self) -> None:
        for thread in self.threads:
            thread.join(2 * PATIENCE_S)
        self._out.close()
        self._in.close()

    def enough(self) -> None:
        """Stop before all is sent."""
        self._enough.set()
        self.join()

    def abandon(self) -> None:
        """Stop although nothing arrives any more."""
        for each in (self._out, self._in):
            with contextlib.suppress(OSError):  # the peer may be gone
                each.shutdown(socket.SHUT_RDWR)
        self.join()

    def whole(self) -> bool:
        """Whether all that was to be sent has arrived, in order."""
        self.join()
        return self._got.digest() == hashlib.sha256(b"".join(self._blocks)).digest()


def transfers_whole(tunnel: Tunnel, octets: int = 4 << 20, inside: int = 4) -> None:
    """Both directions at once."""
    both = [
        Transfer(tunnel.a, tunnel.b, octets, inside),
        Transfer(tunnel.b, tunnel.a, octets, inside),
    ]
    assert [each.whole() for each in both] == [True, True]
