"""The messages of one session: sealed and sent, sent again, opened, and answered exactly once.

Keeps every IKE SA of the session with its windows (RFC 7296 sections 2.1 to 2.3), and cuts what is too large
for the path into fragments (RFC 7383). What a message means is the exchanges' and the session's concern.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from . import idsync
from .codes import ExchangeType, NotifyType, PayloadType
from .crash import is_hint, proves_crash
from .errors import IntegrityFailed, PeerError, SessionError
from .events import Path, Probe, RoundTrip
from .exchanges import followup
from .exchanges.base import Exchange
from .exchanges.path_probe import PathProbe
from .fragments import Parcel, Reassembly, least_packet, message_octets
from .message import (
    Header,
    Message,
    Outside,
    parse_header,
    parse_message,
    serialise_message,
    serialise_payloads,
)
from .payloads import Payload
from .payloads.notify import NotifyPayload
from .protect import fragment_numbers, parse_inner
from .rate import Bucket
from .retransmit import PROBE_SPACING_S, ProbeTransmission, Transmission
from .sa import IkeSa
from .window import LAST_ID, Arrival, Outstanding, Pending

if TYPE_CHECKING:
    from .session import Session

#: Exchanges that begin an IKE SA, and so are not protected.
BEGINNINGS = frozenset({ExchangeType.IKE_SA_INIT, ExchangeType.IKE_SESSION_RESUME})
#: Unprotected answers that are looked at: so many at once, and so many a second.
NOTICES, NOTICES_PER_S = 10, 2.0
HINT_S = 5.0  # between two of our questions that anyone may cause
EARLY_S = 0.5  # an answer that takes longer, and four round trips, is asked for again
BRISK_S = 0.2  # before the first repetition where the path is in doubt; grows to the ordinary pace


class Conversation:
    """All IKE SAs of `session`; `current` is the one in use, `arrival` where the last datagram came from."""

    def __init__(self, session: Session, first: IkeSa, path: Path, now: float) -> None:
        self._session = session
        self.current = first
        self.arrival = path
        self.rtt_s = 0.0  # of the last request that was sent once
        self.outbox: list[tuple[bytes, Path]] = []
        self._sas = {first.our_spi: first}
        self._narrow: Path | None = None  # where only the smallest fragments got through
        self._notices = Bucket(NOTICES, NOTICES_PER_S, now)
        self._hints = Bucket(1, 1 / HINT_S, now)

    @property
    def sas(self) -> tuple[IkeSa, ...]:
        return tuple(self._sas.values())

    @property
    def spis(self) -> frozenset[bytes]:
        """Our SPIs: the ones by which datagrams for us are known."""
        return frozenset(self._sas)

    def add(self, sa: IkeSa) -> None:
        self._sas[sa.our_spi] = sa

    def replace(self, sa: IkeSa) -> None:
        """`sa` is the only IKE SA from now on."""
        self._sas = {sa.our_spi: sa}
        self.current = sa

    def drop(self, sa: IkeSa) -> None:
        self.forsake(sa)
        self._sas.pop(sa.our_spi, None)

    def forsake(self, sa: IkeSa) -> None:
        """Nobody will answer on `sa` any more: what still matters is asked anew on the one in use."""
        outstanding = sa.requests.outstanding
        if outstanding is not None:
            sa.requests.end()
            renewed = outstanding.exchange.renewed(self._session)
            if renewed is not None and sa is not self.current:
                self.current.queue.appendleft(renewed)

    def clear(self) -> None:
        self._sas.clear()

    def deadline(self) -> float:
        """When `advance` is due."""
        times = [math.inf]
        for sa in self._sas.values():
            if sa.half_made is not None:
                times.append(sa.half_made.gone_at)
            times += (sa.gone_at, sa.requests.assembly.deadline, sa.responses.assembly.deadline)
            if sa.requests.outstanding is not None:
                times.append(sa.requests.outstanding.transmission.deadline)
                times.append(sa.requests.outstanding.exchange.expires_at)
        return min(times)

    def advance(self, now: float) -> None:
        """Send again what is due, and forget the IKE SAs that the peer should have deleted by now."""
        for sa in self.sas:
            self._retransmit(sa, now)
            if sa.half_made is not None and sa.half_made.gone_at <= now:
                followup.drop(sa)
            sa.requests.assembly.advance(now)
            sa.responses.assembly.advance(now)
            if sa.gone_at <= now:
                self.drop(sa)

    # Our requests

    def enqueue(self, sa: IkeSa, exchange: Exchange, now: float, *, first: bool = False) -> None:
        """Run `exchange` on `sa` when its window allows, `first` before all else that waits."""
        (sa.queue.appendleft if first else sa.queue.append)(exchange)
        waiting_for = sa.requests.outstanding
        if waiting_for is not None:
            self._put_out(waiting_for.transmission.hurry(now), self._session.path)
        self.pump(sa, now)

    def hasten(self, now: float) -> None:
        """The session's path has changed: what is outstanding goes there at once."""
        for sa in self.sas:
            if (outstanding := sa.requests.outstanding) is None:
                continue
            if sa is self.current:
                self._put_out(outstanding.transmission.hasten(now, self._brisk_s()), self._session.path)
            else:  # on its way out: without fresh patience
                outstanding.transmission.deadline = now

    def restart(self, sa: IkeSa, exchange: Exchange, now: float) -> None:
        """Send IKE_SA_INIT anew, again as message 0 (section 2.6)."""
        sa.requests.next_id = 0
        self.enqueue(sa, exchange, now)

    def pump(self, sa: IkeSa, now: float) -> None:
        """Begin the next exchange in the queue unless one is outstanding, or the peer replaces `sa`."""
        while sa.queue and sa.requests.outstanding is None and sa.our_spi in self._sas:
            if sa.held and sa.queue[0].waits:
                return
            exchange = sa.queue.popleft()
            payloads = exchange.request(self._session, sa, now)
            if payloads is not None:
                self._begin(sa, exchange, payloads, now)

    def _begin(self, sa: IkeSa, exchange: Exchange, payloads: tuple[Payload, ...], now: float) -> None:
        message_id = sa.requests.next_id
        if message_id > LAST_ID:
            self._session.finish(SessionError("expired", "the IKE SA has no Message IDs left"))
            return
        transmission: Transmission
        if isinstance(exchange, PathProbe):
            transmission = self._send_probe(sa, exchange, payloads, now)
        else:
            parcel = self.send(sa, exchange.type, payloads, exchange.path)
            transmission = Transmission(
                parcel,
                exchange.timing(self._session.config.timing),
                now,
                early_s=max(EARLY_S, 4 * self.rtt_s) if self.rtt_s else math.inf,
                share=int.from_bytes(self._session.random(2), "big") / 0xFFFF,
            )
            if exchange.brisk:
                transmission.be_brisk(now, self._brisk_s())
        sa.requests.begin(Outstanding(exchange, message_id, transmission, payloads))

    def pump_all(self, now: float) -> None:
        for sa in self.sas:
            self.pump(sa, now)

    def send(
        self, sa: IkeSa, exchange: ExchangeType, payloads: tuple[Payload, ...], path: Path | None = None
    ) -> Parcel:
        """Send a request once, without waiting for its answer; returns its datagrams."""
        message_id = sa.requests.next_id
        if exchange in BEGINNINGS:
            message = Message(sa.spi_i, sa.spi_r, exchange, message_id, True, False, payloads)
            sa.init_request = serialise_message(message)
            parcel = Parcel((sa.init_request,))
        else:
            outside = Outside(sa.spi_i, sa.spi_r, exchange, sa.flags(response=False), message_id)
            parcel = self._seal(sa, outside, payloads)
        self._put_out(parcel.datagrams, path or self._session.path)
        return parcel

    def _seal(self, sa: IkeSa, outside: Outside, payloads: tuple[Payload, ...]) -> Parcel:
        """Sealed whole, or in fragments where both support them and the path wants them."""
        assert sa.sealer is not None
        sealer, path = sa.sealer, self._session.path
        first, inner = serialise_payloads(payloads)
        # "SHOULD NOT send fragments when going over a TCP connection" (RFC 9329 section 7.5)
        if not self._session.fragmentation or path.stream:
            return Parcel((sealer.seal_inner(outside, first, inner),))
        least = message_octets(path, least_packet(path))
        limit = message_octets(path, self._session.prober.path_mtu or self._session.config.fragment_octets)
        if self._narrow == path and self._session.prober.path_mtu is None:
            limit = least
        datagrams = sealer.cut(outside, first, inner, limit)
        if limit == least or sealer.sealed_octets(len(inner)) <= least:
            return Parcel(datagrams)

        def smaller() -> tuple[bytes, ...]:
            # "Total Fragments" has to grow for the receiver to begin anew (RFC 7383 section 2.5.2)
            return sealer.cut(outside, first, inner, least, more_than=len(datagrams))

        return Parcel(datagrams, smaller)

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
        timing = self._session.config.timing
        probe.transmission = ProbeTransmission(Probe(padded), plain, timing, self.probe_spacing(), now)
        self._put_out(probe.transmission.parcel.datagrams, self._session.path)
        return probe.transmission

    def probe_spacing(self) -> float:
        """Between two probes of one size: an answer to the first should come before the next."""
        return max(PROBE_SPACING_S, 1.5 * self.rtt_s)

    def _brisk_s(self) -> float:
        """A first repetition comes before the answer only when that was lost."""
        return max(BRISK_S, 1.5 * self.rtt_s)

    def _put_out(self, datagrams: tuple[bytes, ...], *paths: Path) -> None:
        self.outbox += [(datagram, path) for path in paths for datagram in datagrams]

    def _retransmit(self, sa: IkeSa, now: float) -> None:
        outstanding = sa.requests.outstanding
        if outstanding is None:
            return
        if outstanding.exchange.expires_at <= now:
            outstanding.exchange.unanswered(self._session, now)
            return
        if outstanding.transmission.deadline > now:
            return
        transmission, mobility = outstanding.transmission, self._session.mobility
        if mobility.stranded:
            transmission.hold()
        elif not transmission.exhausted or (
            sa is self.current and now < transmission.first_sent + mobility.patience_s
        ):
            again = transmission.again(now)
            paths = mobility.paths(outstanding.exchange, transmission.repetitions)
            transmission.spread = transmission.spread or len(paths) > 1
            self._put_out(again, *paths)
        elif sa is self.current:
            outstanding.exchange.unanswered(self._session, now)
        else:
            self.drop(sa)

    # What arrives

    def receive(self, datagram: bytes, path: Path, now: float) -> None:
        """Take a datagram. Raises PeerError for one that deserves no answer."""
        header = parse_header(datagram)
        if is_hint(header):
            self._on_hint(datagram, now)
            return
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
        if header.exchange in BEGINNINGS:
            self._on_init_response(sa, outstanding, datagram, now)
        elif header.next_payload == PayloadType.NOTIFY:
            self._on_notice(sa, datagram, now)
        else:
            self._on_response(sa, header, outstanding, datagram, now)

    def _on_response(
        self, sa: IkeSa, header: Header, outstanding: Outstanding, datagram: bytes, now: float
    ) -> None:
        opened = self._open(sa, header, datagram, sa.requests.assembly, now)
        if opened is None:
            return
        message, broken = opened
        sa.requests.end()
        self._session.upkeep.heard(now)
        if outstanding.transmission.sent == 1:
            self.rtt_s = now - outstanding.transmission.first_sent
            self._session.emit(RoundTrip(self.rtt_s))
        self._note_size(outstanding.transmission.parcel)
        self._session.mobility.answered(outstanding, now)
        try:
            if broken is not None:
                raise broken
            outstanding.exchange.response(self._session, sa, message, now)
        except PeerError as error:
            self._session.fail_with_delete(sa, SessionError("invalid_peer_message", str(error)), now)
            return
        self.pump_all(now)

    def _on_notice(self, sa: IkeSa, datagram: bytes, now: float) -> None:
        """An unprotected answer to a protected request: the peer lost the IKE SA, if it can prove that."""
        # "a token taker SHOULD limit the rate of QCD_TOKENs verified" (RFC 6290 section 8.1)
        if not self._notices.take(now):
            return
        # "MUST silently delete the IKE SA [...] and all dependent child SAs" (RFC 6290 section 3)
        if proves_crash(parse_message(datagram), sa.token):
            self._session.finish(SessionError("peer_restarted", "the peer lost the connection's state"))

    def _on_hint(self, datagram: bytes, now: float) -> None:
        """INVALID_SPI outside any IKE SA: "a hint that something might be wrong" (RFC 7296 section 1.5)."""
        hint = parse_message(datagram).notify(NotifyType.INVALID_SPI)
        if hint is not None and self._session.children.by_spi_out(hint.data) and self._hints.take(now):
            self._session.check_liveness(now)

    def _on_repetition(self, sa: IkeSa, header: Header, datagram: bytes, now: float) -> None:
        """Another answer to what was answered already tells of another copy that arrived there."""
        ended = sa.requests.ended
        if ended is None or ended.message_id != header.message_id:
            return
        if isinstance(ended.exchange, PathProbe):
            self._open(sa, header, datagram, Reassembly(), now)
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
        syncs = self._session.message_id_sync and idsync.may_be(header)
        if syncs and self._synchronise(sa, header, datagram, now):
            return
        arrival = sa.responses.judge(header.message_id)
        if arrival is Arrival.REPEATED:
            self._repeat(sa, datagram)
        if arrival is not Arrival.NEW or not self._session.may_ask(header.exchange):
            return
        opened = self._open(sa, header, datagram, sa.responses.assembly, now)
        if opened is None:
            return
        message, broken = opened
        sa.responses.received(Pending(header.exchange, self.arrival), sa.opener)
        self._session.upkeep.heard(now)
        self._session.follow_peer(self.arrival)
        payloads: tuple[Payload, ...] | None = ()
        try:
            if broken is not None:
                raise broken
            payloads = self._session.answer_request(sa, message, now)
        except PeerError as error:
            payloads = refusal(error)
            if error.notify == NotifyType.INVALID_SYNTAX:  # "the IKE SA must be closed" (section 2.21.3)
                self._session.fail_after_answer(SessionError("invalid_peer_message", str(error)))
        if payloads is not None:
            self.respond(sa, payloads, now)

    def respond(self, sa: IkeSa, payloads: tuple[Payload, ...], now: float) -> None:
        """Answer the request on `sa` that is pending, now or after `answer_request` put it off."""
        window = sa.responses
        pending = window.pending
        if pending is None:
            return
        flags = sa.flags(response=True)
        outside = Outside(sa.spi_i, sa.spi_r, pending.exchange, flags, window.expected_id)
        response = self._seal(sa, outside, payloads)
        window.answered(response)
        self.outbox += [(datagram, pending.path) for datagram in response.datagrams]
        self._session.after_answer(sa)
        self.pump_all(now)

    def _synchronise(self, sa: IkeSa, header: Header, datagram: bytes, now: float) -> bool:
        """Answer a cluster that lost count (RFC 6311); False when the request is not about that."""
        window = sa.responses
        if datagram == window.sync_request:
            self.outbox.append((window.sync_response, self.arrival))
            return True
        opened = self._open(sa, header, datagram, Reassembly(), now)
        notify = idsync.answer(sa, opened[0]) if opened is not None else None
        if notify is None:
            return False
        assert sa.sealer is not None
        outside = Outside(sa.spi_i, sa.spi_r, header.exchange, sa.flags(response=True), 0)
        window.sync_request, window.sync_response = datagram, sa.sealer.seal(*outside, (notify,))
        self.outbox.append((window.sync_response, self.arrival))
        self._session.upkeep.heard(now)
        self._session.follow_peer(self.arrival)
        outstanding = sa.requests.take_back()
        if outstanding is not None:
            self._begin(sa, outstanding.exchange, outstanding.payloads, now)
        return True

    def _repeat(self, sa: IkeSa, datagram: bytes) -> None:
        """Answer a repeated request again; of fragments for the first one alone (RFC 7383 section 2.6.1)."""
        opener = sa.responses.opener
        if opener is None or sa.responses.response is None:
            return
        numbers = fragment_numbers(datagram)
        if numbers is None or (self._session.fragmentation and numbers[0] == 1):
            opener.open_inner(datagram)
            self.outbox += [(again, self.arrival) for again in sa.responses.repeat()]
            self._note_size(sa.responses.response)

    def _note_size(self, parcel: Parcel) -> None:
        """Where a message had to be cut smaller, all are, until more is known of the path."""
        if parcel.shrunk:
            self._narrow = self._session.path

    def _open(
        self, sa: IkeSa, header: Header, datagram: bytes, assembly: Reassembly, now: float
    ) -> tuple[Message, PeerError | None] | None:
        """The message and what is wrong with its inside, or None while fragments of it are missing.

        Raises IntegrityFailed when it is not the peer's, and PeerError for a fragment that is of no use.
        """
        if sa.opener is None:
            raise IntegrityFailed("no keys yet")
        numbers = fragment_numbers(datagram)
        first, inner = 0, b""
        payloads: tuple[Payload, ...] = ()
        broken: PeerError | None = None
        if numbers is not None:
            if not self._session.fragmentation or not assembly.lacks(header.message_id, *numbers):
                return None
            whole = assembly.add(header.message_id, sa.opener.open_inner(datagram), now)
            if whole is None:
                return None
            first, inner = whole.first, whole.inner
        try:
            if numbers is None:
                first, inner, _, _ = sa.opener.open_inner(datagram)
            payloads = parse_inner(first, inner)
        except IntegrityFailed:
            raise
        except PeerError as error:
            broken = error
        spis = header.spi_i, header.spi_r
        flags = header.from_initiator, header.is_response
        message = Message(*spis, header.exchange, header.message_id, *flags, payloads, first, inner)
        return message, broken


def refusal(error: PeerError) -> tuple[Payload, ...]:
    """What answers a request that is wrong."""
    return () if error.notify is None else (NotifyPayload(error.notify, error.notify_data),)
