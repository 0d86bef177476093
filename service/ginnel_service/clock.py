"""The one place that reads the calendar; intervals come from the event loop's monotonic time."""

from __future__ import annotations

import time


def utc_s() -> float:
    """Seconds since the epoch, for what people read; never for intervals."""
    return time.time()
