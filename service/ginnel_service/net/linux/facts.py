"""What planning needs to know of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from socket import AF_INET, AF_INET6

from ..plan import MAIN_TABLE, Facts, SetSysctl, Step, is_device
from . import sysctl
from .netlink import Netlink, find_link
from .routes import RTN_UNICAST, RTPROT_RA, Route, routes

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NETNS = Path("/proc/thread-self/ns/net")


def era() -> str:
    """This boot and this network namespace: changes made in another one are gone, or out of reach."""
    about = _NETNS.stat()
    return f"{_BOOT_ID.read_text('ascii').strip()} {about.st_dev}:{about.st_ino}"


def learn(netlink: Netlink, held: Iterable[Step]) -> Facts:
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
        strict_uplinks=tuple(filter(is_strict, _uplinks(netlink))),
        advertised_uplinks=tuple(filter(listens, _advertised(netlink))) if ipv6 else (),
    )


def _uplinks(netlink: Netlink) -> list[str]:
    """The devices of IPv4 default routes in main; those of all its routes when there is no default route."""
    found = [route for route in routes(netlink, AF_INET, MAIN_TABLE) if route.type == RTN_UNICAST]
    return _names(netlink, [route for route in found if route.is_default] or found)


def _advertised(netlink: Netlink) -> list[str]:
    found = routes(netlink, AF_INET6, MAIN_TABLE)
    return _names(netlink, [route for route in found if route.protocol == RTPROT_RA and route.is_default])


def _names(netlink: Netlink, found: list[Route]) -> list[str]:
    indices = {index for route in found for index in route.devices}
    links = (find_link(netlink, index=index) for index in sorted(indices))
    return [link.name for link in links if link is not None and is_device(link.name)]
