"""Liveness check: an empty INFORMATIONAL exchange (RFC 7296 section 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import ExchangeType
from ..message import Message
from ..payloads import Payload
from .base import Exchange
from .mobike import compare_mapping

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session


class Liveness(Exchange):
    """Any protected answer proves the peer alive; the session notes that by itself.

    An initiator with MOBIKE also learns whether a NAT maps it anew (RFC 4555 section 3.8).
    """

    type = ExchangeType.INFORMATIONAL

    def __init__(self, *, brisk: bool = False) -> None:
        self.brisk = brisk

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        return session.mobility.detection() if session.mobike and not session.is_responder else ()

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        session.upkeep.is_there()
        if session.mobike and not session.is_responder:
            compare_mapping(session, sa, message, now)
