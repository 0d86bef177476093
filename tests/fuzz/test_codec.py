"""Invariant: whatever octets come in, the codec gives a message or raises a PeerError, and nothing else;
and what it accepts serialises to octets that mean the same.

Inputs come from a seeded generator, so a failure repeats.
"""

from __future__ import annotations

import contextlib
import random
import struct
import time
from collections.abc import Iterator

import pytest

from fuzz.targets.message import accepts, with_length
from ginnel_service.ike.codes import PayloadType
from ginnel_service.ike.errors import PeerError
from ginnel_service.ike.message import (
    HEADER_LENGTH,
    parse_message,
    parse_payloads,
)
from ginnel_service.ike.payloads import PARSERS, Proposal, SaPayload, TsiPayload
from ginnel_service.ike.proposals import DEFAULT_IKE, answers, choose, keywords
from ginnel_service.ike.selectors import everything, narrow
from ike.codec.test_message_vectors import HEX

SEEDS = tuple(HEX.values())
INTERESTING = (0, 1, 2, 3, 4, 7, 8, 0x0E, 0x10, 0x21, 0x7F, 0x80, 0xFE, 0xFF)
KINDS = (*PARSERS, PayloadType.SK, PayloadType.SKF, 200)


def mutants(rng: random.Random, count: int) -> Iterator[bytes]:
    for _ in range(count):
        octets = bytearray(rng.choice(SEEDS))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(HEADER_LENGTH - 12, len(octets))
            match rng.randrange(5):
                case 0:
                    octets[at] ^= 1 << rng.randrange(8)
                case 1:
                    octets[at] = rng.choice(INTERESTING)
                case 2:
                    octets[at:at] = rng.randbytes(rng.randint(1, 8))
                case 3:
                    del octets[at : at + rng.randint(1, 8)]
                case _:
                    start = rng.randrange(HEADER_LENGTH, len(octets) + 1)
                    octets[at:at] = octets[start : start + rng.randint(1, 40)]
            octets = octets or bytearray(b"\0")
            if len(octets) < HEADER_LENGTH:
                break
        yield with_length(bytes(octets))


def test_mutated_messages() -> None:
    rng = random.Random(7296)
    accepted = sum(accepts(octets) for octets in mutants(rng, 100_000))
    assert 5_000 < accepted < 95_000  # both sides of the parser were reached


def test_truncated_messages_are_refused() -> None:
    for octets in SEEDS:
        for length in range(len(octets)):
            assert not accepts(octets[:length])


def test_random_datagrams() -> None:
    rng = random.Random(4306)
    for _ in range(30_000):
        accepts(rng.randbytes(rng.randrange(120)))


def test_random_payload_bodies() -> None:
    """Each parser gets bodies of random octets and of small numbers, which look like counts and lengths."""
    rng = random.Random(5996)
    accepted = set()
    for i in range(70_000):
        kind = KINDS[i % len(KINDS)]
        size = rng.choice((0, 1, 3, 4, 5, 8, 12, 16, 20, 36, 44, 60))
        body = rng.randbytes(size) if rng.random() < 0.5 else bytes(rng.choices(INTERESTING, k=size))
        try:
            (payload,) = parse_payloads(kind, struct.pack("!BBH", 0, 0, 4 + size) + body)
        except PeerError:
            continue
        accepted.add(kind)
        assert len(payload.serialise()) == size
    # These four need several fields to agree; the mutants above reach them.
    assert accepted >= set(KINDS) - {PayloadType.SA, PayloadType.TSI, PayloadType.TSR, PayloadType.DELETE}


def test_mutated_proposals_and_selectors_negotiate_without_surprise() -> None:
    rng = random.Random(3)
    for octets in mutants(rng, 10_000):
        try:
            message = parse_message(octets)
        except PeerError:
            continue
        for sa in message.all(SaPayload):
            chosen = choose(sa.proposals, DEFAULT_IKE)
            assert chosen is None or answers(sa.proposals, chosen)
            assert all(keywords(p).isprintable() for p in sa.proposals)
            answers(DEFAULT_IKE, sa.proposals[0])
        for ts in message.all(TsiPayload):
            assert set(narrow(ts.known, everything())) <= set(ts.known)


def largest(kind: int, part: bytes) -> bytes:
    """The longest chain of payloads of one type that a 64 KiB datagram can hold."""
    one = struct.pack("!BBH", kind, 0, 4 + len(part)) + part
    return one * (0xFFFF // len(one))


SA_PART = Proposal(1, 1, b"", DEFAULT_IKE[0].transforms)
HUGE = {
    "notifies": (PayloadType.NOTIFY, largest(PayloadType.NOTIFY, b"\0\0\x40\x00")),
    "unknown payloads": (200, largest(200, b"")),
    "proposals": (PayloadType.SA, b"\0\0\xff\xff" + SA_PART.serialise(True) * 600),
    "attributes": (PayloadType.CP, b"\0\0\xff\xff\1\0\0\0" + b"\0\1\0\0" * 16382),
    "SPIs": (PayloadType.DELETE, b"\0\0\xff\xfc\3\4\x3f\xfd" + bytes(4 * 0x3FFD)),
    "transform attributes": (
        PayloadType.SA,
        bytes.fromhex("0000ffff 0000fffb 01010001 0000fff3 01000014") + bytes(0xFFEB),
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_largest_datagrams_cost_little(name: str) -> None:
    kind, chain = HUGE[name]
    began = time.process_time()
    with contextlib.suppress(PeerError):
        parse_payloads(kind, chain)
    assert time.process_time() - began < 1.0  # tens of milliseconds; a quadratic parser takes far longer


def test_widest_negotiation_costs_little() -> None:
    """64 proposals of 255 transforms against ours."""
    junk = DEFAULT_IKE[0].transforms * 28
    offered = tuple(Proposal(n, 1, b"", junk[:252] + junk[:3]) for n in range(64))
    none = tuple(Proposal(p.number, 1, b"\0" * 3, p.transforms) for p in offered)
    began = time.process_time()
    assert choose(none, DEFAULT_IKE) is None
    assert choose(offered, DEFAULT_IKE) is not None
    assert time.process_time() - began < 1.0
