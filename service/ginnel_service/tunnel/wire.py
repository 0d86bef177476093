"""Where a session's datagrams go out and come in: plain sockets, or the packet path's with a marker.

RFC 3948 section 2: on port 4500 an IKE message stands behind four zero octets, ESP behind its SPI, and a
lone 0xFF keeps a NAT's mapping alive. RFC 7296 section 2: on port 500 a message stands alone. What a stream
carries goes by way of its relay, which is an address like any other to the packet path.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ginnel_core import Endpoint as CoreEndpoint
from ginnel_core import Event as PlaneEvent
from ginnel_core import IkeDatagram

from ..ike.events import Endpoint, Path, Probe
from .sockets import PlainSocket, family_of, local_address
from .stream import Relay

log = logging.getLogger("ginnel.tunnel")

KEEPALIVE: Final = b"\xff"
#: Datagrams taken from one socket before timers and others have their turn.
BURST: Final = 64


class IkePlane(Protocol):
    """The part of `ginnel_core.DataPlane` that carries IKE and reports."""

    def ike_fileno(self) -> int: ...
    def receive_ike(self) -> IkeDatagram | None: ...
    def send_ike(
        self,
        data: bytes,
        remote: CoreEndpoint | tuple[str, int],
        local: CoreEndpoint | tuple[str, int] | None = None,
        probe: bool = False,
    ) -> None: ...
    def event_fileno(self) -> int: ...
    def events(self) -> list[PlaneEvent]: ...


class Wire:
    """Borrows the plane and all sockets; `close` only stops listening, before their owner closes them.

    Relays it owns, from `add` on.
    """

    def __init__(self, plane: IkePlane, plain: Sequence[PlainSocket]) -> None:
        self._plane = plane
        self._plain = plain
        self._relays: dict[Path, Relay] = {}
        self._by_address: dict[Endpoint, Relay] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._received: Callable[[bytes, Path], None] = lambda data, path: None
        self._happened: Callable[[list[PlaneEvent]], None] = lambda events: None

    def start(
        self, received: Callable[[bytes, Path], None], happened: Callable[[list[PlaneEvent]], None]
    ) -> None:
        """From now on call `received` with each IKE message and `happened` with the plane's news."""
        self._received, self._happened = received, happened
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._plane.ike_fileno(), self._read_plane)
        self._loop.add_reader(self._plane.event_fileno(), self._read_events)
        for plain in self._plain:
            self._loop.add_reader(plain.fileno(), self._read_plain, plain)

    def close(self) -> None:
        for path in tuple(self._relays):
            self.remove(path)
        if self._loop is None:
            return
        for fileno in (
            self._plane.ike_fileno(),
            self._plane.event_fileno(),
            *(plain.fileno() for plain in self._plain),
        ):
            self._loop.remove_reader(fileno)
        self._loop = None

    def add(self, relay: Relay) -> None:
        self._relays[relay.path] = relay
        self._by_address[relay.datagrams.remote] = relay

    def remove(self, path: Path) -> None:
        """Close the relay of `path`, if there is one."""
        relay = self._relays.pop(path, None)
        if relay is not None:
            del self._by_address[relay.datagrams.remote]
            relay.close()

    def carries(self, path: Path) -> bool:
        """Whether the stream of `path` is open."""
        return path in self._relays and self._relays[path].running

    def via(self, path: Path) -> Path:
        """Where the packet path sends what goes along `path`."""
        return self._relays[path].datagrams if path.stream else path

    def path_to(self, local: Endpoint, remote: Endpoint) -> Path:
        """What a session knows as its path, where the packet path hears from `remote`."""
        relay = self._by_address.get(remote)
        return Path(self._local(local, remote), remote, True) if relay is None else relay.path

    def send(self, data: bytes, path: Path) -> None:
        """Send along `path`. What the OS refuses is lost like on any network: retransmission cares."""
        if path.stream:
            # "NAT keep-alives SHOULD NOT be sent" in a stream (RFC 9329 section 6.6)
            if not self.carries(path) or data == KEEPALIVE:
                return
            path = self.via(path)
        try:
            if path.encapsulated or data == KEEPALIVE:
                self._plane.send_ike(data, path.remote, path.local, probe=isinstance(data, Probe))
            else:
                self._plain_for(path.remote.host).send(data, path.remote, path.local)
        except OSError as error:
            log.debug("a datagram to %s was not sent: %s", path.remote.host, error.strerror)

    def _plain_for(self, host: str) -> PlainSocket:
        family = family_of(host)
        for plain in self._plain:
            if family_of(plain.local.host) == family:
                return plain
        raise OSError(97, "no socket of this address family")

    def _read_plane(self) -> None:
        for _ in range(BURST):
            datagram = self._plane.receive_ike()
            if datagram is None:
                return
            path = self.path_to(Endpoint(*datagram.local), Endpoint(*datagram.remote))
            self._received(datagram.data, path)

    def _read_plain(self, plain: PlainSocket) -> None:
        for _ in range(BURST):
            received = plain.receive()
            if received is None:
                return
            if received.data != KEEPALIVE:
                self._received(received.data, Path(received.local, received.remote, False))

    def _read_events(self) -> None:
        self._happened(self._plane.events())

    def _local(self, local: Endpoint, remote: Endpoint) -> Endpoint:
        """`local` with a real address where the packet path knows only the wildcard it is bound to."""
        if local.host not in {"0.0.0.0", "::"}:  # noqa: S104  (compared, not bound)
            return local
        try:
            return Endpoint(local_address(remote, 0), local.port)
        except OSError:
            return local
