"""A responder's peer before it is proven: what it may ask next, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .codes import ExchangeType
from .exchanges import informational, intermediate
from .exchanges.auth_answer import AuthAnswer
from .exchanges.resume_answer import ResumedAuthAnswer
from .message import Message
from .payloads import Payload

if TYPE_CHECKING:
    from .config import GatewayPolicy
    from .sa import IkeSa
    from .session import Session
    from .tickets import Resumable


class Newcomer:
    """From the answer to its first request until IKE_AUTH is through; `found` is what its ticket said."""

    def __init__(self, session: Session, sa: IkeSa, policy: GatewayPolicy, found: Resumable | None) -> None:
        self._session, self._sa = session, sa
        self._intermediates = 0  # additional key exchanges that we answered
        self._auth = AuthAnswer(session, sa, policy)
        if found is not None and session.office is not None:
            self._auth = ResumedAuthAnswer(session, sa, policy, session.office, found)

    def may_ask(self, exchange: int) -> bool:
        """What it owes us, or that it gives up."""
        return exchange == self._awaited or (self._auth.begun and exchange == ExchangeType.INFORMATIONAL)

    @property
    def _awaited(self) -> int:
        suite = self._sa.suite
        more = not self._session.resumed and suite is not None and self._intermediates < len(suite.more_ke)
        return ExchangeType.IKE_INTERMEDIATE if more else ExchangeType.IKE_AUTH

    def answer(self, message: Message, now: float) -> tuple[Payload, ...] | None:
        """The payloads that answer a request that it may ask; None when they come later. Raises PeerError."""
        match message.exchange:
            case ExchangeType.IKE_AUTH:
                return self._auth.handle(message, now)
            case ExchangeType.INFORMATIONAL:
                return informational.handle_unproven(self._session, message)
        self._intermediates += 1
        return intermediate.handle(self._session, self._sa, message, self._intermediates - 1)
