"""INFORMATIONAL exchanges about recovery: ask for a ticket (RFC 5723), give a crash token (RFC 6290)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import ExchangeType
from ..message import Message
from ..payloads import Payload
from .base import Exchange

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session


class AskTicket(Exchange):
    """The client wants a ticket for the IKE SA in use (RFC 5723 section 4.1)."""

    type = ExchangeType.INFORMATIONAL

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        return session.tickets.request()

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        session.tickets.take(message, sa, now)


class GiveToken(Exchange):
    """A token maker that began a rekey tells the token of the new IKE SA (RFC 6290 section 4.3)."""

    type = ExchangeType.INFORMATIONAL

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        maker = session.token_maker
        return (maker.notify(sa.spi_i, sa.spi_r),) if maker is not None else None

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        pass
