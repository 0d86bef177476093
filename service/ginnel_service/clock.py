"""The one place that reads the calendar, and the clock that counts sleep; the event loop's does not."""

from __future__ import annotations

import time
from typing import Final

#: Linux; elsewhere the monotonic clock may stand still while the machine sleeps.
_BOOTTIME: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def since_boot_s() -> float:
    """Seconds of a steady clock that goes on while the machine sleeps (clock_gettime(2), CLOCK_BOOTTIME)."""
    return time.clock_gettime(_BOOTTIME)


def utc_s() -> float:
    """Seconds since the epoch, for what people read; never for intervals."""
    return time.time()
