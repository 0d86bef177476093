"""What a full tunnel leaves alone and what it does not: LANs, guests, other VPNs, and what networks claim.

Run as a program with the name of a scenario and an empty state directory; exits 0 when it holds. The
namespace, and all in it, goes with the process.
"""

from __future__ import annotations

import errno
import subprocess
import time
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from pathlib import Path

from ginnel_service.net.base import Wanted
from ginnel_service.net.firewall import libnftables
from ginnel_service.net.linux.network import LinuxNetwork
from net.world import (
    FULL,
    GATEWAY,
    GUARDED,
    assert_same,
    ip,
    ip_json,
    nft,
    open_tun,
    play,
    snapshot,
    sysctl,
    way,
)

ALL = replace(FULL, bypass=())
WITH_LAN = replace(ALL, lan=True)
MARK = ("mark", "0x676e")


def device(name: str, *addresses: str, kind: str = "veth") -> None:
    """One that is up; without duplicate address detection."""
    ip("link", "add", name, "type", kind)
    sysctl(f"ipv6/conf/{name}/addr_gen_mode", "1")
    ip("link", "set", name, "up")
    for address in addresses:
        ip("addr", "add", address, "dev", name, *(["nodad"] if ":" in address else []))


def home() -> None:
    """The uplink is in private networks, too."""
    ip("addr", "add", "192.168.7.2/24", "dev", "up0")
    ip("addr", "add", "fd12::2/64", "dev", "up0", "nodad")


