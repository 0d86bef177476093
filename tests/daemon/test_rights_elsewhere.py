"""What the service asks of macOS and FreeBSD for the sake of its memory and rights, and clocks there."""

from __future__ import annotations

import ctypes
from typing import Any, cast

import pytest

from ginnel_service.clock import SleepCounting
from ginnel_service.process.privileges import confine_root


class Libc:
    """Notes every call; those named in `refuses` fail."""

    def __init__(self, *refuses: str) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.refuses = refuses

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: object) -> int:
            plain = (getattr(each, "_obj", each) for each in arguments)
            self.calls.append((name, *(getattr(each, "value", each) for each in plain)))
            return -1 if name in self.refuses else 0

        return call


def confined(libc: Libc, system: str) -> tuple[str, ...]:
    return confine_root(cast(ctypes.CDLL, libc), system)


def test_macos_denies_debuggers() -> None:
    libc = Libc()
    assert confined(libc, "darwin") == ()
    assert libc.calls == [("ptrace", 31, 0, None, 0)]
    assert "debuggers may attach" in confined(Libc("ptrace"), "darwin")[0]


def test_freebsd_locks_memory_and_denies_debuggers_and_more_rights() -> None:
    libc = Libc()
    assert confined(libc, "freebsd14") == ()
    assert libc.calls == [("mlockall", 3), ("procctl", 0, 0, 7, 2), ("procctl", 0, 0, 19, 1)]
    refused = confined(Libc("mlockall", "procctl"), "freebsd14")
    assert "memory is not locked" in refused[0]
    assert len(refused) == 3


@pytest.mark.parametrize(
    ("calendar_s", "counted_s"),
    [
        (100.0, 100.0),  # both go on
        (103.0, 100.0),  # somebody set the clock right
        (-5000.0, 100.0),  # or back
        (3700.0, 3700.0),  # an hour asleep: the uptime stood still
    ],
)
def test_a_clock_counts_sleep_by_the_calendar_where_no_other_does(
    calendar_s: float, counted_s: float
) -> None:
    times = {"uptime": 50.0, "calendar": 1e9}
    clock = SleepCounting(lambda: times["uptime"], lambda: times["calendar"])
    assert clock() == 50.0
    times["uptime"] += 100.0
    times["calendar"] += calendar_s
    assert clock() == pytest.approx(50.0 + counted_s)
    times["uptime"] += 1.0
    times["calendar"] += 1.0
    assert clock() == pytest.approx(51.0 + counted_s)
