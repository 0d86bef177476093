"""What is small or urgent does not wait behind a bulk transfer: pings and IKE."""

from __future__ import annotations

import contextlib
import select
import statistics
import struct
import time
from collections.abc import Iterator

import pytest

from core.routed import Routed, Transfer, drops, routed
from core.spaces import End

pytestmark = [pytest.mark.alone, pytest.mark.netns]

IKE_COUNT = 200
#: Many times what a busy machine needs; a datagram that waits behind a transfer's queue takes longer.
IKE_MEDIAN_S = 0.020
PING_MEDIAN_MS = 5.0


@contextlib.contextmanager
def loaded(made: Routed) -> Iterator[None]:
    """Bulk transfers both ways while the block runs."""
    both = [Transfer(made.a, made.b, 4 << 30), Transfer(made.b, made.a, 4 << 30)]
    while any(each.received < 4 << 20 for each in both):
        both[0].threads[0].join(0.01)
    before = [each.received for each in both]
    try:
        yield
        assert all(each.received > was + (1 << 20) for each, was in zip(both, before, strict=True))
    finally:
        for each in both:
            each.enough()


def gather(end: End, delays: dict[int, float]) -> None:
    """Take what IKE has arrived at an end; `delays` by number."""
    while (datagram := end.plane.receive_ike()) is not None:
        number, sent = struct.unpack_from(">Qd", datagram.data, 28)
        delays[number] = time.monotonic() - sent


def test_ike_arrives_soon_amid_bulk_transfers() -> None:
    with routed() as made:
        made.join(0x1000)
        delays: tuple[dict[int, float], ...] = ({}, {})
        ends = (made.a, made.b)
        files = {end.plane.ike_fileno(): (end, found) for end, found in zip(ends, delays, strict=True)}
        with loaded(made):
            deadline = time.monotonic() + 20
            for number in range(IKE_COUNT):
                for sender, receiver in (ends, ends[::-1]):
                    data = bytes(range(1, 29)) + struct.pack(">Qd", number, time.monotonic())
                    sender.plane.send_ike(data, receiver.udp.local)
                due = time.monotonic() + 0.005
                while (left := due - time.monotonic()) > 0:
                    for file in select.select(files, [], [], left)[0]:
                        gather(*files[file])
            while min(map(len, delays)) < IKE_COUNT and time.monotonic() < deadline:
                for file in select.select(files, [], [], 1)[0]:
                    gather(*files[file])
        for found in delays:
            assert len(found) == IKE_COUNT
            assert statistics.median(found.values()) < IKE_MEDIAN_S


@pytest.mark.parametrize("size", [56, 1200])
def test_pings_come_back_soon_amid_bulk_transfers(size: int) -> None:
    with routed() as made:
        made.join(0x1000)
        with loaded(made):
            times = made.a.space.round_trips(made.b.inner, 200, "-i", "0.005", "-s", str(size))
        assert len(times) == 200
        assert statistics.median(times.values()) < PING_MEDIAN_MS
        assert not drops(made.b).keys() & {"drop_replay", "drop_replay_too_old", "drop_integrity"}
