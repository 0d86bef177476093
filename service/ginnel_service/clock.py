"""The one place that reads the calendar, and the clock that counts sleep; the event loop's does not."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final

#: The calendar has to part from the uptime by more than this at once, or somebody only set it right.
_SLEPT_S: Final = 10.0


class SleepCounting:
    """Uptime and every sleep, told by the calendar's leaps: for a system whose clocks all stand still."""

    def __init__(self, uptime_s: Callable[[], float], calendar_s: Callable[[], float]) -> None:
        self._uptime_s, self._calendar_s = uptime_s, calendar_s
        self._apart_s = calendar_s() - uptime_s()
        self._slept_s = 0.0

    def __call__(self) -> float:
        now = self._uptime_s()
        apart_s = self._calendar_s() - now
        leap, self._apart_s = apart_s - self._apart_s, apart_s
        if leap > _SLEPT_S:
            self._slept_s += leap
        return now + self._slept_s


def _sleep_counting_clock() -> Callable[[], float]:
    """clock_gettime(2): CLOCK_BOOTTIME on Linux; macOS's CLOCK_MONOTONIC counts sleep, FreeBSD has none."""
    if sys.platform == "linux":
        return lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return lambda: time.clock_gettime(time.CLOCK_MONOTONIC)
    return SleepCounting(time.monotonic, time.time)


_since_boot_s: Final = _sleep_counting_clock()


def since_boot_s() -> float:
    """Seconds of a steady clock that goes on while the machine sleeps."""
    return _since_boot_s()


def utc_s() -> float:
    """Seconds since the epoch, for what people read; never for intervals."""
    return time.time()
