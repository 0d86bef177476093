"""A world for one tunnel: a loop whose clock only it moves, a machine that remembers, a gateway in memory.

The gateway is the real responder; datagrams take `delay_s` each way, or are lost while `silent`.
"""

from __future__ import annotations

import asyncio
import random
import selectors as system_selectors
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any, TypeVar

from ginnel_core import DeviceLost, SaCounters
from ginnel_core import Event as PlaneEvent
from ginnel_service.gateway.config import GatewayConfig
from ginnel_service.gateway.policy import Policy
from ginnel_service.gateway.pools import Pools
from ginnel_service.ike.events import Endpoint, Event, Fetch, Path
from ginnel_service.ike.exchanges.delete import DeleteChild
from ginnel_service.ike.payloads.selector import TrafficSelector
from ginnel_service.ike.responder import Responder
from ginnel_service.net.base import DeviceState, FakeNetwork, Way
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.host import Route, SocketBuffers
from ginnel_service.tunnel.ondemand import Place

T = TypeVar("T")

CLIENT = Endpoint("192.0.2.10", 40500)
CLIENT_FLOAT = Endpoint("192.0.2.10", 44500)


class _Instant(system_selectors.SelectSelector):
    """Never waits: the loop's clock jumps to the next timer instead."""

    jump: Callable[[float], None] = staticmethod(lambda seconds: None)

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("everything waits for something that will never come")
        if not ready and timeout:
            self.jump(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._now = 1000.0
        selector = _Instant()
        selector.jump = self._jump
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds


def play(scene: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `scene` in a virtual loop, in no time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(scene())


class InlineExecutor(Executor):
    """Does everything at once, in the caller's thread."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class FakePlane:
    """The SAs that a packet path would have."""

    def __init__(self) -> None:
        self.inbound_sas: dict[int, dict[str, Any]] = {}
        self.outbound_sas: dict[int, dict[str, Any]] = {}
        self.last_used_s = self.last_sent_s = 0.0
        self.offloads = {"tun_tcp4": True, "udp_segment": False}
        self.counted = {"packets_in": 3, "drop_integrity": 0}
        self.moves: list[tuple[int, Any]] = []
        self._handle = 0

    def install_inbound(self, **parameters: Any) -> None:
        if parameters["spi"] in self.inbound_sas:
            raise ValueError("the SPI is in use")
        self.inbound_sas[parameters["spi"]] = parameters

    def install_outbound(self, **parameters: Any) -> int:
        self._handle += 1
        self.outbound_sas[self._handle] = parameters
        return self._handle

    def move_outbound(self, handle: int, peer: Any, source: Any = None) -> None:
        self.moves.append((handle, peer))

    def set_path_mtu(self, handle: int, path_mtu: int) -> None:
        self.outbound_sas[handle]["path_mtu"] = path_mtu

    def retire_inbound(self, spi: int) -> None:
        del self.inbound_sas[spi]

    def retire_outbound(self, handle: int) -> None:
        del self.outbound_sas[handle]

    def inbound(self, spi: int) -> SaCounters:
        return SaCounters(self.inbound_sas[spi]["spi"], 3, 300, self.last_used_s)

    def features(self) -> dict[str, bool]:
        return dict(self.offloads)

    def counters(self) -> dict[str, int]:
        return dict(self.counted)

    def outbound(self, handle: int) -> SaCounters:
        return SaCounters(self.outbound_sas[handle]["spi"], 2, 200, self.last_sent_s)


class FakeGateway:
    """The real responder behind a network of its own."""

    def __init__(self, config: GatewayConfig, seed: int = 1) -> None:
        generator = random.Random(seed)
        self.random = generator.randbytes
        self.delay_s = 0.01
        self.utc_s = 0.0  # by which it judges certificates
        self.silent = self.silent_udp = False
        self.streams = False  # takes TCP connections
        self.dead_streams = False  # takes them, and ends them at the first message
        self.ports = 0
        self.carries = 1500  # octets, towards the gateway; what is larger vanishes
        self.events: list[Event] = []
        self.links: list[FakeLink] = []
        self.restart(config)

    def restart(self, config: GatewayConfig) -> None:
        """As after a crash: what is not in `config` is lost, but for the secret of crash tokens."""
        self.policy = Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))
        self.responder = Responder(
            self.policy,
            random=self.random,
            now=asyncio.get_running_loop().time(),
            utc=lambda: self.utc_s,
            timing=config.timing,
            resumption=config.resumption,
            token_secret=bytes(32),
        )

    def take(self, data: bytes, path: Path) -> None:
        """From the client, after the way."""
        lost = self.silent or (self.silent_udp and not path.stream) or not self.links[-1].is_at(path)
        if not lost and data != b"\xff" and 20 + 8 + 4 + len(data) <= self.carries:
            mirrored = replace(path, local=path.remote, remote=path.local)
            asyncio.get_running_loop().call_later(self.delay_s, self._arrive, data, mirrored)

    def delete_child(self, subnet: str) -> None:
        """Delete the CHILD SA that leads to `subnet`."""
        now = asyncio.get_running_loop().time()
        for session in self.responder.sessions:
            for record in session.children:
                if record.sa.local_ts == (TrafficSelector.from_network(subnet),):
                    session.talk.enqueue(session.talk.current, DeleteChild(record), now)
            self.responder.touch(session)
        self.flush()

    def close(self) -> None:
        self.responder.close(asyncio.get_running_loop().time())
        self.flush()

    def _arrive(self, data: bytes, path: Path) -> None:
        self.responder.receive(data, path, asyncio.get_running_loop().time())
        self.flush()

    def flush(self) -> None:
        self.events += [event for _, event in self.responder.events()]
        for data, path in self.responder.datagrams():
            back = replace(path, local=path.remote, remote=path.local)
            asyncio.get_running_loop().call_later(self.delay_s, self._return, data, back)

    def _return(self, data: bytes, path: Path) -> None:
        for link in self.links:
            lost = self.silent or (path not in link.open if path.stream else self.silent_udp)
            if not link.closed and not lost and link.is_at(path):
                link.received(data, path)


class FakeLink:
    def __init__(self, gateway: FakeGateway, remote: Endpoint) -> None:
        self.device = "ginnel0"
        self.plane = FakePlane()
        self.path = Path(CLIENT, remote, False)
        self.float_local = CLIENT_FLOAT
        self.closed = False
        self.received: Callable[[bytes, Path], None] = lambda data, path: None
        self._happened: Callable[[list[PlaneEvent]], None] = lambda events: None
        self._device_changed: Callable[[], None] = lambda: None
        self._network_changed: Callable[[], None] = lambda: None
        self.dns_changed: Callable[[], None] = lambda: None
        self.at: Way | None = Way(CLIENT.host, 2, "192.0.2.1")
        self.state: DeviceState | None = DeviceState(up=True, mtu=1400)
        self._gateway = gateway
        self.known: set[Path] = set()  # streams, open or broken, that were not closed
        self.open: dict[Path, Callable[[Path], None]] = {}  # streams, and whom to tell of their end
        gateway.links.append(self)

    def start(
        self,
        received: Callable[[bytes, Path], None],
        happened: Callable[[list[PlaneEvent]], None],
        device_changed: Callable[[], None],
        network_changed: Callable[[], None],
        dns_changed: Callable[[], None],
    ) -> None:
        self.received, self._happened, self._device_changed = received, happened, device_changed
        self._network_changed = network_changed
        self.dns_changed = dns_changed

    def routes(self, remotes: Sequence[Endpoint]) -> tuple[Route, ...]:
        return tuple(
            Route(Path(Endpoint(self.at.local, CLIENT_FLOAT.port), remote, True), self.at)
            for remote in remotes
            if self.at is not None
        )

    def is_at(self, path: Path) -> bool:
        """Whether our end of `path` is where the machine is."""
        return self.at is not None and path.local.host == self.at.local

    def go_to(self, way: Way | None) -> None:
        """Another network, or none."""
        self.at = way
        self._network_changed()

    def device_state(self) -> DeviceState | None:
        return self.state

    def set_device(self, state: DeviceState | None) -> None:
        self.state = state
        self._device_changed()

    def buffers(self) -> tuple[SocketBuffers, ...]:
        return (SocketBuffers("udp4", 1 << 24, 1 << 24),)

    def send(self, data: bytes, path: Path) -> None:
        assert not self.closed
        if path.stream and self._gateway.dead_streams:
            asyncio.get_running_loop().call_soon(self.break_streams)
        elif not path.stream or path in self.open:
            self._gateway.take(data, path)

    async def open_stream(
        self, remote: Endpoint, *, tls: bool, name: str, ended: Callable[[Path], None]
    ) -> Path:
        await asyncio.sleep(self._gateway.delay_s)
        if not (self._gateway.streams or self._gateway.dead_streams):
            raise TunnelError("unreachable", server=remote.host, detail=f"TCP port {remote.port}: refused")
        self._gateway.ports += 1
        path = Path(Endpoint(CLIENT.host, 50000 + self._gateway.ports), remote, True, stream=True)
        self.open[path] = ended
        self.known.add(path)
        return path

    def has_stream(self, path: Path) -> bool:
        return path in self.open

    def close_stream(self, path: Path) -> None:
        self.open.pop(path, None)
        self.known.discard(path)

    def break_streams(self) -> None:
        while self.open:
            path, ended = self.open.popitem()
            ended(path)

    def via(self, path: Path) -> Path:
        assert not path.stream or path in self.known
        return path

    def happen(self, *events: PlaneEvent) -> None:
        self._happened(list(events))

    def lose_device(self) -> None:
        self.set_device(None)
        self.happen(DeviceLost("tun", 77))

    def close(self) -> None:
        assert not self.plane.inbound_sas
        assert not self.plane.outbound_sas
        self.closed = True


class FakeHost:
    """`refuse` makes `open_link` raise; `names` is the DNS."""

    def __init__(self, gateway: FakeGateway) -> None:
        self.network = FakeNetwork()
        self.executor: Executor = InlineExecutor()
        self.random = random.Random(2).randbytes
        self.names: dict[str, tuple[Endpoint, ...]] = {"vpn.example.org": (Endpoint("198.51.100.2", 500),)}
        self.asked: list[tuple[str, bool]] = []  # names, and whether outside the tunnels
        self.slept_s = 0.0
        self.way_out: tuple[Way, ...] = (Way(CLIENT.host, 2, "192.0.2.1"),)
        self.said = Place(interface="ethernet")
        self.watching: list[Callable[[], None]] = []
        self.refuse: TunnelError | None = None
        self.unreachable: set[str] = set()
        self.pages: dict[str, bytes] = {}  # the web, by URL
        self._links: list[FakeLink] = []
        self.others: dict[str, FakeGateway] = {}  # further gateways, by their hosts
        self._gateway = gateway

    def now(self) -> float:
        return asyncio.get_running_loop().time() + self.slept_s

    async def resolve(self, name: str, port: int, *, outside: bool = False) -> tuple[Endpoint, ...]:
        await asyncio.sleep(0.001)
        self.asked.append((name, outside))
        if name not in self.names:
            raise TunnelError("name_not_resolved", server=name)
        return self.names[name]

    async def fetch(self, what: Fetch) -> bytes | None:
        await asyncio.sleep(0.001)
        return self.pages.get(what.url)

    def outlook(self, remotes: Sequence[str] = ()) -> tuple[Way, ...]:
        return self.way_out

    def has_way(self, remote: Endpoint) -> bool:
        return remote.host not in self.unreachable

    def place(self) -> Place:
        return replace(self.said, ways=self.way_out)

    def watch_network(self, told: Callable[[], None]) -> Callable[[], None]:
        self.watching.append(told)
        return lambda: self.watching.remove(told)

    def go_to(self, *way_out: Way) -> None:
        """Another network, or none."""
        self.way_out = way_out
        for told in tuple(self.watching):
            told()

    def open_link(self, remote: Endpoint) -> FakeLink:
        if self.refuse is not None:
            raise self.refuse
        if remote.host in self.unreachable:
            raise TunnelError("unreachable", server=remote.host)
        link = FakeLink(self.others.get(remote.host, self._gateway), remote)
        self._links.append(link)
        return link

    @property
    def link(self) -> FakeLink:
        """The newest."""
        return self._links[-1]

    @property
    def clean(self) -> bool:
        """Whether nothing that was opened or asked of the machine is left."""
        return not self.network.owners and all(link.closed for link in self._links)
