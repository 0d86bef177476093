"""What processes and the machine used, from proc(5)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

HERTZ = os.sysconf("SC_CLK_TCK")


def busy_s() -> float:
    """CPU seconds that this machine was busy since it started."""
    return busy_ticks(Path("/proc/stat").read_text()) / HERTZ


def busy_ticks(stat: str) -> int:
    """All but idle, waiting and stolen time, of the first line of /proc/stat."""
    user, nice, system, _idle, _iowait, irq, softirq = (int(word) for word in stat.split()[1:8])
    return user + nice + system + irq + softirq


def processes_s(pids: Sequence[int]) -> float:
    """CPU seconds that processes used so far, all their threads together."""
    return sum(process_ticks(Path(f"/proc/{pid}/stat").read_text()) for pid in pids) / HERTZ


def process_ticks(stat: str) -> int:
    """utime and stime; the command's name before them may hold spaces and parentheses."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def threads_s(pid: int) -> float:
    """CPU seconds of a process's threads that live, to the nanosecond."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def resident_mb(pid: int) -> float:
    """10^6 octets of memory that a process has resident. Raises ProcessLookupError for one that ended."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise ProcessLookupError(pid)
    return int(found[1]) * 1024 / 1e6
