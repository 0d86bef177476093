"""Routes and rules: ip-route(8), ip-rule(8) by netlink."""

from __future__ import annotations

import errno
from ipaddress import ip_network
from socket import AF_INET, AF_INET6
from typing import Any

from ..journal import Before
from ..plan import MARK, RULE_PRIORITY, TABLE, AddRoute, AddRule, AddThrow
from .netlink import PROTOCOL, os_errors, tolerate_gone

_RTN_UNICAST = 1
_RTN_THROW = 9
_RT_SCOPE_UNIVERSE = 0
_RT_SCOPE_LINK = 253
_RT_SCOPE_NOWHERE = 255  # when deleting: any
_FIB_RULE_INVERT = 2


def add_route(socket: Any, step: AddRoute | AddThrow, before: Before, *, replace: bool) -> None:
    """A route of ours in our table that nobody remembers (its journal was lost) is taken over."""
    fields = _route(step, before)
    if isinstance(step, AddRoute) and step.source is not None:
        fields["prefsrc"] = step.source
    try:
        with os_errors():
            socket.route("replace" if replace else "add", **fields)
    except OSError as error:
        if replace or error.errno != errno.EEXIST or not _is_ours(socket, fields):
            raise
        with os_errors():
            socket.route("replace", **fields)


def undo_route(socket: Any, step: AddRoute | AddThrow, before: Before) -> bool:
    fields = _route(step, before)
    if fields["family"] == AF_INET:
        fields["scope"] = _RT_SCOPE_NOWHERE
    with tolerate_gone():
        socket.route("del", **fields)
        return True
    return False


def routes_of(socket: Any, index: int) -> set[tuple[int, str]]:
    """(table, network) of every unicast route of ours through the device of that index."""
    found = set()
    for family, bits in ((AF_INET, 32), (AF_INET6, 128)):
        with os_errors():
            routes = list(socket.get_routes(family=family))
        for route in routes:
            if route["proto"] == PROTOCOL and route.get_attr("RTA_OIF") == index:
                address = route.get_attr("RTA_DST") or ("0.0.0.0" if bits == 32 else "::")  # noqa: S104
                found.add((int(route.get_attr("RTA_TABLE")), f"{address}/{route['dst_len']}"))
    return found


def add_rule(socket: Any, step: AddRule) -> None:
    """A rule of ours that nobody remembers is taken over."""
    fields = _rule(step)
    try:
        with os_errors():
            socket.rule("add", **fields)
    except OSError as error:
        if error.errno != errno.EEXIST or not _has_rule(socket, fields):
            raise


def undo_rule(socket: Any, step: AddRule) -> bool:
    with tolerate_gone():
        socket.rule("del", **_rule(step))
        return True
    return False


def _route(step: AddRoute | AddThrow, before: Before) -> dict[str, object]:
    network = ip_network(step.network)
    fields: dict[str, object] = {
        "family": AF_INET if network.version == 4 else AF_INET6,
        "dst": str(network),
        "proto": PROTOCOL,
    }
    if isinstance(step, AddThrow):
        return fields | {"table": TABLE, "type": _RTN_THROW, "scope": _RT_SCOPE_UNIVERSE}
    scope = _RT_SCOPE_LINK if network.version == 4 else _RT_SCOPE_UNIVERSE
    return fields | {"table": step.table, "type": _RTN_UNICAST, "scope": scope, "oif": before.ifindex}


def _rule(step: AddRule) -> dict[str, object]:
    return {
        "family": AF_INET if step.family == 4 else AF_INET6,
        "priority": RULE_PRIORITY,
        "table": TABLE,
        "fwmark": MARK,
        "flags": _FIB_RULE_INVERT,
        "protocol": PROTOCOL,
    }


def _is_ours(socket: Any, fields: dict[str, object]) -> bool:
    """Whether the route that stands in the way is in our own table and bears our mark."""
    if fields["table"] != TABLE:
        return False
    wanted = ip_network(str(fields["dst"]))
    with os_errors():
        routes = list(socket.get_routes(family=fields["family"], table=TABLE))
    return any(
        route["proto"] == PROTOCOL
        and route["dst_len"] == wanted.prefixlen
        and (route.get_attr("RTA_DST") or str(wanted.network_address)) == str(wanted.network_address)
        for route in routes
    )


def _has_rule(socket: Any, fields: dict[str, object]) -> bool:
    with os_errors():
        rules = list(socket.get_rules(family=fields["family"]))
    return any(
        rule.get_attr("FRA_PRIORITY") == RULE_PRIORITY and rule.get_attr("FRA_PROTOCOL") == PROTOCOL
        for rule in rules
    )
