"""A service that is killed leaves what its successor removes."""

from __future__ import annotations

import secrets

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import Gateway, Service, eventually, network_state, ping
from helpers.peers import PROFILE, profile

pytestmark = [pytest.mark.alone, pytest.mark.netns]


def test_a_killed_service_is_cleaned_up_by_the_next(lab: Lab) -> None:
    psk = secrets.token_urlsafe(24)
    net = Internet(lab)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create({**profile(0), "ike": {}, "esp": {}}, psk)
    before = network_state(net.client)
    for _ in range(2):
        service.ginnel("up", PROFILE, "--timeout", "20")
        assert ping(net.client, Internet.SERVER[0], 10).lost == 0
        service.process.kill()
        assert network_state(net.client) != before
        service.start()
        eventually(lambda: network_state(net.client) == before, "the network as it was")


def test_a_killed_gateway_is_cleaned_up_by_the_next(lab: Lab) -> None:
    psk = secrets.token_urlsafe(24)
    net = Internet(lab)
    before = network_state(net.gateway)
    gateway = Gateway(net.gateway, psk)
    gateway.process.kill()
    again = Gateway(net.gateway, psk)
    assert again.process.stop() == 0
    assert network_state(net.gateway) == before
