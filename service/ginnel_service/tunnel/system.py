"""The machine itself, for connections and for a gateway: devices, sockets, names and what changes.

`host.py` says what a connection asks of it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from typing import Final

from ginnel_core import DataPlane, Tun, UdpSocket
from ginnel_core import Event as PlaneEvent

from ..clock import since_boot_s
from ..ike.config import RandomBytes
from ..ike.events import Endpoint, Fetch, Path
from ..net.base import DeviceState, MachineNetwork, Way
from ..net.machine import DeviceWatch, DnsWatch, NetworkWatch, device_state
from ..net.machine import way as route_to
from .dataplane import Plane
from .errors import TunnelError, socket_error, tun_error
from .fetch import Fetcher
from .frames import PREFIX
from .host import Link, Route, SocketBuffers
from .ondemand import Place
from .place import look_around
from .resolver import resolve_outside
from .sockets import PlainSocket, bind_to, family_of, local_address
from .stream import Relay, client_tls, connect
from .wire import Wire

#: IKE alone. A path to any other port begins with RFC 3948's marker from the first datagram on.
IKE_PORT: Final = 500
RESOLVE_TIMEOUT_S: Final = 10.0
DEVICE: Final = "utun%d" if sys.platform == "darwin" else "ginnel%d"
#: Root servers' addresses, which no network has of its own: the way to them is the way out. Nothing is sent.
FAR_AWAY: Final = ("198.41.0.4", "2001:503:ba3e::2:30")
#: Between two looks at what changes, as every step of a configuration is a change.
SETTLE_S: Final = 0.05


class SystemHost:
    """The machine itself."""

    def __init__(self, network: MachineNetwork, executor: Executor) -> None:
        self.network = network
        self.executor = executor
        self.random: RandomBytes = os.urandom
        self._fetcher = Fetcher(self._resolve_either_way, mark=network.socket_mark)
        self.now = since_boot_s

    async def resolve(self, name: str, port: int, *, outside: bool = False) -> tuple[Endpoint, ...]:
        try:
            family_of(name)
        except ValueError:
            if outside:
                return await resolve_outside(name, port, mark=self.network.socket_mark)
            return await resolve_name(name, port)
        return (Endpoint(name, port),)

    async def fetch(self, what: Fetch) -> bytes | None:
        return await self._fetcher.fetch(what)

    async def _resolve_either_way(self, name: str, port: int) -> tuple[Endpoint, ...]:
        """A kill switch stops the system's resolver, and a tunnel's DNS may be all that a file names."""
        ways = [asyncio.ensure_future(self.resolve(name, port, outside=each)) for each in (False, True)]
        try:
            for first in asyncio.as_completed(ways):
                with suppress(TunnelError):
                    return await first
        finally:
            for way in ways:
                way.cancel()
        raise TunnelError("name_not_resolved", server=name, detail="no answer")

    def outlook(self, remotes: Sequence[str] = ()) -> tuple[Way, ...]:
        found = (route_to(host, self.network.socket_mark) for host in (*remotes, *FAR_AWAY))
        return tuple(dict.fromkeys(way for way in found if way is not None))

    def has_way(self, remote: Endpoint) -> bool:
        return route_to(remote.host, self.network.socket_mark) is not None

    def place(self) -> Place:
        return look_around(self.outlook())

    def watch_network(self, told: Callable[[], None]) -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        with ExitStack() as stack:
            network = NetworkWatch()
            stack.callback(network.close)
            stack.callback(Watcher(loop, network, told).close)
            with suppress(OSError):  # a machine may have no inotify instance left
                names = DnsWatch()
                stack.callback(names.close)
                stack.callback(Watcher(loop, names, told).close)
            return stack.pop_all().close

    def open_link(self, remote: Endpoint) -> Link:
        return SystemLink(remote, self.network.socket_mark)


class SystemLink:
    """A device, a data-plane socket for each address family, and a plain socket of the gateway's."""

    def __init__(self, remote: Endpoint, mark: int) -> None:
        try:
            host = local_address(remote, mark)
        except OSError as error:
            raise TunnelError("unreachable", server=remote.host, detail=error.strerror or "") from None
        wildcard = "::" if ":" in remote.host else "0.0.0.0"  # noqa: S104  (outlives a change of address)
        with ExitStack() as stack:
            tun = open_tun(DEVICE)
            stack.callback(tun.close)
            udp = open_udp(wildcard, 0, mark)
            stack.callback(udp.close)
            sockets = [udp]
            with suppress(TunnelError):  # a machine may have one family alone
                sockets.append(open_udp("0.0.0.0" if wildcard == "::" else "::", 0, mark))  # noqa: S104
                stack.callback(sockets[-1].close)
            plain = open_plain(wildcard, 0, mark)
            stack.callback(plain.close)
            plane = DataPlane(tun, sockets)
            stack.callback(plane.stop)
            self._wire = Wire(plane, [plain])
            stack.callback(self._wire.close)
            self._watch = DeviceWatch()
            stack.callback(self._watch.close)
            self._monitor = NetworkWatch()
            stack.callback(self._monitor.close)
            self._dns_watch: DnsWatch | None = None
            with suppress(OSError):  # a machine may have no inotify instance left
                self._dns_watch = DnsWatch()
                stack.callback(self._dns_watch.close)
            self._stack = stack.pop_all()
        self._udp = udp
        self._sockets = tuple(sockets)
        self._plain = plain
        self._bound: dict[int, int] = {}  # by family, the device that its sockets are bound to
        self._mark = mark
        self.device = tun.name
        self.plane: Plane = plane
        self._plane = plane
        self.float_local = Endpoint(host, udp.local.port)
        marked = remote.port != IKE_PORT  # at any other the marker tells IKE from ESP
        first = self.float_local if marked else Endpoint(host, plain.local.port)
        self.path = Path(first, remote, marked)
        if not mark:
            self.routes((remote,))

    def start(
        self,
        received: Callable[[bytes, Path], None],
        happened: Callable[[list[PlaneEvent]], None],
        device_changed: Callable[[], None],
        network_changed: Callable[[], None],
        dns_changed: Callable[[], None],
    ) -> None:
        self._wire.start(received, happened)
        self._plane.start()
        loop = asyncio.get_running_loop()
        for watch, tell in (
            (self._watch, device_changed),
            (self._monitor, network_changed),
            (self._dns_watch, dns_changed),
        ):
            if watch is not None:
                watcher = Watcher(loop, watch, tell)
                self._stack.callback(watcher.close)

    def routes(self, remotes: Sequence[Endpoint]) -> tuple[Route, ...]:
        ports = {family_of(udp.local.host): udp.local.port for udp in self._sockets}
        found: list[Route] = []
        ours = _index(self.device)
        for remote in remotes:
            port, way = ports.get(family_of(remote.host)), route_to(remote.host, self._mark)
            if port is not None and way is not None and way.device != ours:  # a way in a circle is none
                found.append(Route(Path(Endpoint(way.local, port), remote, True), way))
        self._follow(found)
        return tuple(found)

    def _follow(self, routes: Sequence[Route]) -> None:
        """Where sockets are bound to a device: to that of the first route of their family."""
        devices = {family_of(route.path.remote.host): route.way.device for route in reversed(routes)}
        every: tuple[UdpSocket | PlainSocket, ...] = (*self._sockets, self._plain)
        for family, device in devices.items():
            if self._bound.get(family) == device:
                continue
            with suppress(OSError):  # of a device that has just gone: another way will be found
                for opened in every:
                    if family_of(opened.local.host) == family:
                        bind_to(opened, family, device)
                self._bound[family] = device

    def send(self, data: bytes, path: Path) -> None:
        self._wire.send(data, path)

    async def open_stream(
        self, remote: Endpoint, *, tls: bool, name: str, ended: Callable[[Path], None]
    ) -> Path:
        try:
            connection = await connect(remote, self._mark, tls=client_tls() if tls else None, name=name)
            try:
                at = Endpoint(*self._udp.local)
                relay = Relay(connection, at, lambda relay: ended(relay.path))
            except BaseException:
                connection.close()
                raise
        except OSError as error:
            detail = f"TCP port {remote.port}: {error.strerror or type(error).__name__}"
            raise TunnelError("unreachable", server=remote.host, detail=detail) from None
        self._wire.add(relay)
        relay.start(PREFIX)
        return relay.path

    def has_stream(self, path: Path) -> bool:
        return self._wire.carries(path)

    def close_stream(self, path: Path) -> None:
        self._wire.remove(path)

    def via(self, path: Path) -> Path:
        return self._wire.via(path)

    def device_state(self) -> DeviceState | None:
        return device_state(self.device)

    def buffers(self) -> tuple[SocketBuffers, ...]:
        return tuple(_buffers(udp) for udp in self._sockets)

    def close(self) -> None:
        self._stack.close()


