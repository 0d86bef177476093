"""Two of our gateways, and a client that the first sends to the second (RFC 5685).

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[        ]
                         |
                     [ gateway2 ]
"""

from __future__ import annotations

import secrets
import signal

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    Gateway,
    GatewayOptions,
    Service,
    network_state,
    ping,
)
from helpers.two_gateways import INSIDE, POOL, SECOND, second_gateway

pytestmark = [pytest.mark.alone, pytest.mark.netns]
PROFILE = {
    "name": "office",
    "server": Internet.GATEWAY[0],
    "local": {"id": CLIENT_ID},
    "remote": {"id": GATEWAY_ID},
}


def test_a_newcomer_is_sent_to_the_second_gateway(lab: Lab) -> None:
    net, psk = Internet(lab), secrets.token_urlsafe(16)
    second = Gateway(second_gateway(net), psk, GatewayOptions(more={"pool_ipv4": POOL}))
    first = Gateway(net.gateway, psk, GatewayOptions(more={"redirect_to": SECOND}))
    service = Service(net.client)
    before = network_state(net.client)
    service.create(PROFILE, psk)
    service.ginnel("up", "office")
    assert ping(net.client, INSIDE, 20).lost == 0
    assert first.events("established") == []
    assert len(second.wait_for("established")) == 1
    service.ginnel("down", "office")
    assert network_state(net.client) == before
    service.create({**PROFILE, "ike": {"redirect": False}}, psk)
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0


def test_a_gateway_that_is_to_stop_sends_its_clients_away(lab: Lab) -> None:
    net, psk = Internet(lab), secrets.token_urlsafe(16)
    second = Gateway(second_gateway(net), psk, GatewayOptions(more={"pool_ipv4": POOL}))
    first = Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create(PROFILE, psk)
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    file = lab.directory / f"{net.gateway.name}-gateway" / "gateway.toml"
    file.write_text(f'redirect_to = "{SECOND}"\n{file.read_text()}')
    first.process.popen.send_signal(signal.SIGHUP)
    second.wait_for("established")
    (closed,) = first.wait_for("closed")
    assert closed["by"] == "peer"
    service.wait_for("office", lambda status: status["state"] == "up", "the second gateway")
    assert ping(net.client, INSIDE, 20).lost == 0
