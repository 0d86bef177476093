"""Repeated authentication (RFC 4478): when it is due, who said so, and a lease that outlives a session.

A client begins a second session beside the one in use, and closes the old one when the new one stands. Its
gateway gives the same addresses to both, and sends along the old pair of ESP SAs until the client, which
knows the new one by then, uses that or closes the old session: no packet meets an SA that is not there yet.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .children import soft_lifetime
from .codes import NotifyType
from .events import Interface, ReauthenticationDue, State
from .message import Message
from .payloads.identity import Identity
from .payloads.notify import NotifyPayload

if TYPE_CHECKING:
    from .session import Session

#: A person may have to look for a password: we begin so long before the time is over, or `LEAD` of it before.
LEAD_S: Final = 300.0
LEAD: Final = 0.2
#: "Reasonable limits" (section 5): the age at which a session is replaced at the earliest.
LEAST_S: Final = 5.0
#: After an attempt that failed.
RETRY_S: Final = 30.0
#: How long a peer may take beyond what it was told.
GRACE_S: Final = 5.0

#: The session that a peer had before, seen from one that has just authenticated.
FindOlder = Callable[["Session", Identity], "Session | None"]


class Reauthentication:
    """The timer of one session, either role's."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lifetime_s: float | None = None  # as the gateway said in IKE_AUTH
        self._begun = math.inf
        self.due = math.inf

    def note(self, message: Message) -> None:
        """Initiator: an IKE_AUTH response may say how long we have."""
        lifetime_s = _lifetime(message)
        if lifetime_s is not None:
            self._lifetime_s = lifetime_s

    def begin(self, now: float) -> None:
        """The session is established."""
        timing = self._session.config.timing
        self._begun = now
        if not self._session.is_initiator:
            left_s = self.left_s(now)
            self.due = math.inf if left_s is None else now + left_s + GRACE_S
            return
        if timing.reauth_s:
            self.due = now + soft_lifetime(timing.reauth_s, timing, self._session.random)
        if self._lifetime_s is not None:
            self._take(self._lifetime_s, now)

    def left_s(self, now: float) -> float | None:
        """Responder: until the peer has to prove itself again; a ticket gives it no more time."""
        reauth_s, grant = self._session.config.timing.reauth_s, self._session.grant
        if not reauth_s:
            return None
        return max(1.0, (now if grant is None else grant.authenticated) + reauth_s - now)

    def told(self, message: Message, now: float) -> None:
        """Initiator: the gateway "MAY send it again in a new Informational" (section 2)."""
        lifetime_s = _lifetime(message)
        if lifetime_s is not None:
            self._take(lifetime_s, now)

    def failed(self, now: float) -> None:
        """The attempt came to nothing: there will be another."""
        self.due = now + RETRY_S

    def advance(self, now: float) -> None:
        """Tell the driver that it is time, or close a session whose peer let its time pass."""
        if self.due > now:
            return
        self.due = math.inf
        if self._session.is_initiator:
            self._session.emit(ReauthenticationDue())
        else:  # "SHOULD send a DELETE notification soon after the end of the lifetime period" (section 2)
            self._session.close(now)

    def _take(self, lifetime_s: float, now: float) -> None:
        share = int.from_bytes(self._session.random(2), "big") / 0xFFFF
        lead = min(LEAD_S, lifetime_s * LEAD) * (1 + share) / 2
        self.due = min(self.due, max(now + lifetime_s - lead, self._begun + LEAST_S))


def announcement(lifetime_s: float | None) -> tuple[NotifyPayload, ...]:
    """What a responder adds to its last IKE_AUTH response."""
    if lifetime_s is None:
        return ()
    return (NotifyPayload(NotifyType.AUTH_LIFETIME, int(lifetime_s).to_bytes(4, "big")),)


def _lifetime(message: Message) -> float | None:
    said = message.notify(NotifyType.AUTH_LIFETIME)
    return None if said is None or len(said.data) != 4 else float(int.from_bytes(said.data, "big"))


def may_inherit(older: Session, newer: Session, peer: Identity) -> bool:
    """Whether `newer` is the same client again: the same identity, at the same end of the same path.

    Another machine of the same user has another address, or behind one NAT another port.
    """
    return (
        older is not newer
        and older.state is State.ESTABLISHED
        and older.peer == peer
        and older.path.remote == newer.path.remote
        and older.lease is not None
        and older.newer is None
        and older.older is None
    )


def inherit(older: Session, newer: Session, wished: tuple[Interface, ...]) -> bool:
    """Let `newer` share the lease of `older` if that is what it wishes for."""
    if older.lease is None or {each.ip for each in wished} != {each.ip for each in older.lease.addresses}:
        return False
    newer.lease, newer.older, older.newer = older.lease, older, newer
    return True


def confirmed(session: Session) -> None:
    """The peer uses `session`, or has closed the older one: send along it."""
    if session.older is not None:
        for record in session.children:
            session.children.send_with(record)


def let_go(session: Session) -> bool:
    """`session` ends: whether its lease ends with it, rather than stay with the other that holds it."""
    older, newer = session.older, session.newer
    if newer is not None:
        confirmed(newer)
        newer.older = None
    if older is not None:
        older.newer = None
    session.older = None
    return older is None and newer is None
