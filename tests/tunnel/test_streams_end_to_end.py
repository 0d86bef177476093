"""IKE and ESP over TCP in a lab whose router lets no UDP through, or lets it through again.

   client              router              gateway             server
[ ginneld ]------[ drops UDP ]-------[ gateway ]---------[ a file ]
"""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    FileServer,
    Gateway,
    GatewayOptions,
    Service,
    eventually,
    ping,
)
from helpers.wireshark import Capture, fields, why_missing

pytestmark = pytest.mark.netns
MEGABYTE = 1 << 20


def profile(outside: int = 0, **transport: Any) -> dict[str, Any]:
    return {
        "name": "office",
        "server": Internet.GATEWAY[outside],
        "local": {"id": CLIENT_ID},
        "remote": {"id": GATEWAY_ID},
        "transport": transport,
    }


def block_udp(router: Host) -> None:
    rules = "table inet blocked {\n chain on {\n  type filter hook forward priority 0\n  meta l4proto udp drop\n }\n}\n"
    router.run(["nft", "-f", "-"], stdin=rules)


def unblock(router: Host) -> None:
    router.run(["nft", "delete", "table", "inet", "blocked"])


def connected(
    lab: Lab, *, outside: int = 0, tls: bool = False, port: int = 4500, **more: Any
) -> tuple[Internet, Gateway, Service]:
    """A tunnel over TCP, because UDP is blocked."""
    net = Internet(lab, **more)
    block_udp(net.router)
    psk = secrets.token_urlsafe(16)
    gateway = Gateway(net.gateway, psk, GatewayOptions(tls=tls, tcp_ports=[port]))
    service = Service(net.client)
    service.create(profile(outside, tls=tls, tcp_port=port), psk)
    service.ginnel("up", "office", "--timeout", "20")
    assert service.status("office")["path"]["stream"] is True
    return net, gateway, service


@pytest.mark.parametrize("outside", [0, 1], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_a_tunnel_comes_up_by_tcp_where_udp_is_silent(lab: Lab, tls: bool, outside: int) -> None:
    net, gateway, service = connected(lab, outside=outside, tls=tls, port=443 if tls else 4500)
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    assert ping(net.client, Internet.SERVER[1], 50).lost == 0
    files = FileServer(net.server, 100 * MEGABYTE)
    down, up = files.download(net.client, Internet.SERVER[0]), files.upload(net.client, Internet.SERVER[0])
    assert down.sha256 == up.sha256 == files.sha256
    print(f"tls={tls} down {down.megabits_s:.0f} up {up.megabits_s:.0f} Mbit/s")
    service.ginnel("rekey", "office")
    service.wait_for_rekey("office", "child")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    assert gateway.events("established")[0]["remote"].startswith("tcp ")
    service.ginnel("down", "office")
    gateway.wait_for("closed")
