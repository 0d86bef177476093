"""What happens to a machine's network, played in a network namespace of its own.

    peer0 --- up0 (192.0.2.2/24, 2001:db8::2/64, strict reverse path filter, default routes)   [tun0] [tun1]

Run as a program with the name of a scenario and an empty state directory; exits 0 when it holds. The
namespace, and all in it, goes with the process.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_interface, ip_network
from pathlib import Path
from typing import Any

from ginnel_service.net.base import NetworkError, Wanted
from ginnel_service.net.linux.network import LinuxNetwork

_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001

FULL = Wanted(
    device="tun0",
    mtu=1400,
    addresses=(ip_interface("10.9.0.5/32"), ip_interface("fd00:9::5/128")),
    routes=(ip_network("0.0.0.0/0"), ip_network("::/0")),
    bypass=(ip_network("192.0.2.0/24"), ip_network("172.16.0.0/12"), ip_network("2001:db8::/64")),
)
MOVED = Wanted(
    device="tun0",
    mtu=1300,
    addresses=(ip_interface("10.9.0.6/32"), ip_interface("fd00:9::6/128")),
    routes=(ip_network("0.0.0.0/0"), ip_network("172.16.0.0/12"), ip_network("::/0")),
    bypass=(ip_network("192.0.2.0/24"),),
)
GATEWAY = Wanted(
    device="tun1",
    mtu=1380,
    addresses=(ip_interface("10.77.0.1/24"), ip_interface("fd00:77::1/64")),
    routes=(ip_network("198.51.100.0/24"),),
    bypass=(ip_network("192.0.2.0/24"),),
    link_routes=(ip_network("10.77.0.0/24"), ip_network("fd00:77::/64")),
    forwarding=True,
)


def ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def ip_json(*arguments: str) -> Any:
    return json.loads(ip("-j", "-N", *arguments) or "[]")


def sysctl(path: str, value: str | None = None) -> str:
    file = Path("/proc/sys/net") / path
    if value is not None:
        file.write_text(value)
    return file.read_text().strip()


def open_tun(name: str) -> int:
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN_NO_PI))
    return fd


def build_world() -> None:
    ip("link", "set", "lo", "up")
    ip("link", "add", "up0", "type", "veth", "peer", "name", "peer0")
    for device in ("up0", "peer0"):
        sysctl(f"ipv6/conf/{device}/addr_gen_mode", "1")
        ip("link", "set", device, "up")
    ip("addr", "add", "192.0.2.2/24", "dev", "up0")
    ip("addr", "add", "2001:db8::2/64", "dev", "up0", "nodad")
    ip("route", "add", "default", "via", "192.0.2.1")
    ip("route", "add", "default", "via", "2001:db8::1", "dev", "up0", "proto", "ra")
    for prefix in ("0.0.0.0/1", "128.0.0.0/1", "203.0.113.7/32"):  # as DHCP option 121 would
        ip("route", "add", prefix, "via", "192.0.2.1", "proto", "dhcp")
    sysctl("ipv4/conf/up0/rp_filter", "1")
    sysctl("ipv4/conf/peer0/forwarding", "1")  # differs from the global switch
    sysctl("ipv4/conf/all/accept_redirects", "0")


def snapshot() -> dict[str, object]:
    """All that applying may change, of both families."""
    links = ip_json("link")
    for link in links:
        link.pop("operstate")  # follows with a delay
        link.pop("qdisc")  # attached when a device is first up, kept when it is down
    taken: dict[str, object] = {"links": links}
    for family in ("-4", "-6"):
        addresses = ip_json(family, "addr")
        taken["addresses" + family] = [(link["ifname"], link["addr_info"]) for link in addresses if link]
        routes = ip_json(family, "route", "show", "table", "all")
        taken["routes" + family] = sorted(json.dumps(route, sort_keys=True) for route in routes)
        taken["rules" + family] = ip_json(family, "rule")
    for version in ("ipv4", "ipv6"):
        for file in sorted(Path(f"/proc/sys/net/{version}/conf").glob("*/*")):
            if file.name != "stable_secret":
                taken[str(file)] = file.read_text()
    taken["ip_forward"] = sysctl("ipv4/ip_forward")
    return taken


def assert_same(before: dict[str, object]) -> None:
    after = snapshot()
    changed = {
        key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)
    }
    assert not changed, changed


def way(destination: str, *arguments: str) -> tuple[str, str | None]:
    """(device, source) that the kernel picks for `destination`."""
    (route,) = ip_json("route", "get", destination, *arguments)
    return route["dev"], route.get("prefsrc")


def child(action: Callable[[], None]) -> bool:
    """Run `action` in a process of its own; whether it lived to its end."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException as error:
            print("child:", repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    return status == 0


def killed_at(count: int) -> Callable[[str], None]:
    """A checkpoint that kills the process, as hard as it goes, the `count`th time it is passed."""
    passed = 0

    def checkpoint(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return checkpoint


def recover(state: Path) -> list[str]:
    network = LinuxNetwork(state)
    words = network.recover()
    network.close()
    return words


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


def refused(call: Callable[..., object], *arguments: object) -> tuple[str, int]:
    try:
        call(*arguments)
    except NetworkError as error:
        return error.code, error.errno
    raise AssertionError("was not refused")


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
    network.close()
    assert_same(before)


def life(state: Path, checkpoint: Callable[[str], None]) -> None:
    """Everything a service does to the network from its start to its end."""
    network = LinuxNetwork(state, checkpoint=checkpoint)
    network.recover()
    network.apply("a", FULL)
    network.apply("gateway", GATEWAY)
    network.apply("a", MOVED)
    network.withdraw("a")
    network.close()


def kill_at_every_step(state: Path, *, devices_survive: bool) -> None:
    if devices_survive:
        open_tun("tun0")
        open_tun("tun1")
    before = snapshot()

    def live(count: int) -> None:
        if not devices_survive:
            open_tun("tun0")
            open_tun("tun1")
        life(state, killed_at(count))

    deaths = 0
    while not child(partial(live, deaths + 1)):
        deaths += 1
        recover(state)
        assert_same(before)
        assert not list(state.iterdir())
    assert deaths > 60, deaths
    assert_same(before)


def kill_at_every_step_device_dies(state: Path) -> None:
    kill_at_every_step(state, devices_survive=False)


def kill_at_every_step_device_survives(state: Path) -> None:
    kill_at_every_step(state, devices_survive=True)


def kill_while_recovering(state: Path) -> None:
    open_tun("tun0")
    open_tun("tun1")
    before = snapshot()

    def up_and_killed() -> None:
        network = LinuxNetwork(state)
        network.apply("a", FULL)
        network.apply("gateway", GATEWAY)
        os.kill(os.getpid(), signal.SIGKILL)

    def recovering(count: int) -> None:
        network = LinuxNetwork(state, checkpoint=killed_at(count))
        assert network.recover()

    deaths = 0
    alive = False
    while not alive:
        assert not child(up_and_killed)
        deaths += 1
        alive = child(partial(recovering, deaths))
        recover(state)
        assert_same(before)
    assert deaths > 30


def recover_says_what_it_undid(state: Path) -> None:
    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", FULL)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    assert recover(state) == [
        "undone: look up the tunnels' routes first for IPv6",
        "undone: look up the tunnels' routes first for IPv4",
        "undone: keep 2001:db8::/64 out of the tunnels",
        "undone: keep 172.16.0.0/12 out of the tunnels",
        "undone: keep 192.0.2.0/24 out of the tunnels",
        "undone: set net.ipv4.conf.up0.rp_filter to 2",
    ]
    assert recover(state) == []


def first_apply_recovers_by_itself(state: Path) -> None:
    before = snapshot()

    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", FULL)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    tun = open_tun("tun1")
    network = LinuxNetwork(state)
    network.apply("b", GATEWAY)
    network.close()
    os.close(tun)
    assert_same(before)


def lost_journal_does_not_stop_the_next_tunnel(state: Path) -> None:
    before = snapshot()

    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", FULL)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    for file in state.iterdir():
        file.unlink()
    sysctl("ipv4/conf/up0/rp_filter", "1")
    tun = open_tun("tun0")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    assert way("8.8.8.8") == ("tun0", "10.9.0.5")
    network.close()
    os.close(tun)
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
    synced: list[int] = []
    sync = os.fsync
    os.fsync = lambda fd: synced.append(1) or sync(fd)  # type: ignore[func-returns-value]
    network = LinuxNetwork(state)
    network.apply("a", Wanted(device="tun0", mtu=1400, addresses=FULL.addresses, routes=routes))
    assert len(synced) < 25, "the disk is waited for once for all routes"
    assert way("11.0.17.1") == ("tun0", "10.9.0.5")
    network.close()
    assert_same(before)


if __name__ == "__main__":
    build_world()
    globals()[sys.argv[1]](Path(sys.argv[2]))
