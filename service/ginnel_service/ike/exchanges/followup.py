"""IKE_FOLLOWUP_KE: the additional key exchanges of a CREATE_CHILD_SA (RFC 9370 sections 2.2.4 and 2.2.5).

Each has an exchange of its own, and the new SA exists only after the last. The responder's half-made state is
one for each IKE SA, and goes when the next exchange does not come in time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .. import exchange_keys
from ..codes import ExchangeType, NotifyType
from ..errors import InvalidSyntax, SessionError
from ..message import Message
from ..payloads import Payload
from ..payloads.ke import KePayload
from ..payloads.notify import NotifyPayload
from .base import Exchange, first_error, required

if TYPE_CHECKING:
    from ..sa import ChildRecord, IkeSa
    from ..session import Session

#: RFC 9370 section 2.2.4 holds 5 to 20 seconds appropriate; a loss or two must fit.
WAIT_S: Final = 20.0
LINK_OCTETS: Final = 16
#: So often in a row a peer may have forgotten what we had begun; then the IKE SA is deleted.
MAX_LOST: Final = 4


class Negotiation(Exchange):
    """A CREATE_CHILD_SA of ours, with the exchanges that may follow it."""

    type = ExchangeType.CREATE_CHILD_SA
    waits = True

    def pointless(self, session: Session, sa: IkeSa) -> bool:
        """Whether what it was to make is not wanted any more."""
        raise NotImplementedError

    def complete(self, session: Session, sa: IkeSa, more: bytes, now: float) -> None:
        """All key exchanges are through; `more` holds the shared secrets of the additional ones."""
        raise NotImplementedError

    def refused(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        """The peer answered with an error."""
        raise NotImplementedError

    def deleted(self, record: ChildRecord) -> bool:
        """The peer deleted `record` before we are through: whether we let go of it then."""
        return False


class FollowUp(Exchange):
    """The next of the additional key exchanges `methods`; `link` is the responder's to understand."""

    type = ExchangeType.IKE_FOLLOWUP_KE

    def __init__(self, of: Negotiation, methods: tuple[int, ...], link: bytes, secrets: bytes = b"") -> None:
        self.of = of
        self._methods = methods
        self._link = link
        self._secrets = secrets

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        if self.of.pointless(session, sa):
            return None
        self._pair = exchange_keys.generate(self._methods[0], session.random)
        return (
            KePayload(self._methods[0], self._pair.public),
            NotifyPayload(NotifyType.ADDITIONAL_KEY_EXCHANGE, self._link),
        )

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        error = first_error(message)
        if error is not None:
            self._failed(session, sa, error, now)
            return
        ke = required(message, KePayload)
        if ke.method != self._methods[0]:
            raise InvalidSyntax("key exchange of another method than agreed")
        secrets = self._secrets + self._pair.shared(ke.data)
        if len(self._methods) > 1:
            follow(sa, self.of, self._methods[1:], message, secrets)
            return
        session.lost_followups = 0
        self.of.complete(session, sa, secrets, now)

    def _failed(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        if error.notify == NotifyType.STATE_NOT_FOUND:
            session.lost_followups += 1
            if session.lost_followups >= MAX_LOST:
                # Fatal after several attempts: the IKE SA goes (RFC 9370 section 2.2.4)
                detail = "the peer keeps forgetting the key exchanges that we began"
                session.fail_with_delete(sa, SessionError("peer_error", detail), now)
                return
        self.of.refused(session, sa, error, now)


def follow(
    sa: IkeSa, of: Negotiation, methods: tuple[int, ...], message: Message, secrets: bytes = b""
) -> None:
    """Initiator: go on with `methods` before anything else; `message` must say how to name the series."""
    link = message.notify(NotifyType.ADDITIONAL_KEY_EXCHANGE)
    if link is None:
        raise InvalidSyntax("additional key exchanges without their link")
    sa.queue.appendleft(FollowUp(of, methods, link.data, secrets))


def negotiation(sa: IkeSa) -> Negotiation | None:
    """Our CREATE_CHILD_SA on `sa` that is not over, whichever of its exchanges is under way."""
    outstanding = sa.requests.outstanding
    exchange = outstanding.exchange if outstanding else None
    if isinstance(exchange, FollowUp):
        return exchange.of
    return exchange if isinstance(exchange, Negotiation) else None


def await_successor(sa: IkeSa, record: ChildRecord) -> bool:
    """Whether a CHILD SA that the peer deletes goes only when our rekey of it is over."""
    ours = negotiation(sa)
    return ours is not None and ours.deleted(record)


def following(sa: IkeSa) -> bool:
    """Whether that CREATE_CHILD_SA was answered, and its additional key exchanges are under way."""
    outstanding = sa.requests.outstanding
    return outstanding is not None and isinstance(outstanding.exchange, FollowUp)


@dataclass(slots=True)
class HalfMade:
    """Responder: what lacks additional key exchanges to become an SA.

    `replaces` is the SA that the peer rekeys, None for a new CHILD SA. `wanted` says whether it still makes
    sense, `finish` takes the secrets, `forget` undoes what a collision noted of it.
    """

    replaces: IkeSa | ChildRecord | None
    methods: tuple[int, ...]
    link: bytes
    gone_at: float
    wanted: Callable[[], bool]
    finish: Callable[[bytes, float], None]
    forget: Callable[[], None]
    secrets: bytes = field(default=b"", repr=False)

    def go_on(self, session: Session, now: float) -> NotifyPayload:
        """Wait for the next exchange, which names itself by the notify that this gives."""
        self.link, self.gone_at = session.random(LINK_OCTETS), now + WAIT_S
        return NotifyPayload(NotifyType.ADDITIONAL_KEY_EXCHANGE, self.link)


def begin(
    session: Session,
    sa: IkeSa,
    methods: tuple[int, ...],
    replaces: IkeSa | ChildRecord | None,
    *,
    wanted: Callable[[], bool],
    finish: Callable[[bytes, float], None],
    forget: Callable[[], None] = lambda: None,
    now: float,
) -> NotifyPayload:
    """Responder: expect `methods`, and forget what the peer had begun before; the notify to answer with."""
    drop(sa)
    sa.half_made = HalfMade(replaces, methods, b"", now, wanted, finish, forget)
    return sa.half_made.go_on(session, now)


def drop(sa: IkeSa) -> None:
    """Forget the peer's half-made SA, if there is one."""
    half, sa.half_made = sa.half_made, None
    if half is not None:
        half.forget()


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """The responder's side."""
    half, link = sa.half_made, message.notify(NotifyType.ADDITIONAL_KEY_EXCHANGE)
    if half is not None and not half.wanted():
        drop(sa)
        half = None
    if half is None or link is None or link.data != half.link:
        # The answer to a link that we do not know (RFC 9370 section 2.2.4)
        return (NotifyPayload(NotifyType.STATE_NOT_FOUND),)
    ke = required(message, KePayload)
    if ke.method != half.methods[0]:
        raise InvalidSyntax("key exchange of another method than agreed")
    public, shared = exchange_keys.respond(ke.method, ke.data, session.random)
    half.secrets += shared
    half.methods = half.methods[1:]
    answer = KePayload(ke.method, public)
    if half.methods:
        return answer, half.go_on(session, now)
    sa.half_made = None
    half.finish(half.secrets, now)
    return (answer,)
