"""Routes and rules: ip-route(8), ip-rule(8) by netlink."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Final

from ..base import Way
from ..journal import Before
from ..plan import MARK, RULE_PRIORITY, TABLE, AddRoute, AddRule, AddThrow
from .netlink import CREATE, PROTOCOL, REPLACE, Attributes, Message, Netlink, tolerate_gone, u32

RTN_UNICAST: Final = 1
RTPROT_RA: Final = 9
_WAYS: Final = (RTN_UNICAST, 2)  # and RTN_LOCAL; what is unreachable has a route that says so
_RTN_THROW: Final = 9
_RT_SCOPE_UNIVERSE: Final = 0
_RT_SCOPE_LINK: Final = 253
_RT_SCOPE_NOWHERE: Final = 255  # when deleting: any
_RTM_NEWROUTE, _RTM_DELROUTE, _RTM_GETROUTE = 24, 25, 26
_ROUTE: Final = struct.Struct("=BBBBBBBBI")  # struct rtmsg, and struct fib_rule_hdr
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PREFSRC = 1, 4, 5, 7
_RTA_MULTIPATH, _RTA_TABLE, _RTA_MARK = 9, 15, 16
_NEXT_HOP: Final = struct.Struct("=HBBi")  # struct rtnexthop

_RTM_NEWRULE, _RTM_DELRULE, _RTM_GETRULE = 32, 33, 34
_FRA_PRIORITY, _FRA_FWMARK, _FRA_TABLE, _FRA_PROTOCOL = 6, 10, 15, 21
_FR_ACT_TO_TBL: Final = 1
_FIB_RULE_INVERT: Final = 2


@dataclass(frozen=True, slots=True)
class Route:
    """One that stands."""

    table: int
    protocol: int
    type: int
    network: str
    devices: tuple[int, ...]

    @property
    def is_default(self) -> bool:
        return self.network.endswith("/0")


def routes(netlink: Netlink, family: int, table: int = 0) -> Iterator[Route]:
    """Those of `table`, or of all tables. Raises OSError."""
    asked = [(_RTA_TABLE, u32(table))] if table else []
    try:
        found = netlink.dump(_RTM_GETROUTE, _ROUTE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0), asked)
    except OSError as error:
        if error.errno != errno.ENOENT:  # there is no such table
            raise
        return
    for message in found:
        got, bits, _, _, short, protocol, _, kind, _ = _ROUTE.unpack(message.body)
        number = message.number(_RTA_TABLE)
        number = short if number is None else number
        if got == family and table in (0, number):
            address = inet_ntop(family, message.attributes.get(_RTA_DST) or _zeros(family))
            yield Route(number, protocol, kind, f"{address}/{bits}", tuple(_devices(message)))


def route_to(netlink: Netlink, host: str, mark: int) -> Way | None:
    """How packets with `mark` get to `host`. Raises OSError where there is no route."""
    address = ip_address(host)
    family = AF_INET if address.version == 4 else AF_INET6
    body = _ROUTE.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
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


def add_route(netlink: Netlink, step: AddRoute | AddThrow, before: Before, *, replace: bool) -> None:
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


def undo_route(netlink: Netlink, step: AddRoute | AddThrow, before: Before) -> bool:
    body, attributes = _route(step, before, scope=_RT_SCOPE_NOWHERE)
    with tolerate_gone():
        netlink.change(_RTM_DELROUTE, body, attributes)
        return True
    return False


def routes_of(netlink: Netlink, index: int) -> set[tuple[int, str]]:
    """(table, network) of every unicast route of ours through the device of that index."""
    return {
        (route.table, route.network)
        for family in (AF_INET, AF_INET6)
        for route in routes(netlink, family)
        if route.protocol == PROTOCOL and index in route.devices
    }


def add_rule(netlink: Netlink, step: AddRule) -> None:
    """A rule of ours that nobody remembers is taken over."""
    try:
        netlink.change(_RTM_NEWRULE, *_rule(step), CREATE)
    except OSError as error:
        if error.errno != errno.EEXIST or not _has_rule(netlink, step):
            raise


def undo_rule(netlink: Netlink, step: AddRule) -> bool:
    with tolerate_gone():
        netlink.change(_RTM_DELRULE, *_rule(step))
        return True
    return False


def _route(
    step: AddRoute | AddThrow, before: Before, *, scope: int | None = None
) -> tuple[bytes, Attributes]:
    """`scope` is for IPv4, where it is not what a new route has."""
    network = ip_network(step.network)
    family = AF_INET if network.version == 4 else AF_INET6
    throw = isinstance(step, AddThrow)
    usual = _RT_SCOPE_LINK if family == AF_INET and not throw else _RT_SCOPE_UNIVERSE
    if scope is None or family == AF_INET6:
        scope = usual
    kind, table = (_RTN_THROW, TABLE) if isinstance(step, AddThrow) else (RTN_UNICAST, step.table)
    body = _ROUTE.pack(family, network.prefixlen, 0, 0, 0, PROTOCOL, scope, kind, 0)
    attributes = [(_RTA_DST, network.network_address.packed), (_RTA_TABLE, u32(table))]
    if not throw:
        attributes.append((_RTA_OIF, u32(before.ifindex)))
    return body, attributes


def _family(step: AddRule) -> int:
    return AF_INET if step.family == 4 else AF_INET6


def _rule(step: AddRule) -> tuple[bytes, Attributes]:
    body = _ROUTE.pack(_family(step), 0, 0, 0, 0, 0, 0, _FR_ACT_TO_TBL, _FIB_RULE_INVERT)
    return body, [
        (_FRA_PRIORITY, u32(RULE_PRIORITY)),
        (_FRA_TABLE, u32(TABLE)),
        (_FRA_FWMARK, u32(MARK)),
        (_FRA_PROTOCOL, bytes([PROTOCOL])),
    ]


def _is_ours(netlink: Netlink, step: AddRoute | AddThrow) -> bool:
    """Whether the route that stands in the way is in our own table and bears our mark."""
    if isinstance(step, AddRoute) and step.table != TABLE:
        return False
    wanted = ip_network(step.network)
    family = AF_INET if wanted.version == 4 else AF_INET6
    return any(
        route.protocol == PROTOCOL and ip_network(route.network) == wanted
        for route in routes(netlink, family, TABLE)
    )


def _has_rule(netlink: Netlink, step: AddRule) -> bool:
    found = netlink.dump(_RTM_GETRULE, _ROUTE.pack(_family(step), 0, 0, 0, 0, 0, 0, 0, 0))
    return any(
        rule.number(_FRA_PRIORITY) == RULE_PRIORITY
        and rule.attributes.get(_FRA_PROTOCOL) == bytes([PROTOCOL])
        for rule in found
    )
