"""Redirect (RFC 5685) with strongSwan: it follows our gateway, and we follow it."""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import Gateway, GatewayOptions, ping
from helpers.peers import PROFILE, X25519, CharonToGinnel, GinnelToCharon
from helpers.two_gateways import INSIDE, POOL, SECOND, second_gateway

pytestmark = [pytest.mark.alone, pytest.mark.interop, pytest.mark.netns]

OPTIONS = GatewayOptions(ike_proposals=[X25519.ike], esp_proposals=[X25519.esp], more={"pool_ipv4": POOL})


def test_strongswan_goes_where_our_gateway_sends_it(lab: Lab) -> None:
    pair = CharonToGinnel(lab, options=GatewayOptions(more={"redirect_to": SECOND}))
    second = Gateway(second_gateway(pair.net), pair.psk, OPTIONS)
    pair.charon.initiate()
    second.wait_for("established")
    assert pair.gateway.events("established") == []
    assert SECOND in pair.charon.sas()
    assert ping(pair.net.client, INSIDE, 20).lost == 0


def test_we_go_where_strongswans_gateway_sends_us(lab: Lab) -> None:
    pair = GinnelToCharon(lab)
    second = Gateway(second_gateway(pair.net), pair.psk, OPTIONS)
    pair.up()
    assert ping(pair.net.client, Internet.SERVER[0], 20).lost == 0
    pair.charon.swanctl("--redirect", "--ike", "net", "--gateway", SECOND)
    second.wait_for("established")
    pair.service.wait_for(PROFILE, lambda status: status["state"] == "up", "the second gateway")
    assert ping(pair.net.client, INSIDE, 20).lost == 0
    assert "ESTABLISHED" not in pair.charon.sas()
