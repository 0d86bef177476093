"""The course of an attempt once its link is open: its sessions, and what becomes of what they decide.

    the session in use      carries the traffic
    a rival over TCP        beside one that has no answer over UDP, until either is answered
    those of the renewal    authenticating anew, before and after they take the place (see `renewal`)

All speak through one link and one packet path. What they decide comes by the pump, one event at a time.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import Final

from ginnel_core import DeviceLost, PathTooBig, SaExpiring
from ginnel_core import Event as PlaneEvent

from ..clock import utc_s
from ..ike.config import SessionConfig
from ..ike.errors import SessionError
from ..ike.events import (
    ChildRekeyed,
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
from ..ike.session import Session
from ..profiles.model import Profile
from .convert import esp_settings
from .dataplane import Associations, Traffic
from .errors import TunnelError, as_tunnel_error, device_error
from .facts import Facts, Watcher
from .host import Host, Link
from .machine import Machine, MachineHooks
from .passage import Passage
from .proofs import with_password
from .pump import Hooks as PumpHooks
from .pump import Pump
from .reconnect import may_resume
from .renewal import Hooks as RenewalHooks
from .renewal import Renewal
from .roaming import Roaming
from .states import Step
from .transport import Carrier
from .transport import Hooks as CarrierHooks
from .wants import WRONG_SECRET, Wants

#: How long a peer may take to answer our Delete before we leave without it.
CLOSE_TIMEOUT_S: Final = 2.0


class Course:
    """`begin` once, and `close` in the end, which also closes the link; `ended` tells when it is time."""

    def __init__(
        self,
        profile: Profile,
        config: SessionConfig,
        host: Host,
        watcher: Watcher,
        wants: Wants,
        *,
        link: Link,
        remote: Endpoint,
        facts: Facts,
        ticket: Ticket | None,
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self.link = link
        self.is_open = True
        self.answered = False  # the gateway said something that only a gateway says
        self.redirect = ""  # the gateway to go on with, in the end
        self.ticket = ticket  # what the next session can begin with, as of now
        self.ended: asyncio.Future[TunnelError | None] = asyncio.get_running_loop().create_future()
        self._profile = profile
        self._config = config
        self._host = host
        self._watcher = watcher
        self._wants = wants
        self._facts = facts
        self._log = log
        self._in_use: Session | None = None
        self._rival: Session | None = None
        self._udp_error: TunnelError | None = None
        self._leaving = False
        self._session_closed = asyncio.Event()
        self._heard_s = self._sent_s = 0.0
        self._pump = Pump(
            link,
            PumpHooks(
                sessions=lambda: self._sessions,
                said=self._said,
                look=self._look,
                watches=lambda: self._passage.sends,
                failed=self.end,
                now=host.now,
            ),
            log,
        )
        self._sas = Associations(link.plane, esp_settings(profile), via=link.via)
        self._machine = Machine(
            profile.name, host, link, facts, watcher, MachineHooks(ready=self._ready, failed=self.end), log
        )
        self._passage = Passage(
            profile, self._sas, self._machine, facts, watcher, self._discover_path_mtu, log
        )
        self._renewal = Renewal(
            self._sas,
            RenewalHooks(
                begin=self._begin_next,
                replace=self._replace,
                retired=self._passage.outbound_retired,
                asked=self._asked,
                redirected=self._closed,
                failed=self._next_failed,
                now=host.now,
                pump=self._pump.run,
            ),
            log,
        )
        self._carrier = Carrier(
            profile.transport,
            profile.server,
            remote,
            link,
            host,
            CarrierHooks(
                session=lambda: self._in_use,
                begin=self._begin_rival,
                failed=self._rival_failed,
                pump=self._pump.run,
            ),
        )
        self._roaming = Roaming(lambda: self._session, host, link, self._moved, self._machine.refresh, log)

    async def begin(self) -> None:
        """Send the first request. Raises TunnelError where that must go over TCP and cannot."""
        self._facts.path = path = await self._carrier.first()
        self._in_use = self._begun(path, self._config, self.ticket)
        self._carrier.start()
        self._pump.run()  # while the gateway thinks, the rest is made ready
        self.link.start(
            self._received,
            self._happened,
            self._machine.device_changed,
            self._roaming.network_changed,
            self._machine.dns_changed,
        )
        self._watcher.stepped(Step.INIT)

    def end(self, error: TunnelError | None) -> None:
        """It is over, for this reason; the first counts."""
        if self.ended.done():
            return
        if error is not None and error.code in ("network_refused", "dns_refused") and self.is_open:
            # What is done to a device that somebody has just removed is refused.
            error = error if self.link.device_state() is not None else TunnelError("device_lost")
        self.ended.set_result(error)

    def rekey_ike(self) -> None:
        self._session.rekey_ike(self._host.now())
        self._pump.run()

    def rekey_children(self) -> None:
        for child in self._sas.children:
            self._session.rekey_child(child.spi_in, self._host.now())
        self._pump.run()

    def counters(self) -> dict[str, int]:
        """Of the packet path, since it began."""
        return self.link.plane.counters()

    def last_used_s(self) -> float:
        """When the last inner packet passed, by the loop's clock; 0 when none did."""
        return max(self._sas.last_inbound_s(), self._sas.last_outbound_s())

    def traffic(self) -> Traffic:
        return self._sas.traffic()

    # The sessions

    @property
    def _session(self) -> Session:
        """The one in use; there is one as soon as anything can happen."""
        assert self._in_use is not None
        return self._in_use

    @property
    def _sessions(self) -> tuple[Session, ...]:
        beside = () if self._rival is None else (self._rival,)
        return (self._session, *beside, *self._renewal.sessions)

    def _begun(self, path: Path, config: SessionConfig, ticket: Ticket | None) -> Session:
        """A session that has begun along `path`."""
        session = Session(
            config,
            path,
            random=self._host.random,
            now=self._host.now(),
            utc=utc_s,
            float_local=self.link.float_local,
            resume=ticket,
        )
        session.connect(self._host.now())
        return session

    def _config_by_now(self) -> SessionConfig:
        """With the password that the person said last, and the addresses that programs hold on to."""
        config, password = self._config, self._wants.password
        if password is not None:
            config = with_password(config, password)
        return replace(config, wished=self._facts.configuration.addresses)

    # Another session in the place of one that was lost: by the ticket, else from the beginning

    def _can_begin_again(self, error: TunnelError) -> bool:
        """Whether all but the session is still good: the way to the gateway, and what the machine has."""
        if self._leaving or self.ended.done() or not self._passage.is_configured or self._session.path.stream:
            return False
        return error.code == "peer_restarted" or (error.code == "peer_vanished" and self.ticket is not None)

    def _begin_again(self, error: TunnelError) -> None:
        self._renewal.end()
        self._log.warning("%s: connecting again", error)
        self._watcher.lost(error)
        self._passage.forget()
        self._in_use = self._begun(self._session.path, self._config_by_now(), self.ticket)

    # A second session that authenticates anew, and takes the place of the first

    def _begin_next(self) -> Session:
        # The gateway shall not forget the session in use.
        return self._begun(self._session.path, replace(self._config_by_now(), initial_contact=False), None)

    def _replace(self, session: Session, events: list[Event]) -> None:
        self._renewal.replaced(self._session)
        self._in_use = session
        for event in events:
            if not isinstance(event, StateChanged):
                self._handle(event)
        self._learn()

    def _next_failed(self, error: SessionError | None) -> None:
        self._session.reauthentication.failed(self._host.now())
        if error is None:
            return
        self._wants.failed(error.code)
        if error.code in WRONG_SECRET or error.code == "prompt_unanswered":
            # A stored one is not said again, either: saying it every half minute locks accounts.
            self._config = with_password(self._config, None)

    # A second session, over TCP, while the first gets no answer over UDP

    def _begin_rival(self, path: Path) -> None:
        """ "A new IKE_SA_INIT exchange MUST be initiated" (RFC 9329 section 5.1)."""
        self._rival = self._begun(path, self._config, self.ticket)
        self._pump.run()

    def _rival_failed(self) -> None:
        self._rival = None
        if self._session.state is State.CLOSED:
            self.end(self._udp_error)

    def _rival_said(self, event: Event) -> None:
        match event:
            case StateChanged(state=State.AUTH):  # it was answered first
                self._in_use, self._rival = self._rival, None
                self._facts.path = self._session.path
                self._handle(event)
            case Closed(redirect=gateway) if gateway:
                self._closed(event)
            case Closed(error=SessionError(code=code) as error) if code != "unreachable":
                self.end(as_tunnel_error(error))  # an answer is an answer
            case Closed():
                self._rival_failed()

    # Stimuli: a datagram, the packet path's news, another network, time

    def _received(self, data: bytes, path: Path) -> None:
        if not self._carrier.took(data, path):
            self._pump.received(data, path)

    def _happened(self, events: list[PlaneEvent]) -> None:
        for event in events:
            match event:
                case SaExpiring():
                    child = self._sas.owner_of(event.spi, event.handle)
                    if child is not None:
                        self._session.rekey_child(child.spi_in, self._host.now())
                case PathTooBig():
                    if event.remote.host == self._session.path.remote.host:
                        self._session.path_too_big(event.mtu, self._host.now())
                case DeviceLost():
                    self.end(device_error(event))
                case _:  # the gateway's own address changes only with our leave (MOBIKE)
                    pass
        self._pump.run()

    def _moved(self) -> None:
        self._carrier.network_changed()
        self._pump.run()

    def _look(self) -> None:
        """At the packet path's counters, the clocks and the transport."""
        heard = self._sas.last_inbound_s()
        now, asleep_s = self._host.now(), self._roaming.asleep_s()
        if heard > self._heard_s:
            self._heard_s = heard
            self._session.note_inbound(heard + asleep_s)
        sent = self._sas.last_outbound_s()
        if sent > self._sent_s:
            self._sent_s = sent
            self._session.note_outbound(sent + asleep_s, now)
        self._roaming.look_at_the_clocks()
        self._carrier.look()

    # What the sessions decided

    def _said(self, session: Session, event: Event) -> None:
        if session is self._in_use:
            self._handle(event)
        elif session is self._rival:
            self._rival_said(event)
        else:
            self._renewal.said(session, event)

    def _handle(self, event: Event) -> None:
        match event:
            case StateChanged(state=State.AUTH):
                self.answered, self._rival = True, None
                self._carrier.answered(self._session.path)
                self._watcher.stepped(Step.AUTH)
            case TicketChanged():
                self.ticket = event.ticket
            case InboundReady():
                self._sas.install_inbound(event.child)
            case OutboundReady():
                self._passage.outbound_ready(event.child)
            case OutboundRetired():
                self._passage.outbound_retired(event.child)
            case InboundRetired():
                self._sas.retire_inbound(event.child)
            case PathChanged():
                self._passage.path_changed(event.path)
            case PeerAddressesChanged():
                if self._session.state is State.ESTABLISHED:  # anyone can say so before it is proven
                    self._learn()
            case PathMtuChanged():
                self._passage.path_mtu_changed(event.path_mtu)
            case SessionWants():
                self._asked(self._session, event)
            case ReauthenticationDue():
                self._renewal.begin()
            case KeysExported():
                self._watcher.keys(event)
            case Closed():
                self._closed(event)
            case _:
                self._facts.note(event)
                self._log_fact(event)
        if not isinstance(event, StateChanged | TicketChanged | KeysExported | InboundReady | SessionWants):
            self._watcher.changed()

    def _learn(self) -> None:
        """Where the gateway can be reached by now, and how."""
        gateways = tuple(each.host for each in self._session.mobility.remotes)
        self._watcher.barrier.found_at(gateways)
        self._passage.found_at(gateways)
        self._roaming.learn()

    def _log_fact(self, event: Event) -> None:
        match event:
            case IkeEstablished():
                how = "resumed" if event.resumed else "established"
                self._log.info("%s with %s (%s)", how, self._facts.peer, self._facts.ike_suite)
            case ChildRekeyed() | IkeRekeyed():
                kind = "CHILD" if isinstance(event, ChildRekeyed) else "IKE"
                self._log.info("%s SA rekeyed by %s", kind, "us" if event.by_us else "the gateway")

    def _asked(self, session: Session, wanted: SessionWants) -> None:
        self._wants.begin(wanted, partial(self._pump.supply, session))

    def _closed(self, event: Closed) -> None:
        error = None if event.error is None else as_tunnel_error(event.error)
        if event.redirect:
            self._log.info("the gateway sends us to %s", event.redirect)
            self.redirect, error = event.redirect, None
        silent = error is not None and error.code == "unreachable" and not self.answered
        if silent and (self._rival is not None or self._carrier.goes_on()):
            self._udp_error = error
            return
        if error is not None and self._can_begin_again(error):
            self._begin_again(error)
            return
        self._session_closed.set()
        self.end(error)

    def _ready(self) -> None:
        """The connection is up: now for what nobody waits for."""
        self._learn()
        self._watcher.barrier.reached(self._profile.server, self._session.path.remote.host)
        self._passage.discover_path_mtu()
        self._pump.run_soon()

    def _discover_path_mtu(self, octets: int) -> None:
        self._session.discover_path_mtu(octets, self._host.now())

    # The end

    async def close(self) -> None:
        """Tell the peer, put the machine's network back, close the link."""
        try:
            self._rival = None
            await self._carrier.close()
            await self._say_goodbye()
        finally:
            await self._machine.withdraw()
            await self._watcher.barrier.closing()
            self._pump.close()
            self._roaming.close()
            self._sas.clear()
            self.is_open = False
            self.link.close()

    async def _say_goodbye(self) -> None:
        """Tell the peer with a Delete (RFC 7296 section 1.4.1), and wait a little for its answer."""
        session, self._leaving = self._in_use, True
        if session is None:
            return
        self._renewal.end()
        if session.state is State.CLOSED or self._comes_back():
            self._pump.run()  # the last word of a session whose place was taken
            return
        session.close(self._host.now())
        self._pump.run()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._session_closed.wait()
        except TimeoutError:
            self._log.info("the gateway did not answer our goodbye")

    def _comes_back(self) -> bool:
        """Whether the next attempt resumes the session, which therefore must not be deleted."""
        error = self.ended.result() if self.ended.done() and not self.ended.cancelled() else None
        again = self._profile.reconnect.enabled and error is not None and may_resume(error.code)
        return again and self.ticket is not None
