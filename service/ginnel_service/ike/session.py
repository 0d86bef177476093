"""One IKEv2 session: a connection between two peers, through every IKE SA that succeeds another.

The façade that drivers use. Bytes and `now` (seconds of any steady clock) go in through `receive`,
`advance` and the commands; datagrams and events come out through `datagrams` and `events`, and `deadline`
says when `advance` wants to be called. Take the events before the datagrams of the same call: an inbound
SA must be installed before the message that tells the peer to use it leaves.

`mobility` is the part that changes of network are told to.

A datagram of the single octet 0xFF is a NAT keepalive and goes out without a non-ESP marker.
Input from the network never raises.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from .children import Children
from .codes import ExchangeType, ProtocolId
from .config import GatewayPolicy, RandomBytes, SessionConfig
from .conversation import Conversation, refusal
from .crash import TokenMaker
from .eap.outcome import Supplied
from .errors import LocalError, PeerError, SessionError
from .events import (
    Closed,
    Configuration,
    Consult,
    Endpoint,
    Event,
    Fetch,
    Path,
    Prompt,
    State,
    StateChanged,
    Ticket,
    Wanted,
)
from .exchanges import (
    auth,
    create_child,
    followup,
    informational,
    rekey_ike,
    resume_answer,
)
from .exchanges.base import Exchange
from .exchanges.create_child import CreateChild
from .exchanges.delete import DeleteIke
from .exchanges.init import InitExchange, float_endpoint
from .exchanges.init import answer as answer_init
from .exchanges.liveness import Liveness
from .exchanges.redirect import SendRedirect
from .exchanges.rekey_ike import RekeyIke
from .fragments import Parcel
from .message import Message, serialise_message
from .mobike import Mobility
from .newcomer import Newcomer
from .payloads import Payload
from .payloads.cert import CertReqPayload
from .payloads.identity import Identity
from .payloads.notify import NotifyPayload
from .payloads.sa import SaPayload
from .payloads.selector import TrafficSelector
from .probing import Prober
from .reauthentication import FindOlder, Reauthentication, confirmed, let_go
from .sa import FIRST_CHILD_SPI, ChildState, IkeSa, SaState, new_ike_spi
from .selectors import to_hosts
from .succession import Succession
from .ticket_keeper import LOST, TicketKeeper
from .tickets import Grant, Resumable, TicketOffice
from .upkeep import Upkeep

KEEPALIVE = b"\xff"
#: How long a gateway that sent us elsewhere has to answer our Delete.
LEAVE_S = 2.0

#: The legal moves of a session.
MOVES = {
    State.IDLE: {State.INIT, State.CLOSED},
    State.INIT: {State.AUTH, State.CLOSED},
    State.AUTH: {State.INIT, State.ESTABLISHED, State.CLOSED},  # back when a ticket did not lead here
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
        utc: Callable[[], float],
        float_local: Endpoint | None = None,
        new_child_spi: Callable[[], bytes] | None = None,
        first: IkeSa | None = None,
        resume: Ticket | None = None,
    ) -> None:
        """An initiator that has not begun. `path` is where IKE_SA_INIT goes, `float_local` the local end
        of the encapsulated path that everything later takes. `utc` gives Unix seconds, for certificates.
        `first` is a responder's IKE SA. With `resume` it begins by a ticket, and without if that fails."""
        self.config = config
        self.path = path
        self.random = random
        self.utc = utc
        self.state = State.IDLE
        self.nat_local = self.nat_remote = False
        # What both sides announced
        self.fragmentation = self.mobike = self.message_id_sync = self.multiple_auth = self.childless = False
        self.ppk = False
        self.can_redirect = False  # responder: the peer goes where it is sent (RFC 5685)
        self.peer_looks_up = False  # certificates by hash and URL
        self.asked: tuple[CertReqPayload, ...] = ()
        self.peer_hashes: frozenset[int] | None = None  # of RFC 7427; None: the peer does not know it
        self.lease: Configuration | None = None
        # Responder: of the same client, and with the same lease, while one session replaces the other
        self.older: Session | None = None
        self.newer: Session | None = None
        self.find_older: FindOlder = lambda newer, peer: None
        self.peer: Identity | None = None
        self._float_local = float_local or path.local
        self._allocate_spi = new_child_spi
        self._policy: GatewayPolicy | None = None
        self._newcomer: Newcomer | None = None  # the peer that a responder has yet to know
        self.resumed = False
        self.grant: Grant | None = None  # as responder: who the peer has proven to be
        self.certified: Identity | None = None  # as responder: the peer as its certificate names it
        self.office: TicketOffice | None = None
        self.token_maker: TokenMaker | None = None
        self.announced: tuple[TrafficSelector, ...] = ()  # what the gateway says it protects
        self.lost_followups = 0  # in a row: the peer forgot the key exchanges that we had begun
        self._events: list[Event] = []
        self._failure: SessionError | None = None
        self._redirect = ""  # where the gateway sends us
        self._tickets = count(1)
        self._waiting: dict[int, Callable[[Supplied, float], None]] = {}
        self.mobility = Mobility(self)
        first = first or IkeSa(new_ike_spi(random), bytes(8), initiated=True)
        self.talk = Conversation(self, first, path, now)
        self.children = Children(config.timing, random, self.emit)
        self.upkeep = Upkeep(self, now)
        self.prober = Prober(self)
        self.succession = Succession(self)
        self.tickets = TicketKeeper(self, resume)
        self.reauthentication = Reauthentication(self)

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
        utc: Callable[[], float],
        new_child_spi: Callable[[], bytes],
        office: TicketOffice | None = None,
        token_maker: TokenMaker | None = None,
        find_older: FindOlder = lambda newer, peer: None,
    ) -> tuple[Session, bool]:
        """A responder's session from an IKE_SA_INIT or IKE_SESSION_RESUME request, and whether it goes on.

        `config` is provisional: its identity, proposals and timing serve until the peer says who it is.
        Raises PeerError for a request that deserves no answer.
        """
        sa = IkeSa(message.spi_i, new_ike_spi(random), initiated=False)
        self = cls(config, path, random=random, now=now, utc=utc, new_child_spi=new_child_spi, first=sa)
        self._policy, self.find_older = policy, find_older
        self.office, self.token_maker = office, token_maker
        self._move(State.INIT)
        found: Resumable | None = None
        if message.exchange == ExchangeType.IKE_SESSION_RESUME:
            payloads, found = resume_answer.answer(self, sa, message, policy, now)
            goes_on = found is not None
        else:
            payloads, goes_on = answer_init(self, sa, message, policy.greeting())
        spi_r = sa.spi_r if goes_on else bytes(8)
        answer = Message(sa.spi_i, spi_r, message.exchange, 0, False, True, payloads)
        sa.init_request, sa.init_response = datagram, serialise_message(answer)
        sa.responses.answered(Parcel((sa.init_response,)))
        self.talk.outbox.append((sa.init_response, path))
        if goes_on:
            self._newcomer = Newcomer(self, sa, policy, found)
            self._move(State.AUTH)
        return self, goes_on

    # What a driver calls

    def connect(self, now: float) -> None:
        """Begin. Raises LocalError when the session has begun before."""
        if self.state is not State.IDLE:
            raise LocalError("the session has begun already")
        self._move(State.INIT)
        first = self.tickets.present() or InitExchange(self)
        self.talk.enqueue(self.talk.current, first, now)

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take a datagram; whatever is wrong with it is answered or ignored, never raised."""
        if self.state is State.CLOSED:
            return
        with suppress(PeerError):
            self.talk.receive(datagram, path, now)
        if self._failure is not None:
            self.finish(self._failure)

    def advance(self, now: float) -> None:
        """Do what is due at `now`."""
        if self.state in (State.IDLE, State.CLOSED):
            return
        self.talk.advance(now)
        if self.state is State.ESTABLISHED:
            self.upkeep.advance(now)
        self.talk.pump_all(now)

    def close(self, now: float) -> None:
        """Delete the IKE SA and all with it; `Closed` follows when the peer answers or stays silent."""
        if self.state is State.ESTABLISHED:
            self._move(State.CLOSING)
            self.talk.current.queue.clear()
            followup.drop(self.talk.current)
            self.talk.enqueue(self.talk.current, DeleteIke(), now)
        elif self.state is not State.CLOSING:
            self.finish(None)

    def redirect(self, gateway: str, now: float) -> None:
        """Responder: ask the peer to go to `gateway`, if it is one that does."""
        if self.state is State.ESTABLISHED and self.can_redirect:
            self.talk.enqueue(self.talk.current, SendRedirect(gateway), now)

    def rekey_ike(self, now: float) -> None:
        """Replace the IKE SA now."""
        current = self.talk.current
        if self.state is State.ESTABLISHED and current.state is SaState.ALIVE:
            current.rekey_at = math.inf
            self.talk.enqueue(current, RekeyIke(self), now)

    def rekey_child(self, spi_in: bytes, now: float) -> None:
        """Replace one CHILD SA now; one that is being replaced already is left alone."""
        record = self.children.by_spi_in(spi_in)
        if record is None or record.state is not ChildState.INSTALLED or self.state is not State.ESTABLISHED:
            return
        if self.children.unconfirmed(record):  # the peer may not know it yet
            record.rekey_at = self.upkeep.retry_at(now)
        else:
            record.rekey_at = math.inf
            self.talk.enqueue(self.talk.current, CreateChild(self, record), now)

    def create_child(
        self, local_ts: tuple[TrafficSelector, ...], remote_ts: tuple[TrafficSelector, ...], now: float
    ) -> None:
        """Make a further CHILD SA for these selectors; `Noted` says when the peer refuses it."""
        if self.state is State.ESTABLISHED:
            self.talk.enqueue(self.talk.current, CreateChild(self, None, (local_ts, remote_ts)), now)

    def check_liveness(self, now: float) -> None:
        """Ask the peer whether it is there, unless a request of ours asks that already."""
        current = self.talk.current
        if self.state is State.ESTABLISHED and current.requests.outstanding is None and not current.queue:
            self.talk.enqueue(current, Liveness(), now)

    def supply(self, ticket: int, answer: Supplied, now: float) -> None:
        """Give what a `Wanted` asked for: octets of a Fetch, text of a Prompt, a verdict of a Consult, or
        None for neither."""
        then = self._waiting.pop(ticket, None)
        if then is None or self.state is State.CLOSED:
            return
        try:
            then(answer, now)
        except PeerError as error:  # it was in the message that had to wait
            failed = SessionError("invalid_peer_message", str(error))
            if self.is_initiator:
                self.fail_with_delete(self.talk.current, failed, now)
            else:
                self.talk.respond(self.talk.current, refusal(error), now)
                self.finish(failed)
        if self._failure is not None:
            self.finish(self._failure)
        self.talk.pump_all(now)

    def note_inbound(self, now: float) -> None:
        """An authenticated ESP packet arrived: the peer is alive."""
        self.upkeep.heard_esp(now)
        self.prober.heard(now)
        confirmed(self)

    def note_outbound(self, at: float, now: float) -> None:
        """The last ESP packet went out `at`; said every few seconds, it gives a black hole away."""
        self.upkeep.sent_esp(at)
        self.prober.sent(at, now)

    def discover_path_mtu(self, wanted: int, now: float) -> None:
        """Know how many of `wanted` octets the path carries in one IP packet, from now on."""
        self.prober.begin(wanted, now)

    def path_too_big(self, mtu: int, now: float) -> None:
        """A router or the OS refused a packet to the peer; `mtu` octets would pass, 0 for unknown."""
        self.prober.too_big(mtu, now)

    def move(self, path: Path, now: float) -> None:
        """Use `path` from now on and tell the peer, or ask it there."""
        self.mobility.use(path, now)

    @property
    def is_responder(self) -> bool:
        return self._policy is not None

    def datagrams(self) -> list[tuple[bytes, Path]]:
        """Drain what has to be sent."""
        drained, self.talk.outbox = self.talk.outbox, []
        return drained

    def events(self) -> list[Event]:
        """Drain what happened."""
        drained, self._events = self._events, []
        return drained

    def deadline(self) -> float | None:
        """When `advance` is due, or None for never."""
        if self.state in (State.IDLE, State.CLOSED):
            return None
        earliest = self.talk.deadline()
        if self.state is State.ESTABLISHED:
            earliest = min(earliest, self.upkeep.deadline())
        return None if earliest == math.inf else earliest

    # What the exchanges, the conversation and the upkeep call

    @property
    def is_initiator(self) -> bool:
        """Whether we began the session; rekeys do not change it."""
        return self._policy is None

    def emit(self, event: Event) -> None:
        self._events.append(event)

    def want(self, what: Fetch | Prompt | Consult, then: Callable[[Supplied, float], None]) -> None:
        """Ask the driver for something; `then` takes the answer, and the time at which it came."""
        ticket = next(self._tickets)
        self._waiting[ticket] = then
        self.emit(Wanted(ticket, what))

    def floated(self) -> Path:
        """The encapsulated path that follows IKE_SA_INIT (RFC 7296 section 2.23)."""
        if self.path.encapsulated:
            return self.path
        return Path(self._float_local, float_endpoint(self.path.remote), True)

    def initiated(self) -> None:
        """IKE_SA_INIT is through."""
        self._move(State.AUTH)

    def start_over(self, exchange: Exchange, now: float) -> None:
        """Begin again, with another SPI as the peer may remember this one."""
        self._move(State.INIT)
        self.resumed = False
        self.talk.replace(IkeSa(new_ike_spi(self.random), bytes(8), initiated=True))
        self.talk.enqueue(self.talk.current, exchange, now)

    def begin_auth(self, sa: IkeSa) -> None:
        """Initiator: IKE_SA_INIT is through, and what is to follow before IKE_AUTH."""
        sa.queue.append(auth.AuthExchange(self, sa))

    def established(self, sa: IkeSa, peer: Identity, now: float, *, initial_contact: bool = False) -> None:
        sa.state = SaState.ALIVE
        self.peer = peer
        self.upkeep.begin(now)
        self.reauthentication.begin(now)
        self.upkeep.set_lifetime(sa, now)
        self._move(State.ESTABLISHED)
        self.emit(auth.established_event(self, sa, peer, initial_contact=initial_contact))

    def new_child_spi(self) -> bytes:
        """An inbound SPI that is not in use."""
        if self._allocate_spi is not None:
            return self._allocate_spi()
        while True:
            spi = self.random(4)
            if int.from_bytes(spi, "big") >= FIRST_CHILD_SPI and spi not in self.children.spis_in:
                return spi

    def send_keepalive(self) -> None:
        self.talk.outbox.append((KEEPALIVE, self.path))

    def after_children_deleted(self, now: float) -> None:
        """When the last pair is gone, follow the peer and close."""
        if not len(self.children) and self.state is State.ESTABLISHED and self._policy is None:
            self.close(now)

    @property
    def remote_ts(self) -> tuple[TrafficSelector, ...]:
        """What the peer may have on its side of a new CHILD SA."""
        if self.lease is not None:
            return to_hosts(address.ip for address in self.lease.addresses)
        return self.config.remote_ts

    def may_ask(self, exchange: int) -> bool:
        """Whether a request of `exchange` has its turn.

        Until the peer is proven only what leads there, or ends it. What comes too early is ignored: it may
        have overtaken IKE_AUTH, and will come again.
        """
        if self.state is not State.AUTH:
            return True
        return self._newcomer is not None and self._newcomer.may_ask(exchange)

    def answer_request(self, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...] | None:
        """The payloads that answer a fresh authenticated request; None: `talk.respond` follows later.

        Raises PeerError.
        """
        if self.state is State.AUTH and self._newcomer is not None:
            return self._newcomer.answer(message, now)
        match message.exchange:
            case ExchangeType.INFORMATIONAL:
                return informational.handle(self, sa, message, now)
            case ExchangeType.IKE_FOLLOWUP_KE:
                return followup.handle(self, sa, message, now)
            case ExchangeType.CREATE_CHILD_SA:
                offer = message.get(SaPayload)
                for_ike = offer is not None and any(p.protocol == ProtocolId.IKE for p in offer.proposals)
                answer = rekey_ike.handle if for_ike else create_child.handle
                return answer(self, sa, message, now)
        raise PeerError(f"exchange type {message.exchange} is not expected here")

    def after_answer(self, sa: IkeSa) -> None:
        """The answer to a request on `sa` is out: carry out what had to wait for it."""
        then, sa.after_answer = sa.after_answer, None
        if then is not None:
            then()
        if sa.gone_at == -math.inf:
            self.talk.drop(sa)
            if sa is self.talk.current:
                self.finish(None, by_peer=True)

    def follow_peer(self, arrival: Path) -> None:
        """A responder sends where a fresh authenticated request came from (section 2.23).

        With MOBIKE it "MUST NOT use these dynamic updates for IKEv2 packets" (RFC 4555 section 3.8).
        """
        if self._policy is None or arrival == self.path or (self.mobike and not arrival.stream):
            return
        self.path = arrival
        self.mobility.send_esp_to(arrival)

    # How a session ends

    def leave_for(self, gateway: str, now: float) -> None:
        """The gateway sends us to another: "it SHOULD delete the existing security associations" first
        (RFC 5685 section 5). Nobody waits long for the answer."""
        if self.state in (State.CLOSING, State.CLOSED):
            return
        self._redirect = gateway
        current = self.talk.current
        if self.state is State.ESTABLISHED:
            self._move(State.CLOSING)
            current.queue.clear()
            self.talk.enqueue(current, DeleteIke(now + LEAVE_S), now)
        else:
            if self.state is State.AUTH:
                self.talk.enqueue(current, DeleteIke(), now)
            self.finish(None, by_peer=True)

    def unanswered(self) -> None:
        """The peer left all transmissions of a request unanswered."""
        if self.state is State.CLOSING:
            self.finish(None)
            return
        code = "peer_vanished" if self.state is State.ESTABLISHED else "unreachable"
        self.finish(SessionError(code, f"no answer from {self.path.remote.host}"))

    def finish(self, error: SessionError | None, *, by_peer: bool = False) -> None:
        """End here and now."""
        if self.state is State.CLOSED:
            return
        self._failure = None
        last = let_go(self)
        self.children.clear()
        self._waiting.clear()
        self.talk.clear()
        self.tickets.ended(error)
        if self.office is not None:
            self.office.ended(self, lost=error is not None and error.code in LOST)
        if self.lease is not None and self._policy is not None:
            if last:
                self._policy.release(self.lease)
            self.lease = None
        self._move(State.CLOSED)
        self.emit(Closed(error, by_peer, self._redirect))

    def fail_after_answer(self, error: SessionError) -> None:
        """End as soon as the response under construction has been sent."""
        self._failure = error

    def fail_with_delete(self, sa: IkeSa, error: SessionError, now: float) -> None:
        """Tell an authenticated peer that the IKE SA goes, without waiting for its answer."""
        if sa.requests.outstanding is None:
            sa.queue.clear()
            self.talk.enqueue(sa, DeleteIke(), now)
        self.finish(error)

    def fail_with_notice(self, sa: IkeSa, error: SessionError, notify: int) -> None:
        """Tell the peer why we do not go on (RFC 7296 section 2.21.2), without waiting for its answer."""
        self.talk.send(sa, ExchangeType.INFORMATIONAL, (NotifyPayload(notify),))
        self.finish(error)

    def _move(self, state: State) -> None:
        if state is self.state:
            return
        assert state in MOVES[self.state], f"{self.state} to {state}"
        self.state = state
        self.emit(StateChanged(state))
