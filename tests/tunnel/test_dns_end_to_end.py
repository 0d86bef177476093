"""DNS by the real programs: `ginnel up` brings the gateway's servers, `down` and a crash leave nothing."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, GatewayOptions, Service, eventually
from helpers import nameserver

pytestmark = pytest.mark.netns

INSIDE, OUTSIDE = Internet.SERVER[0], Internet.ROUTER[0]


class Office:
    """A gateway with a name server behind it, a client with one outside, and a capture of what leaves it."""

    def __init__(self, lab: Lab, gateway: dict[str, Any] | None = None) -> None:
        self.net = Internet(lab)
        self.client = self.net.client
        psk = secrets.token_hex(16)
        Gateway(self.net.gateway, psk, GatewayOptions(dns=(INSIDE,), more=gateway or {}))
        self.inside = nameserver.start(self.net.server, INSIDE, "203.0.113.1")
        self.outside = nameserver.start(self.net.router, OUTSIDE, "203.0.113.2")
        self.client.run(["tee", "/etc/resolv.conf"], stdin=f"nameserver {OUTSIDE}\n")
        self.service = Service(self.client)
        self._psk = psk

    def create(self, **more: Any) -> None:
        who = {"local": {"id": CLIENT_ID}, "remote": {"id": GATEWAY_ID}}
        profile = {"name": "office", "server": Internet.GATEWAY[0], **who, **more}
        self.service.create(profile, self._psk)

    def lookup(self, name: str) -> str:
        found = self.client.run(["getent", "ahostsv4", name], check=False).stdout.split()
        return found[0] if found else ""

    def resolv_conf(self) -> str:
        return self.client.run(["cat", "/etc/resolv.conf"]).stdout

    def findings(self) -> set[str]:
        told = self.service.ginnel("doctor", "office", timeout_s=60)
        return {each["id"] for each in told["findings"] if each["id"].startswith("dns_")}


def test_names_go_through_the_tunnel_while_it_is_up(lab: Lab) -> None:
    office = Office(lab)
    office.create()
    before = office.resolv_conf()
    capture = office.net.router.popen(["tcpdump", "-n", "-l", "-i", "client", "port", "53"], label="capture")
    eventually(lambda: "listening on" in capture.log.read_text(), "tcpdump", alive=[capture])
    assert office.lookup("one.example") == "203.0.113.2"
    eventually(lambda: "one.example" in capture.log.read_text(), "the capture", alive=[capture])
    office.service.ginnel("up", "office")
    assert office.lookup("two.example") == "203.0.113.1"
    assert "dns_in_tunnel" in office.findings()
    # A DHCP client that renews its lease.
    office.client.run(["tee", "/etc/resolv.conf"], stdin=before)
    eventually(lambda: INSIDE in office.resolv_conf(), "the tunnel's server again")
    assert office.lookup("three.example") == "203.0.113.1"
    office.service.ginnel("down", "office")
    assert office.resolv_conf() == before
    assert office.lookup("four.example") == "203.0.113.2"
    eventually(lambda: "four.example" in capture.log.read_text(), "the capture", alive=[capture])
    seen = capture.log.read_text()
    assert "two.example" not in seen
    assert "three.example" not in seen


def test_a_killed_service_gives_the_machines_own_servers_back(lab: Lab) -> None:
    office = Office(lab)
    office.create()
    before = office.resolv_conf()
    office.service.ginnel("up", "office")
    assert INSIDE in office.resolv_conf()
    office.service.process.kill()
    assert office.resolv_conf() != before
    office.service.start()
    assert office.resolv_conf() == before


def test_a_profile_can_leave_dns_alone(lab: Lab) -> None:
    office = Office(lab)
    office.create(dns={"mode": "off"})
    before = office.resolv_conf()
    office.service.ginnel("up", "office")
    assert office.resolv_conf() == before
