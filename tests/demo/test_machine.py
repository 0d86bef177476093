"""Whether the demo can use a machine, and which networks it takes there."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest

from ginnel_service.demo import machine
from ginnel_service.demo.lab import LabError, LabUnavailableError
from ginnel_service.demo.machine import PRIVATE, Machine, free_ipv4, free_networks

EVERYTHING = (IPv4Network("0.0.0.0/0"), IPv4Network("0.0.0.0/1"), IPv6Network("::/0"))


def test_default_routes_are_in_nobodys_way() -> None:
    assert free_ipv4(EVERYTHING).subnet_of(PRIVATE[0])


def test_what_the_machine_reaches_is_left_alone() -> None:
    office = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/13"), IPv4Network("172.24.7.0/24"))
    found = free_ipv4((*EVERYTHING, *office))
    assert found.subnet_of(PRIVATE[1])
    assert found.prefixlen == 24
    assert not any(found.overlaps(network) for network in office)


def test_where_every_private_network_is_taken_it_says_so() -> None:
    with pytest.raises(LabError, match="leads somewhere"):
        free_ipv4(PRIVATE)


def test_ipv6_is_unique_and_local() -> None:
    found = free_networks().get("ipv6")
    assert found is None or found.subnet_of(IPv6Network("fd00::/8"))  # type: ignore[arg-type]


def test_without_the_tool_that_shows_networks_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "may_change_the_network", lambda: True)
    monkeypatch.setattr(machine, "environment", lambda: {"PATH": "/nowhere"})
    with pytest.raises(LabUnavailableError, match="is missing"), Machine():
        pytest.fail("it began")
