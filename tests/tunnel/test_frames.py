"""Frames of a stream: what goes in comes out, however it was cut up on the way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.tunnel.frames import MAX_DATAGRAM, MAX_FRAME, MAX_TRAIN, Splitter, StreamBroken, framed

SCRATCH = bytearray(4 * MAX_FRAME)


def split(octets: bytes, *cuts: int) -> list[bytes]:
    """The messages of a stream that arrives in pieces which end at `cuts`."""
    splitter, found = Splitter(SCRATCH), []
    edges = sorted({min(cut, len(octets)) for cut in cuts} | {0, len(octets)})
    for begin, end in pairwise(edges):
        piece = octets[begin:end]
        while piece:
            room = splitter.room()
            count = min(len(room), len(piece))
            room[:count] = piece[:count]
            piece = piece[count:]
            for train in splitter.take(count):
                sizes = [len(part) for part in train.parts]
                assert len(sizes) <= MAX_TRAIN
                assert sum(sizes) <= MAX_DATAGRAM
                assert all(size == train.segment for size in sizes[:-1])
                assert sizes[-1] <= train.segment
                found += [bytes(part) for part in train.parts]
    return found


def frame(message: bytes) -> bytes:
    return (len(message) + 2).to_bytes(2, "big") + message


def test_a_message_becomes_a_frame_whose_length_counts_itself() -> None:
    assert b"".join(framed(memoryview(b"ESP packet"), 10)) == b"\x00\x0cESP packet"


def test_a_train_becomes_a_frame_of_each_message() -> None:
    parts = framed(memoryview(b"aaabbbcc"), 3)
    assert b"".join(parts) == b"\x00\x05aaa\x00\x05bbb\x00\x04cc"


@given(st.lists(st.binary(min_size=2, max_size=90), max_size=40), st.lists(st.integers(0, 4000), max_size=12))
def test_messages_come_out_as_they_went_in_wherever_the_stream_is_cut(
    messages: list[bytes], cuts: list[int]
) -> None:
    assert split(b"".join(map(frame, messages)), *cuts) == messages


@given(st.integers(2, 1500), st.integers(1, 30_000), st.lists(st.integers(0, 40_000), max_size=5))
def test_a_train_comes_out_as_the_same_messages(segment: int, octets: int, cuts: list[int]) -> None:
    data = bytes(index % 251 for index in range(octets))
    messages = [data[at : at + segment] for at in range(0, octets, segment)]
    stream = b"".join(framed(memoryview(data), segment))
    assert split(stream, *cuts) == [message for message in messages if len(message) > 1]


def test_many_equal_messages_leave_in_few_trains() -> None:
    splitter = Splitter(SCRATCH)
    stream = frame(bytes(1000)) * 100
    splitter.room()[: len(stream)] = stream
    assert [len(train.parts) for train in splitter.take(len(stream))] == [64, 36]


@pytest.mark.parametrize("length", [0, 1])
def test_a_length_that_does_not_count_itself_breaks_the_stream(length: int) -> None:
    with pytest.raises(StreamBroken):
        split(frame(b"first") + length.to_bytes(2, "big") + b"rest")


def test_empty_messages_and_keepalives_are_silently_dropped() -> None:
    assert split(frame(b"") + frame(b"\xff") + frame(b"kept") + frame(b"\xff")) == [b"kept"]


def test_a_message_too_large_for_a_datagram_is_passed_over() -> None:
    assert split(frame(bytes(MAX_FRAME - 2)) + frame(b"next")) == [b"next"]
    assert split(frame(bytes(MAX_DATAGRAM)) + frame(b"next")) == [bytes(MAX_DATAGRAM), b"next"]


@given(st.binary(max_size=5000), st.lists(st.integers(0, 5000), max_size=5))
def test_any_octets_are_split_or_break_the_stream(octets: bytes, cuts: list[int]) -> None:
    try:
        found = split(octets, *cuts)
    except StreamBroken:
        return
    assert sum(map(len, found)) <= len(octets)


def test_a_splitter_keeps_no_more_than_a_part_of_a_frame() -> None:
    one, other = Splitter(SCRATCH), Splitter(SCRATCH)
    one.room()[:4] = b"\x00\x06ab"
    assert one.take(4) == []
    other.room()[:5] = b"\x00\x05xyz"
    assert [bytes(part) for train in other.take(5) for part in train.parts] == [b"xyz"]
    one.room()[:2] = b"cd"
    assert [bytes(part) for train in one.take(2) for part in train.parts] == [b"abcd"]
