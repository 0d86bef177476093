"""Whether this machine's clock can be believed: certificates begin and end by it.

The kernel knows whether something keeps its clock right (adjtimex(2)); certificates that begin in its future
say that it is slow.
"""

from __future__ import annotations

import ctypes
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..ipc.schema import Finding
from .verdict import find

#: What systemd-timesyncd touches when it has set the clock.
SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")
_STA_UNSYNC: Final = 0x0040
_TIME_ERROR: Final = 5
#: How the last attempt ends when a clock is wrong, or a certificate.
_BY_THE_CLOCK: Final = ("certificate_expired", "certificate_not_yet_valid")


class _Timex(ctypes.Structure):
    """struct timex up to `status`, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def synchronised() -> bool | None:
    """Whether something keeps the clock right; None where the system does not tell. Changes nothing.

    A service that may not touch the clock may not ask the kernel either (ProtectClock=).
    """
    if sys.platform != "linux":
        return None
    now = _Timex()
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(now))
    if state < 0:
        return SYNCHRONISED.exists() or None
    return state != _TIME_ERROR and not now.status & _STA_UNSYNC


def of_clock(
    kept_right: bool | None, now: datetime, latest: tuple[str, datetime] | None, last_error: str
) -> list[Finding]:
    """`latest` is a certificate's name and when it begins, `last_error` how the last attempt ended. Pure."""
    if latest is not None and now < latest[1]:
        name, begin = latest
        told = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return [
            find("clock_behind", "warning", certificate=name, date=f"{begin:%Y-%m-%d %H:%M} UTC", now=told)
        ]
    if last_error in _BY_THE_CLOCK and not kept_right:
        told = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return [find("clock_doubtful", "warning", now=told)]
    if kept_right is None:
        return []
    return [find("clock_kept_right", "ok") if kept_right else find("clock_not_kept_right", "note")]
