"""What planning needs to know of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path

from ..firewall.nftables import Nearby, can_name
from ..plan import MAIN_TABLE, TABLE, Facts, Family, SetSysctl, Step, is_device
from ..surroundings import is_private
from . import sysctl
from .netlink import PROTOCOL
from .routes import RTN_UNICAST, RTPROT_KERNEL, RTPROT_RA, UNASKED, Route
from .sight import Sight

#: Kinds of devices (IFLA_INFO_KIND) behind which a network is another tunnel's.
_TUNNELS = frozenset(
    {"tun", "wireguard", "ppp", "ipip", "sit", "gre", "gretap", "ip6gre", "ip6gretap", "ip6tnl"}
    | {"vti", "vti6", "xfrm", "vxlan", "geneve"}
)
#: Kinds of bridge ports behind which there is a guest of this machine.
_GUESTS = frozenset({"veth", "tun", "dummy", "netkit"})
_WHOLE = 0xFFFFFFFF

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NETNS = Path("/proc/thread-self/ns/net")


def era() -> str:
    """This boot and this network namespace: changes made in another one are gone, or out of reach."""
    about = _NETNS.stat()
    return f"{boot_id()} {about.st_dev}:{about.st_ino}"


def boot_id() -> str:
    """Raises OSError."""
    return _BOOT_ID.read_text("ascii").strip()


def learn(sight: Sight, held: Iterable[Step], *, guards: bool = True) -> Facts:
    """`held` are steps in force: a device that one of them changed still counts as it was."""
    ours = {step.path for step in held if isinstance(step, SetSysctl)}
    ipv6 = sysctl.read("net/ipv6/conf/all/forwarding") is not None
    every = sysctl.read("net/ipv4/conf/all/rp_filter") or "0"

    def is_strict(device: str) -> bool:
        path = f"net/ipv4/conf/{device}/rp_filter"
        return path in ours or max(every, sysctl.read(path) or "0") == "1"

    def listens(device: str) -> bool:
        path = f"net/ipv6/conf/{device}/accept_ra"
        return path in ours or sysctl.read(path) == "1"

    return Facts(
        ipv6=ipv6,
        strict_uplinks=tuple(filter(is_strict, _uplinks(sight))),
        advertised_uplinks=tuple(filter(listens, _advertised(sight))) if ipv6 else (),
        lan=tuple(sorted(_lan(sight))),
        local=tuple(sorted(_local(sight))),
        marks=tuple(sorted(_marks(sight))),
        guards=guards,
    )


def nearby(sight: Sight) -> Nearby:
    """What the kill switch has to know of the machine's links; a bridge that it cannot name is none to it."""
    return Nearby(
        lan=tuple(ip_network(network) for network in dict.fromkeys(net for _, net in sorted(_lan(sight)))),
        bridges=tuple(sorted(name for index in _bridges(sight) if can_name(name := sight.kinds[index].name))),
    )


def _uplinks(sight: Sight) -> list[str]:
    """The devices of IPv4 default routes; those of all routes in main when there is no default route."""
    found = [route for route in sight.routes4 if route.type == RTN_UNICAST and route.table != TABLE]
    main = [route for route in found if route.table == MAIN_TABLE]
    return _names(sight, [route for route in found if route.is_default] or main)


def _advertised(sight: Sight) -> list[str]:
    return _names(
        sight,
        [
            route
            for route in sight.routes6
            if route.table == MAIN_TABLE and route.protocol == RTPROT_RA and route.is_default
        ],
    )


def _lan(sight: Sight) -> set[tuple[str, str]]:
    """The private networks that the kernel has a link to for an address, or for a router's word of a prefix.

    A route that DHCP told of (option 121, CVE-2024-3661) is none of these, nor is one with a next hop.
    """
    return {
        (name, route.network)
        for route in sight.routes
        if route.table == MAIN_TABLE
        and route.type == RTN_UNICAST
        and route.on_link
        and (route.protocol == RTPROT_KERNEL or (route.protocol == RTPROT_RA and ":" in route.network))
        and is_private(ip_network(route.network))
        for name in _names(sight, [route])
    }


def _local(sight: Sight) -> set[tuple[str, str]]:
    """Networks behind what leads nowhere but into this machine, or into another tunnel.

    Whatever has a default route in main is a way out, and what it leads to is the tunnels' to take.
    """
    out = {
        index
        for route in sight.routes
        if route.table == MAIN_TABLE and route.is_default
        for index in route.devices
    }
    candidates = [
        (route, index)
        for route in sight.routes
        if route.table != TABLE
        and route.type == RTN_UNICAST
        and not route.is_default
        and route.protocol not in UNASKED
        for index in route.devices
        if index not in out
    ]
    if not candidates:
        return set()
    inside = _bridges(sight) | {index for index, link in sight.kinds.items() if link.kind in _TUNNELS}
    return {
        (sight.kinds[index].name, route.network)
        for route, index in candidates
        if index in inside and is_device(sight.kinds[index].name) and not _is_link_local(route)
    }


def _bridges(sight: Sight) -> set[int]:
    """Bridges between guests of this machine: those without a port that could be a way out of it."""
    out = {index for route in sight.routes if route.is_default for index in route.devices}
    ways = {link.bridge for link in sight.kinds.values() if link.bridge and link.kind not in _GUESTS}
    return {
        index
        for index, link in sight.kinds.items()
        if link.kind == "bridge" and index not in out and index not in ways
    }


def _marks(sight: Sight) -> set[tuple[Family, int]]:
    """What VPNs have marked whose rule sends all else into a table with a default route into their tunnel."""
    rules = [
        rule
        for rule in sight.rules
        if rule.inverted and rule.mark and rule.mask == _WHOLE and rule.protocol != PROTOCOL
    ]
    if not rules:
        return set()
    tunnels = {index for index, link in sight.kinds.items() if link.kind in _TUNNELS}
    into = {
        (4 if route in sight.routes4 else 6, route.table)
        for route in sight.routes
        if route.is_default and tunnels.intersection(route.devices)
    }
    return {(rule.family, rule.mark) for rule in rules if (rule.family, rule.table) in into}


def _is_link_local(route: Route) -> bool:
    """Of IPv6: every device has that route, and whoever uses it names the device (RFC 4007)."""
    return route.network.startswith("fe80:")


def _names(sight: Sight, found: list[Route]) -> list[str]:
    indices = sorted({index for route in found for index in route.devices})
    return [name for index in indices if is_device(name := sight.name(index))]
