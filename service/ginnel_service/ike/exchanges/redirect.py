"""A gateway sends a client of an established session to another one (RFC 5685 section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import redirect
from ..codes import ExchangeType
from ..message import Message
from ..payloads import Payload
from .base import Exchange

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session


class SendRedirect(Exchange):
    """The client answers, and then deletes the IKE SA."""

    type = ExchangeType.INFORMATIONAL

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        return (redirect.notify(self._gateway),)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        pass
