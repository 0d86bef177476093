"""One IKEv2 session: a connection between two peers, through every IKE SA that succeeds another.

The façade that drivers use. Bytes and `now` (seconds of any steady clock) go in through `receive`,
`advance` and the commands; datagrams and events come out through `datagrams` and `events`, and `deadline`
says when `advance` wants to be called. Take the events before the datagrams of the same call: an inbound
SA must be installed before the message that tells the peer to use it leaves.

A datagram of the single octet 0xFF is a NAT keepalive and goes out without a non-ESP marker.
Input from the network never raises.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import export
from .children import HARD_AFTER, Children, soft_lifetime
from .codes import ExchangeType, NotifyType, ProtocolId
from .config import GatewayPolicy, RandomBytes, SessionConfig
from .errors import IntegrityFailed, LocalError, PeerError, SessionError
from .events import (
    ChildSa,
    Closed,
    Configuration,
    Endpoint,
    Event,
    IkeRekeyed,
    Path,
    PathChanged,
    RoundTrip,
    State,
    StateChanged,
)
from .exchanges import auth, create_child, informational, rekey_ike
from .exchanges.base import Exchange
from .exchanges.create_child import CreateChild
from .exchanges.delete import DeleteChild, DeleteIke
from .exchanges.init import InitExchange, float_endpoint
from .exchanges.init import answer as answer_init
from .exchanges.liveness import Liveness
from .exchanges.rekey_ike import RekeyIke
from .message import Header, Message, parse_header, parse_message, serialise_message
from .payloads import Payload
from .payloads.identity import Identity
from .payloads.notify import NotifyPayload
from .payloads.sa import SaPayload
from .retransmit import Transmission
from .sa import ChildState, IkeSa, SaState
from .selectors import to_hosts
from .window import Arrival, Outstanding

if TYPE_CHECKING:
    from .payloads.selector import TrafficSelector

KEEPALIVE = b"\xff"
#: How long the loser of a simultaneous rekey may keep us waiting for its Delete.
EXPECT_DELETE_S = 60.0

#: The legal moves of a session.
MOVES = {
    State.IDLE: {State.INIT, State.CLOSED},
    State.INIT: {State.AUTH, State.CLOSED},
    State.AUTH: {State.ESTABLISHED, State.CLOSED},
    State.ESTABLISHED: {State.CLOSING, State.CLOSED},
    State.CLOSING: {State.CLOSED},
    State.CLOSED: set(),
}


class Session:
    """One connection in either role; see the module's text for how to drive it."""

    def __init__(
        self,
        config: SessionConfig,
        path: Path,
        *,
        random: RandomBytes,
        now: float,
        float_local: Endpoint | None = None,
        new_child_spi: Callable[[], bytes] | None = None,
    ) -> None:
        """An initiator that has not begun. `path` is where IKE_SA_INIT goes, `float_local` the local end
        of the encapsulated path that everything later takes."""
        self.config = config
        self.path = path
        self.arrival = path
        self.random = random
        self.state = State.IDLE
        self.nat_local = self.nat_remote = False
        self.lease: Configuration | None = None
        self.peer: Identity | None = None
        self._float_local = float_local or path.local
        self._allocate_spi = new_child_spi
        self._policy: GatewayPolicy | None = None
        self._events: list[Event] = []
        self._datagrams: list[tuple[bytes, Path]] = []
        self._pending_failure: SessionError | None = None
        self.children = Children(config.timing, random, self.emit)
        self.current = IkeSa(self.new_ike_spi(), bytes(8), initiated=True)
        self._sas = {self.current.our_spi: self.current}
        self._last_heard = self._keepalive_at = now
        self._recreate_at = math.inf

    @classmethod
    def answer(
        cls,
        datagram: bytes,
        message: Message,
        path: Path,
        config: SessionConfig,
        policy: GatewayPolicy,
        *,
        random: RandomBytes,
        now: float,
        new_child_spi: Callable[[], bytes],
    ) -> tuple[Session, bool]:
        """A responder's session from an IKE_SA_INIT request, and whether it goes on.

        `config` is provisional: its identity, proposals and timing serve until the peer says who it is.
        Raises PeerError for a request that deserves no answer.
        """
        self = cls(config, path, random=random, now=now, new_child_spi=new_child_spi)
        self._policy = policy
        sa = IkeSa(message.spi_i, self.current.spi_i, initiated=False)
        self.current, self._sas = sa, {sa.our_spi: sa}
        self._move(State.INIT)
        payloads, goes_on = answer_init(self, sa, message, config.ike_proposals)
        response = serialise_message(
            Message(
                sa.spi_i,
                sa.spi_r if goes_on else bytes(8),
                ExchangeType.IKE_SA_INIT,
                0,
                False,
                True,
                payloads,
            )
        )
        sa.init_request, sa.init_response = datagram, response
        sa.responses.answered(response)
        self._datagrams.append((response, path))
        if goes_on:
            self._move(State.AUTH)
        return self, goes_on

    # What a driver calls

    def connect(self, now: float) -> None:
        """Begin. Raises LocalError when the session has begun before."""
        if self.state is not State.IDLE:
            raise LocalError("the session has begun already")
        self._move(State.INIT)
        self.enqueue(self.current, InitExchange(self), now)

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take a datagram; whatever is wrong with it is answered or ignored, never raised."""
        if self.state is State.CLOSED:
            return
        try:
            header = parse_header(datagram)
            sa = self._sas.get(header.spi_r if header.from_initiator else header.spi_i)
            if sa is None or header.from_initiator is sa.initiated or header.spi_i != sa.spi_i:
                return
            self.arrival = path
            if header.is_response:
                self._on_response(sa, header, datagram, now)
            else:
                self._on_request(sa, header, datagram, now)
        except PeerError:
            pass
        if self._pending_failure is not None:
            self.finish(self._pending_failure)

    def advance(self, now: float) -> None:
        """Do what is due at `now`."""
        if self.state in (State.IDLE, State.CLOSED):
            return
        for sa in tuple(self._sas.values()):
            self._retransmit(sa, now)
            if sa.gone_at <= now:
                self.drop_sa(sa)
        if self.state is State.ESTABLISHED:
            self.children.advance(now)
            self._rekey_due(now)
            self._ask_if_silent(now)
            self._keep_mapping(now)
        for sa in tuple(self._sas.values()):
            self._pump(sa, now)

    def close(self, now: float) -> None:
        """Delete the IKE SA and with it everything; `Closed` follows when the peer answers or stays silent."""
        if self.state is State.ESTABLISHED:
            self._move(State.CLOSING)
            self.current.queue.clear()
            self.enqueue(self.current, DeleteIke(), now)
        elif self.state is not State.CLOSING:
            self.finish(None)

    def rekey_ike(self, now: float) -> None:
        """Replace the IKE SA now."""
        if self.state is State.ESTABLISHED and self.current.state is SaState.ALIVE:
            self.current.rekey_at = math.inf
            self.enqueue(self.current, RekeyIke(self), now)

    def rekey_child(self, spi_in: bytes, now: float) -> None:
        """Replace one CHILD SA now; one that is being replaced already is left alone."""
        record = self.children.by_spi_in(spi_in)
        if record and record.state is ChildState.INSTALLED and self.state is State.ESTABLISHED:
            record.rekey_at = math.inf
            self.enqueue(self.current, CreateChild(self, record), now)

    def check_liveness(self, now: float) -> None:
        """Ask the peer whether it is there, unless a request of ours asks that already."""
        sa = self.current
        if self.state is State.ESTABLISHED and sa.requests.outstanding is None and not sa.queue:
            self.enqueue(sa, Liveness(), now)

    def note_inbound(self, now: float) -> None:
        """An authenticated ESP packet arrived: the peer is alive."""
        self._last_heard = now

    def move(self, path: Path, now: float) -> None:
        """Use `path` from now on and ask the peer over it."""
        if path != self.path:
            self.path = path
            self.emit(PathChanged(path))
            self.check_liveness(now)

    def datagrams(self) -> list[tuple[bytes, Path]]:
        """Drain what has to be sent."""
        drained, self._datagrams = self._datagrams, []
        return drained

    def events(self) -> list[Event]:
        """Drain what happened."""
        drained, self._events = self._events, []
        return drained

    def deadline(self) -> float | None:
        """When `advance` is due, or None for never."""
        if self.state in (State.IDLE, State.CLOSED):
            return None
        times = [self._recreate_at]
        for sa in self._sas.values():
            times.append(sa.gone_at)
            if sa.requests.outstanding is not None:
                times.append(sa.requests.outstanding.transmission.deadline)
        if self.state is State.ESTABLISHED:
            times += [self.current.rekey_at, self.current.hard_at, self.children.deadline()]
            times += [self._silence_ends(), self._keepalive_due()]
        earliest = min(times)
        return None if earliest is math.inf else earliest

    @property
    def spis(self) -> frozenset[bytes]:
        """Our SPIs of all IKE SAs: the ones by which this session's datagrams are known."""
        return frozenset(self._sas)

    @property
    def ike_sas(self) -> tuple[IkeSa, ...]:
        return tuple(self._sas.values())

    # What the exchanges call

    def emit(self, event: Event) -> None:
        self._events.append(event)

    def enqueue(self, sa: IkeSa, exchange: Exchange, now: float) -> None:
        """Run `exchange` on `sa` when its window allows."""
        sa.queue.append(exchange)
        self._pump(sa, now)

    def restart(self, sa: IkeSa, exchange: Exchange, now: float) -> None:
        """Send IKE_SA_INIT anew, again as message 0 (RFC 7296 section 2.6)."""
        sa.requests.next_id = 0
        self.enqueue(sa, exchange, now)

    def floated(self) -> Path:
        """The encapsulated path that follows IKE_SA_INIT (RFC 7296 section 2.23)."""
        if self.path.encapsulated:
            return self.path
        return Path(self._float_local, float_endpoint(self.path.remote), True)

    def begin_auth(self, sa: IkeSa) -> None:
        self._move(State.AUTH)
        sa.queue.append(auth.AuthExchange(self))

    def established(self, sa: IkeSa, peer: Identity, now: float) -> None:
        sa.state = SaState.ALIVE
        self.peer = peer
        self._set_lifetime(sa, now)
        self._last_heard = self._keepalive_at = now
        self._move(State.ESTABLISHED)
        self.emit(auth.established_event(self, sa, peer))

    def new_ike_spi(self) -> bytes:
        spi = bytes(8)
        while not any(spi):
            spi = self.random(8)
        return spi

    def new_child_spi(self) -> bytes:
        """An inbound SPI that is not in use; 0 to 255 are reserved (RFC 4303 section 2.1)."""
        if self._allocate_spi is not None:
            return self._allocate_spi()
        while True:
            spi = self.random(4)
            if int.from_bytes(spi, "big") > 255 and spi not in self.children.spis_in:
                return spi

    def add_sa(self, sa: IkeSa, now: float) -> None:
        self._sas[sa.our_spi] = sa
        self.export_ike(sa)

    def drop_sa(self, sa: IkeSa) -> None:
        self._sas.pop(sa.our_spi, None)

    def expect_delete(self, sa: IkeSa, now: float) -> None:
        """The peer has to delete `sa`; we wait only so long."""
        sa.state = SaState.REPLACED
        sa.gone_at = now + EXPECT_DELETE_S

    def inherit(self, old: IkeSa, new: IkeSa, now: float, *, by_us: bool) -> None:
        """`new` takes the place of `old`."""
        new.state = SaState.ALIVE
        self._set_lifetime(new, now)
        while old.queue:
            new.queue.append(old.queue.popleft())
        if by_us:
            old.state = SaState.CLOSING
        else:
            self.expect_delete(old, now)
        self.current = new
        self.emit(IkeRekeyed(new.spi_i, new.spi_r, by_us))

    def peer_deleted(self, sa: IkeSa) -> None:
        """Answer first, then let go of `sa`; when it was in use, the session ends."""
        outstanding = sa.requests.outstanding
        ours = outstanding.exchange if outstanding else None
        if sa is self.current and isinstance(ours, RekeyIke) and ours.collision is not None:
            # The peer rekeyed and did not see our attempt: forget ours (section 2.25.2)
            self.inherit(sa, ours.collision.sa, self._last_heard, by_us=False)
        sa.state = SaState.REPLACED if sa is not self.current else SaState.CLOSING
        sa.requests.end()
        sa.gone_at = -math.inf

    def after_children_deleted(self, now: float, *, recreate: bool = False) -> None:
        """The last pair is gone: make another when we lost it, else follow the peer and close."""
        if len(self.children) or self.state is not State.ESTABLISHED:
            return
        if recreate:
            self.enqueue(self.current, CreateChild(self, None), now)
        elif self._policy is None:
            self.close(now)

    def create_child_later(self, now: float) -> None:
        self._recreate_at = self.retry_at(now)

    def retry_at(self, now: float) -> float:
        """When to try again after TEMPORARY_FAILURE: jittered, so that two sides do not stay in step."""
        share = int.from_bytes(self.random(2), "big") / 0xFFFF
        return now + self.config.timing.busy_retry_s * (1 + share)

    @property
    def children_closing(self) -> bool:
        return any(record.state is ChildState.DELETING for record in self.children)

    @property
    def remote_ts(self) -> tuple[TrafficSelector, ...]:
        """What the peer may have on its side of a new CHILD SA."""
        if self.lease is not None:
            return to_hosts(address.ip for address in self.lease.addresses)
        return self.config.remote_ts

    def export_ike(self, sa: IkeSa) -> None:
        if self.config.export_keys:
            self.emit(export.ike_line(sa))

    def export_child(self, child: ChildSa) -> None:
        if self.config.export_keys:
            for line in export.esp_lines(child, self.path):
                self.emit(line)

    def finish(self, error: SessionError | None, *, by_peer: bool = False) -> None:
        """End here and now."""
        if self.state is State.CLOSED:
            return
        self._pending_failure = None
        self.children.clear()
        self._sas.clear()
        if self.lease is not None and self._policy is not None:
            self._policy.release(self.lease)
            self.lease = None
        self._move(State.CLOSED)
        self.emit(Closed(error, by_peer))

    def fail_after_answer(self, error: SessionError) -> None:
        """End as soon as the response under construction has been sent."""
        self._pending_failure = error

    def fail_with_delete(self, sa: IkeSa, error: SessionError, now: float) -> None:
        """Tell an authenticated peer that the IKE SA goes, without waiting for its answer."""
        sa.state = SaState.ALIVE
        self.enqueue(sa, DeleteIke(), now)
        self.finish(error)

    def fail_with_notice(self, sa: IkeSa, error: SessionError, notify: int, now: float) -> None:
        """Tell the peer why we do not go on (RFC 7296 section 2.21.2), without waiting for its answer."""
        self._send_request(sa, ExchangeType.INFORMATIONAL, (NotifyPayload(notify),))
        self.finish(error)

    # Requests and responses

    def _pump(self, sa: IkeSa, now: float) -> None:
        while sa.queue and sa.requests.outstanding is None and self.state is not State.CLOSED:
            exchange = sa.queue.popleft()
            payloads = exchange.request(self, sa, now)
            if payloads is None:
                continue
            message_id = sa.requests.next_id
            datagram = self._send_request(sa, exchange.type, payloads)
            transmission = Transmission(datagram, self.path, self.config.timing, now)
            sa.requests.begin(Outstanding(exchange, message_id, transmission))

    def _send_request(self, sa: IkeSa, exchange: ExchangeType, payloads: tuple[Payload, ...]) -> bytes:
        message_id = sa.requests.next_id
        if exchange is ExchangeType.IKE_SA_INIT:
            message = Message(sa.spi_i, sa.spi_r, exchange, message_id, True, False, payloads)
            datagram = sa.init_request = serialise_message(message)
        else:
            assert sa.sealer is not None
            flags = sa.flags(response=False)
            datagram = sa.sealer.seal(sa.spi_i, sa.spi_r, exchange, flags, message_id, payloads)
        self._datagrams.append((datagram, self.path))
        return datagram

    def _retransmit(self, sa: IkeSa, now: float) -> None:
        outstanding = sa.requests.outstanding
        if outstanding is None or outstanding.transmission.deadline > now:
            return
        if not outstanding.transmission.exhausted:
            outstanding.transmission.again(now)
            self._datagrams.append((outstanding.transmission.datagram, self.path))
        elif sa is not self.current:
            self.drop_sa(sa)
        elif self.state is State.CLOSING:
            self.finish(None)
        else:
            code = "peer_vanished" if self.state is State.ESTABLISHED else "unreachable"
            self.finish(SessionError(code, f"no answer from {self.path.remote.host}"))

    def _on_response(self, sa: IkeSa, header: Header, datagram: bytes, now: float) -> None:
        outstanding = sa.requests.outstanding
        if (
            outstanding is None
            or header.message_id != outstanding.message_id
            or header.exchange != outstanding.exchange.type
        ):
            return
        if header.exchange == ExchangeType.IKE_SA_INIT:
            self._on_init_response(sa, outstanding, datagram, now)
            return
        message = self._open(sa, header, datagram)
        sa.requests.end()
        self._heard(now)
        if outstanding.transmission.sent == 1:
            self.emit(RoundTrip(now - outstanding.transmission.first_sent))
        try:
            outstanding.exchange.response(self, sa, message, now)
        except PeerError as error:
            self.fail_with_delete(sa, SessionError("invalid_peer_message", str(error)), now)
            return
        for each in tuple(self._sas.values()):
            self._pump(each, now)

    def _on_init_response(
        self, sa: IkeSa, outstanding: Outstanding, datagram: bytes, now: float
    ) -> None:
        """Nothing here is authenticated: what is broken is ignored, and the true answer awaited."""
        message = parse_message(datagram)
        sa.requests.end()
        init_response, sa.init_response = sa.init_response, datagram
        try:
            outstanding.exchange.response(self, sa, message, now)
        except PeerError:
            sa.requests.outstanding, sa.init_response = outstanding, init_response
            return
        self._pump(sa, now)

    def _on_request(self, sa: IkeSa, header: Header, datagram: bytes, now: float) -> None:
        message = self._open(sa, header, datagram)
        arrival = sa.responses.judge(header.message_id)
        if arrival is Arrival.REPEATED and sa.responses.last_response is not None:
            self._datagrams.append((sa.responses.last_response, self.arrival))
        if arrival is not Arrival.NEW:
            return
        self._heard(now)
        self._follow_peer()
        try:
            payloads = self._dispatch(sa, header, message, now)
        except PeerError as error:
            payloads = ()
            if error.notify is not None:
                payloads = (NotifyPayload(error.notify, error.notify_data),)
            if error.notify == NotifyType.INVALID_SYNTAX:  # "the IKE SA must be closed" (section 2.21.3)
                self._pending_failure = SessionError("invalid_peer_message", str(error))
        assert sa.sealer is not None
        flags = sa.flags(response=True)
        response = sa.sealer.seal(
            sa.spi_i, sa.spi_r, header.exchange, flags, header.message_id, payloads
        )
        sa.responses.answered(response)
        self._datagrams.append((response, self.arrival))
        self._after_answer(sa, now)

    def _dispatch(self, sa: IkeSa, header: Header, message: Message, now: float) -> tuple[Payload, ...]:
        if self.state is State.AUTH:
            if header.exchange != ExchangeType.IKE_AUTH or self._policy is None:
                raise PeerError("only IKE_AUTH may follow IKE_SA_INIT")
            return auth.handle(self, sa, message, self._policy, now)
        match header.exchange:
            case ExchangeType.INFORMATIONAL:
                return informational.handle(self, sa, message, now)
            case ExchangeType.CREATE_CHILD_SA:
                offer = message.get(SaPayload)
                for_ike = offer is not None and any(p.protocol == ProtocolId.IKE for p in offer.proposals)
                answer = rekey_ike.handle if for_ike else create_child.handle
                return answer(self, sa, message, now)
        raise PeerError(f"exchange type {header.exchange} is not expected here")

    def _after_answer(self, sa: IkeSa, now: float) -> None:
        if sa.gone_at == -math.inf:
            closes = sa is self.current
            self.drop_sa(sa)
            if closes:
                self.finish(None, by_peer=True)
        for each in tuple(self._sas.values()):
            self._pump(each, now)

    def _open(self, sa: IkeSa, header: Header, datagram: bytes) -> Message:
        if sa.opener is None:
            raise IntegrityFailed("no keys yet")
        payloads = sa.opener.open(datagram)
        return Message(
            header.spi_i,
            header.spi_r,
            header.exchange,
            header.message_id,
            header.from_initiator,
            header.is_response,
            payloads,
        )

    def _heard(self, now: float) -> None:
        self._last_heard = now

    def _follow_peer(self) -> None:
        """A responder answers and sends where a fresh authenticated request came from (section 2.23)."""
        if self._policy is None or self.arrival == self.path:
            return
        self.path = self.arrival
        if self.state is State.ESTABLISHED:
            self.emit(PathChanged(self.path))

    # Timers

    def _set_lifetime(self, sa: IkeSa, now: float) -> None:
        lifetime = self.config.timing.ike_lifetime_s
        sa.rekey_at = now + soft_lifetime(lifetime, self.config.timing, self.random)
        sa.hard_at = now + lifetime * HARD_AFTER

    def _rekey_due(self, now: float) -> None:
        lapsed = [record for record in self.children if record.hard_at <= now]
        if self.current.hard_at <= now or any(r.state is ChildState.INSTALLED for r in lapsed):
            error = SessionError("expired", "no rekey succeeded within the SA's lifetime")
            self.fail_with_delete(self.current, error, now)
            return
        if self.current.rekey_at <= now:
            self.rekey_ike(now)
        for record in self.children.due_for_rekey(now):
            self.rekey_child(record.sa.spi_in, now)
        for record in lapsed:  # replaced, and the peer never deleted it
            record.hard_at = math.inf
            if record.state is ChildState.REPLACED:
                self.enqueue(self.current, DeleteChild(record), now)
        if self._recreate_at <= now:
            self._recreate_at = math.inf
            self.enqueue(self.current, CreateChild(self, None), now)

    def _silence_ends(self) -> float:
        if not self.config.timing.liveness_s or self.current.requests.outstanding is not None:
            return math.inf
        return self._last_heard + self.config.timing.liveness_s

    def _ask_if_silent(self, now: float) -> None:
        if self._silence_ends() <= now:
            self.check_liveness(now)

    def _keepalive_due(self) -> float:
        if not self.nat_local or not self.config.timing.keepalive_s:
            return math.inf
        return self._keepalive_at + self.config.timing.keepalive_s

    def _keep_mapping(self, now: float) -> None:
        if self.state is State.ESTABLISHED and self._keepalive_due() <= now:
            self._keepalive_at = now
            self._datagrams.append((KEEPALIVE, self.path))

    def _move(self, state: State) -> None:
        if state is self.state:
            return
        assert state in MOVES[self.state], f"{self.state} to {state}"
        self.state = state
        self.emit(StateChanged(state))
