from __future__ import annotations

import pytest

from ginnel_service.tunnel.reconnect import BackOff, may_retry


def test_waits_double_up_to_the_limit() -> None:
    plain = BackOff(jitter=0.0)
    assert [plain.delay_s(attempt, 0.5) for attempt in range(7)] == [5, 10, 20, 40, 80, 120, 120]


def test_jitter_spreads_around_the_wait() -> None:
    assert BackOff().delay_s(0, 0.0) == pytest.approx(4)
    assert BackOff().delay_s(0, 0.5) == pytest.approx(5)
    assert BackOff().delay_s(0, 0.9999) == pytest.approx(6, abs=0.01)


def test_a_very_long_outage_does_not_overflow() -> None:
    assert BackOff(jitter=0.0).delay_s(100_000, 0.0) == 120


@pytest.mark.parametrize("code", ["unreachable", "peer_vanished", "name_not_resolved", "expired", ""])
def test_what_may_pass_is_tried_again_after_a_connection(code: str) -> None:
    assert may_retry(code, was_connected=True)
    assert not may_retry(code, was_connected=False)


@pytest.mark.parametrize("code", ["authentication_failed", "no_proposal_chosen", "network_refused"])
def test_what_needs_a_person_is_not_tried_again(code: str) -> None:
    assert not may_retry(code, was_connected=True)
