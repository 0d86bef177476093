"""Several tunnels with a kill switch each, other ways to the gateway, and a tunnel that takes a part."""

from __future__ import annotations

from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from helpers.leaks import Allowed, Kind

from .walk import LAN, NAME, TARGETS, TUNNEL_ALONE, Walk

pytestmark = pytest.mark.netns

PART = {"subnets": ["10.77.0.0/24", "fd77:7::/64"]}
CONNECTING, ALWAYS = {"mode": "connecting"}, {"mode": "always"}


class Two(Walk):
    """A gateway that knows a second user."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.gateway.process.stop()
        names = ("alice@example", "bob@example")
        self._options["users"] = [{"id": name, "psk": self.psk} for name in names]
        self.start_gateway()

    def store(self, name: str, **tables: Any) -> None:
        who = "bob@example" if name == "part" else "alice@example"
        self.create(name, local={"id": who}, **tables)


def test_the_strictest_of_several_decides(lab: Lab) -> None:
    it = Two(lab)
    with it:
        it.store("part", network=PART)
        it.service.ginnel("up", "part")
        it.state("a part, no kill switch", None, carries=(4, 6))
        it.store("home", kill_switch=ALWAYS, network={"lan": True})
        it.begin_anew()
        lan = ("192.168.7.0/24", "fd12::/64", "224.0.0.0/24", "fe80::/10", "ff02::/16")
        names, gateways = TUNNEL_ALONE.names, frozenset(Internet.GATEWAY)
        open_lan = Allowed(gateways=gateways, names=names, lan=lan)
        it.state("another's kill switch with the LAN", open_lan, carries=(4, 6))
        it.store("office", kill_switch=CONNECTING)
        it.service.ginnel("up", "office")
        it.begin_anew()
        it.state("both up, the LAN shut by one", carries=(4, 6))
        it.service.ginnel("down", "part")
        it.state("everything in one", carries=(4, 6))
        it.service.ginnel("down", "office")
        it.begin_anew()
        it.state("none up, one always", open_lan)
        it.service.ginnel("remove", "home")
        it.state("the last one is gone", None)
    assert any(LAN[0] in words for words in it.packets("none up, one always", Kind.LAN))


@pytest.mark.parametrize(("outside", "tcp"), [(1, False), (0, True)])
def test_the_way_to_the_gateway_makes_no_difference(lab: Lab, outside: int, tcp: bool) -> None:
    """Over IPv6, or over TCP where UDP is blocked. The programs try others than the gateway itself then:
    a segment to its port is the tunnel's or theirs, and cannot be told."""
    it = Walk(lab, targets=(*Internet.SERVER, *LAN) if tcp else TARGETS)
    allowed = Allowed(gateways=frozenset(Internet.GATEWAY), tcp_ports=frozenset({4500} if tcp else ()))
    if tcp:
        chain = "chain no { type filter hook forward priority 0; udp dport { 500, 4500 } drop; }"
        it.net.router.run(["nft", "-f", "-"], stdin=f"table inet lab {{ {chain}; }}\n")
    with it:
        it.create(server=Internet.GATEWAY[outside], kill_switch=ALWAYS, transport={"tcp": "auto"})
        it.begin_anew()
        it.service.ginnel("up", NAME)
        it.state("up", allowed, carries=(4, 6))
        it.gateway.process.kill()
        it.wait("reconnecting")
        it.state("without a gateway", allowed, rounds=3)
        it.start_gateway()
        it.service.ginnel("up", NAME)
        it.wait("up")
        it.state("up again", allowed, carries=(4, 6))
    left = it.packets("up", Kind.TUNNEL)
    assert left
    assert all(words.startswith("TCP") for words in left) is tcp
    assert all((":" in words.split()[1]) == bool(outside) for words in left)


def test_a_part_in_the_tunnel_means_the_rest_goes_nowhere(lab: Lab) -> None:
    """What the profile keeps out of its tunnel is no exception: its kill switch stops all but the tunnel."""
    it = Two(lab)
    with it:
        it.store("part", kill_switch=CONNECTING, network={**PART, "bypass": [f"{LAN[0]}/32"]})
        it.state("down", None)
        it.service.ginnel("up", "part")
        it.begin_anew()
        it.state("up", carries=(4, 6))
        it.service.process.kill()
        it.state("killed")
        it.service.start()
        it.service.ginnel("down", "part")
        it.state("down again", None)
