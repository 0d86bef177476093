"""The real programs in a lab: a gateway that is killed, and a network that is gone for a while.

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import re
import secrets
import stat
import time
from typing import Any

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    Gateway,
    Service,
    network_state,
    ping,
    start_ping,
)

pytestmark = [pytest.mark.alone, pytest.mark.netns]
PROFILE = {
    "name": "office",
    "server": Internet.GATEWAY[0],
    "local": {"id": CLIENT_ID},
    "remote": {"id": GATEWAY_ID},
    "timing": {"retransmit_s": 0.2, "retransmit_tries": 2},
}


def connected(lab: Lab, **timing: Any) -> tuple[Internet, Gateway, Service, str]:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    service.create({**PROFILE, "timing": {**PROFILE["timing"], **timing}}, psk)  # type: ignore[dict-item]
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    return net, gateway, service, psk


def until_answered(host: Host, timeout_s: float) -> float:
    """How long it takes from now until a ping to the server is answered."""
    began = time.monotonic()
    while time.monotonic() < began + timeout_s:
        once = ["ping", "-q", "-c", "1", "-W", "0.1", Internet.SERVER[0]]
        if host.run(once, check=False).returncode == 0:
            return time.monotonic() - began
    pytest.fail(f"nothing was answered within {timeout_s:g} s")


def test_a_killed_gateway_has_its_clients_back_with_their_next_packet(lab: Lab) -> None:
    net, gateway, service, psk = connected(lab)
    configured = network_state(net.client)
    (secret,) = lab.directory.glob("*/state/crash-secret")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    kept = secret.read_bytes()
    gateway.process.kill()
    again = Gateway(net.gateway, psk)
    assert secret.read_bytes() == kept
    # by silence alone it would be missed after 5 s at the earliest
    assert until_answered(net.client, 10.0) < 4.0
    status = service.status("office")
    assert (status["state"], status["error"]) == ("up", None)
    assert network_state(net.client) == configured
    again.wait_for("established")
    assert kept.hex() not in lab.report(10_000)


def test_a_network_that_was_gone_is_resumed(lab: Lab) -> None:
    net, gateway, service, _ = connected(lab, liveness_s=1.0)
    pings = start_ping(net.client, Internet.SERVER[0], 5, interval_s=0.2)
    assert pings().lost == 0
    net.router.ip("link set gateway down")
    service.wait_for("office", lambda status: status["state"] == "reconnecting", "the end of the session")
    net.router.ip("link set gateway up")
    service.wait_for("office", lambda status: status["state"] == "up", "the next session")
    assert service.status("office")["resumed"]
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    first, second = gateway.wait_for("established", count=2)
    assert "resumed" not in first
    assert second["resumed"]
    assert second["addresses"] == first["addresses"]
    assert re.search("resumed", service.process.log.read_text())
