"""From what was heard of a gateway to findings: identifiers, how much they matter, and parameters. Pure."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from ..ike.codes import KeMethod, TransformType
from ..ike.events import Endpoint
from ..ike.keywords import word_of
from ..ike.payloads.sa import Transform
from ..ipc.schema import Finding, Severity
from .asking import Heard

#: What a path should carry at least, so that a tunnel inside it carries ordinary packets.
SMALL_MTU: Final = 1400
SLOW_NAME_MS: Final = 2000.0
_LOCAL: Final = (errno.EPERM, errno.EACCES)
_NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)


class Door(NamedTuple):
    """One port of one address of the gateway, and what was heard of it."""

    remote: Endpoint
    heard: Heard

    @property
    def open(self) -> bool:
        return self.heard.answered


class Sizes(NamedTuple):
    """How the search for the path's MTU ended: the largest that arrived (0: none did), and whether something
    larger was lost without a word."""

    octets: int
    hole: bool


def find(id_: str, severity: Severity, **params: object) -> Finding:
    return Finding(id=id_, severity=severity, params=params)


def of_name(server: str, addresses: Sequence[str], ms: float, servers: Sequence[str]) -> list[Finding]:
    if list(addresses) == [server]:
        return [find("name_is_address", "ok", server=server)]
    params = {"server": server, "addresses": list(addresses), "ms": round(ms), "servers": list(servers)}
    if ms >= SLOW_NAME_MS:
        return [find("name_slow", "note", **params)]
    return [find("name_resolves", "ok", **params)]


def of_udp(doors: Sequence[Door]) -> list[Finding]:
    """A silent port matters where the same port answers at no other address."""
    found = [_of_door(door, doors) for door in doors]
    open_ports = {door.remote.port for door in doors if door.open}
    if open_ports == {4500} and any(door.remote.port == 500 for door in doors):
        found.append(find("port_500_blocked", "warning"))
    if open_ports == {500} and any(door.remote.port == 4500 for door in doors):
        found.append(find("port_4500_blocked", "warning"))
    if not open_ports:
        found.append(find("gateway_silent", "warning"))
    return found


def _of_door(door: Door, doors: Sequence[Door]) -> Finding:
    (host, port), heard = door.remote, door.heard
    where = {"address": host, "port": port}
    if heard.reply is not None:
        if heard.reply.kind == "ikev1":
            return find("gateway_ikev1", "warning")
        return find("udp_answers", "ok", **where, ms=round(heard.ms))
    elsewhere = any(other.open and other.remote.port == port for other in doors)
    severity: Severity = "note" if elsewhere else "warning"
    if heard.error in _LOCAL:
        return find("udp_denied", "warning", **where)
    if heard.error == errno.ECONNREFUSED:
        return find("udp_refused", severity, **where)
    if heard.error in _NO_WAY:
        return find("no_route", severity, address=host, detail=os.strerror(heard.error))
    return find("udp_silent", severity, **where)


def of_tcp(remote: Endpoint, outcome: Heard | OSError, *, udp: bool) -> list[Finding]:
    """`udp`: whether that works, so that TCP is only in reserve."""
    severity: Severity = "note" if udp else "warning"
    if isinstance(outcome, OSError):
        detail = outcome.strerror or "no answer"
        return [find("tcp_closed", severity, address=remote.host, port=remote.port, detail=detail)]
    if outcome.reply is None:
        return [find("tcp_other", severity, address=remote.host, port=remote.port)]
    return [find("tcp_answers", "ok", address=remote.host, port=remote.port, ms=round(outcome.ms))]


def of_nat(heard: Sequence[Heard]) -> list[Finding]:
    """By the first accepted request: only its answer tells."""
    reply = next((h.reply for h in heard if h.reply is not None and h.reply.kind == "accepted"), None)
    if reply is None:
        return [find("nat_unknown", "note")]
    if not reply.nat_supported:
        return [find("nat_unsupported", "warning")]
    found = [find("nat_here" if reply.nat_local else "nat_none", "ok")]
    if reply.nat_remote:
        found.append(find("nat_gateway", "ok"))
    return found


def of_fragments(heard: Heard, octets: int, *, cuts_itself: bool) -> list[Finding]:
    """`cuts_itself`: both sides cut large IKE messages up (RFC 7383), so that IP need not."""
    if heard.answered:
        return [find("fragments_arrive", "ok", octets=octets)]
    if cuts_itself:
        return [find("fragments_lost", "note", octets=octets)]
    return [find("fragments_needed", "warning", octets=octets)]


def of_sizes(sizes: Sizes) -> list[Finding]:
    if not sizes.octets:
        return [find("path_mtu_unknown", "note")]
    if sizes.hole:
        return [find("path_mtu_hole", "warning", octets=sizes.octets)]
    if sizes.octets < SMALL_MTU:
        return [find("path_mtu_small", "note", octets=sizes.octets)]
    return [find("path_mtu", "ok", octets=sizes.octets)]


def group_name(method: int) -> str:
    """The keyword of a key exchange method, or its number."""
    known = {each.value for each in KeMethod}
    return word_of(Transform(TransformType.KE, method)) if method in known else str(method)
