"""What a service does to a machine's network, and that nothing of it stays.

Run as a program with the name of a scenario and an empty state directory; exits 0 when it holds. The
namespace, and all in it, goes with the process.
"""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

from ginnel_service.net.base import Wanted
from ginnel_service.net.linux.network import LinuxNetwork
from net.world import (
    FULL,
    GATEWAY,
    MOVED,
    assert_same,
    ip,
    ip_json,
    open_tun,
    play,
    recover,
    refused,
    snapshot,
    sysctl,
    way,
)


def applied_and_withdrawn_leaves_nothing(state: Path) -> None:
    open_tun("tun0")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    assert snapshot() != before
    network.withdraw("a")
    assert_same(before)
    network.withdraw("a")
    assert_same(before)
    assert not list(state.iterdir())
    network.close()


def what_a_device_lost_when_set_down_comes_back(state: Path) -> None:
    open_tun("tun0")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    configured = snapshot()
    for _ in range(2):
        ip("link", "set", "tun0", "down")
        assert way("198.51.100.9")[0] == "up0"
        network.apply("a", FULL)  # whoever set it down meant it
        assert way("198.51.100.9")[0] == "up0"
        ip("link", "set", "tun0", "up")
        network.apply("a", FULL)
        assert_same(configured)
    ip("link", "set", "tun0", "down")
    network.withdraw("a")
    assert_same(before)
    network.close()


def gateway_restores_forwarding_exactly(state: Path) -> None:
    open_tun("tun1")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("gateway", GATEWAY)
    assert sysctl("ipv4/ip_forward") == "1"
    assert sysctl("ipv6/conf/all/forwarding") == "1"
    assert sysctl("ipv6/conf/up0/accept_ra") == "2"
    assert way("10.77.0.9") == ("tun1", "10.77.0.1")
    assert way("10.77.0.9", "mark", "0x676e") == ("tun1", "10.77.0.1")
    network.close()
    assert_same(before)


def traffic_takes_the_tunnel_unless_marked_or_bypassed(state: Path) -> None:
    open_tun("tun0")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    mark = ("mark", hex(network.socket_mark))
    assert way("8.8.8.8") == ("tun0", "10.9.0.5")
    assert way("203.0.113.7") == ("tun0", "10.9.0.5"), "a longer prefix in main must not win"
    assert way("8.8.8.8", *mark) == ("up0", "192.0.2.2")
    assert way("192.0.2.9") == ("up0", "192.0.2.2")
    assert way("172.16.3.4") == ("up0", "192.0.2.2")
    assert way("2001:4860::1") == ("tun0", "fd00:9::5")
    assert way("2001:4860::1", *mark) == ("up0", "2001:db8::2")
    assert way("2001:db8::9") == ("up0", "2001:db8::2")
    assert sysctl("ipv4/conf/up0/rp_filter") == "2"
    (link,) = ip_json("link", "show", "tun0")
    assert (link["mtu"], link["txqlen"], "UP" in link["flags"]) == (1400, 5000, True)
    (addresses,) = ip_json("-6", "addr", "show", "dev", "tun0")
    assert [entry["local"] for entry in addresses["addr_info"]] == ["fd00:9::5"], "no link-local address"
    network.close()


def longest_prefix_decides_within_the_tunnels(state: Path) -> None:
    open_tun("tun0")
    open_tun("tun1")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    network.apply("b", GATEWAY)
    assert way("198.51.100.1") == ("tun1", "10.77.0.1")
    assert way("198.51.101.1") == ("tun0", "10.9.0.5")
    network.close()


def strict_filter_lets_the_gateway_answer(state: Path) -> None:
    """With the filter left strict, a packet from the gateway's address would be dropped on arrival."""
    open_tun("tun0")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    arriving = ("from", "203.0.113.7", "iif", "up0")
    assert "local" in ip("route", "get", "192.0.2.2", *arriving)
    sysctl("ipv4/conf/up0/rp_filter", "1")
    refused = subprocess.run(["ip", "route", "get", "192.0.2.2", *arriving], check=False, capture_output=True)
    assert refused.returncode != 0
    sysctl("ipv4/conf/up0/rp_filter", "2")
    network.close()
    assert sysctl("ipv4/conf/up0/rp_filter") == "1"


def changed_wish_changes_only_the_difference(state: Path) -> None:
    open_tun("tun0")
    before = snapshot()
    seen: list[str] = []
    network = LinuxNetwork(state, checkpoint=seen.append)
    network.apply("a", FULL)
    seen.clear()
    network.apply("a", FULL)
    assert seen == [], "the same wish again changes nothing"
    network.apply("a", MOVED)
    assert way("8.8.8.8") == ("tun0", "10.9.0.6")
    assert way("172.16.3.4") == ("tun0", "10.9.0.6"), "the throw route gave way"
    assert way("2001:4860::1") == ("tun0", "fd00:9::6")
    assert ip_json("link", "show", "tun0")[0]["mtu"] == 1300
    network.apply("a", Wanted(device="tun0", mtu=1300))
    assert way("8.8.8.8") == ("up0", "192.0.2.2")
    assert sysctl("ipv4/conf/up0/rp_filter") == "1"
    network.withdraw("a")
    assert_same(before)
    network.close()


def owners_share_what_is_equal(state: Path) -> None:
    open_tun("tun0")
    open_tun("tun1")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    network.apply("b", GATEWAY)
    network.withdraw("a")
    assert way("198.51.100.1") == ("tun1", "10.77.0.1"), "the rule stays for its second owner"
    assert way("192.0.2.9") == ("up0", "192.0.2.2")
    assert sysctl("ipv4/conf/up0/rp_filter") == "2"
    network.apply("a", FULL)
    network.withdraw("b")
    assert way("8.8.8.8") == ("tun0", "10.9.0.5")
    network.withdraw("a")
    assert_same(before)
    network.close()


