"""The messages of one session: sealed and sent, sent again, opened, and answered exactly once.

Keeps every IKE SA of the session with its windows (RFC 7296 sections 2.1 to 2.3). What a message means is
the exchanges' and the session's concern.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .codes import ExchangeType, NotifyType
from .errors import IntegrityFailed, PeerError, SessionError
from .events import Path, Probe, RoundTrip
from .exchanges.base import Exchange
from .exchanges.path_probe import PathProbe
from .message import Header, Message, parse_header, parse_message, serialise_message
from .payloads import Payload
from .payloads.notify import NotifyPayload
from .retransmit import PROBE_SPACING_S, ProbeTransmission, Transmission
from .sa import IkeSa
from .window import Arrival, Outstanding

if TYPE_CHECKING:
    from .session import Session


class Conversation:
    """All IKE SAs of `session`; `current` is the one in use, `arrival` where the last datagram came from."""

    def __init__(self, session: Session, first: IkeSa, path: Path) -> None:
        self._session = session
        self.current = first
        self.arrival = path
        self.rtt_s = 0.0  # of the last request that was sent once
        self.outbox: list[tuple[bytes, Path]] = []
        self._sas = {first.our_spi: first}

    @property
    def sas(self) -> tuple[IkeSa, ...]:
        return tuple(self._sas.values())

    @property
    def spis(self) -> frozenset[bytes]:
        """Our SPIs: the ones by which datagrams for us are known."""
        return frozenset(self._sas)

    def add(self, sa: IkeSa) -> None:
        self._sas[sa.our_spi] = sa

    def drop(self, sa: IkeSa) -> None:
        self._sas.pop(sa.our_spi, None)

    def clear(self) -> None:
        self._sas.clear()

    def deadline(self) -> float:
        """When `advance` is due."""
        times = [math.inf]
        for sa in self._sas.values():
            times.append(sa.gone_at)
            if sa.requests.outstanding is not None:
                times.append(sa.requests.outstanding.transmission.deadline)
        return min(times)

    def advance(self, now: float) -> None:
        """Send again what is due, and forget the IKE SAs that the peer should have deleted by now."""
        for sa in self.sas:
            self._retransmit(sa, now)
            if sa.gone_at <= now:
                self.drop(sa)

    # Our requests

    def enqueue(self, sa: IkeSa, exchange: Exchange, now: float) -> None:
        """Run `exchange` on `sa` when its window allows."""
        sa.queue.append(exchange)
        waiting_for = sa.requests.outstanding
        if waiting_for is not None and isinstance(waiting_for.transmission, ProbeTransmission):
            self._put_out(waiting_for.transmission.hurry(now))
        self.pump(sa, now)

    def restart(self, sa: IkeSa, exchange: Exchange, now: float) -> None:
        """Send IKE_SA_INIT anew, again as message 0 (section 2.6)."""
        sa.requests.next_id = 0
        self.enqueue(sa, exchange, now)

    def pump(self, sa: IkeSa, now: float) -> None:
        """Begin the next exchange in the queue unless one is outstanding."""
        while sa.queue and sa.requests.outstanding is None and sa.our_spi in self._sas:
            exchange = sa.queue.popleft()
            payloads = exchange.request(self._session, sa, now)
            if payloads is None:
                continue
            message_id = sa.requests.next_id
            transmission: Transmission
            if isinstance(exchange, PathProbe):
                transmission = self._send_probe(sa, exchange, payloads, now)
            else:
                datagram = self.send(sa, exchange.type, payloads)
                transmission = Transmission(datagram, self._session.path, self._session.config.timing, now)
            sa.requests.begin(Outstanding(exchange, message_id, transmission))

    def pump_all(self, now: float) -> None:
        for sa in self.sas:
            self.pump(sa, now)

    def send(self, sa: IkeSa, exchange: ExchangeType, payloads: tuple[Payload, ...]) -> bytes:
        """Send a request once, without waiting for its answer; returns the datagram."""
        message_id = sa.requests.next_id
        if exchange is ExchangeType.IKE_SA_INIT:
            message = Message(sa.spi_i, sa.spi_r, exchange, message_id, True, False, payloads)
            datagram = sa.init_request = serialise_message(message)
        else:
            assert sa.sealer is not None
            flags = sa.flags(response=False)
            datagram = sa.sealer.seal(sa.spi_i, sa.spi_r, exchange, flags, message_id, payloads)
        self.outbox.append((datagram, self._session.path))
        return datagram

    def _send_probe(
        self, sa: IkeSa, probe: PathProbe, payloads: tuple[Payload, ...], now: float
    ) -> ProbeTransmission:
        """Both forms of `probe` are sealed here, each under an IV of its own; the padded one goes out."""
        assert sa.sealer is not None
        flags, message_id = sa.flags(response=False), sa.requests.next_id
        padded, plain = (
            sa.sealer.seal(sa.spi_i, sa.spi_r, probe.type, flags, message_id, inside)
            for inside in (payloads, ())
        )
        path, timing = self._session.path, self._session.config.timing
        probe.transmission = ProbeTransmission(Probe(padded), plain, path, timing, self.probe_spacing(), now)
        self._put_out((probe.transmission.datagram,))
        return probe.transmission

    def probe_spacing(self) -> float:
        """Between two probes of one size: an answer to the first should come before the next."""
        return max(PROBE_SPACING_S, 1.5 * self.rtt_s)

    def _put_out(self, datagrams: tuple[bytes, ...]) -> None:
        self.outbox += [(datagram, self._session.path) for datagram in datagrams]

    def _retransmit(self, sa: IkeSa, now: float) -> None:
        outstanding = sa.requests.outstanding
        if outstanding is None or outstanding.transmission.deadline > now:
            return
        if not outstanding.transmission.exhausted:
            self._put_out(outstanding.transmission.again(now))
        elif sa is self.current:
            self._session.unanswered()
        else:
            self.drop(sa)

    # What arrives

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take a datagram. Raises PeerError for one that deserves no answer."""
        header = parse_header(datagram)
        sa = self._sas.get(header.spi_r if header.from_initiator else header.spi_i)
        if sa is None or header.from_initiator is sa.initiated or header.spi_i != sa.spi_i:
            return
        self.arrival = path
        if not header.is_response:
            self._on_request(sa, header, datagram, now)
            return
        outstanding = sa.requests.outstanding
        if (
            outstanding is None
            or header.message_id != outstanding.message_id
            or header.exchange != outstanding.exchange.type
        ):
            self._on_repetition(sa, header, datagram, now)
            return
        if header.exchange == ExchangeType.IKE_SA_INIT:
            self._on_init_response(sa, outstanding, datagram, now)
        else:
            self._on_response(sa, header, outstanding, datagram, now)

    def _on_response(
        self, sa: IkeSa, header: Header, outstanding: Outstanding, datagram: bytes, now: float
    ) -> None:
        message, broken = _open(sa, header, datagram)
        sa.requests.end()
        self._session.upkeep.heard(now)
        if outstanding.transmission.sent == 1:
            self.rtt_s = now - outstanding.transmission.first_sent
            self._session.emit(RoundTrip(self.rtt_s))
        try:
            if broken is not None:
                raise broken
            outstanding.exchange.response(self._session, sa, message, now)
        except PeerError as error:
            self._session.fail_with_delete(sa, SessionError("invalid_peer_message", str(error)), now)
            return
        self.pump_all(now)

    def _on_repetition(self, sa: IkeSa, header: Header, datagram: bytes, now: float) -> None:
        """Another answer to what was answered already tells of another copy that arrived there."""
        ended = sa.requests.ended
        if ended is None or ended.message_id != header.message_id:
            return
        if isinstance(ended.exchange, PathProbe):
            _open(sa, header, datagram)
            ended.exchange.answered_again(self._session, now)

    def _on_init_response(self, sa: IkeSa, outstanding: Outstanding, datagram: bytes, now: float) -> None:
        """Nothing here is authenticated: what is broken is ignored, and the true answer awaited."""
        message = parse_message(datagram)
        sa.requests.end()
        init_response, sa.init_response = sa.init_response, datagram
        try:
            outstanding.exchange.response(self._session, sa, message, now)
        except PeerError:
            sa.requests.outstanding, sa.init_response = outstanding, init_response
            return
        self.pump(sa, now)

    def _on_request(self, sa: IkeSa, header: Header, datagram: bytes, now: float) -> None:
        message, broken = _open(sa, header, datagram)
        if not self._session.may_ask(header.exchange):
            return
        arrival = sa.responses.judge(header.message_id)
        if arrival is Arrival.REPEATED and sa.responses.last_response is not None:
            self.outbox.append((sa.responses.last_response, self.arrival))
        if arrival is not Arrival.NEW:
            return
        self._session.upkeep.heard(now)
        self._session.follow_peer(self.arrival)
        try:
            if broken is not None:
                raise broken
            payloads = self._session.answer_request(sa, message, now)
        except PeerError as error:
            payloads = ()
            if error.notify is not None:
                payloads = (NotifyPayload(error.notify, error.notify_data),)
            if error.notify == NotifyType.INVALID_SYNTAX:  # "the IKE SA must be closed" (section 2.21.3)
                self._session.fail_after_answer(SessionError("invalid_peer_message", str(error)))
        assert sa.sealer is not None
        flags = sa.flags(response=True)
        response = sa.sealer.seal(sa.spi_i, sa.spi_r, header.exchange, flags, header.message_id, payloads)
        sa.responses.answered(response)
        self.outbox.append((response, self.arrival))
        self._session.after_answer(sa)
        self.pump_all(now)


def _open(sa: IkeSa, header: Header, datagram: bytes) -> tuple[Message, PeerError | None]:
    """The message and what is wrong with its inside. Raises IntegrityFailed when it is not the peer's."""
    if sa.opener is None:
        raise IntegrityFailed("no keys yet")
    payloads: tuple[Payload, ...] = ()
    broken: PeerError | None = None
    try:
        payloads = sa.opener.open(datagram)
    except IntegrityFailed:
        raise
    except PeerError as error:
        broken = error
    message = Message(
        header.spi_i,
        header.spi_r,
        header.exchange,
        header.message_id,
        header.from_initiator,
        header.is_response,
        payloads,
    )
    return message, broken
