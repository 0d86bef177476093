"""Repeated authentication (RFC 4478) with strongSwan, either side telling the other when it is due."""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Lab
from ginnel_service.demo.rig import GatewayOptions, eventually
from helpers.peers import CharonToGinnel, GinnelToCharon
from helpers.traffic import Pinging, no_ping_is_lost

pytestmark = [pytest.mark.alone, pytest.mark.interop, pytest.mark.netns]


def test_we_authenticate_anew_before_strongswans_time_is_over(lab: Lab) -> None:
    pair = GinnelToCharon(lab, reauth_s=15)
    up = pair.up()
    with Pinging(pair.net.client, interval_s=0.01, in_order=False):
        eventually(lambda: pair.charon.log().count("established between") >= 3, "two more", timeout_s=60)
    status = pair.status()
    assert (status["state"], status["established_at"]) == ("up", up["established_at"])
    assert status["addresses"] == up["addresses"]
    assert "AUTH_LFT" in pair.charon.log()


def test_strongswan_authenticates_anew_before_our_time_is_over(lab: Lab) -> None:
    pair = CharonToGinnel(lab, options=GatewayOptions(timing={"reauth_s": 15.0}))
    pair.up()
    pair.gateway.wait_for("established", count=2, timeout_s=40)
    eventually(lambda: pair.charon.sas().count("state=INSTALLED") == 1, "one pair of ESP SAs")
    no_ping_is_lost(pair.net.client, count=100)
