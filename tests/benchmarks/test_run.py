"""The smallest measurement, end to end."""

from __future__ import annotations

import os

import pytest

from benchmarks import associations
from benchmarks.machine import describe
from benchmarks.peers import Bare, Ginnel, Peer, Tunnel
from benchmarks.results import Quantity, Results
from benchmarks.run import measure, measure_peer
from benchmarks.topology import Link, Setting


class Absent(Bare):
    key = "absent"

    def missing(self) -> str | None:
        return "not installed: apt install absent"


class Broken(Bare):
    key = "broken"

    def start(self, link: Link) -> Tunnel:
        link.client.run(["false"])
        raise AssertionError("unreachable")


def untold(words: str) -> None:
    """Progress that nobody reads."""


@pytest.mark.netns
@pytest.mark.slow
def test_the_link_and_ginnel_are_measured_side_by_side() -> None:
    results = Results()
    peers: list[Peer] = [Bare(), Ginnel()]
    for peer in peers:
        measure_peer(results, peer, setting=Setting.REAL, seconds=1, tell=untold, pings=10, udp=False)
    for key in ("link", "ginnel"):
        for quantity in (Quantity.TCP_UP, Quantity.TCP_DOWN, Quantity.TCP_FOUR, Quantity.RTT, Quantity.CPU):
            median = results.median(key, quantity)
            assert median is not None
            assert median > 0
    assert results.median("link", Quantity.CPU_TUNNEL) is None
    both, client = (results.median("ginnel", one) for one in (Quantity.CPU_TUNNEL, Quantity.CPU_CLIENT))
    assert both is not None
    assert client is not None
    assert both > client > 0
    assert results.machine["link"]["tcp-segmentation-offload"] == "off"
    assert results.machine["link"]["generic-receive-offload"] == "on"


@pytest.mark.netns
def test_what_is_missing_or_fails_is_said_and_the_rest_goes_on() -> None:
    results = Results()
    measure(results, [Absent(), Broken()], [], setting=Setting.DEFAULT, rounds=2, seconds=1, tell=untold)
    assert [(one.subject, one.round) for one in results.problems] == [
        ("absent", 0),
        ("broken", 1),
        ("broken", 2),
    ]
    assert results.problems[0].words == "not installed: apt install absent"
    assert "exit status 1" in results.problems[1].words


@pytest.mark.netns
def test_many_associations_leave_traffic_its_way_and_none_does_not() -> None:
    results = Results()
    associations.measure(
        results, setting=Setting.DEFAULT, rounds=1, seconds=1, tell=untold, counts=(0, 1, 20), samples=1
    )
    for count in (1, 20):
        assert results.median(associations.subject(count), Quantity.TCP_UP)
        assert results.median(associations.subject(count), Quantity.MEMORY)
    assert [(one.subject, one.round) for one in results.problems] == [(associations.subject(0), 1)]


def test_the_machine_is_described() -> None:
    about = describe()
    assert about["cores"] == os.cpu_count()
    assert about["libcrypto"].startswith("OpenSSL 3.")
    assert about["cpu"]
    assert about["kernel"]
