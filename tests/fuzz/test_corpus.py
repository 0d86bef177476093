"""Every kept input through its target, without the fuzzer: what broke once stays mended, everywhere."""

from __future__ import annotations

import pytest

from fuzz.harness import HERE, TARGETS, kept, load

CORPUS_OCTETS = 300_000


@pytest.mark.parametrize("name", TARGETS)
def test_kept_inputs_hold_the_invariant(name: str) -> None:
    feed, inputs = load(name), sorted(kept(name).iterdir())
    assert inputs
    for path in inputs:
        try:
            feed(path.read_bytes())
        except Exception as error:
            raise AssertionError(f"{path.name}: {path.read_bytes().hex()}") from error
    feed(b"")


def test_the_corpus_is_small() -> None:
    files = [path for path in (HERE / "corpus").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < CORPUS_OCTETS
    assert {path.parent.name for path in files} == set(TARGETS)
