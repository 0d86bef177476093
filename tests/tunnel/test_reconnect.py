from __future__ import annotations

import pytest

from ginnel_service.tunnel.reconnect import TRUSTED_TRIES, BackOff, Next, Patience, may_resume

PASSING = [
    "unreachable",
    "peer_vanished",
    "name_not_resolved",
    "expired",
    "certificate_expired",
    "dns_refused",
    "",
]
PERMANENT = ["no_proposal_chosen", "network_refused", "certificate_revoked", "profile_invalid"]


def test_waits_double_up_to_the_limit() -> None:
    plain = BackOff(jitter=0.0)
    assert [plain.delay_s(attempt, 0.5) for attempt in range(7)] == [5, 10, 20, 40, 80, 120, 120]
    assert [BackOff(jitter=0.0, limit_s=30).delay_s(attempt, 0.5) for attempt in range(4)] == [5, 10, 20, 30]


def test_a_gateway_that_refused_us_is_asked_more_gently() -> None:
    plain = BackOff(jitter=0.0)
    assert [plain.delay_s(attempt, 0.5, "authentication_failed") for attempt in range(5)] == [
        10, 20, 40, 80, 120,
    ]  # fmt: skip
    assert plain.delay_s(0, 0.5, "certificate_expired") == plain.delay_s(0, 0.5, "name_not_resolved") == 5


def test_jitter_spreads_around_the_wait() -> None:
    assert BackOff().delay_s(0, 0.0) == pytest.approx(4)
    assert BackOff().delay_s(0, 0.5) == pytest.approx(5)
    assert BackOff().delay_s(0, 0.9999) == pytest.approx(6, abs=0.01)


def test_a_very_long_outage_does_not_overflow() -> None:
    assert BackOff(jitter=0.0).delay_s(100_000, 0.0) == 120


@pytest.mark.parametrize("code", [*PASSING, "authentication_failed"])
def test_what_may_pass_is_tried_again_after_a_connection_or_by_who_is_stubborn(code: str) -> None:
    assert Patience().after(code) is Next.STOP
    assert Patience(stubborn=True).after(code) is Next.RETRY
    worked = Patience()
    worked.connected(1.0)
    assert worked.after(code) is Next.RETRY
    assert Patience(stubborn=True, enabled=False).after(code) is Next.STOP


@pytest.mark.parametrize("code", PERMANENT)
def test_what_needs_a_change_is_not_tried_again(code: str) -> None:
    worked = Patience(stubborn=True, asks=True)
    worked.connected(1.0)
    assert worked.after(code) is Next.STOP


@pytest.mark.parametrize("code", ["wrong_password", "password_expired", "prompt_unanswered"])
def test_what_a_person_said_wrong_is_asked_for(code: str) -> None:
    assert Patience(asks=True).after(code) is Next.STOP
    assert Patience(stubborn=True, asks=True).after(code) is Next.ASK
    assert Patience(stubborn=True).after(code) is Next.STOP


def test_a_password_that_worked_is_trusted_for_some_tries_and_no_more() -> None:
    patience = Patience(asks=True)
    patience.connected(1.0)
    told = []
    for _ in range(TRUSTED_TRIES):
        told.append(patience.after("eap_refused"))
        assert patience.trusts_password("eap_refused") is (told[-1] is Next.RETRY)
    assert told == [*[Next.RETRY] * (TRUSTED_TRIES - 1), Next.ASK]
    assert not patience.trusts_password("wrong_password")
    assert Patience(stubborn=True, asks=True).after("eap_refused") is Next.ASK


def test_tries_are_counted_in_a_row() -> None:
    patience = Patience(BackOff(jitter=0.0), tries=2, stubborn=True)
    for expected in (5, 10):
        assert patience.after("unreachable") is Next.RETRY
        assert patience.wait_s("unreachable", 0.5) == expected
    assert patience.after("unreachable") is Next.STOP
    patience.connected(61.0)
    assert patience.after("unreachable") is Next.RETRY


def test_a_try_without_a_network_counts_nothing() -> None:
    patience = Patience(BackOff(jitter=0.0), tries=1, stubborn=True)
    for _ in range(5):
        assert patience.after("unreachable") is Next.RETRY
        assert patience.wait_s("unreachable", 0.5) == 5
        patience.uncounted()


def test_a_short_connection_does_not_start_the_waits_afresh() -> None:
    patience = Patience(BackOff(jitter=0.0))
    patience.connected(1.0)
    assert [patience.wait_s("", 0.5) for _ in range(2)] == [5, 10]
    patience.connected(59.0)
    assert patience.wait_s("", 0.5) == 20


def test_a_session_is_worth_coming_back_to_when_the_network_was_at_fault() -> None:
    assert may_resume("device_lost")
    for code in ("authentication_failed", "wrong_password", "certificate_untrusted", "internal_error"):
        assert not may_resume(code)
