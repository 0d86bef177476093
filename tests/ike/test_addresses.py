"""NAT detection and the configuration payload."""

from __future__ import annotations

import random

from ginnel_service.ike import natt
from ginnel_service.ike.events import Endpoint, Path

HERE, THERE = Endpoint("192.0.2.1", 500), Endpoint("2001:db8::2", 500)
SPI_I, SPI_R = b"i" * 8, b"r" * 8


def _seen(sent_on: Path, received_on: Path, *, force: bool) -> tuple[bool, bool, bool]:
    notifies = natt.detection_notifies(SPI_I, SPI_R, sent_on, force=force, random=random.Random(1).randbytes)
    return natt.detect(list(notifies), SPI_I, SPI_R, received_on)


def test_without_a_nat_nothing_is_seen() -> None:
    assert _seen(Path(HERE, THERE, False), Path(THERE, HERE, False), force=False) == (True, False, False)


def test_forcing_makes_the_peer_see_a_nat_before_us_and_nothing_else() -> None:
    assert _seen(Path(HERE, THERE, False), Path(THERE, HERE, False), force=True) == (True, False, True)


def test_a_rewritten_source_is_a_nat_before_the_peer() -> None:
    rewritten = Endpoint("198.51.100.1", 20500)
    assert _seen(Path(HERE, THERE, False), Path(THERE, rewritten, False), force=False) == (True, False, True)


def test_a_rewritten_destination_is_a_nat_before_us() -> None:
    inside = Endpoint("10.0.0.2", 500)
    assert _seen(Path(HERE, THERE, False), Path(inside, HERE, False), force=False) == (True, True, False)


def test_a_peer_without_notifies_does_not_support_it() -> None:
    assert natt.detect([], SPI_I, SPI_R, Path(HERE, THERE, False)) == (False, False, False)
