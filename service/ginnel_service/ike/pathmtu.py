"""The largest packet that the path to the peer carries, found by probing it (RFC 8899, DPLPMTUD). Pure.

Sizes are octets of whole outer IP packets. The search starts with what the tunnel would like to send and
asks whether it arrives. Where it does not, it climbs the ladder of common sizes from `BASE` until one fails:
a step that works costs a round trip, one that fails a few timeouts. It ends with the largest that worked.

It begins again, from the size in use, when a router names a smaller one (a hint is taken at once and never
raises), when what is sent seems to fall into a hole, when the peer tries smaller ones for its direction, and
now and then while packets are sent, for a path that starts to drop big ones need not say so. Larger sizes get
another chance every `raise_s`.
"""

from __future__ import annotations

import math
from typing import Final

#: What nearly every path carries (RFC 8899 section 5.1.2), and where climbing starts.
BASE: Final = 1200
#: What is used where nothing larger arrives; hints below are not believed (RFC 8201 section 4).
FLOOR_IPV4: Final = 576  # every host takes that much (RFC 1122 section 3.3.2)
FLOOR_IPV6: Final = 1280  # every link carries that much (RFC 8200 section 5)
#: Links, tunnels and their sums as they are found in the field.
LADDER: Final = (
    *(1024, BASE, 1280, 1300, 1320, 1340, 1360, 1380, 1400),
    *(1412, 1420, 1432, 1440, 1448, 1454, 1460, 1472, 1480, 1492, 1500),
)
RAISE_S: Final = 600.0  # PMTU_RAISE_TIMER (RFC 8899 section 5.1.1)
CONFIRM_S: Final = 30.0  # CONFIRMATION_TIMER, runs only while packets are sent
#: Packets go out for so long after the last one came in: a hole, or a peer with nothing to say.
SILENCE_S: Final = 1.0
PATIENCE_S: Final = 5.0  # between two questions because of silence; doubles while it goes on
RETRY_S: Final = 1.0  # after a probe that proved nothing


class PathMtuSearch:
    """`current` is the size to use. Call `next_size` when `deadline` has come, then tell the outcome."""

    def __init__(self, wanted: int, floor: int, now: float, raise_s: float = RAISE_S) -> None:
        self.current = max(wanted, floor)
        self.settled = False
        self._wanted = self.current
        self._floor = floor
        self._raise_s = raise_s
        self._low = 0  # the largest that arrived, 0 when nothing did yet
        self._high = math.inf  # the smallest that did not
        self._ready_at = self._checked_at = now
        self._raise_at = math.inf
        self._patience_s = PATIENCE_S

    @property
    def reduced(self) -> bool:
        """Whether the path is known to carry less than is wanted."""
        return self.current < self._wanted

    def restart(self, wanted: int, floor: int, now: float) -> None:
        """Another path, or other needs: what was known is a guess again, and more may fit."""
        self._wanted, self._floor = max(wanted, floor), floor
        self.current = min(max(self.current, floor), self._wanted)
        self._high, self._raise_at = math.inf, math.inf
        self._reopen(now)

    # What happens

    def answered(self, size: int, now: float) -> None:
        """A packet of `size` octets arrived; this may become known after it was given up for lost."""
        if size >= self._high:
            self._high = math.inf
        if size > self._low:
            self._low = size
            self._go_on(now)

    def lost(self, size: int, now: float) -> None:
        """A packet of `size` octets did not arrive where a small one did."""
        if size > self._low:
            self._high = min(self._high, size)
            self._go_on(now)

    def unclear(self, now: float) -> None:
        """The probe proved nothing."""
        self._ready_at = now + RETRY_S

    def too_big(self, mtu: int, now: float) -> None:
        """A router or the OS refused a packet; `mtu` octets would pass, 0 for unknown."""
        if self._floor <= mtu < self.current:
            self.current = mtu
            self._high = min(self._high, mtu + 1)
            self._raise_at = now + self._raise_s
            self._reopen(now)
        elif mtu < self._floor:
            self.doubt(now)

    def doubt(self, now: float) -> None:
        """Have the size in use confirmed, unless that was just done."""
        if self.settled and now - self._checked_at >= RETRY_S:
            self._reopen(now)

    def watch(self, sent_at: float, heard_at: float, now: float) -> None:
        """Tells when the last packet was sent and when one came in; enough of the one without the other,
        or enough time, has the size in use confirmed."""
        if not self.settled or sent_at <= self._checked_at:
            return
        since = now - self._checked_at
        if heard_at > self._checked_at:
            self._patience_s = PATIENCE_S
        silent = sent_at - max(heard_at, self._checked_at) >= SILENCE_S
        if since >= CONFIRM_S or (silent and since >= self._patience_s):
            self._patience_s = min(2 * self._patience_s, CONFIRM_S)
            self._reopen(now)

    # What is to be done

    def deadline(self) -> float:
        """When `next_size` has something to say."""
        return self._raise_at if self.settled else self._ready_at

    def next_size(self, now: float) -> int | None:
        """The size to probe now, or None when there is nothing to ask."""
        if now < self.deadline():
            return None
        if self.settled:
            self._raise_at, self._high = math.inf, math.inf
            self.settled = False
        return self._candidate()

    def _candidate(self) -> int | None:
        if self._low >= self._wanted:
            return None
        if self._high > self._wanted:
            return self._wanted
        if max(self._low, self._floor) < self.current < self._high:
            return self.current
        sizes = [size for size in LADDER if max(self._low, self._floor) < size < self._high]
        if not sizes:
            return None
        if self._low:
            return sizes[0]
        return next((size for size in sizes if size >= BASE), sizes[-1])

    def _reopen(self, now: float) -> None:
        self._low = 0
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        self._ready_at = now
        if self._candidate() is not None:
            self.settled = False
            return
        self.current = max(min(self._low, self._wanted), self._floor)
        self.settled = True
        self._checked_at = now
        if not self.reduced:
            self._raise_at = math.inf
        elif self._raise_at == math.inf:
            self._raise_at = now + self._raise_s
