"""A machine in a network namespace of its own, for tests to act on and to look at.

peer0 --- up0 (192.0.2.2/24, 2001:db8::2/64, strict reverse path filter, default routes)   [tun0] [tun1]
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
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
#: A tunnel without IPv6 on a machine with a LAN: guarded, and IPv6 blocked.
GUARDED = Wanted(
    device="tun0",
    mtu=1300,
    addresses=(ip_interface("10.9.0.6/32"),),
    routes=(ip_network("0.0.0.0/0"),),
    bypass=(ip_network("192.0.2.0/24"),),
    blocked=(ip_network("::/0"),),
    lan=True,
    guard=True,
)
GATEWAY = Wanted(
    device="tun1",
    mtu=1380,
    addresses=(ip_interface("10.77.0.1/24"), ip_interface("fd00:77::1/64")),
    routes=(ip_network("198.51.100.0/24"),),
    bypass=(ip_network("192.0.2.0/24"),),
    link_routes=(ip_network("10.77.0.0/24"), ip_network("fd00:77::/64")),
    forwarding=True,
    translated=(ip_network("10.77.0.0/24"), ip_network("fd00:77::/64")),
)


def ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def nft(*arguments: str) -> str:
    return subprocess.run(["nft", *arguments], check=True, capture_output=True, text=True).stdout


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
    until = time.monotonic() + 10
    while any(link["operstate"] != "UP" for link in ip_json("link", "show", "type", "veth")) or not ip_json(
        "-6", "route", "show", "2001:db8::2", "table", "local"
    ):
        # the kernel says so a moment later, and adds the routes for groups and for the address then
        assert time.monotonic() < until
        time.sleep(0.005)


def snapshot() -> dict[str, object]:
    """All that applying may change, of both families."""
    links = ip_json("link")
    for link in links:
        link.pop("operstate")  # follows with a delay, and so does the carrier
        link["flags"] = [flag for flag in link["flags"] if flag not in ("NO-CARRIER", "LOWER_UP")]
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
    taken["nftables"] = nft("list", "ruleset")
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


#: Events of sys.addaudithook() that change what outlives a process, or speak to one that does.
_FILE_CALLS = ("open", "os.rename", "os.remove", "os.symlink", "os.truncate", "os.chmod", "os.chown")
_OTHER_CALLS = ("socket.connect", "subprocess.Popen")


def killed_at_call(count: int, state: Path) -> Callable[[str], None]:
    """As `killed_at`, and each call that concerns `state` or /etc or asks another program counts as well."""
    checkpoint = killed_at(count)

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        ours = (str(state), "/etc/", "dns.saved", "network.journal")
        if event in _OTHER_CALLS or (event in _FILE_CALLS and str(arguments[0]).startswith(ours)):
            checkpoint(event)

    sys.addaudithook(hear)
    return checkpoint


def recover(state: Path) -> list[str]:
    network = LinuxNetwork(state)
    words = network.recover()
    network.close()
    return words


def refused(call: Callable[..., object], *arguments: object) -> tuple[str, int]:
    try:
        call(*arguments)
    except NetworkError as error:
        return error.code, error.errno
    raise AssertionError("was not refused")


def play(scenarios: dict[str, Any]) -> None:
    """Run the scenario that the command line names in a fresh world, with the state directory it names."""
    build_world()
    scenarios[sys.argv[1]](Path(sys.argv[2]))
