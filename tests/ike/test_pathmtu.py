"""The search for the path's MTU, as tables: what it asks, in which order, and what it settles on."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.pathmtu import (
    BASE,
    CONFIRM_S,
    FLOOR_IPV4,
    FLOOR_IPV6,
    LADDER,
    PATIENCE_S,
    RAISE_S,
    RETRY_S,
    PathMtuSearch,
)

WANTED = 1464


def climb(search: PathMtuSearch, carries: int, now: float = 0.0) -> list[int]:
    """Let a path that carries `carries` octets answer until there is nothing more to ask."""
    asked = []
    while (size := search.next_size(now)) is not None:
        asked.append(size)
        (search.answered if size <= carries else search.lost)(size, now)
        assert len(asked) <= len(LADDER) + 2
    return asked


def settled(carries: int, *, wanted: int = WANTED, floor: int = FLOOR_IPV4) -> PathMtuSearch:
    search = PathMtuSearch(wanted, floor, 0.0)
    climb(search, carries)
    assert search.settled
    return search


@pytest.mark.parametrize(
    ("carries", "floor", "asked", "found"),
    [
        (1500, FLOOR_IPV4, [1464], 1464),
        (1464, FLOOR_IPV4, [1464], 1464),
        (1463, FLOOR_IPV4, [1464, *(size for size in LADDER if BASE <= size < 1464)], 1460),
        (1400, FLOOR_IPV4, [1464, 1200, 1280, 1300, 1320, 1340, 1360, 1380, 1400, 1412], 1400),
        (1300, FLOOR_IPV4, [1464, 1200, 1280, 1300, 1320], 1300),
        (1250, FLOOR_IPV4, [1464, 1200, 1280], 1200),
        (1199, FLOOR_IPV4, [1464, 1200, 1024], 1024),
        (600, FLOOR_IPV4, [1464, 1200, 1024], 576),
        (1400, FLOOR_IPV6, [1464, 1300, 1320, 1340, 1360, 1380, 1400, 1412], 1400),
        (1280, FLOOR_IPV6, [1464, 1300], 1280),
    ],
)  # fmt: skip
def test_the_largest_size_that_arrives_is_found(
    carries: int, floor: int, asked: list[int], found: int
) -> None:
    search = PathMtuSearch(WANTED, floor, 0.0)
    assert climb(search, carries) == asked
    assert (search.settled, search.current, search.reduced) == (True, found, found < WANTED)


def test_the_wanted_size_is_used_until_the_search_ends() -> None:
    search = PathMtuSearch(WANTED, FLOOR_IPV4, 0.0)
    while not search.settled:
        assert search.current == WANTED
        size = search.next_size(0.0)
        assert size is not None
        (search.answered if size <= 1340 else search.lost)(size, 0.0)
    assert search.current == 1340


def test_a_hint_lowers_at_once_and_is_confirmed() -> None:
    search = settled(1500)
    search.too_big(1390, 10.0)
    assert search.current == 1390
    assert climb(search, 1390, 10.0) == [1390]
    assert search.current == 1390


def test_a_hint_that_promised_too_much_is_followed_by_a_search() -> None:
    search = settled(1500)
    search.too_big(1390, 10.0)
    assert climb(search, 1310, 10.0) == [1390, 1200, 1280, 1300, 1320]
    assert search.current == 1300


@pytest.mark.parametrize("mtu", [1464, 1465, 9000])
def test_a_hint_never_raises(mtu: int) -> None:
    search = settled(1500)
    search.too_big(mtu, 10.0)
    assert (search.current, search.settled) == (WANTED, True)
    lowered = settled(1300)
    lowered.too_big(mtu, 10.0)
    assert (lowered.current, lowered.settled) == (1300, True)


@pytest.mark.parametrize(("floor", "mtu"), [(FLOOR_IPV4, 0), (FLOOR_IPV4, 575), (FLOOR_IPV6, 1279)])
def test_a_hint_below_the_floor_is_only_a_reason_to_ask(floor: int, mtu: int) -> None:
    search = settled(1500, floor=floor)
    search.too_big(mtu, 10.0)
    assert search.current == WANTED
    assert search.next_size(10.0) == WANTED
    search.answered(WANTED, 10.0)
    search.too_big(mtu, 10.5)
    assert search.next_size(10.5) is None


def test_a_hint_of_the_floor_needs_no_proof() -> None:
    search = settled(1500, floor=FLOOR_IPV6)
    search.too_big(FLOOR_IPV6, 10.0)
    assert (search.current, search.settled, search.next_size(10.0)) == (FLOOR_IPV6, True, None)


def test_a_reduced_path_gets_another_chance() -> None:
    search = settled(1300)
    assert search.deadline() == RAISE_S
    assert search.next_size(RAISE_S - 1) is None
    assert climb(search, 1500, RAISE_S) == [WANTED]
    assert (search.current, search.deadline()) == (WANTED, math.inf)


def test_another_chance_that_fails_costs_two_sizes_and_no_traffic() -> None:
    search = settled(1300)
    assert climb(search, 1300, RAISE_S) == [WANTED, 1320]
    assert (search.current, search.deadline()) == (1300, 2 * RAISE_S)


def test_confirming_does_not_put_the_other_chance_off() -> None:
    search = settled(1300)
    search.watch(50.0, 50.0, 50.0)
    assert climb(search, 1300, 50.0) == [1300]
    assert search.deadline() == RAISE_S


def test_another_path_is_tried_with_all_before_what_was_known() -> None:
    search = settled(1300)
    search.restart(WANTED, FLOOR_IPV4, 5.0)
    assert search.current == 1300
    assert climb(search, 1300, 5.0) == [WANTED, 1300, 1320]
    search.restart(WANTED, FLOOR_IPV4, 9.0)
    assert climb(search, 1500, 9.0) == [WANTED]
    assert search.current == WANTED


def test_proof_that_comes_late_counts() -> None:
    search = PathMtuSearch(WANTED, FLOOR_IPV4, 0.0)
    search.lost(WANTED, 1.0)
    assert search.next_size(1.0) == BASE
    search.answered(WANTED, 1.1)
    assert (search.settled, search.current) == (True, WANTED)
    search.lost(BASE, 2.0)
    assert (search.settled, search.current) == (True, WANTED)


def test_what_proved_nothing_is_asked_again_a_little_later() -> None:
    search = PathMtuSearch(WANTED, FLOOR_IPV4, 0.0)
    search.unclear(3.0)
    assert search.next_size(3.0) is None
    assert search.deadline() == 3.0 + RETRY_S
    assert search.next_size(3.0 + RETRY_S) == WANTED


@pytest.mark.parametrize(
    ("sent_at", "heard_at", "now", "asks"),
    [
        (0.0, 0.0, 100.0, False),  # idle
        (9.0, 9.0, 10.0, False),  # a conversation
        (9.0, 8.5, 10.0, False),  # a pause in it
        (9.0, 7.5, 10.0, True),  # nothing comes back
        (3.0, 0.0, 4.0, False),  # neither, but that was asked just now
        (CONFIRM_S, CONFIRM_S, CONFIRM_S + 1, True),  # long not asked
    ],
)
def test_the_size_in_use_is_confirmed_when_there_is_reason_to(
    sent_at: float, heard_at: float, now: float, asks: bool
) -> None:
    search = settled(1500)
    search.watch(sent_at, heard_at, now)
    assert search.next_size(now) == (WANTED if asks else None)


def test_a_path_that_begins_to_drop_is_searched_again() -> None:
    search = settled(1500)
    search.watch(9.0, 7.0, 10.0)
    assert climb(search, 1310, 10.0) == [WANTED, 1200, 1280, 1300, 1320]
    assert search.current == 1300


def test_a_peer_that_never_answers_packets_is_asked_ever_more_rarely() -> None:
    search = settled(1500)
    asked = []
    for tenth in range(2000):
        now = tenth / 10
        search.watch(now, -math.inf, now)
        if search.next_size(now) is not None:
            asked.append(now)
            search.answered(WANTED, now)
    gaps = [after - before for before, after in pairwise(asked)]
    assert asked[0] == PATIENCE_S
    assert gaps == sorted(gaps)
    assert gaps[-1] == CONFIRM_S


@pytest.mark.parametrize("act", [lambda s: s.answered(1464, 0.0), lambda s: s.lost(1464, 0.0)])
def test_less_than_the_floor_is_never_wanted(act: Callable[[PathMtuSearch], None]) -> None:
    search = PathMtuSearch(1000, FLOOR_IPV6, 0.0)
    act(search)
    climb(search, 1280)
    assert search.current == FLOOR_IPV6


SIZES = st.sampled_from((0, 68, 575, 576, *LADDER, 1279, 1390, WANTED - 1, WANTED, 9000))
EVENTS = st.lists(
    st.tuples(st.sampled_from(("answered", "lost", "too_big", "watch", "unclear", "restart", "ask")), SIZES)
)


@given(EVENTS, st.sampled_from((FLOOR_IPV4, FLOOR_IPV6)))
def test_whatever_happens_there_is_a_question_or_an_answer(events: list[tuple[str, int]], floor: int) -> None:
    """Never stuck, never asked without end, and the size in use stays between floor and wish."""
    search = PathMtuSearch(WANTED, floor, 0.0)
    now = 0.0
    for what, size in events:
        now += 7.0
        before = search.current
        match what:
            case "watch":
                search.watch(now, now - size % 3, now)
            case "unclear":
                search.unclear(now)
            case "restart":
                search.restart(min(size, 1500), floor, now)
            case "ask":
                asked = search.next_size(now)
                if asked is not None:
                    (search.answered if asked <= size else search.lost)(asked, now)
            case _:
                getattr(search, what)(size, now)
        assert what != "too_big" or search.current <= before
        assert floor <= search.current <= 1500
        if search.deadline() <= now:
            assert search.next_size(now) is not None
    climb(search, 1380, max(now + 7.0, min(search.deadline(), 1e9)))
    assert search.settled
