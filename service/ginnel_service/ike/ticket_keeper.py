"""The client's side of tickets (RFC 5723 section 4): presented, asked for, renewed in time, handed out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from .codes import NotifyType
from .errors import SessionError
from .events import Ticket, TicketChanged
from .exchanges.ask_ticket import AskTicket
from .exchanges.init import InitExchange
from .exchanges.resume import ResumeExchange
from .message import Message
from .payloads.identity import Identity
from .payloads.notify import NotifyPayload
from .sa import IkeSa, SaState

if TYPE_CHECKING:
    from .session import Session

MAX_OCTETS: Final = 2048  # it has to go in the clear, in one datagram
#: A gateway that said TICKET_ACK has one later.
ACK_S: Final = 5.0
#: What ends with these has not been deleted by either side, so that its ticket stays good.
LOST: Final = frozenset({"peer_vanished", "peer_restarted", "unreachable"})


class TicketKeeper:
    """Emits `TicketChanged` for the driver, which keeps the ticket; here is only the one to begin with."""

    def __init__(self, session: Session, first: Ticket | None) -> None:
        self._session = session
        self._first = first
        self._ask_at = math.inf
        self._peer: Identity | None = None

    @property
    def wanted(self) -> bool:
        return self._session.is_initiator and self._session.config.resumption

    # Presented

    def present(self, *, again: bool = False) -> ResumeExchange | None:
        """What begins the session by its ticket, if it has one that is of use."""
        ticket, self._first = self._first, None
        if ticket is None or not self._fits(ticket):
            return None
        return ResumeExchange(self._session, ticket, again=again)

    def _fits(self, ticket: Ticket) -> bool:
        """ "A client MUST NOT present a ticket when it knows that the ticket's lifetime has expired"."""
        config = self._session.config
        same = ticket.local_id == config.local_id and config.remote_id in (None, ticket.peer)
        strong = config.ppk is None or not config.ppk.required or ticket.ppk
        return config.resumption and same and strong and self._session.utc() < ticket.expires_at

    def refused(self, now: float, *, unanswered: Ticket | None = None) -> None:
        """The ticket did not help: IKE_SA_INIT instead.

        One that was `unanswered` may help yet: it "is considered as used only when an IKE SA has been
        established" (section 4.3.1).
        """
        if unanswered is None:
            self._session.emit(TicketChanged(None))
        self._first = unanswered
        self._session.start_over(InitExchange(self._session), now)

    def after_all(self, now: float) -> bool:
        """The peer answers by now: present the ticket that met with silence before, if there is one."""
        exchange = self.present(again=True)
        if exchange is not None:
            self._session.start_over(exchange, now)
        return exchange is not None

    # Asked for

    def request(self) -> tuple[NotifyPayload, ...]:
        """TICKET_REQUEST, if a ticket is wanted."""
        return (NotifyPayload(NotifyType.TICKET_REQUEST),) if self.wanted else ()

    def established(self, message: Message, sa: IkeSa, peer: Identity, now: float) -> None:
        """IKE_AUTH is through: what came before is of no use, and there may be a new one."""
        self._peer = peer
        self._session.emit(TicketChanged(None))
        self.take(message, sa, now)

    def take(self, message: Message, sa: IkeSa, now: float) -> None:
        """The ticket in a protected response on `sa`, if it has one."""
        self._ask_at = math.inf
        if not self.wanted or self._peer is None:
            return
        if message.notify(NotifyType.TICKET_ACK) is not None:
            self._ask_at = now + ACK_S
        given = message.notify(NotifyType.TICKET_LT_OPAQUE)
        if given is None or not 4 < len(given.data) <= 4 + MAX_OCTETS:
            return
        lifetime_s = int.from_bytes(given.data[:4], "big")
        if not lifetime_s or sa.suite is None or sa.keys is None:
            return
        self._ask_at = now + lifetime_s / 2
        ticket = Ticket(
            opaque=given.data[4:],
            expires_at=self._session.utc() + lifetime_s,
            sk_d=sa.keys.d,
            suite=sa.suite,
            local_id=self._session.config.local_id,
            peer=self._peer,
            ppk=sa.ppk,
        )
        self._session.emit(TicketChanged(ticket))

    def rekeyed(self, now: float) -> None:
        """ "When the IKE SA is rekeyed, [...] the client SHOULD request a new ticket" (section 6.2)."""
        if self.wanted and self._peer is not None and self._ask_at != math.inf:
            self._ask_at = now

    def ended(self, error: SessionError | None) -> None:
        """ "when an IKE SA is deleted [...], the client MUST delete its stored ticket" (section 6.2)."""
        if self.wanted and (error is None or error.code not in LOST):
            self._session.emit(TicketChanged(None))

    def deadline(self) -> float:
        """When `advance` is due."""
        return self._ask_at

    def advance(self, now: float) -> None:
        current = self._session.talk.current
        if self._ask_at <= now and current.state is SaState.ALIVE:
            self._ask_at = math.inf
            self._session.talk.enqueue(current, AskTicket(), now)
