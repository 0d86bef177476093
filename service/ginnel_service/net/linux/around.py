"""What stands around a tunnel in this network namespace: links, routes, and whether traffic is stopped."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address, ip_interface, ip_network
from socket import AF_INET, AF_INET6
from typing import Final

from ..base import Reach, Surroundings
from ..firewall.libnftables import NftablesError
from ..firewall.nftables import KILL_SWITCH
from .netlink import Netlink, find_link
from .routes import RTN_UNICAST, route_to, routes
from .sight import Sight

_RTM_GETLINK, _RTM_GETADDR = 18, 22
_LINK: Final = struct.Struct("=BxHiII")  # struct ifinfomsg
_ADDRESS: Final = struct.Struct("=BBBBI")  # struct ifaddrmsg
_IFLA_IFNAME: Final = 3
_IFA_ADDRESS: Final = 1
_IFF_UP: Final = 1
_SCOPE_LINK: Final = 253  # addresses of fe80::/10: every link has those
_TUNNEL_LIKE: Final = (512, 65534)  # ARPHRD_PPP, and ARPHRD_NONE: no link-layer addresses


def look_around(hosts: Sequence[str], mark: int) -> Surroundings:
    """Of this network namespace, by netlink; `mark` is that of our own packets. Raises OSError."""
    with Netlink() as netlink:
        names: dict[int, str] = {}
        tunnels = set()
        for message in netlink.dump(_RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0)):
            _, kind, index, flags, _ = _LINK.unpack(message.body)
            names[index] = message.attributes[_IFLA_IFNAME].rstrip(b"\0").decode(errors="replace")
            if kind in _TUNNEL_LIKE and flags & _IFF_UP:
                tunnels.add(names[index])
        reaches = (*_neighbours(netlink, names), *_routed(netlink, names))
        return Surroundings(
            reaches=reaches, tunnels=frozenset(tunnels), ways=tuple(_ways(netlink, hosts, mark))
        )


def _neighbours(netlink: Netlink, names: dict[int, str]) -> Iterator[Reach]:
    for message in netlink.dump(_RTM_GETADDR, _ADDRESS.pack(0, 0, 0, 0, 0)):
        _, bits, _, scope, index = _ADDRESS.unpack(message.body)
        address = message.attributes.get(_IFA_ADDRESS)
        if address and scope < _SCOPE_LINK and index in names:
            network = ip_interface((ip_address(address), bits)).network
            if network.num_addresses > 1:  # the address of a tunnel alone is nobody's neighbour
                yield Reach(network, names[index], on_link=True)


def _routed(netlink: Netlink, names: dict[int, str]) -> Iterator[Reach]:
    for family in (AF_INET, AF_INET6):
        for route in routes(netlink, family):
            network = ip_network(route.network)
            if route.type == RTN_UNICAST and not network.is_link_local and not network.is_multicast:
                yield from (Reach(network, names[index]) for index in route.devices if index in names)


def _ways(netlink: Netlink, hosts: Sequence[str], mark: int) -> Iterator[tuple[str, str]]:
    for host in hosts:
        with suppress(OSError):
            way = route_to(netlink, host, mark)
            link = None if way is None else find_link(netlink, index=way.device)
            if link is not None:
                yield host, link.name


def kill_switch_stands() -> bool:
    """Whether ours is in nftables. Raises OSError; where there is no nftables there is none."""
    try:
        with Netlink() as netlink:
            return any(table == KILL_SWITCH for _, table in Sight(netlink).tables)
    except NftablesError as error:
        if error.errno == errno.EOPNOTSUPP:
            return False
        raise
