"""How often something may happen: a token bucket."""

from __future__ import annotations


class Bucket:
    """`burst` at once, and `per_s` in a second from then on."""

    def __init__(self, burst: float, per_s: float, now: float) -> None:
        self._burst = self._left = burst
        self._per_s = per_s
        self._counted = now

    def take(self, now: float) -> bool:
        """Whether it may happen once more at `now`."""
        self._left = min(self._burst, self._left + max(0.0, now - self._counted) * self._per_s)
        self._counted = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
