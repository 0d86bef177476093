"""Ginnel and strongSwan in either role: addresses and routes appear, and everything arrives."""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Host, Lab
from ginnel_service.demo.rig import network_state
from helpers.peers import PROFILE, SUITES, X25519, CharonToGinnel, GinnelToCharon, Suite, in_pools
from helpers.traffic import files_arrive, no_ping_is_lost

pytestmark = [pytest.mark.alone, pytest.mark.interop, pytest.mark.netns]

outsides = pytest.mark.parametrize("outside", [0, 1], ids=["ipv4", "ipv6"])
nats = pytest.mark.parametrize("nat", [False, True], ids=["direct", "nat"])
suites = pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != X25519], ids=str)


def device_addresses(host: Host, device: str) -> list[str]:
    """The global addresses of a device, with their prefix lengths."""
    lines = host.run(["ip", "-o", "addr", "show", "dev", device, "scope", "global"]).stdout.splitlines()
    return [line.split()[3] for line in lines]


@pytest.mark.slow
@outsides
@nats
def test_our_initiator_and_strongswans_gateway(lab: Lab, nat: bool, outside: int) -> None:
    pair = GinnelToCharon(lab, nat=nat, outside=outside)
    before = network_state(pair.net.client)
    status = pair.up()
    assert status["nat"]["local"] is nat
    assert len(status["addresses"]) == 2
    assert all(in_pools(address) for address in status["addresses"])
    assert sorted(status["dns"]) == ["10.77.0.2", "fd77:7::2"]
    assert sorted(device_addresses(pair.net.client, status["device"])) == sorted(status["addresses"])
    for destination in ("203.0.113.1", "2001:db8:ffff::1"):
        route = pair.net.client.run(["ip", "route", "get", destination]).stdout
        assert f"dev {status['device']} " in route
    no_ping_is_lost(pair.net.client)
    files_arrive(pair.net.client, pair.net.server, megabytes=100)
    pair.service.ginnel("down", PROFILE)
    assert network_state(pair.net.client) == before


@pytest.mark.slow
@outsides
@nats
def test_strongswans_initiator_and_our_gateway(lab: Lab, nat: bool, outside: int) -> None:
    pair = CharonToGinnel(lab, nat=nat, outside=outside)
    pair.up()
    (established,) = pair.gateway.events("established")
    assert len(established["addresses"]) == 2
    assert all(in_pools(address) for address in established["addresses"])
    assert ("nat-local=yes" in pair.charon.sas()) is nat
    for address in established["addresses"]:
        route = pair.net.gateway.run(["ip", "route", "get", address]).stdout
        assert "dev ginnelgw0 " in route
    no_ping_is_lost(pair.net.client)
    files_arrive(pair.net.client, pair.net.server, megabytes=100)


@suites
def test_our_initiator_with_suite(lab: Lab, suite: Suite) -> None:
    pair = GinnelToCharon(lab, suite=suite)
    status = pair.up()
    assert status["esp_suite"] == suite.esp
    no_ping_is_lost(pair.net.client)
    files_arrive(pair.net.client, pair.net.server, megabytes=10)


@suites
def test_our_gateway_with_suite(lab: Lab, suite: Suite) -> None:
    pair = CharonToGinnel(lab, suite=suite)
    pair.up()
    no_ping_is_lost(pair.net.client)
    files_arrive(pair.net.client, pair.net.server, megabytes=10)
