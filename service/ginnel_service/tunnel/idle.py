"""Ends a connection that no application has used for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Idle:
    """Calls `ended` when `used` (of the loop's clock: when the last inner packet passed) is `limit_s` old.

    Keepalives, liveness checks and rekeys are no inner packets. Time that the machine sleeps does not count.
    """

    def __init__(self, limit_s: float, used: Callable[[], float], ended: Callable[[], None]) -> None:
        self._limit_s = limit_s
        self._used = used
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """The connection is up from now on."""
        self.close()
        self._since = self._loop.time()
        self._timer = self._loop.call_later(self._limit_s, self._look)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        left_s = max(self._since, self._used()) + self._limit_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look)
        else:
            self._timer = None
            self._ended()
