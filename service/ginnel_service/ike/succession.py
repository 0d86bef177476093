"""One IKE SA after another: who takes whose place, and who deletes what (RFC 7296 sections 2.8 and 2.25)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from .events import IkeRekeyed
from .exchanges import followup
from .exchanges.ask_ticket import GiveToken
from .exchanges.rekey_ike import RekeyIke
from .sa import IkeSa, SaState

if TYPE_CHECKING:
    from .session import Session

#: How long the loser of a simultaneous rekey may keep us waiting for its Delete.
EXPECT_DELETE_S: Final = 60.0


class Succession:
    """Which IKE SA of a session is in use after another."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def expect_delete(self, sa: IkeSa, now: float) -> None:
        """The peer has to delete `sa`; we wait only so long."""
        sa.state = SaState.REPLACED
        sa.gone_at = now + EXPECT_DELETE_S

    def inherit(self, old: IkeSa, new: IkeSa, now: float, *, by_us: bool) -> None:
        """`new` takes the place of `old`."""
        new.state = SaState.ALIVE
        new.ppk = old.ppk
        self._session.upkeep.set_lifetime(new, now)
        followup.drop(old)
        new.queue += (e for e in old.queue if not isinstance(e, RekeyIke))  # that has been done
        old.queue.clear()
        if by_us:
            old.state = SaState.CLOSING
        else:
            self.expect_delete(old, now)
        self._session.talk.current = new
        self._session.tickets.rekeyed(now)
        if by_us and self._session.token_maker is not None:
            self._session.talk.enqueue(new, GiveToken(), now)
        self._session.emit(IkeRekeyed(new.spi_i, new.spi_r, by_us))

    def peer_deleted(self, sa: IkeSa, now: float) -> None:
        """Let go of `sa` once the answer is out; when it was in use, the session ends."""
        ours = followup.negotiation(self._session.talk.current)
        if isinstance(ours, RekeyIke) and ours.collision is not None and ours.collision.sa is not None:
            if sa is self._session.talk.current:
                # The peer rekeyed and did not see our attempt: forget ours (section 2.25.2)
                self.inherit(sa, ours.collision.sa, now, by_us=False)
            elif sa is ours.collision.sa:  # the peer's half lost, or was taken back
                ours.collision = None
        self._session.talk.forsake(sa)
        sa.state = SaState.CLOSING
        sa.gone_at = -math.inf
