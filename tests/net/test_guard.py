"""Packets for a tunnel's address that come from elsewhere (CVE-2019-14899), as a neighbour sends them.

 client (tun0: 10.9.0.5, fd00:9::5)       router (the neighbour)
[ 192.168.7.10, fd12::10 ]---------------[ 192.168.7.1, fd12::1 ]
"""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Internet, Lab
from helpers import machine
from helpers.lan import add_lan
from helpers.leaks import tempt
from helpers.machine import VIRTUAL

pytestmark = pytest.mark.netns


@pytest.fixture
def net(lab: Lab) -> Internet:
    made = Internet(lab)
    add_lan(made)
    made.router.ip(
        "route add 10.9.0.5 via 192.168.7.10 src 192.168.7.1",
        "route add fd00:9::5 via fd12::10 src fd12::1",
    )
    return made


def test_without_a_guard_a_neighbour_finds_the_address(net: Internet) -> None:
    machine.hold_tunnel(net.client, lan=True)
    said = tempt(net.router, *VIRTUAL)
    for address in VIRTUAL:
        assert said[f"tcp 443 {address}"] == "ECONNREFUSED"
        assert said[f"udp 53 {address}"] == "ECONNREFUSED"
        assert said[f"icmp {address}"] == "ok"
    net.router.run(["ip", "route", "replace", "10.9.0.5", "dev", "client", "src", "192.168.7.1"])
    assert tempt(net.router, VIRTUAL[0])[f"icmp {VIRTUAL[0]}"] == "ok", "even by ARP"


def test_with_a_guard_nothing_answers_a_neighbour(net: Internet) -> None:
    tunnel = machine.hold_tunnel(net.client, lan=True, guard=True)
    said = tempt(net.router, *VIRTUAL)
    assert {outcome for what, outcome in said.items() if "bound" not in what} == {"silence"}, said
    net.router.run(["ip", "route", "replace", "10.9.0.5", "dev", "client", "src", "192.168.7.1"])
    said = tempt(net.router, VIRTUAL[0])
    assert said[f"icmp {VIRTUAL[0]}"] in ("silence", "EHOSTUNREACH")  # the kernel's word after 3 s
    neighbours = net.router.run(["ip", "neigh", "show", "10.9.0.5"]).stdout
    assert "lladdr" not in neighbours, "not even by ARP"
    said = tempt(net.router, "192.168.7.10", "fd12::10")
    assert said["icmp 192.168.7.10"] == said["icmp fd12::10"] == "ok", "other addresses are as they were"
    for address in (*VIRTUAL, "8.8.8.8", "2001:4860::1"):  # from the machine itself, and from the device
        net.client.run(["ping", "-n", "-c", "1", "-W", "2", "-I", VIRTUAL[":" in address], address])
    tunnel.kill()
    left = net.client.run(["nft", "list", "tables"]).stdout
    assert "ginnel-guard-tun0" in left, "until the next start"
