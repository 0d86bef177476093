"""A running gateway: one responder, one packet path, one device, sockets of both address families.

asyncio; the responder itself does no IO. Whatever peers send costs them their own session at most.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack
from ipaddress import ip_interface
from typing import Final

from ginnel_core import (
    DataPlane,
    DeviceLost,
    FramedTun,
    PathTooBig,
    PeerMoved,
    SaExpiring,
    StrayEsp,
    Tun,
    UdpSocket,
)
from ginnel_core import Event as PlaneEvent

from ..clock import utc_s
from ..ike.events import Endpoint, Path
from ..ike.events import Wanted as SessionWants
from ..ike.responder import Responder
from ..ike.session import Session
from ..net.base import MachineNetwork, Wanted
from ..net.machine import DeviceWatch, device_state, nat_vigil
from ..net.vigil import Vigil
from ..tunnel.dataplane import WATCH_S, Associations
from ..tunnel.errors import TunnelError, as_tunnel_error, device_error
from ..tunnel.fetch import Fetcher
from ..tunnel.sockets import PlainSocket
from ..tunnel.system import open_plain, open_tun, open_udp, resolve_name
from ..tunnel.wire import Wire
from .answers import Answers
from .config import GatewayConfig
from .control import Answer, AskStatus, Disconnect, Disconnected, GatewayStatus, Question
from .peers import Peers
from .policy import Policy
from .pools import Pools
from .reports import Report, text
from .streams import Streams, server_tls

log = logging.getLogger("ginnel.gateway")

OWNER: Final = "gateway"
CLOSE_TIMEOUT_S: Final = 2.0


class Gateway:
    """`start`, later `close`. Owns its device and sockets. Calls `failed` when `failure` ends its work.

    `token_secret` is what it had before, too, so that peers believe it when it has lost all else (RFC 6290).
    `open_device` opens what is on its inner side, by name; see `open_tun`.
    """

    def __init__(
        self,
        config: GatewayConfig,
        network: MachineNetwork,
        executor: Executor,
        *,
        token_secret: bytes | None = None,
        open_device: Callable[[str], Tun | FramedTun] = open_tun,
        report: Callable[[Report], None] = lambda report: None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self.failure: TunnelError | None = None
        self._failed = failed
        self._config = config
        self._token_secret = token_secret
        self._open_device = open_device
        self._network = network
        self._executor = executor
        self._report = report
        self._pools = Pools((config.pool_ipv4, config.pool_ipv6), config.pools)
        fetcher = Fetcher(resolve_name, mark=network.socket_mark)
        self._answers = Answers(fetcher, config.radius, self._answered)
        self._peers = Peers(
            config.mtu,
            lambda: Associations(self._plane, config.esp, via=self._wire.via),
            report,
            self._answers.established,
            self._answers.closed,
        )
        self._stack = ExitStack()
        self._streams: Streams | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._look_timer: asyncio.TimerHandle | None = None
        self._applied = False
        self._device_down = False
        self._vigil: Vigil | None = None
        self._not_kept = False

    async def start(self) -> None:
        """Raises TunnelError (`tun_not_permitted`, `port_busy`, ...); nothing is left then."""
        self._loop = asyncio.get_running_loop()
        try:
            self._open()
            self._applied = True
            await self._loop.run_in_executor(self._executor, self._network.apply, OWNER, self._wanted())
        except Exception as error:
            await self.close()
            raise as_tunnel_error(error) from error
        self._policy = Policy(self._config, self._pools)
        self._responder = Responder(
            self._policy,
            random=os.urandom,
            now=self._loop.time(),
            utc=utc_s,
            timing=self._config.timing,
            resumption=self._config.resumption,
            token_secret=self._token_secret if self._config.crash_tokens else None,
        )
        self._wire.start(self._received, self._happened)
        assert self._streams is not None
        self._streams.start()
        self._loop.add_reader(self._watch.fileno(), self._device_changed)
        self._stack.callback(self._loop.remove_reader, self._watch.fileno())
        self._look_timer = self._loop.call_later(WATCH_S, self._look)
        self._begin_vigil()
        self._stack.callback(self._count)

    def announce(self) -> None:
        """Report that it listens: after `start`, once whoever hears of it can ask, too."""
        self._report(Report(kind="listening", addresses=self.listening, detail=self._tun.name, remote=""))

    async def close(self) -> None:
        """Delete every session, undo all on the machine, close everything. Idempotent."""
        if self._peers:
            self._responder.close(self._loop.time())
            self._pump()
            try:
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._peers.gone.wait()
            except TimeoutError:
                log.info("%d peers did not answer our goodbye", len(self._peers))
        if self._streams is not None:
            await self._streams.close()
        await self._answers.close()
        if self._vigil is not None:
            vigil, self._vigil = self._vigil, None
            await self._loop.run_in_executor(self._executor, vigil.close)
        if self._applied:
            self._applied = False
            try:
                await self._loop.run_in_executor(self._executor, self._network.withdraw, OWNER)
            except Exception as error:
                log.error("the machine's network was not fully restored", exc_info=error)
        for timer in (self._timer, self._look_timer):  # at last: what was heard meanwhile sets them again
            if timer is not None:
                timer.cancel()
        self._stack.close()

    def rekey(self, what: str) -> None:
        """Begin to replace the "ike" SA, or else the CHILD SAs, of every peer."""
        now = self._loop.time()
        for session, peer in self._peers:
            if what == "ike":
                session.rekey_ike(now)
            else:
                for child in peer.sas.children:
                    session.rekey_child(child.spi_in, now)
            self._responder.touch(session)
        self._pump()

    def reload(self, config: GatewayConfig) -> int:
        """Go by `config`: users, certificates, what newcomers are told; sockets, device and pools stay.

        Whose login is gone or another is disconnected, everyone who can be is sent to `redirect_to` where it
        names a gateway. Returns how many were disconnected.
        """
        now = self._loop.time()
        self._policy.take(config, now)
        self._answers.consult(config.radius)
        closed = 0
        for session, _ in self._peers:
            grant = session.grant
            if grant is not None and self._policy.outdated((grant.who, grant.id_i), grant.authenticated):
                session.close(now)
                closed += 1
            elif config.redirect_to:
                session.redirect(config.redirect_to, now)
            self._responder.touch(session)
        self._pump()
        return closed

    def disconnect(self, user: str) -> int:
        """Close every session of `user`; how many there were."""
        found = [session for session, peer in self._peers if peer.who == user]
        for session in found:
            session.close(self._loop.time())
            self._responder.touch(session)
        self._pump()
        return len(found)

    def answer(self, question: Question) -> Answer:
        """What an administrator asks a running gateway."""
        match question:
            case Disconnect(user):
                return Disconnected(self.disconnect(user))
            case AskStatus():
                return GatewayStatus(
                    identity=str(self._config.identity),
                    listening=self.listening,
                    device=self._tun.name,
                    peers=self._peers.status(self._loop.time(), utc_s()),
                )

    @property
    def listening(self) -> tuple[str, ...]:
        """`host:port` of every socket, those of TCP marked."""
        return (*map(text, self._bound), *(f"tcp {text(at)}" for at in self._tcp_bound))

    # Opening

    def _open(self) -> None:
        tun = self._tun = self._open_device(self._config.device)
        self._stack.callback(tun.close)
        udp: list[UdpSocket] = []
        plain: list[PlainSocket] = []
        mark = self._network.socket_mark
        for host in self._config.listen or ("0.0.0.0", "::"):  # noqa: S104  (a gateway listens)
            try:
                plain.append(open_plain(host, self._config.ike_port, mark))
            except TunnelError as error:
                if host == "::" and error.params.get("errno") in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
                    continue  # a machine without IPv6
                raise
            self._stack.callback(plain[-1].close)
            udp.append(open_udp(host, self._config.natt_port, mark))
            self._stack.callback(udp[-1].close)
        plane = self._plane = DataPlane(tun, udp)
        self._stack.callback(plane.stop)
        plane.start()
        self._wire = Wire(plane, plain)
        self._stack.callback(self._wire.close)
        self._watch = DeviceWatch()
        self._stack.callback(self._watch.close)
        self._tcp_bound: list[Endpoint] = []
        self._bound = [opened.local for opened in plain] + [Endpoint(*opened.local) for opened in udp]
        self._open_streams([Endpoint(*opened.local) for opened in udp], mark)

    def _open_streams(self, bound: list[Endpoint], mark: int) -> None:
        config = self._config
        try:
            tls = server_tls(config.tls_certificate, config.tls_key) if config.tls else None
        except OSError as error:  # ssl.SSLError is one
            step = f"read {config.tls_certificate}"
            raise TunnelError("network_refused", step=step, errno=error.errno or 0) from None
        self._streams = Streams(self._wire, bound[0], mark, tls, self._peers.stream_replaced)
        self._tcp_bound = [self._streams.listen(at.host, port) for at in bound for port in config.tcp_ports]

    def _wanted(self) -> Wanted:
        return Wanted(
            device=self._tun.name,
            mtu=self._config.mtu,
            addresses=tuple(ip_interface(pool.own) for pool in self._pools.all),
            link_routes=tuple(pool.network for pool in self._pools.all),
            forwarding=True,
            translated=self._config.translated,
        )

    # Stimuli

    def _received(self, data: bytes, path: Path) -> None:
        self._responder.receive(data, path, self._loop.time())
        self._pump()

    def _happened(self, events: list[PlaneEvent]) -> None:
        now = self._loop.time()
        for event in events:
            match event:
                case DeviceLost():
                    self.failure = device_error(event)
                    self._failed()
                case SaExpiring():
                    if (found := self._peers.find(event.spi, event.handle)) is not None:
                        session, _, child = found
                        session.rekey_child(child.spi_in, now)
                        self._responder.touch(session)
                case StrayEsp():
                    path = self._wire.path_to(Endpoint(*event.local), Endpoint(*event.remote))
                    self._responder.unknown_esp(event.spi, path, now)
                case PeerMoved():
                    self._follow(event, now)
                case PathTooBig():
                    for session, peer in self._peers:
                        if peer.path.remote.host == event.remote.host:
                            session.path_too_big(event.mtu, now)
                            self._responder.touch(session)
        self._pump()

    def _device_changed(self) -> None:
        """Set down, the device loses its routes and IPv6 addresses; they come back when it is up again."""
        self._watch.drain()
        state = device_state(self._tun.name)
        if state is None or state.up is not self._device_down:
            return
        self._device_down = not state.up
        what = "down" if self._device_down else "up"
        self._report(Report(kind="device", what=what, detail=self._tun.name))
        if not self._device_down:
            # Before any withdrawal, which goes through the same thread.
            restored = self._loop.run_in_executor(self._executor, self._network.apply, OWNER, self._wanted())
            restored.add_done_callback(_tell_failure)

    def _begin_vigil(self) -> None:
        if not self._config.translated:
            return
        try:
            self._vigil = nat_vigil(self._keep)
        except OSError as error:
            log.warning("translation is set up, and nobody watches over it: errno %s", error.errno)

    def _keep(self) -> bool:
        """On the vigil's thread: whether the machine is as it should be, what somebody took away put back."""
        if self._device_down:
            return True  # routes cannot come back before the device does, and everything does with it
        try:
            self._network.apply(OWNER, self._wanted())
        except Exception as error:
            if not self._not_kept:
                log.error("what the machine's network lacks could not be put back", exc_info=error)
            self._not_kept = True
            return False
        self._not_kept = False
        return True

    def _follow(self, event: PeerMoved, now: float) -> None:
        """A NAT gave the peer another address or port (RFC 7296 section 2.23)."""
        if (found := self._peers.find(event.spi)) is not None:
            session, peer, _ = found
            session.mobility.peer_moved(self._wire.path_to(peer.path.local, Endpoint(*event.remote)), now)
            self._responder.touch(session)

    def _look(self) -> None:
        """Tell each session what its packets have been doing."""
        now = self._loop.time()
        for session in self._peers.note_traffic(now):
            self._responder.touch(session)
        assert self._streams is not None
        used = {peer.path for _, peer in self._peers}
        # Whoever is asked for a password, or is about to approve by telephone, is no peer yet
        used |= {session.path for session in self._responder.sessions}
        self._streams.review(used, now)
        self._look_timer = self._loop.call_later(WATCH_S, self._look)
        self._pump()

    def _answered(self, session: Session) -> None:
        self._responder.touch(session)
        self._pump()

    def _tick(self) -> None:
        try:
            self._responder.advance(self._loop.time())
        except Exception:
            log.exception("what was due was not done: its session is over")
        self._pump()

    def _pump(self) -> None:
        """Events before datagrams: an SA stands before the message that tells of it leaves."""
        busy = True
        while busy:
            events = self._responder.events()
            for session, event in events:
                try:
                    if isinstance(event, SessionWants):
                        self._answers.begin(session, event)
                    else:
                        self._peers.handle(session, event, self._loop.time())
                        self._responder.touch(session)
                except Exception:
                    log.exception("an event was not carried out")
                    session.close(self._loop.time())
                    self._responder.touch(session)
            datagrams = self._responder.datagrams()
            for data, path in datagrams:
                self._wire.send(data, path)
            busy = bool(events or datagrams)
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._responder.deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._tick)

    def _count(self) -> None:
        """The packet path's last words."""
        offloads = tuple(name for name, used in self._plane.features().items() if used)
        counters = {name: count for name, count in self._plane.counters().items() if count}
        self._report(Report(kind="counters", offloads=offloads, counters=counters))


def _tell_failure(done: asyncio.Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.error("addresses and routes are not all back: %s", error)
