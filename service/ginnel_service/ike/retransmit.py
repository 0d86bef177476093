"""When a request is sent again (RFC 7296 section 2.1): exponentially rarer, in smaller pieces, then never."""

from __future__ import annotations

import math
from typing import Final

from .config import Timing
from .fragments import Parcel

#: Probes of one size that go unanswered before it counts as too big (RFC 8899 section 5.1.2).
MAX_PROBES: Final = 3
PROBE_SPACING_S: Final = 0.2  # at least, between two of them
JITTER: Final = 0.1  # pauses are up to this fraction longer


class Transmission:
    """One request on its way: its datagrams, and when they go again.

    `early_s` is when the answer should have come by what is known of the path: then one repetition goes out
    ahead of the profile's, which keep their times. `share` (0 to 1) spreads the repetitions of many sessions.
    """

    def __init__(
        self,
        parcel: Parcel,
        timing: Timing,
        now: float,
        *,
        early_s: float = math.inf,
        share: float = 0.0,
    ) -> None:
        self.parcel = parcel
        self.first_sent = now
        self.sent = 1
        self.repetitions = 0  # since the path was last changed
        self.spread = False  # it went along other paths than the one in use, too
        self._timing = timing
        self._tries = 0  # repetitions at the profile's pace
        self._pause = timing.retransmit_s * (1 + JITTER * share)
        self._early = early_s < self._pause and timing.retransmit_tries > 0
        self.deadline = now + (early_s if self._early else self._pause)

    @property
    def exhausted(self) -> bool:
        """Whether the next deadline means giving up rather than sending again."""
        return self._tries >= self._timing.retransmit_tries

    def again(self, now: float) -> tuple[bytes, ...]:
        """What to send once more at `now`; from the third time on in the smallest fragments."""
        self.sent += 1
        self.repetitions += 1
        if self.sent > 2:
            self.parcel.shrink()
        if self._early:
            self._early = False
            self.deadline = max(self.first_sent + self._pause, now)
            return self.parcel.datagrams
        # What is sent again before the ordinary first repetition counts for nothing
        if self._pause >= self._timing.retransmit_s:
            self._tries += 1
        self._pause *= self._timing.retransmit_factor
        self.deadline = now + self._pause
        return self.parcel.datagrams

    def hurry(self, now: float) -> tuple[bytes, ...]:
        """Something else waits for its turn: what to send at once."""
        return ()

    def hasten(self, now: float, brisk_s: float) -> tuple[bytes, ...]:
        """The path has changed: begin anew, the first repetition `brisk_s` from now."""
        self.sent += 1
        self.be_brisk(now, brisk_s)
        return self.parcel.datagrams

    def be_brisk(self, now: float, brisk_s: float) -> None:
        self.repetitions = self._tries = 0
        self._early = False
        self._pause = min(brisk_s, self._timing.retransmit_s)
        self.deadline = now + self._pause

    def hold(self) -> None:
        """There is no path: wait for `hasten`."""
        self.deadline = math.inf


class ProbeTransmission(Transmission):
    """A request in two forms under one Message ID: padded, to see whether that size arrives, and plain.

    The padded one goes `MAX_PROBES` times in quick succession, then the plain one, as fragments may be made
    anew in other sizes (RFC 7383 section 2.5.2). From then on both are repeated at the pace of any request,
    each "bitwise identical" (RFC 7296 section 2.1): a peer may ignore what differs from what it answered. It
    may also ignore what comes while it is at the other form, so that the padded one follows after a while.
    """

    def __init__(self, padded: bytes, plain: bytes, timing: Timing, spacing_s: float, now: float) -> None:
        super().__init__(Parcel((padded,)), timing, now)
        self.plain_sent = 0
        self.cut_short = False
        self._plain = plain
        self._spacing_s = spacing_s
        self._following = math.inf  # the padded one is still to go before this deadline
        self.deadline = now + spacing_s

    @property
    def exhausted(self) -> bool:
        return self._following == math.inf and super().exhausted

    def again(self, now: float) -> tuple[bytes, ...]:
        if self._following != math.inf:
            self.deadline, self._following = self._following, math.inf
            return self.parcel.datagrams
        if self.plain_sent:
            super().again(now)
            self.plain_sent += 1
            self._following, self.deadline = self.deadline, min(now + self._spacing_s, self.deadline)
            return (self._plain,)
        if self.sent < MAX_PROBES:
            self.sent += 1
            self.deadline = now + self._spacing_s
            return self.parcel.datagrams
        return self._fall_back(now)

    def hurry(self, now: float) -> tuple[bytes, ...]:
        """Something else waits for its turn: the plain form, unless it went out already."""
        if self.plain_sent:
            return ()
        self.cut_short = True
        return self._fall_back(now)

    def hasten(self, now: float, brisk_s: float) -> tuple[bytes, ...]:
        self.cut_short = True
        self.plain_sent += 1
        self._following = math.inf
        super().hasten(now, brisk_s)
        return (self._plain,)

    def _fall_back(self, now: float) -> tuple[bytes, ...]:
        self.sent += 1
        self.plain_sent = 1
        self.deadline = now + self._pause
        return (self._plain,)
