"""The anti-replay window against a model that remembers everything (RFC 6479, RFC 4303 appendix A)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginnel_core.probe_esp import Window

SIZES = st.sampled_from([64, 65, 100, 128, 1000, 4096, 65536])


def model(size: int, top: int, seen: set[int], sequence: int) -> str:
    if sequence == 0 or (sequence <= top and top - sequence < size and sequence in seen):
        return "replay"
    return "replay_too_old" if sequence <= top and top - sequence >= size else "ok"


@settings(max_examples=300, deadline=None)
@given(
    size=SIZES,
    start=st.sampled_from([0, 1, 63, 2**32 - 100, 2**63]),
    steps=st.lists(st.integers(-5000, 5000) | st.integers(-70, 70) | st.integers(0, 200_000), max_size=300),
)
def test_window_agrees_with_a_set(size: int, start: int, steps: list[int]) -> None:
    window = Window(size)
    seen: set[int] = set()
    top = 0
    if start:
        assert window.take(start) == "ok"
        seen.add(start)
        top = start
    for step in steps:
        sequence = max(0, top + step)
        expected = model(size, top, seen, sequence)
        assert window.take(sequence) == expected
        if expected == "ok":
            seen.add(sequence)
            top = max(top, sequence)
        assert window.top == top


@settings(max_examples=1000, deadline=None)
@given(
    size=SIZES,
    top=st.integers(0, 2**40) | st.sampled_from([2**32 - 1, 2**32, 2**32 + 5, 2**33 + 63]),
    offset=st.integers(-65535, 2**31),
)
def test_esn_is_inferred_within_the_window_and_ahead(size: int, top: int, offset: int) -> None:
    sequence = top + max(offset, 1 - size)
    if sequence > 0:
        assert Window(size, top).infer(sequence & 0xFFFFFFFF) == sequence


def test_esn_runs_over_the_wrap_in_both_directions() -> None:
    window = Window(64, 2**32 - 3)
    for sequence in (2**32 - 2, 2**32 + 1, 2**32 - 1, 2**32, 2**32 + 40, 2**32 - 20):
        assert window.infer(sequence & 0xFFFFFFFF) == sequence
        assert window.take(sequence) == "ok"
        assert window.take(window.infer(sequence & 0xFFFFFFFF)) == "replay"


def test_a_first_subspace_has_none_below() -> None:
    assert Window(4096, 10).infer(2**32 - 1) == 2**32 - 1


@pytest.mark.parametrize("size", [64, 65536])
def test_edges_of_the_window(size: int) -> None:
    window = Window(size)
    assert window.take(size) == "ok"
    assert window.take(1) == "ok"
    assert window.take(size + 1) == "ok"
    assert window.take(1) == "replay_too_old"
    assert window.take(2) == "ok"
