"""nsswitch.conf(5), as far as it says who finds hosts for the C library."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

NSSWITCH: Final = Path("/etc/nsswitch.conf")


def nsswitch() -> str:
    """Empty where there is none."""
    with suppress(OSError):
        return NSSWITCH.read_text("utf-8", "replace")[: 1 << 16]
    return ""


def asks_resolved(text: str) -> bool:
    """Whether the C library's `hosts` go to resolved itself, by nss-resolve(8)."""
    for line in text.splitlines():
        name, _, sources = line.partition("#")[0].partition(":")
        if name.strip() == "hosts":
            return "resolve" in sources.split()
    return False
