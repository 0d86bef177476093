from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.search import Trial, highest


def carries(limit: float) -> Callable[[float], Trial]:
    """A link that loses what is above `limit`."""
    return lambda rate: Trial(min(rate, limit), max(0.0, 1 - limit / rate))


@pytest.mark.parametrize("limit", [3, 40, 99, 100, 101, 640, 3000])
def test_the_highest_rate_is_found_from_below_and_from_above(limit: float) -> None:
    found = highest(carries(limit), 100, trials=16)
    assert limit / 1.08 <= found <= limit


def test_no_more_is_tried_than_allowed() -> None:
    tried = []

    def trial(rate: float) -> Trial:
        tried.append(rate)
        return carries(1e9)(rate)

    highest(trial, 1, trials=5)
    assert tried == [1, 2, 4, 8, 16]


def test_a_sender_at_its_own_limit_ends_the_search() -> None:
    tried = []

    def trial(rate: float) -> Trial:
        tried.append(rate)
        return Trial(min(rate, 300), 0.0)

    assert highest(trial, 100) == 300
    assert tried == [100, 200, 400]


def test_nothing_is_found_where_nothing_passes() -> None:
    assert highest(lambda rate: Trial(rate / 2, 0.5), 100) == 0.0


def test_a_loss_at_the_limit_does_not_pass() -> None:
    assert not Trial(100, 0.001).passes
    assert Trial(100, 0.0009).passes


def test_a_known_neighbourhood_takes_few_trials() -> None:
    tried = []

    def trial(rate: float) -> Trial:
        tried.append(rate)
        return carries(210)(rate)

    assert highest(trial, 200, factor=1.25, trials=6) > 190
    assert len(tried) <= 5