def refuses(destination: str, *arguments: str) -> str:
    done = subprocess.run(
        ["ip", "route", "get", destination, *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode, done.stdout
    return done.stderr


def lan_stays_out_only_when_asked(state: Path) -> None:
    open_tun("tun0")
    home()
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", ALL)
    for address in ("192.168.7.9", "fd12::9", "192.0.2.9", "2001:db8::9", "224.0.0.251"):
        assert way(address)[0] == "tun0", address
    network.apply("a", WITH_LAN)
    for address in ("192.168.7.9", "fd12::9", "224.0.0.251", "239.255.255.250", "255.255.255.255"):
        assert way(address)[0] == "up0", address
    assert way("192.168.8.9")[0] == "tun0", "private, but on no link of ours"
    assert way("192.0.2.9")[0] == "tun0", "on the link, but public (CVE-2023-36672)"
    assert way("2001:db8::9")[0] == "tun0"
    assert way("232.1.2.3")[0] == "tun0", "a group of the Internet"
    assert way("192.0.2.9", *MARK)[0] == "up0", "a gateway on the link is reached by the mark"
    network.apply("a", ALL)
    assert way("192.168.7.9")[0] == "tun0"
    network.close()
    assert_same(before)


def lan_follows_the_machine(state: Path) -> None:
    open_tun("tun0")
    home()
    network = LinuxNetwork(state)
    network.apply("a", WITH_LAN)
    ip("addr", "del", "192.168.7.2/24", "dev", "up0")
    ip("addr", "add", "172.20.1.2/16", "dev", "up0")
    network.apply("a", WITH_LAN)
    assert way("172.20.9.9")[0] == "up0"
    assert way("192.168.7.9")[0] == "tun0", "the LAN of before is no longer one"
    network.close()


def a_tunnel_network_within_the_lan_is_the_tunnels(state: Path) -> None:
    """More specific or equal: what a tunnel names itself comes first, whichever came up first."""
    open_tun("tun0")
    open_tun("tun1")
    home()
    network = LinuxNetwork(state)
    narrow = replace(GATEWAY, routes=(ip_network("192.168.7.64/26"),), bypass=(), link_routes=())
    equal = replace(narrow, routes=(ip_network("192.168.7.0/24"), ip_network("fd12::/64")))
    for first, second in (("lan", "b"), ("b", "lan")):
        for owner in (first, second):
            network.apply(owner, WITH_LAN if owner == "lan" else narrow)
        assert way("192.168.7.65")[0] == "tun1"
        assert way("192.168.7.9")[0] == "up0"
        network.apply("b", equal)
        assert way("192.168.7.9")[0] == "tun1"
        assert way("fd12::9")[0] == "tun1"
        network.withdraw("b")
        assert way("192.168.7.9")[0] == "up0", "the LAN is back"
        network.withdraw("lan")
    network.close()


def split_tunnel_keeps_out_only_what_it_would_take(state: Path) -> None:
    open_tun("tun0")
    home()
    network = LinuxNetwork(state)
    split = replace(WITH_LAN, routes=(ip_network("192.168.0.0/16"), ip_network("10.0.0.0/8")))
    network.apply("a", split)
    assert way("192.168.7.9")[0] == "up0"
    assert way("192.168.8.9")[0] == "tun0"
    assert not ip_json("-6", "rule", "show", "priority", "5207")
    throws = ip_json("route", "show", "table", "26478", "type", "throw")
    assert [route["dst"] for route in throws] == ["192.168.7.0/24"]
    network.close()


def dhcp_routes_pull_nothing_out(state: Path) -> None:
    """DHCP's option 121 (CVE-2024-3661), a router's word of more specific routes (RFC 4191), redirects."""
    open_tun("tun0")
    home()
    network = LinuxNetwork(state)
    network.apply("a", WITH_LAN)
    claims = [
        ("8.8.8.8/32", "via", "192.0.2.1", "proto", "dhcp"),
        ("9.9.9.0/24", "dev", "up0", "scope", "link", "proto", "dhcp"),  # option 121 with router 0.0.0.0
        ("10.0.0.0/8", "via", "192.168.7.1", "proto", "boot"),  # as dhclient's scripts add them
        ("10.1.0.0/16", "dev", "up0", "scope", "link", "proto", "boot"),
        ("0.0.0.0/2", "dev", "up0"),
        ("2001:4860::/32", "via", "2001:db8::1", "dev", "up0", "proto", "ra"),
        ("fd00::/8", "via", "2001:db8::1", "dev", "up0", "proto", "ra"),
    ]
    for claim in claims:
        ip("route", "add", *claim)
    ip("addr", "add", "8.8.4.1/24", "dev", "up0")  # a link that claims a public network (TunnelCrack)
    network.apply("a", WITH_LAN)
    for address in ("8.8.8.8", "9.9.9.9", "10.2.3.4", "10.1.2.3", "1.1.1.1", "8.8.4.4"):
        assert way(address)[0] == "tun0", address
    for address in ("2001:4860::1", "fd99::1"):
        assert way(address)[0] == "tun0", address
    ip("link", "del", "tun0")
    assert way("8.8.8.8")[0] == "up0", "such a route would have won"
    network.close()


def a_new_default_route_changes_nothing_inside(state: Path) -> None:
    open_tun("tun0")
    device("up1", "198.18.0.2/24")
    sysctl("ipv4/conf/up1/rp_filter", "1")
    network = LinuxNetwork(state)
    network.apply("a", ALL)
    ip("route", "replace", "default", "via", "198.18.0.1", "dev", "up1")
    ip("route", "del", "0.0.0.0/1")
    ip("route", "del", "128.0.0.0/1")
    assert way("8.8.8.8")[0] == "tun0"
    assert way("8.8.8.8", *MARK)[0] == "up1"
    network.apply("a", ALL)
    assert sysctl("ipv4/conf/up1/rp_filter") == "2", "the gateway may answer through the new uplink"
    network.withdraw("a")
    assert sysctl("ipv4/conf/up1/rp_filter") == "1"
    assert sysctl("ipv4/conf/up0/rp_filter") == "1"
    network.close()


def what_it_lacks_is_blocked(state: Path) -> None:
    open_tun("tun0")
    home()
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", replace(GUARDED, bypass=(ip_network("2001:db8:7::/64"),), guard=False))
    assert "No route to host" in refuses("2001:4860::1")
    assert "No route to host" in refuses("2001:db8::9"), "on the link, but public"
    assert way("fd12::9")[0] == "up0", "the LAN"
    assert way("fe80::1", "oif", "up0")[0] == "up0", "neighbours and routers"
    assert way("ff02::1", "oif", "up0")[0] == "up0"
    assert way("2001:db8:7::1")[0] == "up0", "a bypass"
    assert way("2001:4860::1", *MARK)[0] == "up0"
    assert way("8.8.8.8")[0] == "tun0"
    open_tun("tun1")
    b = replace(GATEWAY, routes=(ip_network("::/0"),), bypass=())
    network.apply("b", b)
    assert way("2001:4860::1")[0] == "tun1", "what one tunnel lacks another may have"
    network.withdraw("b")
    assert "No route to host" in refuses("2001:4860::1")
    network.apply("a", Wanted4)
    assert "No route to host" in refuses("198.51.100.1")
    network.close()
    ip("link", "del", "tun1")
    assert_same(before)


#: A tunnel for IPv6 alone that blocks IPv4.
Wanted4 = replace(ALL, routes=(ip_network("::/0"),), blocked=(ip_network("0.0.0.0/0"),))


def guests_of_the_machine_stay_reachable(state: Path) -> None:
    open_tun("tun0")
    device("docker0", "172.17.0.1/16", "fd17::1/64", kind="bridge")
    device("guest")
    ip("link", "set", "guest", "master", "docker0")
    ip("route", "add", "10.244.0.0/16", "via", "172.17.0.2")
    network = LinuxNetwork(state)
    network.apply("a", ALL)
    assert way("172.17.0.2")[0] == "docker0"
    assert way("fd17::2")[0] == "docker0"
    assert way("10.244.3.4")[0] == "docker0"
    assert way("192.168.7.9")[0] == "tun0"
    network.close()


def a_bridge_that_is_an_uplink_is_none_of_these(state: Path) -> None:
    """By its default route, or by a port that is no guest's: an attacker need not give a default route."""
    open_tun("tun0")
    device("br0", "172.18.0.2/16", kind="bridge")
    ip("route", "replace", "default", "via", "172.18.0.1")
    device("br1", "172.19.0.2/16", kind="bridge")
    ip("link", "add", "port", "type", "ifb")
    ip("link", "set", "port", "master", "br1")
    network = LinuxNetwork(state)
    network.apply("a", ALL)
    assert way("172.18.0.9")[0] == "tun0"
    assert way("172.19.0.9")[0] == "tun0"
    network.apply("a", WITH_LAN)
    assert way("172.18.0.9")[0] == "br0"
    assert way("172.19.0.9")[0] == "br1"
    network.close()


def networks_of_other_tunnels_stay_with_them(state: Path) -> None:
    open_tun("tun0")
    open_tun("tun1")
    open_tun("vpn0")
    ip("link", "set", "vpn0", "up")
    ip("route", "add", "10.20.0.0/16", "dev", "vpn0")
    ip("route", "add", "100.101.102.103", "dev", "vpn0", "table", "52")  # as Tailscale does
    ip("rule", "add", "lookup", "52", "priority", "5270")
    network = LinuxNetwork(state)
    network.apply("gateway", replace(GATEWAY, routes=(), bypass=()))
    network.apply("a", ALL)
    assert way("10.20.3.4")[0] == "vpn0"
    assert way("100.101.102.103")[0] == "vpn0"
    assert way("10.77.0.9")[0] == "tun1", "a gateway of ours on the same machine"
    ip("route", "add", "128.0.0.0/2", "dev", "vpn0")  # now it takes the Internet, too: the ways part
    network.apply("a", ALL)
    assert way("10.20.3.4")[0] == "tun0"
    network.close()


def a_full_tunnel_by_rules_carries_ours(state: Path) -> None:
    """As wg-quick(8) sets one up: our outer packets go through it, its own around us, and none in circles."""
    open_tun("tun0")
    open_tun("wg0")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", ALL)
    ip("addr", "add", "10.8.0.2/24", "dev", "wg0")
    ip("link", "set", "wg0", "up")
    sysctl("ipv4/conf/wg0/rp_filter", "1")
    for family in ("-4", "-6"):
        ip(family, "route", "add", "default", "dev", "wg0", "table", "51820")
        ip(family, "rule", "add", "not", "fwmark", "51820", "lookup", "51820", "priority", "32764")
        ip(family, "rule", "add", "lookup", "main", "suppress_prefixlength", "0", "priority", "32763")
    ip("route", "del", "0.0.0.0/1")
    ip("route", "del", "128.0.0.0/1")
    theirs = ("mark", "51820")
    assert way("203.0.113.99", *theirs)[0] == "tun0", "in circles, were it not for what follows"
    network.apply("a", ALL)
    for address, target in (("203.0.113.99", "8.8.8.8"), ("2001:db8:99::1", "2001:4860::1")):
        assert way(address, *theirs)[0] == "up0", "their outer packets"
        assert way(target, *MARK)[0] == "wg0", "our outer packets"
        assert way(target)[0] == "tun0", "everything else"
    assert way("10.8.0.9")[0] == "wg0", "their own network"
    assert sysctl("ipv4/conf/wg0/rp_filter") == "2", "our gateway's packets come through it"
    ip("rule", "del", "priority", "32764")
    ip("-6", "rule", "del", "priority", "32764")
    network.apply("a", ALL)
    assert not ip_json("rule", "show", "priority", "5206"), "their rule went, so did our exception"
    network.withdraw("a")
    assert not ip_json("-6", "rule", "show", "priority", "5206")
    network.close()
    assert before


def the_same_wish_again_is_cheap(state: Path) -> None:
    open_tun("tun0")
    home()
    device("docker0", "172.17.0.1/16", kind="bridge")
    seen: list[str] = []
    network = LinuxNetwork(state, checkpoint=seen.append)
    network.recover()
    wanted = replace(WITH_LAN, guard=True)
    took = time.perf_counter()
    network.apply("a", wanted)
    took = time.perf_counter() - took
    configured = snapshot()
    seen.clear()
    again = []
    for _ in range(20):
        begun = time.perf_counter()
        network.apply("a", wanted)
        again.append(time.perf_counter() - begun)
    assert seen == []
    assert_same(configured)
    print(f"apply {took * 1e3:.2f} ms, again {sorted(again)[10] * 1e3:.2f} ms")
    assert sorted(again)[10] < 0.05, again
    network.close()


def a_machine_without_nftables_gets_its_tunnel(state: Path) -> None:
    def refuse(text: str) -> str:
        raise libnftables.NftablesError(errno.EOPNOTSUPP, f"no library for {text}")

    open_tun("tun0")
    before = snapshot()
    libnftables.run = refuse
    network = LinuxNetwork(state)
    network.apply("a", GUARDED)
    assert way("8.8.8.8")[0] == "tun0"
    network.apply("a", GUARDED)
    network.close()
    assert_same(before)


def a_guard_refused_once_is_tried_again(state: Path) -> None:
    """And meanwhile no other tunnel loses its own."""
    run, refusals = libnftables.run, [errno.ENOMEM]

    def refuse(text: str) -> str:
        if refusals and "ginnel-guard-tun1" in text:
            raise libnftables.NftablesError(refusals.pop(), "for a moment")
        return run(text)

    open_tun("tun0")
    open_tun("tun1")
    network = LinuxNetwork(state)
    network.apply("a", GUARDED)
    libnftables.run = refuse
    other = Wanted(device="tun1", mtu=1400, addresses=(ip_interface("10.8.0.5/32"),), guard=True)
    network.apply("b", other)
    assert "ginnel-guard-tun1" not in nft("list", "tables")
    network.apply("a", GUARDED)
    assert "ginnel-guard-tun0" in nft("list", "tables")
    network.apply("b", other)
    assert "ginnel-guard-tun1" in nft("list", "tables")
    network.close()
    assert nft("list", "tables") == ""


def a_guard_without_its_journal_is_replaced(state: Path) -> None:
    open_tun("tun0")
    nft("add table inet ginnel-guard-tun0; add table arp ginnel-guard-tun0")
    network = LinuxNetwork(state)
    network.apply("a", GUARDED)
    assert "10.9.0.6" in nft("list", "table", "inet", "ginnel-guard-tun0")
    moved = replace(GUARDED, addresses=FULL.addresses)
    network.apply("a", moved)
    text = nft("list", "table", "inet", "ginnel-guard-tun0")
    assert "10.9.0.5" in text
    assert "fd00:9::5" in text
    assert "10.9.0.6" not in text
    network.close()
    assert nft("list", "tables") == ""


if __name__ == "__main__":
    play(globals())
