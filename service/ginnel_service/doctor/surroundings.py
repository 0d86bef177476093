"""Whom this machine asks for names, and whether its memory is locked, as files of the system tell."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from ..net.dns.file import RESOLV_CONF, read_resolv_conf

STATUS: Final = Path("/proc/self/status")


def name_servers(file: Path = RESOLV_CONF) -> tuple[str, ...]:
    """Whom names are asked of, as resolv.conf(5) has it; none where it cannot be read."""
    with suppress(OSError):
        return read_resolv_conf(file).servers[:8]
    return ()


def memory_is_locked(file: Path = STATUS) -> bool:
    """Whether pages of this process are kept out of the swap (proc(5), VmLck)."""
    with suppress(OSError, ValueError, IndexError):
        for line in file.read_text().splitlines():
            if line.startswith("VmLck:"):
                return int(line.split()[1]) > 0
    return True  # where the system does not tell
