"""What befalls a tunnel from outside: its device is removed or set down, a firewall refuses its packets.

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, eventually, network_state, ping

pytestmark = pytest.mark.netns
PROFILE = {
    "name": "office",
    "server": Internet.GATEWAY[0],
    "local": {"id": CLIENT_ID},
    "remote": {"id": GATEWAY_ID},
    "timing": {"retransmit_s": 0.2, "retransmit_tries": 2},
}


def connected(lab: Lab, **more: Any) -> tuple[Internet, Service, str]:
    """A lab whose client is connected, and what its network was before."""
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create({**PROFILE, **more}, psk)
    before = network_state(net.client)
    service.ginnel("up", "office")
    return net, service, before


def all_answered(net: Internet) -> None:
    for address in Internet.SERVER:
        assert ping(net.client, address, 20).lost == 0


def test_a_removed_device_is_named_and_made_again(lab: Lab) -> None:
    net, service, before = connected(lab)
    all_answered(net)
    net.client.ip("link del ginnel0")
    service.wait_for("office", lambda status: status["state"] == "reconnecting", "the end of the attempt")
    status = service.status("office")
    assert status["error"]["code"] == "device_lost"
    assert 0 < status["next_try_s"] <= 6
    assert network_state(net.client) == before
    service.wait_for("office", lambda status: status["state"] == "up", "the next connection")
    assert service.status("office")["error"] is None
    all_answered(net)
    service.ginnel("down", "office")
    assert network_state(net.client) == before


def test_a_device_set_down_says_so_and_works_again_when_up(lab: Lab) -> None:
    net, service, before = connected(lab)
    configured = network_state(net.client)
    for _ in range(2):
        net.client.ip("link set ginnel0 down")
        service.wait_for("office", lambda status: status["error"] is not None, "word of the device")
        status = service.status("office")
        assert (status["state"], status["error"]["code"]) == ("up", "device_down")
        assert status["error"]["params"]["device"] == "ginnel0"
        net.client.ip("link set ginnel0 up")
        eventually(lambda: network_state(net.client) == configured, "addresses and routes")
        assert service.status("office")["error"] is None
        all_answered(net)
    net.client.ip("link set ginnel0 down")
    service.ginnel("down", "office")
    assert network_state(net.client) == before


def test_a_firewall_that_refuses_our_packets_is_survived(lab: Lab) -> None:
    net, service, _ = connected(lab)
    all_answered(net)
    net.client.run(
        ["nft", "-f", "-"],
        stdin="table inet wall {\n chain out {\n  type filter hook output priority 0\n"
        f"  ip daddr {Internet.GATEWAY[0]} drop\n }}\n}}\n",
    )
    assert ping(net.client, Internet.SERVER[0], 20, interval_s=0.05).received == 0
    assert service.status("office")["state"] == "up"
    net.client.run(["nft", "delete", "table", "inet", "wall"])
    all_answered(net)
    assert service.status("office")["rekeys"] == {"ike": 0, "child": 0}
