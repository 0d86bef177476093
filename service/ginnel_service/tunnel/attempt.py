"""One session from its first datagram to its last, with everything that it opens on the machine.

Whatever way `run` ends (success, error, cancellation) nothing of the attempt is left: the peer was told,
the machine's network is as it was, the packet path has stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ginnel_core import DeviceLost, PathTooBig, SaExpiring
from ginnel_core import Event as PlaneEvent

from ..clock import utc_s
from ..ike.config import SessionConfig
from ..ike.errors import SessionError
from ..ike.events import (
    ChildRekeyed,
    ChildSa,
    Closed,
    Endpoint,
    Event,
    IkeEstablished,
    IkeRekeyed,
    InboundReady,
    InboundRetired,
    KeysExported,
    OutboundReady,
    OutboundRetired,
    Path,
    PathChanged,
    PathMtuChanged,
    PeerAddressesChanged,
    ReauthenticationDue,
    State,
    StateChanged,
    Ticket,
    TicketChanged,
)
from ..ike.events import Wanted as SessionWants
from ..ike.proposals import esp_suite_name
from ..ike.session import Session
from ..profiles.model import Profile
from .convert import esp_settings, inner_mtu, outer_octets, wanted_network
from .dataplane import UNKNOWN_PATH_MTU, WATCH_S, Associations, Traffic
from .errors import TunnelError, as_tunnel_error, device_error
from .facts import Facts, Watcher
from .host import Host, Link
from .machine import Machine, MachineHooks
from .proofs import with_password
from .reconnect import may_resume
from .renewal import Hooks as RenewalHooks
from .renewal import Renewal
from .roaming import Roaming
from .states import Step
from .transport import FALLBACK_S, Carrier, Hooks
from .wants import WRONG_SECRET, Wants

#: How long a peer may take to answer our Delete before we leave without it.
CLOSE_TIMEOUT_S: Final = 2.0
#: How long an address of several may stay silent: UDP was given up by then, and TCP had a moment.
SILENCE_S: Final = FALLBACK_S + 3.0


class Attempt:
    """Call `run` once. `facts` and `traffic` may be read at any time, also after the end."""

    def __init__(
        self,
        profile: Profile,
        config: SessionConfig,
        host: Host,
        watcher: Watcher,
        wants: Wants,
        turn: int = 0,
        ticket: Ticket | None = None,
        passed: Collection[str] = (),
    ) -> None:
        """`turn` says which of the gateway's addresses is first; those `passed` have just stayed silent."""
        self.facts = Facts()
        self.redirect = ""  # the gateway to go on with, in the end
        self.ticket = ticket  # what the next session can begin with, as of now
        self._profile = profile
        self._config = config
        self._host = host
        self._watcher = watcher
        self._wants = wants
        self.elsewhere = False  # other addresses are left that may answer
        self._turn = turn
        self._passed = passed
        self._log = logging.LoggerAdapter(logging.getLogger("ginnel.tunnel"), {"connection": profile.name})
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[TunnelError | None] = self._loop.create_future()
        self._session_closed = asyncio.Event()
        self._session: Session | None = None
        self._rival: Session | None = None  # over TCP, beside one that has no answer over UDP
        self._udp_error: TunnelError | None = None
        self._answered = False
        self._carrier: Carrier | None = None
        self._link: Link | None = None
        self._sas: Associations | None = None
        self._counters: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._impatience: asyncio.TimerHandle | None = None
        self._sending: dict[bytes, ChildSa] = {}  # CHILD SAs in use, by `spi_in`: what the network leads to
        self._leaving = False
        self._machine: Machine | None = None
        self._heard_s = self._sent_s = 0.0
        self._roaming: Roaming | None = None
        self._renewal: Renewal | None = None

    async def run(self) -> TunnelError | None:
        """Until the session is over: why, or None when the peer closed it. Raises only when cancelled."""
        try:
            try:
                await self._open(await self._resolve())
                return await self._ended
            finally:
                await _whole(self._tear_down())
        except Exception as error:
            found = as_tunnel_error(error)
            if found.code == "internal_error":
                self._log.error("an attempt broke off", exc_info=error)
            return found

    def rekey_ike(self) -> None:
        session = self._need_session()
        session.rekey_ike(self._host.now())
        self._pump()

    def rekey_children(self) -> None:
        session = self._need_session()
        for child in self._sas.children if self._sas is not None else ():
            session.rekey_child(child.spi_in, self._host.now())
        self._pump()

    @property
    def link(self) -> Link | None:
        """While it is open."""
        return self._link

    def counters(self) -> dict[str, int]:
        """Of the packet path, since the attempt began."""
        return dict(self._counters) if self._link is None else self._link.plane.counters()

    def last_used_s(self) -> float:
        """When the last inner packet passed, by the loop's clock; 0 when none did."""
        return max(self._sas.last_inbound_s(), self._sas.last_outbound_s()) if self._sas is not None else 0.0

    def traffic(self) -> Traffic:
        return self._sas.traffic() if self._sas is not None else Traffic()

    # The beginning

    async def _resolve(self) -> tuple[Endpoint, ...]:
        """Behind a kill switch the gateway's last addresses will do where nobody knows better."""
        server, port = self._profile.server, self._profile.port
        barrier = self._watcher.barrier
        try:
            return await self._host.resolve(server, port, outside=barrier.stands)
        except TunnelError:
            known = tuple(Endpoint(host, port) for host in barrier.known(server))
            if not known:
                raise
            self._log.warning("%s does not resolve: trying its last addresses", server)
            return known

    async def _open(self, remotes: tuple[Endpoint, ...]) -> None:
        """Open the link to the first address, from ours in turn, that there is a way to."""
        start = self._turn % len(remotes)
        failure: TunnelError | None = None
        left = [each for each in remotes[start:] + remotes[:start] if each.host not in self._passed]
        while left:
            remote = left.pop(0)
            try:
                self._link = link = self._host.open_link(remote)
                break
            except TunnelError as error:
                if error.code != "unreachable":
                    raise
                failure = failure or error
        else:
            raise failure or TunnelError("unreachable", server=self._profile.server)
        self.elsewhere = any(self._host.has_way(each) for each in left)
        self.facts.remote, self.facts.path, self.facts.device = remote, link.path, link.device
        await self._watcher.barrier.opened(link.device, tuple(each.host for each in remotes), self._end)
        self._sas = Associations(link.plane, esp_settings(self._profile), via=link.via)
        machine_hooks = MachineHooks(ready=self._ready, failed=self._end)
        self._machine = Machine(
            self._profile.name, self._host, link, self.facts, self._watcher, machine_hooks, self._log
        )
        self._renewal = Renewal(self._sas, self._renewal_hooks(), self._log)
        hooks = Hooks(
            session=lambda: self._session, begin=self._begin_rival, failed=self._rival_failed, pump=self._pump
        )
        transport, server = self._profile.transport, self._profile.server
        self._carrier = Carrier(transport, server, remote, link, self._host, hooks)
        self.facts.path = path = await self._carrier.first()
        self._session = self._new_session(path, self._config, self.ticket)
        self._roaming = roaming = Roaming(
            self._need_session, self._host, link, self._moved, self._machine.refresh, self._log
        )
        self._session.connect(self._host.now())
        self._carrier.start()
        self._pump()  # while the gateway thinks, the rest is made ready
        link.start(
            self._received,
            self._happened,
            self._machine.device_changed,
            roaming.network_changed,
            self._machine.dns_changed,
        )
        self._watcher.stepped(Step.INIT)
        if self.elsewhere:
            self._impatience = self._loop.call_later(SILENCE_S, self._give_way, remote)

    def _give_way(self, remote: Endpoint) -> None:
        if not self._answered:
            self._log.info("%s stays silent: another address of the gateway is tried", remote.host)
            self._end(TunnelError("unreachable", server=self._profile.server, detail=remote.host))

    def _new_session(self, path: Path, config: SessionConfig, ticket: Ticket | None) -> Session:
        assert self._link is not None
        now = self._host.now()
        return Session(
            config,
            path,
            random=self._host.random,
            now=now,
            utc=utc_s,
            float_local=self._link.float_local,
            resume=ticket,
        )

    def _begin_again(self, lost: Session, error: TunnelError) -> None:
        """Another session in the place of one that was lost: by the ticket, else from the beginning."""
        assert self._renewal is not None
        assert self._machine is not None
        self._renewal.end()
        self._log.warning("%s: connecting again", error)
        self._watcher.lost(error)
        self._sending.clear()
        self._machine.announced = False
        self._session = self._new_session(lost.path, self._config_by_now(), self.ticket)
        self._session.connect(self._host.now())

    def _config_by_now(self) -> SessionConfig:
        """With the password that the person said last, and the addresses that programs hold on to."""
        config, password = self._config, self._wants.password
        if password is not None:
            config = with_password(config, password)
        return replace(config, wished=self.facts.configuration.addresses)

    # A second session that authenticates anew, and takes the place of the first

    def _renewal_hooks(self) -> RenewalHooks:
        return RenewalHooks(
            begin=self._begin_next,
            replace=self._replace,
            retired=self._outbound_retired,
            asked=self._asked,
            redirected=self._closed,
            failed=self._next_failed,
            now=self._host.now,
            pump=self._pump,
        )

    def _begin_next(self) -> Session:
        # The gateway shall not forget the session in use.
        config = replace(self._config_by_now(), initial_contact=False)
        session = self._new_session(self._need_session().path, config, None)
        session.connect(self._host.now())
        return session

    def _replace(self, session: Session, events: list[Event]) -> None:
        assert self._renewal is not None
        assert self._roaming is not None
        self._renewal.replaced(self._need_session())
        self._session = session
        for event in events:
            if not isinstance(event, StateChanged):
                self._handle(event)
        self._roaming.learn()

    def _next_failed(self, error: SessionError | None) -> None:
        self._need_session().reauthentication.failed(self._host.now())
        if error is None:
            return
        self._wants.failed(error.code)
        if error.code in WRONG_SECRET or error.code == "prompt_unanswered":
            # A stored one is not said again, either: saying it every half minute locks accounts.
            self._config = with_password(self._config, None)

    # A second session, over TCP, while the first gets no answer over UDP

    def _begin_rival(self, path: Path) -> None:
        """ "A new IKE_SA_INIT exchange MUST be initiated" (RFC 9329 section 5.1)."""
        self._rival = self._new_session(path, self._config, self.ticket)
        self._rival.connect(self._host.now())
        self._pump()

    def _rival_failed(self) -> None:
        self._rival = None
        if self._need_session().state is State.CLOSED:
            self._end(self._udp_error)

    def _rival_said(self, event: Event) -> None:
        match event:
            case StateChanged(state=State.AUTH):  # it was answered first
                self._session, self._rival = self._rival, None
                self.facts.path = self._need_session().path
                self._handle(event)
            case Closed(redirect=gateway) if gateway:
                self._closed(event)
            case Closed(error=SessionError(code=code) as error) if code != "unreachable":
                self._end(as_tunnel_error(error))  # an answer is an answer
            case Closed():
                self._rival_failed()

    def _closed(self, event: Closed) -> None:
        assert self._carrier is not None
        error = None if event.error is None else as_tunnel_error(event.error)
        if event.redirect:
            self._log.info("the gateway sends us to %s", event.redirect)
            self.redirect, error = event.redirect, None
        silent = error is not None and error.code == "unreachable" and not self._answered
        if silent and (self._rival is not None or self._carrier.goes_on()):
            self._udp_error = error
            return
        lost = self._need_session()
        if error is not None and self._can_begin_again(error):
            self._begin_again(lost, error)
            return
        self._session_closed.set()
        self._end(error)

    @property
    def _is_configured(self) -> bool:
        return self._machine is not None and self._machine.announced

    def _can_begin_again(self, error: TunnelError) -> bool:
        """Whether all but the session is still good: the way to the gateway, and what the machine has."""
        if self._leaving or self._ended.done() or not self._is_configured or self._need_session().path.stream:
            return False
        return error.code == "peer_restarted" or (error.code == "peer_vanished" and self.ticket is not None)

    # Stimuli: a datagram, the packet path's news, time

    def _received(self, data: bytes, path: Path) -> None:
        if self._carrier is not None and self._carrier.took(data, path):
            return
        for session in self._sessions:  # each knows its own by the SPI
            session.receive(data, path, self._host.now())
        self._pump()

    def _happened(self, events: list[PlaneEvent]) -> None:
        session = self._need_session()
        assert self._sas is not None
        for event in events:
            match event:
                case SaExpiring():
                    child = self._sas.owner_of(event.direction, event.spi)
                    if child is not None:
                        session.rekey_child(child.spi_in, self._host.now())
                case PathTooBig():
                    if event.remote.host == session.path.remote.host:
                        session.path_too_big(event.mtu, self._host.now())
                case DeviceLost():
                    self._end(device_error(event))
                case _:  # the gateway's own address changes only with our leave (MOBIKE)
                    pass
        self._pump()

    def _moved(self) -> None:
        assert self._carrier is not None
        self._carrier.network_changed()
        self._pump()

    @property
    def _sessions(self) -> tuple[Session, ...]:
        beside = (self._rival,) if self._rival is not None else ()
        return (self._need_session(), *beside, *(self._renewal.sessions if self._renewal is not None else ()))

    def _carry_out(self, session: Session, event: Event) -> None:
        if session is self._session:
            self._handle(event)
        elif session is self._rival:
            self._rival_said(event)
        elif self._renewal is not None:
            self._renewal.said(session, event)

    def _asked(self, session: Session, wanted: SessionWants) -> None:
        self._wants.begin(wanted, partial(self._supply, session))

    def _supply(self, session: Session, ticket: int, answer: bytes | str | None) -> None:
        try:
            session.supply(ticket, answer, self._host.now())
        except Exception as error:
            self._log.error("an answer was not taken", exc_info=error)
            self._end(as_tunnel_error(error))
        self._pump()

    def _tick(self) -> None:
        session = self._need_session()
        assert self._sas is not None
        heard = self._sas.last_inbound_s()
        assert self._roaming is not None
        now, asleep_s = self._host.now(), self._roaming.asleep_s()
        if heard > self._heard_s:
            self._heard_s = heard
            session.note_inbound(heard + asleep_s)
        sent = self._sas.last_outbound_s()
        if sent > self._sent_s:
            self._sent_s = sent
            session.note_outbound(sent + asleep_s, now)
        self._roaming.look_at_the_clocks()
        for each in self._sessions:
            each.advance(now)
        if self._carrier is not None:
            self._carrier.look()
        self._pump()

    def _pump(self) -> None:
        """Carry out what the session decided. Events first: an SA stands before its message leaves."""
        link = self._link
        assert link is not None
        try:
            busy = True
            while busy:
                busy = False
                for session in self._sessions:
                    events = session.events()
                    for event in events:
                        self._carry_out(session, event)
                    datagrams = session.datagrams()
                    for data, path in datagrams:
                        link.send(data, path)
                    busy = busy or bool(events or datagrams)
        except Exception as error:
            self._log.error("a session's event was not carried out", exc_info=error)
            self._end(as_tunnel_error(error))
        deadlines = [session.deadline() for session in self._sessions]
        deadline = min((found for found in deadlines if found is not None), default=None)
        if deadline is not None and self._sending:
            deadline = min(deadline, self._host.now() + WATCH_S)
        self._arm(deadline)

    def _arm(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if deadline is not None:
            self._timer = self._loop.call_later(max(0.0, deadline - self._host.now()), self._tick)

    # The session's events

    def _handle(self, event: Event) -> None:
        facts, sas = self.facts, self._sas
        assert sas is not None
        match event:
            case StateChanged(state=State.AUTH):
                self._answered, self._rival = True, None
                assert self._carrier is not None
                self._carrier.answered(self._need_session().path)
                self._watcher.stepped(Step.AUTH)
            case TicketChanged():
                self.ticket = event.ticket
            case InboundReady():
                sas.install_inbound(event.child)
            case OutboundReady():
                self._outbound_ready(event)
            case OutboundRetired():
                self._outbound_retired(event.child)
            case InboundRetired():
                sas.retire_inbound(event.child)
            case PathChanged():
                self._path_changed(event.path)
            case PeerAddressesChanged():
                assert self._roaming is not None
                self._roaming.learn()
            case PathMtuChanged():
                self._path_mtu_changed(event.path_mtu)
            case SessionWants():
                self._asked(self._need_session(), event)
            case ReauthenticationDue():
                assert self._renewal is not None
                self._renewal.begin()
            case KeysExported():
                self._watcher.keys(event)
            case Closed():
                self._closed(event)
            case _:
                facts.note(event)
                self._log_fact(event)
        if not isinstance(event, StateChanged | TicketChanged | KeysExported | InboundReady | SessionWants):
            self._watcher.changed()

    def _log_fact(self, event: Event) -> None:
        match event:
            case IkeEstablished():
                how = "resumed" if event.resumed else "established"
                self._log.info("%s with %s (%s)", how, self.facts.peer, self.facts.ike_suite)
            case ChildRekeyed() | IkeRekeyed():
                kind = "CHILD" if isinstance(event, ChildRekeyed) else "IKE"
                self._log.info("%s SA rekeyed by %s", kind, "us" if event.by_us else "the gateway")

    def _outbound_ready(self, event: OutboundReady) -> None:
        assert self._sas is not None
        assert self.facts.path is not None
        child, path = event.child, self.facts.path
        self._sas.install_outbound(child, path)
        self.facts.esp_suite = esp_suite_name(child.suite)
        if not self._sending and not self._is_configured:
            self._watcher.stepped(Step.CONFIGURING)
        self._sending[child.spi_in] = child
        if self._is_configured:
            self._discover_path_mtu()
        self._configure()

    def _ready(self) -> None:
        """The connection is up: now for what nobody waits for."""
        assert self._roaming is not None
        self._roaming.learn()
        assert self.facts.path is not None
        self._watcher.barrier.reached(self._profile.server, self.facts.path.remote.host)
        self._discover_path_mtu()
        self._arm(self._host.now())

    def _discover_path_mtu(self) -> None:
        """With the newest CHILD SA's packets."""
        path = self.facts.path
        if not self._sending or path is None:
            return
        suite = next(reversed(self._sending.values())).suite
        inner = inner_mtu(suite, path, self._profile.network.mtu)
        self._need_session().discover_path_mtu(outer_octets(suite, path, inner), self._host.now())

    def _outbound_retired(self, child: ChildSa) -> None:
        assert self._sas is not None
        self._sas.retire_outbound(child)
        self._sending.pop(child.spi_in, None)
        self._configure()  # after a rekey nothing changes, for the successor was there first

    def _path_changed(self, path: Path) -> None:
        assert self._sas is not None
        self.facts.path = path
        self._sas.move(path)
        self._log.info("the path is %s to %s", path.local.host, path.remote.host)
        self._configure()

    def _path_mtu_changed(self, octets: int) -> None:
        assert self._sas is not None
        self._sas.set_path_mtu(octets)
        self.facts.path_mtu = octets
        self._log.info("the path carries packets of %d octets", octets)
        self._configure()

    def _configure(self) -> None:
        """Bring the machine's network to what the tunnel needs by now."""
        if not self._sending or self.facts.path is None:
            return
        assert self._machine is not None
        self._machine.want(
            wanted_network(
                self.facts.device,
                self._profile,
                self.facts.configuration,
                tuple(self._sending.values()),
                self.facts.path,
                self.facts.path_mtu or UNKNOWN_PATH_MTU,
            )
        )

    # The end

    def _end(self, error: TunnelError | None) -> None:
        if self._ended.done():
            return
        if error is not None and error.code in ("network_refused", "dns_refused") and self._link is not None:
            # What is done to a device that somebody has just removed is refused.
            error = error if self._link.device_state() is not None else TunnelError("device_lost")
        self._ended.set_result(error)

    async def _tear_down(self) -> None:
        try:
            await self._wants.end()
            self._rival = None
            if self._carrier is not None:
                await self._carrier.close()
            await self._say_goodbye()
        finally:
            if self._machine is not None:
                await self._machine.withdraw()
            if self._link is not None:
                await self._watcher.barrier.closing()
            self._close_link()

    def _close_link(self) -> None:
        self._arm(None)
        if self._impatience is not None:
            self._impatience.cancel()
        if self._roaming is not None:
            self._roaming.close()
        if self._sas is not None and self._link is not None:
            self._sas.clear()
            link, self._link = self._link, None
            link.close()
            self._counters = link.plane.counters()

    async def _say_goodbye(self) -> None:
        """Tell the peer with a Delete (RFC 7296 section 1.4.1), and wait a little for its answer."""
        session, self._leaving = self._session, True
        if session is None:
            return
        if self._renewal is not None:
            self._renewal.end()
        if session.state is State.CLOSED or self._comes_back():
            self._pump()  # the last word of a session whose place was taken
            return
        session.close(self._host.now())
        self._pump()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._session_closed.wait()
        except TimeoutError:
            self._log.info("the gateway did not answer our goodbye")

    def _comes_back(self) -> bool:
        """Whether the next attempt resumes the session, which therefore must not be deleted."""
        error = self._ended.result() if self._ended.done() and not self._ended.cancelled() else None
        again = self._profile.reconnect.enabled and error is not None and may_resume(error.code)
        return again and self.ticket is not None

    def _need_session(self) -> Session:
        assert self._session is not None
        return self._session


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """`work` to its end: a cancellation that comes meanwhile has to wait for it."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
