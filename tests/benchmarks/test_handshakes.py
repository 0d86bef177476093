"""The benchmark of handshakes, small: it counts what it says, and what is held costs newcomers little."""

from __future__ import annotations

from benchmarks.handshakes import House, measure, subject
from benchmarks.results import Quantity, Results


def test_whoever_stays_is_held_and_whoever_leaves_is_not() -> None:
    house = House(1)
    house.fill(3)
    house.visit(stay=False)
    assert len(house.responder.sessions) == 3
    house.rate(2)
    assert len(house.responder.sessions) == 3
    assert house.responder.half_open == 0


def test_a_responder_keeps_its_rate_with_many_sessions() -> None:
    """A search through all of them for each message would halve it several times over."""
    results = Results()
    measure(results, held=500, rounds=5, handshakes=20)
    full, empty = (results.median(subject(held), Quantity.HANDSHAKES) for held in (500, 0))
    weight = results.median(subject(500), Quantity.HELD_PYTHON)
    assert full is not None
    assert empty is not None
    assert weight is not None
    assert full > 0.6 * empty
    assert 1 < weight < 100
