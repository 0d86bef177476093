"""Invariant: whatever a file holds, `preview` gives a Preview or raises ImportRefused, within seconds; and a
profile that it gives is one that validation can look at.

10,000 mutations of the golden files from one seed: bits flipped, pieces cut, doubled and swapped, and changes
inside the structure, such as other types, missing and repeated keys, huge numbers and deep nesting.
"""

from __future__ import annotations

import json
import plistlib
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from ginnel_service.profiles.importers import NOTES, REFUSALS, ImportRefused, preview
from ginnel_service.profiles.validation import validate
from helpers.import_files import CASES, PASSWORD, Case

MUTATIONS = 10_000
#: Processor time that one file may take, on a machine that is busy.
BOUND_S = 5.0
WORDS = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"%any",
    b"{",
    b"}",
    b"<",
    b'"',
    b"\\",
    b"9" * 400,
    b"../x",
    b"\x1b[2J",
    b"&a;",
)
VALUES: tuple[Any, ...] = (
    *("", "x" * 5000, "\0\x1b", "\u202e", "%any", "0.0.0.0/0", "@#zz", "http://a:b@c/", "\ud800"),
    *(
        0,
        -1,
        2**63,
        10**300,
        1.5,
        float("nan"),
        float("inf"),
        True,
        None,
        b"\xff" * 9,
        [],
        {},
        [[]],
        {"": {}},
    ),
)


def check(case: Case, data: bytes) -> bool:
    """Whether the file was taken."""
    began = time.process_time()
    found = refused = None
    try:
        found = preview(data, case.name, password=case.password, files=case.files)
    except ImportRefused as error:
        refused = error
    assert time.process_time() - began < BOUND_S
    if found is None:
        assert refused is not None
        assert set(refused.params) <= set(REFUSALS[refused.code])
        return False
    for candidate in found.candidates:
        validate(candidate.profile)
        for note in candidate.unused:
            assert set(note.params) <= set(NOTES[note.id])
            assert note.source.isprintable()
    return True


def flip(data: bytes, rng: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        at = rng.randrange(len(made))
        made[at] ^= 1 << rng.randrange(8)
    return bytes(made)


def cut(data: bytes, rng: random.Random) -> bytes:
    first, last = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:first] if rng.random() < 0.5 else data[:first] + data[last:]


def splice(data: bytes, rng: random.Random) -> bytes:
    at, first = rng.randrange(len(data)), rng.randrange(len(data))
    piece = rng.choice(
        (data[first : first + rng.randrange(1, 200)] * rng.choice((1, 2, 50)), rng.choice(WORDS))
    )
    return data[:at] + piece + data[at + rng.choice((0, len(piece))) :]


def lines(data: bytes, rng: random.Random) -> bytes:
    made = data.split(b"\n")
    at, other = rng.randrange(len(made)), rng.randrange(len(made))
    kind = rng.randrange(4)
    if kind == 0:
        del made[at]
    elif kind == 1:
        made.insert(at, made[other])
    elif kind == 2:
        made[at], made[other] = made[other], made[at]
    else:
        key, equals, _ = made[at].partition(b"=")
        made[at] = key + equals + rng.choice(WORDS)
    return b"\n".join(made)


def inside(tree: Any, rng: random.Random) -> Any:
    """`tree` with one thing changed somewhere in it."""
    if rng.random() < 0.15 or not isinstance(tree, dict | list) or not tree:
        value = rng.choice(VALUES)
        return nested(value, rng.choice((1, 20, 100))) if rng.random() < 0.1 else value
    if isinstance(tree, list):
        at = rng.randrange(len(tree))
        made = list(tree)
        made[at : at + 1] = rng.choice(([], [tree[at]] * 2, [inside(tree[at], rng)], [inside(tree[at], rng)]))
        return made
    key = rng.choice(list(tree))
    change = rng.randrange(6)
    if change == 0:
        return {name: value for name, value in tree.items() if name != key}
    if change == 1:
        return {**tree, key: tree[rng.choice(list(tree))]}
    if change == 2:
        return {**{name: value for name, value in tree.items() if name != key}, key + "x": tree[key]}
    return {**tree, key: inside(tree[key], rng)}


def nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = {"a": [value]}
    return value


def structure(case: Case) -> Callable[[bytes, random.Random], bytes] | None:
    """For formats whose tree can be changed and written again."""
    if case.name.endswith(".sswan"):
        tree = json.loads(case.data)
        return lambda _, rng: json.dumps(inside(tree, rng), default=repr).encode("utf-8", "surrogatepass")
    if case.name.endswith(".mobileconfig") and case.name != "signed.mobileconfig":
        tree = plistlib.loads(case.data)

        def change(data: bytes, rng: random.Random) -> bytes:
            made = tree
            for _ in range(rng.choice((1, 1, 3))):
                made = inside(made, rng)
            try:
                kind = plistlib.FMT_BINARY if rng.random() < 0.5 else plistlib.FMT_XML
                return plistlib.dumps(made, fmt=kind)
            except (TypeError, OverflowError, ValueError):  # what no property list can hold
                return flip(data, rng)

        return change
    return None


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_mutation_breaks_the_invariant(case: Case) -> None:
    rng, data, taken = random.Random(case.name), case.data, 0  # a str's seed is the same everywhere
    ways: list[Callable[[bytes, random.Random], bytes]] = [flip, cut, splice, lines]
    if (change := structure(case)) is not None:
        ways += [change] * 4
    for number in range(-(-MUTATIONS // len(CASES))):
        mutation = rng.choice(ways)(data, rng)
        try:
            taken += check(case, mutation)
        except Exception as error:
            raise AssertionError(f"mutation {number}: {mutation.hex()}") from error
    assert taken > 0


def test_the_password_of_the_files_is_no_profile() -> None:
    assert not check(CASES[0], PASSWORD.encode())
