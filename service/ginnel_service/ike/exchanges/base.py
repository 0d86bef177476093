"""What every exchange that we start has in common."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, TypeVar

from ..codes import ExchangeType, NotifyType, is_error, name_of
from ..errors import InvalidSyntax, SessionError
from ..events import Path
from ..message import Message
from ..payloads import Payload
from ..payloads.notify import NotifyPayload
from ..proposals import mismatch

if TYPE_CHECKING:
    from ..config import Timing
    from ..payloads.sa import Proposal
    from ..sa import IkeSa
    from ..session import Session

P = TypeVar("P")

#: Errors of a peer that a person can act upon, by the code that names them to clients.
_CODES = {
    NotifyType.NO_PROPOSAL_CHOSEN: "no_proposal_chosen",
    NotifyType.AUTHENTICATION_FAILED: "authentication_failed",
    NotifyType.TS_UNACCEPTABLE: "ts_unacceptable",
    NotifyType.SINGLE_PAIR_REQUIRED: "ts_unacceptable",
    NotifyType.INTERNAL_ADDRESS_FAILURE: "internal_address_failure",
    NotifyType.FAILED_CP_REQUIRED: "internal_address_failure",
}


class Exchange:
    """A request of ours and its response. An instance serves one exchange."""

    type: ClassVar[ExchangeType]
    #: Whether it does not begin on an IKE SA that the peer is about to replace.
    waits: ClassVar[bool] = False
    expires_at = math.inf  # when to stop waiting for the response, however often the request was sent
    path: Path | None = None  # where it goes; None for the session's path, whatever that is by then
    brisk: bool = False  # repeated soon at first, as there is doubt about the path

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        """The payloads to send, or None when the exchange has become pointless."""
        raise NotImplementedError

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        """Take the response. Raises PeerError when it cannot be understood."""
        raise NotImplementedError

    def timing(self, timing: Timing) -> Timing:
        """How patiently to wait for the response, from how patient the session is."""
        return timing

    def unanswered(self, session: Session, now: float) -> None:
        """No response came in time."""
        session.unanswered()

    def renewed(self, session: Session) -> Exchange | None:
        """The IKE SA went before the peer answered: what to ask on another, if it still matters."""
        return None


def first_error(message: Message) -> NotifyPayload | None:
    """The first error notify of `message`."""
    return next((n for n in message.all(NotifyPayload) if is_error(n.notify)), None)


def session_error(notify: NotifyPayload, offered: tuple[Proposal, ...] = ()) -> SessionError:
    """Why a session ends, from the peer's error notify; `offered` is what NO_PROPOSAL_CHOSEN refuses."""
    try:
        code = _CODES[NotifyType(notify.notify)]
    except (KeyError, ValueError):
        code = "peer_error"
    if notify.notify == NotifyType.NO_PROPOSAL_CHOSEN and offered:
        return SessionError(code, mismatch(offered))
    return SessionError(code, f"the peer answered {name_of(NotifyType, notify.notify)}")


def required(message: Message, payload: type[P]) -> P:
    """The payload of that class. Raises InvalidSyntax when the message has none."""
    found = message.get(payload)
    if found is None:
        raise InvalidSyntax(f"{payload.__name__} is missing")
    return found
