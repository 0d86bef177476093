"""The benchmark of handshakes, small: it counts what it says, and what is held costs newcomers little."""

from __future__ import annotations

from benchmarks.handshakes import House, measure


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
    found = measure(held=500, rounds=5, handshakes=20)
    assert found["kept"] > 0.6
    assert 1_000 < found["session_python_octets"] < 100_000
    assert set(found["handshakes_s"]) == {"0", "500"}
