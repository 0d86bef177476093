"""Routes: ip-route(8) by netlink."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Final, assert_never

from ..base import Way
from ..journal import Before
from ..plan import (
    BLOCK_METRIC,
    MAIN_TABLE,
    METRIC,
    NEARBY_METRIC,
    TABLE,
    AddBlock,
    AddRoute,
    AddThrow,
)
from ..surroundings import is_default
from .netlink import CREATE, PROTOCOL, REPLACE, Attributes, Message, Netlink, tolerate_gone, u32

RTN_UNICAST: Final = 1
RTPROT_KERNEL: Final = 2
RTPROT_RA: Final = 9
UNASKED: Final = frozenset({1, RTPROT_RA, 16})  # RTPROT_REDIRECT, _RA, _DHCP: what the network said
_WAYS: Final = (RTN_UNICAST, 2)  # and RTN_LOCAL; what is unreachable has a route that says so
_RTN_UNREACHABLE: Final = 7
_RTN_THROW: Final = 9
_RT_SCOPE_UNIVERSE: Final = 0
_RT_SCOPE_LINK: Final = 253
_RT_SCOPE_NOWHERE: Final = 255  # when deleting: any
_RTM_NEWROUTE, _RTM_DELROUTE, _RTM_GETROUTE = 24, 25, 26
HEADER: Final = struct.Struct("=BBBBBBBBI")  # struct rtmsg, and struct fib_rule_hdr
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_PREFSRC = 1, 4, 5, 6, 7
_RTA_MULTIPATH, _RTA_TABLE, _RTA_MARK, _RTA_VIA = 9, 15, 16, 18
_NEXT_HOP: Final = struct.Struct("=HBBi")  # struct rtnexthop

RouteStep = AddRoute | AddThrow | AddBlock


@dataclass(frozen=True, slots=True)
class Route:
    """One that stands."""

    table: int
    protocol: int
    type: int
    network: str
    devices: tuple[int, ...]
    metric: int
    on_link: bool  # there is no next hop: whoever it leads to is a neighbour

    @property
    def is_default(self) -> bool:
        """Or a part of a default route, such as 0.0.0.0/1."""
        return is_default(self.network)


def routes(netlink: Netlink, family: int, table: int = 0) -> Iterator[Route]:
    """Those of `table`, or of all tables. Raises OSError."""
    asked = [(_RTA_TABLE, u32(table))] if table else []
    try:
        found = netlink.dump(_RTM_GETROUTE, HEADER.pack(family, 0, 0, 0, 0, 0, 0, 0, 0), asked)
    except OSError as error:
        if error.errno != errno.ENOENT:  # there is no such table
            raise
        return
    for message in found:
        got, bits, _, _, short, protocol, _, kind, _ = HEADER.unpack(message.body)
        number = message.number(_RTA_TABLE)
        number = short if number is None else number
        if got == family and table in (0, number):
            address = inet_ntop(family, message.attributes.get(_RTA_DST) or _zeros(family))
            devices = tuple(_devices(message))
            metric = message.number(_RTA_PRIORITY) or 0
            on_link = not message.attributes.keys() & {_RTA_GATEWAY, _RTA_VIA, _RTA_MULTIPATH}
            yield Route(number, protocol, kind, f"{address}/{bits}", devices, metric, on_link)


def route_to(netlink: Netlink, host: str, mark: int) -> Way | None:
    """How packets with `mark` get to `host`. Raises OSError where there is no route."""
    address = ip_address(host)
    family = AF_INET if address.version == 4 else AF_INET6
    body = HEADER.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
    asked = [(_RTA_DST, address.packed), *([(_RTA_MARK, u32(mark))] if mark else [])]
    found = netlink.get(_RTM_GETROUTE, body, asked)
    kind, device = found.body[7], found.number(_RTA_OIF)
    local, gateway = found.attributes.get(_RTA_PREFSRC), found.attributes.get(_RTA_GATEWAY)
    if kind not in _WAYS or not local or not device:
        return None
    return Way(inet_ntop(family, local), device, inet_ntop(family, gateway) if gateway else "")


def _zeros(family: int) -> bytes:
    return bytes(4 if family == AF_INET else 16)


def _devices(message: Message) -> Iterator[int]:
    if index := message.number(_RTA_OIF):
        yield index
    hops, at = message.attributes.get(_RTA_MULTIPATH, b""), 0
    while at + _NEXT_HOP.size <= len(hops):
        length, _, _, index = _NEXT_HOP.unpack_from(hops, at)
        if length < _NEXT_HOP.size:
            return
        yield index
        at += (length + 3) & ~3


def add_route(netlink: Netlink, step: RouteStep, before: Before, *, replace: bool = False) -> None:
    """A route of ours in our table that nobody remembers (its journal was lost) is taken over."""
    body, attributes = _route(step, before)
    if isinstance(step, AddRoute) and step.source is not None:
        attributes = [*attributes, (_RTA_PREFSRC, ip_address(step.source).packed)]
    try:
        netlink.change(_RTM_NEWROUTE, body, attributes, REPLACE if replace else CREATE)
    except OSError as error:
        if replace or error.errno != errno.EEXIST or not _is_ours(netlink, step):
            raise
        netlink.change(_RTM_NEWROUTE, body, attributes, REPLACE)


def undo_route(netlink: Netlink, step: RouteStep, before: Before) -> bool:
    body, attributes = _route(step, before, scope=_RT_SCOPE_NOWHERE)
    with tolerate_gone():
        netlink.change(_RTM_DELROUTE, body, attributes)
        return True
    return False


def remove(netlink: Netlink, route: Route) -> bool:
    """Remove a route of ours that stands, whatever it is."""
    network = ip_network(route.network)
    family = AF_INET if network.version == 4 else AF_INET6
    body = HEADER.pack(
        family,
        network.prefixlen,
        0,
        0,
        0,
        PROTOCOL,
        _RT_SCOPE_NOWHERE if family == AF_INET else 0,
        route.type,
        0,
    )
    attributes = [
        (_RTA_DST, network.network_address.packed),
        (_RTA_TABLE, u32(route.table)),
        *([(_RTA_PRIORITY, u32(route.metric))] if route.metric else []),
        *([(_RTA_OIF, u32(route.devices[0]))] if route.type == RTN_UNICAST and route.devices else []),
    ]
    with tolerate_gone():
        netlink.change(_RTM_DELROUTE, body, attributes)
        return True
    return False


def has_route(found: Iterable[Route], step: AddThrow | AddBlock) -> bool:
    """Whether `step` is among them."""
    kind, table, metric = _kind(step)
    return any(
        route.table == table
        and route.network == step.network
        and (route.type, route.metric, route.protocol) == (kind, metric, PROTOCOL)
        for route in found
    )


def _route(step: RouteStep, before: Before, *, scope: int | None = None) -> tuple[bytes, Attributes]:
    """`scope` is for IPv4, where it is not what a new route has."""
    network = ip_network(step.network)
    family = AF_INET if network.version == 4 else AF_INET6
    through = isinstance(step, AddRoute)
    usual = _RT_SCOPE_LINK if family == AF_INET and through else _RT_SCOPE_UNIVERSE
    if scope is None or family == AF_INET6:
        scope = usual
    kind, table, metric = _kind(step)
    body = HEADER.pack(family, network.prefixlen, 0, 0, 0, PROTOCOL, scope, kind, 0)
    attributes = [(_RTA_DST, network.network_address.packed), (_RTA_TABLE, u32(table))]
    if through:
        attributes.append((_RTA_OIF, u32(before.ifindex)))
    if metric:
        attributes.append((_RTA_PRIORITY, u32(metric)))
    return body, attributes


def _kind(step: RouteStep) -> tuple[int, int, int]:
    """Type, table and metric; without a metric the kernel gives its own, as in the main table."""
    match step:
        case AddRoute():
            return RTN_UNICAST, step.table, 0 if step.table == MAIN_TABLE else METRIC
        case AddThrow():
            return _RTN_THROW, TABLE, NEARBY_METRIC if step.nearby else METRIC
        case AddBlock():
            return _RTN_UNREACHABLE, TABLE, BLOCK_METRIC
        case _:
            assert_never(step)


def _is_ours(netlink: Netlink, step: RouteStep) -> bool:
    """Whether the route that stands in the way is in our own table and bears our mark."""
    _, table, metric = _kind(step)
    family = AF_INET if ip_network(step.network).version == 4 else AF_INET6
    return table == TABLE and any(
        route.protocol == PROTOCOL and route.network == step.network and route.metric == metric
        for route in routes(netlink, family, TABLE)
    )
