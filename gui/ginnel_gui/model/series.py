"""What a chart of a connection shows: rates out of counters, the last minutes of them. Qt-free."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import floor, log10
from typing import Final

#: What a chart looks back on, in seconds.
SPAN_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Sample:
    """At `at_s` seconds: octets a second in either direction since the sample before, round trip in ms."""

    at_s: float
    octets_in_s: float
    octets_out_s: float
    rtt_ms: float | None


class Series:
    """Of one connection. A counter that falls begins anew: the connection did."""

    def __init__(self, span_s: float = SPAN_S) -> None:
        self._span_s = span_s
        self._samples: deque[Sample] = deque()
        self._last: tuple[float, int, int] | None = None

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Oldest first."""
        return tuple(self._samples)

    @property
    def latest(self) -> Sample | None:
        return self._samples[-1] if self._samples else None

    def add(self, at_s: float, octets_in: int, octets_out: int, rtt_ms: float | None) -> None:
        """Take in counters read at `at_s`; what is older than the span, or not newer, is forgotten."""
        last, self._last = self._last, (at_s, octets_in, octets_out)
        if last is None or at_s <= last[0] or octets_in < last[1] or octets_out < last[2]:
            return
        passed_s = at_s - last[0]
        self._samples.append(
            Sample(at_s, (octets_in - last[1]) / passed_s, (octets_out - last[2]) / passed_s, rtt_ms)
        )
        while self._samples and self._samples[0].at_s < at_s - self._span_s:
            self._samples.popleft()

    def pause(self) -> None:
        """The connection is down: the next counters are no continuation."""
        self._last = None

    def peak_octets_s(self) -> float:
        return max((max(each.octets_in_s, each.octets_out_s) for each in self._samples), default=0.0)

    def peak_rtt_ms(self) -> float:
        return max((each.rtt_ms for each in self._samples if each.rtt_ms is not None), default=0.0)


def round_up(value: float) -> float:
    """The next round number whose half is round as well: a chart's upper end."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(value))
    for step in (1, 2, 3, 4, 6, 8, 10):
        if value <= step * power:
            return step * power
    return 10 * power
