"""Numbers as people read them. Qt-free: digits and separators are the caller's locale's."""

from __future__ import annotations

from typing import Literal

Units = Literal["binary", "decimal", "bits"]

_NAMES = {
    "binary": (1024, ("B", "KiB", "MiB", "GiB", "TiB")),
    "decimal": (1000, ("B", "kB", "MB", "GB", "TB")),
    "bits": (1000, ("bit", "kbit", "Mbit", "Gbit", "Tbit")),
}


def scaled(octets: float, units: Units) -> tuple[float, str]:
    """`octets` as a number below a thousand or so and its unit."""
    step, names = _NAMES[units]
    value = octets * 8 if units == "bits" else octets
    for name in names[:-1]:
        if value < step:
            return value, name
        value /= step
    return value, names[-1]


def digits(value: float, unit: str) -> int:
    """How many digits after the point are worth showing."""
    return 0 if value >= 100 or unit in {"B", "bit"} else 1


def duration(seconds: float) -> str:
    """`1:02:03`, `2:03` or, from a day on, `3 d 04:05`."""
    whole = max(0, int(seconds))
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours:02}:{minutes:02}"
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
