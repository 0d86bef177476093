"""Finding the highest rate that passes, in few trials. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

LOSS_LIMIT = 0.001
#: A sender that reaches less than this of the rate asked for is at its own limit.
GENERATOR_LIMIT = 0.93


class Trial(NamedTuple):
    """What came of sending at a rate; both rates in the same unit."""

    achieved: float
    loss: float  # 0.0 to 1.0

    @property
    def passes(self) -> bool:
        return self.loss < LOSS_LIMIT


def highest(
    trial: Callable[[float], Trial],
    start: float,
    *,
    factor: float = 2.0,
    trials: int = 8,
    resolution: float = 1.08,
) -> float:
    """The best rate without loss: a geometric ladder from `start`, then a bisection of the last rung.

    Ends when the bracket is narrower than `resolution`, when the sender itself is the limit, or after
    `trials`. A rate that fails gets no second chance, so a stumble of the machine costs a little; take the
    median of several searches. 0.0 when nothing passed.
    """
    best, passed, failed = 0.0, 0.0, math.inf
    rate = start
    for _ in range(trials):
        outcome = trial(rate)
        if outcome.passes:
            best, passed = max(best, outcome.achieved), max(passed, rate)
            if outcome.achieved < GENERATOR_LIMIT * rate:
                break
        else:
            failed = min(failed, rate)
        if passed == 0.0:
            rate = failed / factor
        elif failed == math.inf:
            rate = passed * factor
        elif failed / passed < resolution:
            break
        else:
            rate = math.sqrt(passed * failed)
    return best
