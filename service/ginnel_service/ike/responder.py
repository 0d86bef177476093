"""Many sessions in the responder role: who a datagram belongs to, and who may begin at all.

Keeps no state for a peer that has not shown that it receives at its address once too many are half open
(RFC 7296 section 2.6). Bytes and time in, bytes and events out, as in `session`.
"""

from __future__ import annotations

from collections.abc import Iterator

from .codes import ExchangeType, IdType, NotifyType
from .config import GatewayPolicy, RandomBytes, SessionConfig, Timing
from .cookies import CookieJar
from .errors import PeerError
from .events import Closed, Event, Path, State
from .message import Message, parse_header, parse_message, serialise_message
from .payloads.identity import Identity
from .payloads.nonce import NoncePayload
from .payloads.notify import NotifyPayload
from .selectors import everything
from .session import Session

HALF_OPEN_S = 30.0  # for how long a half-open session may take to authenticate
COOKIES_FROM = 50  # half-open sessions: from here on a cookie is asked for
HALF_OPEN_MAX = 1000  # and from here on nobody new is let in


class Responder:
    """The gateway side of IKE."""

    def __init__(
        self, policy: GatewayPolicy, *, random: RandomBytes, now: float, timing: Timing | None = None
    ) -> None:
        self._policy = policy
        self._random = random
        self._timing = timing or Timing()
        self._cookies = CookieJar(random, now)
        self._sessions: dict[Session, frozenset[bytes]] = {}
        self._by_spi: dict[bytes, Session] = {}
        self._half_open: dict[tuple[bytes, str, int], tuple[Session, float]] = {}
        self._datagrams: list[tuple[bytes, Path]] = []
        self._events: list[tuple[Session, Event]] = []

    @property
    def sessions(self) -> tuple[Session, ...]:
        return tuple(self._sessions)

    @property
    def half_open(self) -> int:
        return len(self._half_open)

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take a datagram from anyone; never raises."""
        try:
            header = parse_header(datagram)
            if header.spi_r == bytes(8):
                if header.exchange == ExchangeType.IKE_SA_INIT and header.from_initiator:
                    self._begin(datagram, path, now)
                return
        except PeerError:
            return
        session = self._by_spi.get(header.spi_r if header.from_initiator else header.spi_i)
        if session is not None:
            session.receive(datagram, path, now)
            self._collect(session)

    def advance(self, now: float) -> None:
        """Do what is due, and forget whoever began and never authenticated."""
        for key, (session, until) in tuple(self._half_open.items()):
            if until <= now or session.state is not State.AUTH:
                self._half_open.pop(key, None)
                if session.state is State.AUTH:
                    session.finish(None)
                    self._collect(session)
        for session in self.sessions:
            due = session.deadline()
            if due is not None and due <= now:
                session.advance(now)
                self._collect(session)

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
        return min(self._deadlines(), default=None)

    def _deadlines(self) -> Iterator[float]:
        for session in self._sessions:
            due = session.deadline()
            if due is not None:
                yield due
        for _, until in self._half_open.values():
            yield until

    def _begin(self, datagram: bytes, path: Path, now: float) -> None:
        """An IKE_SA_INIT request: a repetition, a newcomer, or one who has to come back with a cookie."""
        spi_i = datagram[:8]
        key = (spi_i, path.remote.host, path.remote.port)
        known = self._half_open.get(key)
        if known is not None and known[0].state is not State.CLOSED:
            self._repeat(known[0], datagram, path)
            return
        message = parse_message(datagram)
        nonce = message.get(NoncePayload)
        if message.message_id != 0 or nonce is None or len(self._half_open) >= HALF_OPEN_MAX:
            return
        if len(self._half_open) >= COOKIES_FROM:
            cookie = message.notify(NotifyType.COOKIE)
            if cookie is None or not self._cookies.accepts(cookie.data, spi_i, path.remote, nonce.data):
                self._ask_for_cookie(spi_i, path, nonce.data, now)
                return
        any_ts = everything()
        provisional = SessionConfig(
            local_id=Identity(IdType.KEY_ID, b""),
            remote_id=None,
            psk=b"",
            ike_proposals=self._policy.init_proposals(),
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
            new_child_spi=self._new_child_spi,
        )
        if goes_on:
            self._half_open[key] = (session, now + HALF_OPEN_S)
            self._sessions[session] = frozenset()
            self._collect(session)
        else:
            self._datagrams += session.datagrams()

    def _repeat(self, session: Session, datagram: bytes, path: Path) -> None:
        """The same request once more gets the same response."""
        if datagram == session.talk.current.init_request:
            self._datagrams.append((session.talk.current.init_response, path))

    def _ask_for_cookie(self, spi_i: bytes, path: Path, nonce: bytes, now: float) -> None:
        cookie = self._cookies.issue(spi_i, path.remote, nonce, now)
        answer = (NotifyPayload(NotifyType.COOKIE, cookie),)
        message = Message(spi_i, bytes(8), ExchangeType.IKE_SA_INIT, 0, False, True, answer)
        self._datagrams.append((serialise_message(message), path))

    def _new_child_spi(self) -> bytes:
        """Unique over all sessions: they share one packet path."""
        while True:
            spi = self._random(4)
            taken = any(spi in session.children.spis_in for session in self._sessions)
            if int.from_bytes(spi, "big") > 255 and not taken:
                return spi

    def _collect(self, session: Session) -> None:
        self._datagrams += session.datagrams()
        events = session.events()
        self._events += [(session, event) for event in events]
        if any(isinstance(event, Closed) for event in events):
            for spi in self._sessions.pop(session, ()):
                self._by_spi.pop(spi, None)
            return
        spis = session.talk.spis
        before = self._sessions.get(session, frozenset())
        if spis != before:
            for spi in before - spis:
                self._by_spi.pop(spi, None)
            for spi in spis - before:
                self._by_spi[spi] = session
            self._sessions[session] = spis
