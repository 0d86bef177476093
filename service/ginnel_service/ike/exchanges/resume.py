"""IKE_SESSION_RESUME and the IKE_AUTH that follows it, as initiator (RFC 5723 section 4.3).

Whatever goes wrong before the gateway has proven itself, the session begins anew with IKE_SA_INIT.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import export, keys, natt, redirect
from ..codes import ExchangeType, NotifyType
from ..config import Timing
from ..errors import InvalidSyntax
from ..events import IkeSuite
from ..message import Message
from ..payloads import Payload
from ..payloads.auth import AuthPayload
from ..payloads.identity import IdiPayload, IdrPayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from . import proof
from .auth import AuthExchange
from .base import Exchange, first_error, required
from .init import MAX_RETRIES, NONCE_OCTETS, announcements, check_nonce, note_announcements

if TYPE_CHECKING:
    from ..events import Ticket
    from ..sa import IkeSa
    from ..session import Session

#: Repetitions before we would rather begin anew: who does not know the exchange may well stay silent.
TRIES = 3


def patience(timing: Timing) -> Timing:
    return replace(timing, retransmit_tries=min(timing.retransmit_tries, TRIES))


class ResumeExchange(Exchange):
    """Presents a ticket; "equivalent to the IKE_SA_INIT exchange" (section 4.3.2)."""

    type = ExchangeType.IKE_SESSION_RESUME

    def __init__(self, session: Session, ticket: Ticket, *, again: bool = False) -> None:
        """`again`: it had no answer once, but something else has by now."""
        self.nonce = session.random(NONCE_OCTETS)
        self.cookie: bytes | None = None
        self.retries = 0
        self._said: list[Payload] = []
        self._ticket, self._again = ticket, again

    def timing(self, timing: Timing) -> Timing:
        return patience(timing)

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        # With a cookie "all other payloads unchanged" (RFC 7296 section 2.6)
        self._said = self._said or announcements(session, sa)
        payloads: list[Payload] = []
        if self.cookie is not None:
            payloads.append(NotifyPayload(NotifyType.COOKIE, self.cookie))
        payloads += [
            NoncePayload(self.nonce),
            NotifyPayload(NotifyType.TICKET_OPAQUE, self._ticket.opaque),
            *self._said,
        ]
        return (*payloads, *redirect.announcement(session.config))

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        elsewhere = redirect.found(message, session.config, self.nonce)
        if elsewhere is not None:
            session.leave_for(elsewhere, now)
            return
        cookie = message.notify(NotifyType.COOKIE)
        if cookie is not None:
            # What the network duplicated asks for what we have sent already
            if not 1 <= len(cookie.data) <= 64 or cookie.data == self.cookie:
                raise InvalidSyntax("cookie of a wrong length, or one that we returned already")
            self.retries += 1
            if self.retries <= MAX_RETRIES:
                self.cookie = cookie.data
                session.talk.restart(sa, self, now)
                return
        refused = message.notify(NotifyType.TICKET_NACK) is not None
        if refused or cookie is not None or first_error(message) is not None:
            session.tickets.refused(now)
            return
        nonce = required(message, NoncePayload)
        check_nonce(nonce)
        if not any(message.spi_r):
            raise InvalidSyntax("a gateway without an SPI")
        supported, nat_local, nat_remote = natt.detect(
            message.all(NotifyPayload), sa.spi_i, message.spi_r, session.talk.arrival
        )
        if not supported and not session.path.stream:
            session.tickets.refused(now)
            return
        note_announcements(session, message)
        sa.spi_r = message.spi_r
        sa.nonce_i, sa.nonce_r = self.nonce, nonce.data
        sa.ppk = self._ticket.ppk
        derive(session, sa, self._ticket.suite, self._ticket.sk_d)
        session.nat_local, session.nat_remote = nat_local, nat_remote
        session.path = session.floated()
        session.resumed = True
        session.initiated()
        sa.queue.append(ResumedAuth(session, sa, self._ticket))

    def unanswered(self, session: Session, now: float) -> None:
        # Where nothing else is answered either, the network is gone rather than the ticket refused
        session.tickets.refused(now, unanswered=None if self._again else self._ticket)


class ResumedAuth(AuthExchange):
    """IKE_AUTH by the keys alone, "A CERT payload MUST NOT be included" (section 4.3.3)."""

    def __init__(self, session: Session, sa: IkeSa, ticket: Ticket) -> None:
        super().__init__(session, sa)
        self._ticket = ticket

    def timing(self, timing: Timing) -> Timing:
        return patience(timing)

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        idi = IdiPayload(self._ticket.local_id)
        return (idi, IdrPayload(self._ticket.peer), proof.by_resumption(sa, idi), *self._wishes())

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        self._note_announcements(message)
        idr, auth = message.get(IdrPayload), message.get(AuthPayload)
        if (
            idr is None
            or auth is None
            or idr.identity != self._ticket.peer
            or not proof.check_resumption(sa, idr, auth)
        ):
            session.tickets.refused(now)
            return
        self._idr = idr
        if not self._sent_elsewhere(message, now):
            self._complete(message, first_error(message), now)

    def unanswered(self, session: Session, now: float) -> None:
        session.tickets.refused(now)


def derive(session: Session, sa: IkeSa, suite: IkeSuite, sk_d: bytes) -> None:
    """SK_* of a resumed IKE SA from the SK_d of the old one (section 5.1)."""
    seed = keys.resumption_skeyseed(suite.prf, sk_d, sa.nonce_i, sa.nonce_r)
    made = keys.ike_keys(suite, seed, sa.nonce_i, sa.nonce_r, sa.spi_i, sa.spi_r)
    sa.use(suite, made, session.random)
    export.export_ike(session, sa)
