"""Many sessions in the responder role: who a datagram belongs to, and who may begin at all.

Whom it lets begin is `admission`'s concern. Bytes and time in, bytes and events out, as in `session`.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from .admission import Admission, Verdict
from .codes import Flags, IdType, NotifyType
from .config import GatewayPolicy, RandomBytes, SessionConfig, Timing
from .conversation import BEGINNINGS
from .crash import TokenMaker, answer_unknown, asks_for_unknown, unknown_esp
from .errors import PeerError, UnsupportedCritical
from .events import Closed, Event, IkeEstablished, InboundReady, InboundRetired, Path, State
from .message import Header, Message, UnsupportedVersion, parse_header, parse_message, serialise_message
from .payloads.identity import Identity
from .payloads.notify import NotifyPayload
from .rate import Bucket
from .reauthentication import may_inherit
from .sa import FIRST_CHILD_SPI
from .selectors import everything
from .session import Session
from .tickets import TicketOffice

HALF_OPEN_S = 30.0  # for how long a half-open session may take to begin to authenticate
PERSON_S = 150.0  # and in all: EAP may have to ask a person
INIT_OCTETS_MAX = 8192  # of an IKE_SA_INIT request, which is kept until its sender has authenticated
FAREWELLS = 256  # answers that ended a session, kept for peers who did not receive them

#: Answers to what we do not know, which are hints at most: so many at once, and so many a second.
NOTICES, NOTICES_PER_S = 200, 100.0

_Key = tuple[bytes, str, int]  # how a session began: digest of the request, host, port


@dataclass(slots=True)
class _Entry:
    """What is kept for one session. `due`: when the schedule will look at it next."""

    key: _Key
    until: float  # by then it has to be authenticated, or at it
    spis: frozenset[bytes] = field(default_factory=frozenset)
    due: float | None = None


class Responder:
    """The gateway side of IKE.

    The schedule is a heap of (due, serial, session). A session's deadline may move on without our hearing of
    it: then we look too early and find nothing to do, which costs less than asking all of them each time.
    """

    def __init__(
        self,
        policy: GatewayPolicy,
        *,
        random: RandomBytes,
        now: float,
        utc: Callable[[], float],
        timing: Timing | None = None,
        resumption: bool = True,
        token_secret: bytes | None = None,
    ) -> None:
        """`resumption`: give and take tickets (RFC 5723). `token_secret` outlives a crash (RFC 6290)."""
        self._policy = policy
        self._random = random
        self._utc = utc
        self._timing = timing or Timing()
        self._admission = Admission[Session](random, now)
        self._sessions: dict[Session, _Entry] = {}
        self._by_spi: dict[bytes, Session] = {}
        self._begun: dict[_Key, Session] = {}  # oldest first; a repeated IKE_SA_INIT is known by it
        self._slow: dict[Session, None] = {}  # oldest first; they are at it for longer than HALF_OPEN_S
        self._child_spis: set[bytes] = set()
        self._office = TicketOffice(random, now, self._replaced) if resumption else None
        self._token_maker = None if token_secret is None else TokenMaker(token_secret)
        self._notices = Bucket(NOTICES, NOTICES_PER_S, now)
        self._hints = Bucket(NOTICES, NOTICES_PER_S, now)
        self._schedule: list[tuple[float, int, Session]] = []
        self._serials = count()
        self._farewells: dict[bytes, list[bytes]] = {}  # digest of a session's last request: what answered it
        self._datagrams: list[tuple[bytes, Path]] = []
        self._events: list[tuple[Session, Event]] = []

    @property
    def sessions(self) -> tuple[Session, ...]:
        return tuple(self._sessions)

    @property
    def half_open(self) -> int:
        return len(self._admission)

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take a datagram from anyone; never raises."""
        try:
            header = parse_header(datagram)
            if header.spi_r == bytes(8):
                first = header.exchange in BEGINNINGS and header.from_initiator
                if first and not header.is_response:
                    self._begin(datagram, path, now)
                return
        except (UnsupportedVersion, UnsupportedCritical) as error:
            self._refuse(datagram, path, error)
            return
        except PeerError:
            return
        session = self._by_spi.get(header.spi_r if header.from_initiator else header.spi_i)
        if session is None:
            farewell = self._farewells.get(_digest(datagram))
            if farewell is not None:
                self._datagrams += [(answer, path) for answer in farewell]
            else:
                self._tell_lost(header, len(datagram), path, now)
            return
        before = len(self._datagrams)
        session.receive(datagram, path, now)
        self._collect(session)
        if session.state is State.CLOSED and not header.is_response:
            self._farewells[_digest(datagram)] = [answer for answer, _ in self._datagrams[before:]]
            if len(self._farewells) > FAREWELLS:
                del self._farewells[next(iter(self._farewells))]

    def unknown_esp(self, spi: int, path: Path, now: float) -> None:
        """ESP came that we have no SA for: who sent it may want to ask after its IKE SA."""
        if self._hints.take(now):
            self._datagrams.append((unknown_esp(spi.to_bytes(4, "big")), path))

    def _tell_lost(self, header: Header, length: int, path: Path, now: float) -> None:
        """Somebody asks on an IKE SA that we do not have: we may have crashed.

        "A token maker MUST NOT send a valid QCD token in an unprotected message for an existing IKE SA"
        (RFC 6290 section 9.2), whose SPIs may stand here in either order.
        """
        in_use = header.spi_i in self._by_spi or header.spi_r in self._by_spi
        if not in_use and asks_for_unknown(header, length) and self._notices.take(now):
            self._datagrams.append((answer_unknown(header, self._token_maker), path))

    def advance(self, now: float) -> None:
        """Do what is due, and forget whoever began and never authenticated.

        What a session raises that nobody foresaw ends that one, and is raised after the others' turns.
        """
        while (oldest := self._oldest()) is not None and self._sessions[oldest].until <= now:
            self._outlast(oldest)
        woken = []
        while self._schedule and self._schedule[0][0] <= now:
            due, _, session = heapq.heappop(self._schedule)
            entry = self._sessions.get(session)
            if entry is not None and entry.due == due:
                entry.due = None
                woken.append(session)
        unforeseen: Exception | None = None
        for session in woken:
            due_now = session.deadline()
            if due_now is not None and due_now <= now:
                try:
                    session.advance(now)
                except Exception as error:
                    unforeseen = error
                    session.finish(None)
            self._collect(session)
        if unforeseen is not None:
            raise unforeseen

    def close(self, now: float) -> None:
        """Delete every session."""
        for session in self.sessions:
            session.close(now)
            self._collect(session)

    def touch(self, session: Session) -> None:
        """Collect what `session` has to say after its own methods were called."""
        self._collect(session)

    def datagrams(self) -> list[tuple[bytes, Path]]:
        drained, self._datagrams = self._datagrams, []
        return drained

    def events(self) -> list[tuple[Session, Event]]:
        drained, self._events = self._events, []
        return drained

    def deadline(self) -> float | None:
        """When `advance` is due, or None for never."""
        while self._schedule and not self._is_scheduled(*self._schedule[0]):
            heapq.heappop(self._schedule)
        times = [due for due, _, _ in self._schedule[:1]]
        oldest = self._oldest()
        if oldest is not None:
            times.append(self._sessions[oldest].until)
        return min(times, default=None)

    def _oldest(self) -> Session | None:
        """Whose time to authenticate is over first."""
        waiting = (next(iter(self._begun.values()), None), next(iter(self._slow), None))
        return min((s for s in waiting if s is not None), key=lambda s: self._sessions[s].until, default=None)

    def _outlast(self, session: Session) -> None:
        """The time of `session` is over: it is up, goes on because it has begun to prove itself, or ends."""
        entry = self._sessions[session]
        first = self._begun.get(entry.key) is session
        self._stop_waiting(session)
        if session not in self._admission:
            return
        if first and session.talk.current.responses.expected_id > 1:
            entry.until += PERSON_S - HALF_OPEN_S
            self._slow[session] = None
            return
        session.finish(None)
        self._collect(session)

    def _stop_waiting(self, session: Session) -> None:
        self._slow.pop(session, None)
        key = self._sessions[session].key
        if self._begun.get(key) is session:
            del self._begun[key]

    def _is_scheduled(self, due: float, _: int, session: Session) -> bool:
        entry = self._sessions.get(session)
        return entry is not None and entry.due == due

    def _begin(self, datagram: bytes, path: Path, now: float) -> None:
        """A request for an IKE SA: a repetition, a newcomer, or one who has to come back with a cookie."""
        # "A robust responder will do the IKE SA lookup using the whole packet, its hash, or the Ni payload"
        key = (_digest(datagram), path.remote.host, path.remote.port)
        known = self._begun.get(key)
        if known is not None:
            if known in self._admission:
                self._datagrams.append((known.talk.current.init_response, path))
            return
        if len(datagram) > INIT_OCTETS_MAX:
            return
        verdict, cookie = self._admission.judge(datagram, path.remote, now, proven=path.stream)
        if verdict is Verdict.COOKIE:
            self._answer_stateless(datagram, path, NotifyPayload(NotifyType.COOKIE, cookie))
        if verdict is not Verdict.WELCOME:
            return
        message = parse_message(datagram)
        if message.message_id != 0:
            return
        any_ts, greeting = everything(), self._policy.greeting()
        provisional = SessionConfig(
            local_id=Identity(IdType.KEY_ID, b""),
            remote_id=None,
            local_auth=(),
            remote_auth=(),
            ike_proposals=greeting.ike_proposals,
            local_ts=any_ts,
            remote_ts=any_ts,
            timing=self._timing,
        )
        session, goes_on = Session.answer(
            datagram,
            message,
            path,
            provisional,
            self._policy,
            random=self._random,
            now=now,
            utc=self._utc,
            new_child_spi=self._new_child_spi,
            office=self._office,
            token_maker=self._token_maker,
            find_older=self._find_older,
        )
        if goes_on:
            self._begun[key] = session
            crowded_out = self._admission.enter(session, path.remote)
            if crowded_out is not None:
                crowded_out.finish(None)
                self._collect(crowded_out)
            self._sessions[session] = _Entry(key, now + HALF_OPEN_S)
            self._collect(session)
        else:
            self._datagrams += session.datagrams()

    def _refuse(self, datagram: bytes, path: Path, error: PeerError) -> None:
        """Say why an IKE_SA_INIT request is not understood (RFC 7296 section 2.5), keeping nothing."""
        spi_r, exchange, flags = datagram[8:16], datagram[18], datagram[19]
        asks = flags & Flags.INITIATOR and not flags & Flags.RESPONSE
        if error.notify is None or exchange not in BEGINNINGS or any(spi_r) or not asks:
            return
        self._answer_stateless(datagram, path, NotifyPayload(error.notify, error.notify_data))

    def _answer_stateless(self, request: bytes, path: Path, notify: NotifyPayload) -> None:
        """Answer the request for an IKE SA of which nothing is kept."""
        message = Message(request[:8], bytes(8), request[18], 0, False, True, (notify,))
        self._datagrams.append((serialise_message(message), path))

    def _new_child_spi(self) -> bytes:
        """Unique over all sessions: they share one packet path."""
        while True:
            spi = self._random(4)
            if int.from_bytes(spi, "big") >= FIRST_CHILD_SPI and spi not in self._child_spis:
                return spi

    def _collect(self, session: Session) -> None:
        """Take what `session` has to say, and note what changed about it."""
        if session.newer is not None:
            self._collect(session.newer)  # what takes its place stands before it goes
        self._datagrams += session.datagrams()
        for event in session.events():
            self._events.append((session, event))
            match event:
                case InboundReady(child):
                    self._child_spis.add(child.spi_in)
                case InboundRetired(child):
                    self._child_spis.discard(child.spi_in)
                case IkeEstablished(peer=peer, initial_contact=True):
                    self._forget_older(session, peer)
                case Closed():
                    self._forget(session)
        entry = self._sessions.get(session)
        if entry is None:
            return
        if session.state is not State.AUTH:
            self._admission.leave(session)
        spis = session.talk.spis
        for spi in entry.spis - spis:
            del self._by_spi[spi]
        for spi in spis - entry.spis:
            self._by_spi[spi] = session
        entry.spis = spis
        due = session.deadline()
        if due is not None and (entry.due is None or due < entry.due):
            entry.due = due
            heapq.heappush(self._schedule, (due, next(self._serials), session))

    def _replaced(self, session: Session) -> None:
        """The peer resumed `session`: without a word to it, and before the new one gets its addresses."""
        session.finish(None, by_peer=True)
        self._collect(session)

    def _find_older(self, newer: Session, peer: Identity) -> Session | None:
        """The session that `newer` is to replace."""
        return next((each for each in self._sessions if may_inherit(each, newer, peer)), None)

    def _forget_older(self, newcomer: Session, peer: Identity) -> None:
        """The peer knows of no other IKE SA of its own, so that all but its newest are dead (section 2.4)."""
        for session in self.sessions:
            if session is not newcomer and session.peer == peer and session.state is State.ESTABLISHED:
                session.finish(None, by_peer=True)
                self._collect(session)

    def _forget(self, session: Session) -> None:
        self._stop_waiting(session)
        self._admission.leave(session)
        entry = self._sessions.pop(session)
        for spi in entry.spis:
            del self._by_spi[spi]


def _digest(datagram: bytes) -> bytes:
    """What a datagram is remembered by, however long it was."""
    return hashlib.sha256(datagram).digest()
