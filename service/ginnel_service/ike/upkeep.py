"""What a session does of its own accord: rekeying in time, asking a silent peer, keeping a NAT's mapping."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .children import HARD_AFTER, soft_lifetime
from .errors import SessionError
from .exchanges.create_child import CreateChild
from .exchanges.delete import DeleteChild
from .sa import ChildState, IkeSa

if TYPE_CHECKING:
    from .session import Session


class Upkeep:
    """The timers of an established session."""

    def __init__(self, session: Session, now: float) -> None:
        self._session = session
        self._timing = session.config.timing
        self._last_heard = self._keepalive_at = now
        self._create_at = math.inf

    def begin(self, now: float) -> None:
        """The session is established, and its configuration final."""
        self._timing = self._session.config.timing
        self._last_heard = self._keepalive_at = now

    def heard(self, now: float) -> None:
        """Something authenticated came from the peer."""
        self._last_heard = now

    def set_lifetime(self, sa: IkeSa, now: float) -> None:
        """Begin the soft and hard lifetime of a new IKE SA."""
        lifetime = self._timing.ike_lifetime_s
        sa.rekey_at = now + soft_lifetime(lifetime, self._timing, self._session.random)
        sa.hard_at = now + lifetime * HARD_AFTER

    def retry_at(self, now: float) -> float:
        """When to try again after TEMPORARY_FAILURE: jittered, so that two sides do not stay in step."""
        share = int.from_bytes(self._session.random(2), "big") / 0xFFFF
        return now + self._timing.busy_retry_s * (1 + share)

    def create_child_later(self, now: float) -> None:
        self._create_at = self.retry_at(now)

    def deadline(self) -> float:
        """When `advance` is due."""
        session = self._session
        current = session.talk.current
        return min(
            current.rekey_at,
            current.hard_at,
            session.children.deadline(),
            self._silence_ends(),
            self._keepalive_due(),
            self._create_at,
            session.prober.deadline(),
        )

    def advance(self, now: float) -> None:
        """Do what is due."""
        session = self._session
        session.children.advance(now)
        if self._lapsed(now):
            return
        if session.talk.current.rekey_at <= now:
            session.rekey_ike(now)
        for record in session.children.due_for_rekey(now):
            session.rekey_child(record.sa.spi_in, now)
        if self._create_at <= now:
            self._create_at = math.inf
            session.talk.enqueue(session.talk.current, CreateChild(session, None), now)
        if self._silence_ends() <= now:
            session.check_liveness(now)
        if self._keepalive_due() <= now:
            self._keepalive_at = now
            session.send_keepalive()
        session.prober.advance(now)

    def _lapsed(self, now: float) -> bool:
        """End the session when an SA in use outlived its hard lifetime; delete what the peer should have."""
        session = self._session
        current = session.talk.current
        lapsed = [record for record in session.children if record.hard_at <= now]
        if current.hard_at <= now or any(r.state is ChildState.INSTALLED for r in lapsed):
            error = SessionError("expired", "no rekey succeeded within the SA's lifetime")
            session.fail_with_delete(current, error, now)
            return True
        for record in lapsed:
            record.hard_at = math.inf
            if record.state is ChildState.REPLACED:
                session.talk.enqueue(current, DeleteChild(record), now)
        return False

    def _silence_ends(self) -> float:
        if not self._timing.liveness_s or self._session.talk.current.requests.outstanding is not None:
            return math.inf
        return self._last_heard + self._timing.liveness_s

    def _keepalive_due(self) -> float:
        # "SHOULD NOT be sent when using TCP encapsulation" (RFC 9329 section 6.6)
        if not self._session.nat_local or not self._timing.keepalive_s or self._session.path.stream:
            return math.inf
        return self._keepalive_at + self._timing.keepalive_s
