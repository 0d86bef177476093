"""What befalls a tunnel from outside: its device is removed or set down, a firewall refuses its packets.

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import secrets
import shlex
import sys
from typing import Any

import pytest

from ginnel_service.cli.findings import COUNTERS, OFFLOADS
from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    Gateway,
    Service,
    eventually,
    network_state,
    ping,
)

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


def warnings(service: Service) -> dict[str, dict[str, Any]]:
    """What the doctor warns of, by identifier, beside that the lab's gateway names no DNS server."""
    told = service.ginnel("doctor", "office")["findings"]
    found = {each["id"]: each["params"] for each in told if each["severity"] == "warning"}
    assert found.pop("dns_outside", None)
    return found


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
    carried = service.ginnel("doctor", "office")["tunnels"][0]["counters"]["packets_in"]
    assert carried >= 40  # of the first attempt
    all_answered(net)
    assert warnings(service) == {}
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
        assert warnings(service)["connection_error"]["code"] == "device_down"
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
    # no longer than the service takes to give a silent gateway up
    unheard = ["ping", "-q", "-c", "20", "-i", "0.05", "-W", "1", Internet.SERVER[0]]
    assert net.client.run(unheard, check=False).returncode != 0
    assert service.status("office")["state"] == "up"
    assert warnings(service)["drop_send_denied"]["count"] >= 20
    assert service.status("office")["drops"] >= 20
    net.client.run(["nft", "delete", "table", "inet", "wall"])
    all_answered(net)
    assert service.status("office")["rekeys"] == {"ike": 0, "child": 0}


def test_an_uplink_without_room_is_survived(lab: Lab) -> None:
    """The kernel says ENOBUFS for what its queue has no room for (udp(7), IP_RECVERR)."""
    net, service, _ = connected(lab)
    narrow = "tc qdisc add dev router root tbf rate 200kbit burst 2kb limit 4kb"
    if net.client.run(shlex.split(narrow), check=False).returncode != 0:
        pytest.skip("the kernel has no token bucket (sch_tbf)")
    flood = ["ping", "-q", "-s", "1200", "-c", "300", "-i", "0.002", "-W", "1", Internet.SERVER[0]]
    net.client.run(flood, check=False)
    net.client.run(["tc", "qdisc", "del", "dev", "router", "root"])
    assert warnings(service)["drop_send_full"]["count"] >= 50
    assert service.status("office")["state"] == "up"
    all_answered(net)


def test_a_gateways_device_set_down_works_again_when_up(lab: Lab) -> None:
    net, _, _ = connected(lab)
    configured = network_state(net.gateway)
    net.gateway.ip("link set ginnelgw0 down")
    assert ping(net.client, Internet.SERVER[0], 3, interval_s=0.05).received == 0
    net.gateway.ip("link set ginnelgw0 up")
    eventually(lambda: network_state(net.gateway) == configured, "the gateway's addresses and routes")
    all_answered(net)


def test_the_doctor_shows_a_live_tunnel_and_what_it_needs(lab: Lab) -> None:
    net, service, _ = connected(lab, esp={"replay_window": 1024})
    all_answered(net)
    told = service.ginnel("doctor")
    (tunnel,) = told["tunnels"]
    assert (tunnel["name"], tunnel["state"], tunnel["device"], tunnel["device_up"]) == (
        ("office", "up", "ginnel0", True)
    )
    assert (tunnel["mtu"], tunnel["replay_window"]) == (1400, 1024)
    assert {"tun_tcp4", "tun_tcp6", "udp_segment", "udp_gro"} <= tunnel["features"].keys() <= OFFLOADS.keys()
    assert {name for name in tunnel["counters"] if not name.startswith("drop_")} == COUNTERS.keys()
    able = {name for name, able in told["machine"]["offloads"].items() if able}
    assert able <= {name for name, used in tunnel["features"].items() if used}
    assert tunnel["counters"]["packets_out"] >= 40
    assert min(tunnel["buffers"][0]["receive_octets"], tunnel["buffers"][0]["send_octets"]) >= 1 << 20
    assert warnings(service) == {}
    text = net.client.run(
        [sys.executable, "-m", "ginnel_service.cli.main", "--socket", str(service.socket), "doctor"]
    ).stdout
    assert "office: connected" in text
    service.ginnel("down", "office")
    (idle,) = service.ginnel("doctor", "office")["tunnels"]
    assert (idle["state"], idle["features"]) == ("down", {})


def test_a_limit_of_packets_brings_new_keys_and_loses_nothing(lab: Lab) -> None:
    net, service, _ = connected(lab, esp={"max_packets": 2000})
    pings = ping(net.client, Internet.SERVER[0], 7000, interval_s=0.001)
    assert (pings.sent, pings.received, pings.duplicates) == (7000, 7000, 0)
    assert 2 <= service.status("office")["rekeys"]["child"] <= 4
    assert warnings(service) == {}
