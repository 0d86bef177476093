"""What a connection needs of the machine it runs on: names, ways, a device, sockets and the packet path.

`Host` is the seam that tests replace; `system.SystemHost` is the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple, Protocol

from ginnel_core import Event as PlaneEvent

from ..ike.config import RandomBytes
from ..ike.events import Endpoint, Fetch, Path
from ..net.base import DeviceState, MachineNetwork, Way
from .dataplane import Plane
from .ondemand import Place


class SocketBuffers(NamedTuple):
    """What the kernel holds for one of the packet path's sockets (socket(7), SO_RCVBUF and SO_SNDBUF)."""

    name: str  # "udp4" or "udp6"
    receive_octets: int
    send_octets: int


class Route(NamedTuple):
    """A path that encapsulated datagrams can take now, and how the machine carries them."""

    path: Path
    way: Way


class Link(Protocol):
    """A device, its packet path and its sockets, open until `close`."""

    @property
    def device(self) -> str: ...
    @property
    def plane(self) -> Plane: ...
    @property
    def path(self) -> Path:
        """For the first datagram."""

    @property
    def float_local(self) -> Endpoint:
        """Where encapsulated datagrams leave from."""

    def start(
        self,
        received: Callable[[bytes, Path], None],
        happened: Callable[[list[PlaneEvent]], None],
        device_changed: Callable[[], None],
        network_changed: Callable[[], None],
        dns_changed: Callable[[], None],
    ) -> None:
        """`device_changed`, `network_changed`: `device_state` or `routes` may have another answer.

        `dns_changed`: what programs read to find a DNS server may be another.
        """

    def routes(self, remotes: Sequence[Endpoint]) -> tuple[Route, ...]:
        """The route to each of `remotes` that there is one to."""

    def send(self, data: bytes, path: Path) -> None: ...
    async def open_stream(
        self, remote: Endpoint, *, tls: bool, name: str, ended: Callable[[Path], None]
    ) -> Path:
        """A connection to `remote`, by TLS to the server `name`, that carries IKE and ESP: its path.

        `ended` is told when it breaks. Raises TunnelError `unreachable`.
        """

    def has_stream(self, path: Path) -> bool:
        """Whether the stream of `path` still carries."""

    def close_stream(self, path: Path) -> None:
        """Close it if it is open; nothing may be sent along `path` from now on."""

    def via(self, path: Path) -> Path:
        """Where the packet path sends what goes along `path`."""

    def device_state(self) -> DeviceState | None:
        """None when the device is gone."""

    def buffers(self) -> tuple[SocketBuffers, ...]: ...
    def close(self) -> None:
        """Stop the threads, wipe the keys, remove the device. Idempotent."""


class Host(Protocol):
    @property
    def network(self) -> MachineNetwork: ...
    @property
    def executor(self) -> Executor:
        """Of one thread: every call of `network` goes through it, in order."""

    @property
    def random(self) -> RandomBytes: ...

    def now(self) -> float:
        """Seconds of a steady clock that counts the machine's sleep, as the event loop's does not."""

    async def resolve(self, name: str, port: int, *, outside: bool = False) -> tuple[Endpoint, ...]:
        """The addresses of `name` in the system's order. Raises TunnelError `name_not_resolved`.

        `outside` asks beside every tunnel, and past a kill switch that stops the system's resolver.
        """

    async def fetch(self, what: Fetch) -> bytes | None:
        """What is there, got beside every tunnel; None for nothing."""

    def outlook(self, remotes: Sequence[str] = ()) -> tuple[Way, ...]:
        """How the machine gets to `remotes`, and out at all, beside every tunnel; empty: no network."""

    def has_way(self, remote: Endpoint) -> bool:
        """Whether packets to `remote` would leave the machine, beside every tunnel."""

    def place(self) -> Place:
        """The network that the machine is in, for on-demand rules."""

    def watch_network(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told` whenever `outlook` or `place` may have another answer; returns what ends it."""

    def open_link(self, remote: Endpoint) -> Link:
        """Raises TunnelError: `unreachable`, `tun_not_permitted`, `tun_unavailable`, `network_refused`."""
