"""The peer's INFORMATIONAL requests (RFC 7296 section 1.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import configuration, crash, redirect
from ..codes import NotifyType
from ..errors import PeerError, SessionError
from ..events import Noted
from ..message import Message
from ..payloads import Payload
from ..payloads.config import ConfigPayload
from ..payloads.delete import DeletePayload
from .base import first_error, session_error
from .delete import handle as handle_delete
from .mobike import handle as handle_mobike
from .path_probe import handle as handle_path_probe

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session

#: Errors that end the session when the peer reports them on their own (section 2.21.2 and 2.21.3).
_FATAL = {NotifyType.AUTHENTICATION_FAILED, NotifyType.INVALID_SYNTAX}


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """Answer an INFORMATIONAL request; an empty one is a liveness check."""
    answer: list[Payload] = []
    for delete in message.all(DeletePayload):
        answer += handle_delete(session, sa, delete, now)
    for asked in message.all(ConfigPayload):
        told = configuration.answer(asked, session.config.product)
        answer += [told] if told is not None else []
    if session.office is not None and message.notify(NotifyType.TICKET_REQUEST) is not None:
        answer.append(session.office.issue(session, sa, now))
    # "A token taker MUST accept such gratuitous QCD_TOKEN notifications" (RFC 6290 section 4.4)
    sa.token = crash.token_of(message) or sa.token
    handle_path_probe(session, sa, message, now)
    answer += handle_mobike(session, sa, message, now)
    if session.is_initiator:
        session.reauthentication.told(message, now)
        _go_elsewhere(session, sa, message, now)
    error = first_error(message)
    if error is not None and error.notify in _FATAL:
        session.fail_after_answer(session_error(error))
    return tuple(answer)


def _go_elsewhere(session: Session, sa: IkeSa, message: Message, now: float) -> None:
    """Follow a REDIRECT once it is answered (RFC 5685 section 5); stay where it makes no sense."""
    try:
        gateway = redirect.found(message, session.config)
    except PeerError as error:
        session.emit(Noted(str(error)))
        return
    if gateway is not None:
        sa.after_answer = lambda: session.leave_for(gateway, now)


def handle_unproven(session: Session, message: Message) -> tuple[Payload, ...]:
    """The initiator breaks authentication off (section 2.21.2): it can have nothing else to say yet."""
    error = first_error(message)
    given_up = SessionError("authentication_failed", "the peer broke the authentication off")
    session.fail_after_answer(session_error(error) if error is not None else given_up)
    return ()
