"""A client that changes its uplink keeps its tunnel, with our programs and with strongSwan at either end."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import Gateway, Service, eventually
from helpers.peers import PROFILE, CharonToGinnel, GinnelToCharon, profile
from helpers.roaming import FIRST, SECOND, Roaming, Stream
from helpers.traffic import no_ping_is_lost

pytestmark = [pytest.mark.alone, pytest.mark.netns]

#: A move has to be heard of, to settle, and to be told.
RECOVERED_S = 1.0


class Ours:
    """Both ends are ours; the client begins at the router."""

    def __init__(self, lab: Lab, *, nat: bool = False, outside: int = 0) -> None:
        self.net = Internet(lab)
        self.roaming = Roaming(lab, self.net, nat=nat)
        psk = secrets.token_urlsafe(24)
        self.gateway = Gateway(self.net.gateway, psk)
        self.service = Service(self.net.client)
        self.service.create({**profile(outside), "ike": {}, "esp": {}}, psk)
        self.since = self.service.ginnel("up", PROFILE)["established_at"]

    def wait_for_path(self, local: str) -> dict[str, Any]:
        return wait_for_path(self.service, local)

    def is_the_same(self) -> bool:
        return bool(self.service.status(PROFILE)["established_at"] == self.since)


def wait_for_path(service: Service, local: str) -> dict[str, Any]:
    service.wait_for(
        PROFILE, lambda status: status["state"] == "up" and local in status["path"]["local"], "the new path"
    )
    return service.status(PROFILE)


@pytest.mark.parametrize("nat", [False, True], ids=["open", "nat"])
@pytest.mark.parametrize("outside", [0, 1], ids=["ipv4", "ipv6"])
def test_a_move_costs_less_than_a_second(lab: Lab, nat: bool, outside: int) -> None:
    pair = Ours(lab, nat=nat, outside=outside)
    with Stream(pair.net.client) as stream:
        pair.roaming.to_antenna()
        pair.wait_for_path(SECOND[outside])
    assert 0 < stream.gap.longest_s < RECOVERED_S
    eventually(lambda: pair.service.status(PROFILE)["nat"]["local"] is nat, "the NAT to be seen")
    pair.gateway.wait_for("moved")
    no_ping_is_lost(pair.net.client, count=100)
    assert pair.is_the_same()
    with Stream(pair.net.client) as stream:
        pair.roaming.to_router()
        pair.wait_for_path(FIRST[outside])
    assert stream.gap.lost == 0  # both uplinks work for a while
    no_ping_is_lost(pair.net.client, count=100)
    assert pair.is_the_same()


def test_a_tunnel_waits_for_a_network(lab: Lab) -> None:
    pair = Ours(lab)
    pair.roaming.nowhere()
    time.sleep(1.5)
    pair.roaming.to_router()
    pair.wait_for_path(FIRST[0])
    eventually(
        lambda: pair.net.client.run(["ping", "-c1", "-W1", Internet.SERVER[0]], check=False).returncode == 0,
        "the tunnel to carry packets again",
    )
    no_ping_is_lost(pair.net.client, count=100)
    assert pair.is_the_same()


@pytest.mark.interop
def test_strongswans_gateway_follows_us(lab: Lab) -> None:
    """charon's userland ESP cannot move an SA: it makes another CHILD SA instead."""
    pair = GinnelToCharon(lab, mobike=True)
    roaming = Roaming(lab, pair.net)
    since = pair.up()["established_at"]
    with Stream(pair.net.client) as stream:
        roaming.to_antenna()
        wait_for_path(pair.service, SECOND[0])
    assert stream.gap.longest_s < 2 * RECOVERED_S
    eventually(lambda: f"remote-host={SECOND[0]}" in pair.charon.sas(), "strongSwan to follow")
    no_ping_is_lost(pair.net.client, count=100)
    assert pair.status()["established_at"] == since


@pytest.mark.interop
def test_strongswans_client_moves(lab: Lab) -> None:
    pair = CharonToGinnel(lab, mobike=True)
    roaming = Roaming(lab, pair.net)
    pair.up()
    roaming.to_antenna()
    moved = pair.gateway.wait_for("moved")
    assert moved[-1]["remote"].startswith(SECOND[0])
    eventually(
        lambda: pair.net.client.run(["ping", "-c1", "-W1", Internet.SERVER[0]], check=False).returncode == 0,
        "the tunnel to carry packets again",
    )
    no_ping_is_lost(pair.net.client, count=100)
    assert pair.gateway.events("closed") == []
