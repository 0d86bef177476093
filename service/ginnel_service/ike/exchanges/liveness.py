"""Liveness check: an empty INFORMATIONAL exchange (RFC 7296 section 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import ExchangeType
from ..message import Message
from ..payloads import Payload
from .base import Exchange

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session


class Liveness(Exchange):
    """Any protected answer proves the peer alive; the session notes that by itself."""

    type = ExchangeType.INFORMATIONAL

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        return ()

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        pass
