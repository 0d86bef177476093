"""What one client, one person and all of them together may cost the service. Pure.

A client that asks for more than its share waits: the service stops reading its socket until it has some
again. One that holds more memory than it may is dropped.

Of the connection of somebody else that takes more than 4096 octets to tell, long lists and texts are cut
short: one person's connections shall not make a message too large for everyone.
"""

from __future__ import annotations

from dataclasses import dataclass

from .schema import MAX_MESSAGE_OCTETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So much a second, after `burst` at once. What a call costs stands in `calls`."""

    per_s: float
    burst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of the server as a whole, of each person (uid) and of each connection."""

    connections: int = 256  # of all clients together
    connections_reserved: int = 32  # of those, for administrators alone
    connections_per_uid: int = 64  # of one person
    subscribers_per_uid: int = 32  # of those, how many may hear events
    message_octets: int = MAX_MESSAGE_OCTETS  # of one message, its line feed apart
    pending_octets: int = 4 * MAX_MESSAGE_OCTETS  # not yet read by the client
    octets_per_uid: int = 16 * MAX_MESSAGE_OCTETS  # in all its connections, sent by it and for it
    requests: int = 16  # of one connection, under way at once
    rate: Rate = Rate(per_s=100, burst=500)
    rate_per_uid: Rate = Rate(per_s=200, burst=1000)
    profiles_per_uid: int = 64  # but for administrators


class Bucket:
    """A token bucket, full at first. `now` is the loop's clock."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._level = rate.burst
        self._at = 0.0

    def wait_s(self, cost: float, now: float) -> float:
        """How long until `cost` may be taken; more than a burst costs a whole one."""
        missing = min(cost, self._rate.burst) - self._filled(now)
        return max(0.0, missing / self._rate.per_s)

    def take(self, cost: float, now: float) -> None:
        self._level = self._filled(now) - min(cost, self._rate.burst)
        self._at = now

    def full(self, now: float) -> bool:
        return self._filled(now) >= self._rate.burst

    def _filled(self, now: float) -> float:
        return min(self._rate.burst, self._level + (now - self._at) * self._rate.per_s)