def _index(device: str) -> int:
    """Zero when there is no such device."""
    try:
        return socket.if_nametoindex(device)
    except OSError:
        return 0


class Watcher:
    """Tells of changes at once, but of the many that one event brings no more often than all `SETTLE_S`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        watch: DeviceWatch | NetworkWatch | DnsWatch,
        tell: Callable[[], None],
    ) -> None:
        self._loop, self._watch, self._tell = loop, watch, tell
        self._pause: asyncio.TimerHandle | None = None
        self._listen()

    def _listen(self) -> None:
        self._pause = None
        self._loop.add_reader(self._watch.fileno(), self._changed)

    def _changed(self) -> None:
        self._loop.remove_reader(self._watch.fileno())
        self._pause = self._loop.call_later(SETTLE_S, self._listen)
        if self._watch.drain():
            self._tell()

    def close(self) -> None:
        self._loop.remove_reader(self._watch.fileno())
        if self._pause is not None:
            self._pause.cancel()


def _buffers(udp: UdpSocket) -> SocketBuffers:
    with socket.socket(fileno=os.dup(udp.fileno())) as copy:
        name = "udp4" if copy.family == socket.AF_INET else "udp6"
        receive, send = (
            copy.getsockopt(socket.SOL_SOCKET, option) for option in (socket.SO_RCVBUF, socket.SO_SNDBUF)
        )
    return SocketBuffers(name, receive, send)


def open_tun(name: str) -> Tun:
    """Raises TunnelError `tun_not_permitted` or `tun_unavailable`."""
    try:
        return Tun(name)
    except OSError as error:
        raise tun_error(error) from None


def open_udp(host: str, port: int, mark: int) -> UdpSocket:
    """Raises TunnelError `port_busy` or `network_refused`."""
    try:
        return UdpSocket(host, port, mark=mark)
    except OSError as error:
        raise socket_error(error, port) from None


def open_plain(host: str, port: int, mark: int) -> PlainSocket:
    """Raises TunnelError `port_busy` or `network_refused`."""
    try:
        return PlainSocket(host, port, mark=mark)
    except OSError as error:
        raise socket_error(error, port) from None


async def resolve_name(name: str, port: int, *, timeout_s: float = RESOLVE_TIMEOUT_S) -> tuple[Endpoint, ...]:
    """getaddrinfo(3) in a thread of its own, which a stopping service need not wait for."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[Endpoint, ...]] = loop.create_future()

    def settle(found: tuple[Endpoint, ...], error: OSError | UnicodeError | None) -> None:
        if answer.done():
            return
        if error is None and found:
            answer.set_result(found)
        else:
            detail = getattr(error, "strerror", None) or "no address"
            answer.set_exception(TunnelError("name_not_resolved", server=name, detail=detail))

    def work() -> None:
        found: tuple[Endpoint, ...] = ()
        failure: OSError | UnicodeError | None = None
        try:
            infos = socket.getaddrinfo(name, port, type=socket.SOCK_DGRAM)
            found = tuple(dict.fromkeys(Endpoint(str(info[4][0]), int(info[4][1])) for info in infos))
        except (OSError, UnicodeError) as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, found, failure)

    threading.Thread(target=work, name="ginnel-resolve", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, timeout_s)
    except TimeoutError:
        raise TunnelError("name_not_resolved", server=name, detail="no answer") from None
