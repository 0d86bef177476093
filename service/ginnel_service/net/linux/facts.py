"""What planning needs to know of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from socket import AF_INET, AF_INET6
from typing import Any

from ..plan import MAIN_TABLE, Facts, SetSysctl, Step, is_device
from . import sysctl
from .netlink import find_link, os_errors

_RTN_UNICAST = 1
_RTPROT_RA = 9
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NETNS = Path("/proc/thread-self/ns/net")


def era() -> str:
    """This boot and this network namespace: changes made in another one are gone, or out of reach."""
    about = _NETNS.stat()
    return f"{_BOOT_ID.read_text('ascii').strip()} {about.st_dev}:{about.st_ino}"


def learn(socket: Any, held: Iterable[Step]) -> Facts:
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
        strict_uplinks=tuple(filter(is_strict, _uplinks(socket))),
        advertised_uplinks=tuple(filter(listens, _advertised(socket))) if ipv6 else (),
    )


def _uplinks(socket: Any) -> list[str]:
    """The devices of IPv4 default routes in main; those of all its routes when there is no default route."""
    with os_errors():
        routes = [
            route
            for route in socket.get_routes(family=AF_INET, table=MAIN_TABLE)
            if route["type"] == _RTN_UNICAST and route.get_attr("RTA_TABLE") == MAIN_TABLE
        ]
    return _names(socket, [route for route in routes if route["dst_len"] == 0] or routes)


def _advertised(socket: Any) -> list[str]:
    with os_errors():
        routes = [
            route
            for route in socket.get_routes(family=AF_INET6, table=MAIN_TABLE)
            if route["proto"] == _RTPROT_RA and route["dst_len"] == 0
        ]
    return _names(socket, routes)


def _names(socket: Any, routes: list[Any]) -> list[str]:
    indices: set[int] = set()
    for route in routes:
        if (index := route.get_attr("RTA_OIF")) is not None:
            indices.add(index)
        indices.update(hop["oif"] for hop in route.get_attr("RTA_MULTIPATH") or ())
    links = (find_link(socket, index=index) for index in sorted(indices))
    return [link.name for link in links if link is not None and is_device(link.name)]
