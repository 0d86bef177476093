"""What a session does of its own accord: rekeying in time, asking a silent peer, keeping a NAT's mapping.

A peer is asked (RFC 7296 section 2.4) by what its packets show:

- What it sends, IKE or ESP, proves it alive. Nothing is asked within `liveness_s` of that.
- While we send and hear nothing, it is asked after `liveness_s` of silence; when the silence has lasted
  longer already, `SENDING_S` after we began to send.
- While neither side sends, it is asked after `liveness_s`. Where no NAT stands before us, each answer doubles
  the wait, up to `IDLE_FACTOR` times as long and never over `IDLE_S`: a peer that vanishes meanwhile is found
  out by the rule above as soon as it matters. Behind a NAT the wait stays, as the answer also tells whether
  the NAT still maps us as it did (RFC 4555 section 3.8).

A NAT forgets a mapping that is not used (RFC 3948 section 4). Behind one a keepalive goes out `keepalive_s`
after the last ESP packet or keepalive went; while ESP flows there is none, and without a NAT there is none.
The interval does not grow: how long a NAT remembers shows only by losing the mapping, and with it what comes
in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from .children import HARD_AFTER, soft_lifetime
from .errors import SessionError
from .events import State
from .exchanges.delete import DeleteChild
from .sa import ChildState, IkeSa

if TYPE_CHECKING:
    from .exchanges.child import Pair
    from .session import Session

IDLE_FACTOR: Final = 20
IDLE_S: Final = 600.0
SENDING_S: Final = 5.0


#: A peer that stays busy is asked less and less often, and for a new CHILD SA for some minutes.
MAX_DOUBLINGS: Final = 4
MAX_REFUSALS: Final = 8


class Upkeep:
    """The timers of an established session."""

    def __init__(self, session: Session, now: float) -> None:
        self._session = session
        self._timing = session.config.timing
        self._last_heard = self._keepalive_at = now
        self._unanswered_since = math.inf  # our first ESP packet after the peer was last heard
        self._busy_at = -math.inf  # the last ESP packet of either side
        self._idle_s = self._timing.liveness_s
        self._creates: list[tuple[float, Pair]] = []  # CHILD SAs to ask for again, and when
        self._refusals = 0  # since something went through

    def begin(self, now: float) -> None:
        """The session is established, and its configuration final."""
        self._timing = self._session.config.timing
        self._last_heard = self._keepalive_at = now
        self._idle_s = self._timing.liveness_s

    def heard(self, now: float) -> None:
        """Something authenticated came from the peer."""
        self._last_heard = now
        self._unanswered_since = math.inf

    def heard_esp(self, at: float) -> None:
        """An authenticated ESP packet came `at`."""
        if at > self._last_heard:
            self.heard(at)
        self._note_traffic(at)

    def sent_esp(self, at: float) -> None:
        """Our last ESP packet went out `at`."""
        self._note_traffic(at)
        if at > self._last_heard:
            self._unanswered_since = min(self._unanswered_since, at)
        self._keepalive_at = max(self._keepalive_at, at)

    def _note_traffic(self, at: float) -> None:
        if at > self._busy_at:
            self._busy_at = at
            self._idle_s = self._timing.liveness_s

    def is_there(self) -> None:
        """The peer answered a question of ours: the next one may take longer."""
        longest = max(self._timing.liveness_s, min(IDLE_S, IDLE_FACTOR * self._timing.liveness_s))
        if not self._session.nat_local:
            self._idle_s = min(2 * self._idle_s, longest)

    def set_lifetime(self, sa: IkeSa, now: float) -> None:
        """Begin the soft and hard lifetime of a new IKE SA."""
        lifetime = self._timing.ike_lifetime_s
        sa.rekey_at = now + soft_lifetime(lifetime, self._timing, self._session.random)
        sa.hard_at = now + lifetime * HARD_AFTER

    def retry_at(self, now: float) -> float:
        """When to try again after TEMPORARY_FAILURE: later each time, and jittered, so that two sides do
        not stay in step."""
        share = int.from_bytes(self._session.random(2), "big") / 0xFFFF
        patience = 2.0 ** min(max(self._refusals - 1, 0), MAX_DOUBLINGS)
        self._refusals += 1
        return now + self._timing.busy_retry_s * patience * (1 + share)

    def went_through(self) -> None:
        """The peer is not busy any more."""
        self._refusals = 0

    @property
    def creates(self) -> int:
        """CHILD SAs that wait to be asked for again."""
        return len(self._creates)

    def create_child_later(self, wanted: Pair, now: float) -> bool:
        """Ask for a CHILD SA again; False when the peer has been busy for too long."""
        if self._refusals > MAX_REFUSALS:
            return False
        self._creates.append((self.retry_at(now), wanted))
        return True

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
            min((at for at, _ in self._creates), default=math.inf),
            session.prober.deadline(),
            session.mobility.deadline(),
            session.tickets.deadline(),
            session.reauthentication.due,
        )

    def advance(self, now: float) -> None:
        """Do what is due."""
        session = self._session
        session.children.advance(now)
        session.mobility.advance(now)
        if session.state is State.CLOSED or self._lapsed(now):
            return
        session.reauthentication.advance(now)
        if session.talk.current.rekey_at <= now:
            session.rekey_ike(now)
        for record in session.children.due_for_rekey(now):
            session.rekey_child(record.sa.spi_in, now)
        due = [wanted for at, wanted in self._creates if at <= now]
        self._creates = [(at, wanted) for at, wanted in self._creates if at > now]
        for wanted in due:
            session.create_child(*wanted, now)
        if self._silence_ends() <= now:
            session.check_liveness(now)
        if self._keepalive_due() <= now:
            self._keepalive_at = now
            session.send_keepalive()
        session.prober.advance(now)
        session.tickets.advance(now)

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
        session = self._session
        current = session.talk.current
        silence_s = self._timing.liveness_s
        busy = current.requests.outstanding is not None or current.queue
        if not silence_s or session.mobility.stranded or busy:
            return math.inf
        sending = max(self._last_heard + silence_s, self._unanswered_since + min(SENDING_S, silence_s))
        return min(sending, self._last_heard + self._idle_s)

    def _keepalive_due(self) -> float:
        session = self._session
        if not session.nat_local or not self._timing.keepalive_s or session.mobility.stranded:
            return math.inf
        # "SHOULD NOT be sent when using TCP encapsulation" (RFC 9329 section 6.6)
        if session.path.stream:
            return math.inf
        return self._keepalive_at + self._timing.keepalive_s