def refusal_rolls_back(state: Path) -> None:
    open_tun("tun0")
    open_tun("tun1")
    network = LinuxNetwork(state)
    ip("route", "add", "10.50.0.0/16", "via", "192.0.2.1")
    before = snapshot()
    clash = Wanted(
        device="tun0",
        mtu=1400,
        addresses=FULL.addresses,
        routes=FULL.routes,
        link_routes=(ip_network("10.50.0.0/16"),),
    )
    assert refused(network.apply, "a", clash) == ("route_in_use", errno.EEXIST)
    assert_same(before)
    assert not list(state.iterdir())
    assert refused(network.apply, "a", Wanted(device="none0", mtu=1400)) == ("no_such_device", errno.ENODEV)
    assert refused(network.apply, "a", Wanted(device="../all", mtu=1400))[0] == "invalid"
    assert_same(before)

    network.apply("a", FULL)
    between = snapshot()
    worse = Wanted(
        device="tun0",
        mtu=1300,
        addresses=MOVED.addresses,
        routes=MOVED.routes,
        link_routes=(ip_network("10.50.0.0/16"),),
    )
    assert refused(network.apply, "a", worse)[0] == "route_in_use"
    assert_same(between)
    rival = Wanted(device="tun1", mtu=1400, addresses=GATEWAY.addresses, routes=FULL.routes)
    assert refused(network.apply, "b", rival)[0] == "route_in_use"
    assert_same(between)
    twin = Wanted(device="tun1", mtu=1400, addresses=FULL.addresses, guard=True)
    assert refused(network.apply, "b", twin)[0] == "address_in_use", "neither would hear anything"
    assert_same(between)
    network.close()
    assert_same(before)


def foreign_rule_and_setting_are_left_alone(state: Path) -> None:
    open_tun("tun0")
    rule = ("not", "fwmark", "0x676e", "lookup", "26478", "priority", "5207")
    ip("rule", "add", *rule)
    with_rule = ip_json("rule")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    assert len(ip_json("rule")) == len(with_rule) + 1
    network.withdraw("a")
    assert ip_json("rule") == with_rule, "ours went, not its twin"
    network.apply("a", FULL)
    sysctl("ipv4/conf/up0/rp_filter", "0")
    network.withdraw("a")
    assert sysctl("ipv4/conf/up0/rp_filter") == "0", "somebody else's later choice stands"
    network.close()


def device_that_came_back_is_set_up_anew(state: Path) -> None:
    tun = open_tun("tun0")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    os.close(tun)
    tun = open_tun("tun0")
    network.apply("a", FULL)
    assert way("8.8.8.8") == ("tun0", "10.9.0.5")
    assert way("2001:4860::1") == ("tun0", "fd00:9::5")
    os.close(tun)
    network.withdraw("a")
    assert way("8.8.8.8") == ("up0", "192.0.2.2")
    network.close()


def ipv6_switched_off_is_on_for_the_device_alone(state: Path) -> None:
    sysctl("ipv6/conf/all/disable_ipv6", "1")
    sysctl("ipv6/conf/default/disable_ipv6", "1")
    open_tun("tun0")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    assert way("2001:4860::1") == ("tun0", "fd00:9::5")
    assert sysctl("ipv6/conf/up0/disable_ipv6") == "1"
    network.close()
    assert_same(before)


def second_process_is_refused(state: Path) -> None:
    network = LinuxNetwork(state)
    network.recover()
    assert refused(LinuxNetwork(state).recover)[0] == "already_running"
    network.close()
    recover(state)


def works_from_executor_threads(state: Path) -> None:
    open_tun("tun0")
    before = snapshot()
    network = LinuxNetwork(state)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
            await loop.run_in_executor(one, network.apply, "a", FULL)
            await loop.run_in_executor(other, network.withdraw, "a")
            await loop.run_in_executor(one, network.close)

    asyncio.run(main())
    assert_same(before)


def refused_undo_is_tried_again(state: Path) -> None:
    """A setting that cannot be written back stays the owner's, and in the journal, until it can."""
    open_tun("tun0")
    before = snapshot()
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    subprocess.run(["mount", "-o", "bind,ro", "/proc/sys", "/proc/sys"], check=True)
    assert refused(network.withdraw, "a") == ("not_permitted", errno.EROFS)
    assert way("8.8.8.8") == ("up0", "192.0.2.2"), "the rest is undone"
    assert list(state.iterdir())
    subprocess.run(["umount", "/proc/sys"], check=True)
    network.withdraw("a")
    assert_same(before)
    assert not list(state.iterdir())
    network.close()


def many_routes_are_one_write(state: Path) -> None:
    open_tun("tun0")
    before = snapshot()
    routes = tuple(ip_network((0x0B000000 + (n << 12), 20)) for n in range(500))
    writes: list[int] = []
    write = os.write
    os.write = lambda fd, data: writes.append(1) or write(fd, data)  # type: ignore[func-returns-value]
    network = LinuxNetwork(state)
    network.apply("a", Wanted(device="tun0", mtu=1400, addresses=FULL.addresses, routes=routes))
    assert len(writes) < 30, "all routes are logged at once"
    assert way("11.0.17.1") == ("tun0", "10.9.0.5")
    network.close()
    assert_same(before)


if __name__ == "__main__":
    play(globals())
