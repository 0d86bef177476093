"""Whom a program would ask for a name now, and whether that is outside the tunnel.

Follows getaddrinfo(3): nsswitch.conf(5) leads to resolved or to /etc/resolv.conf, and the stub in there to
resolved as well. What resolved asks for a name follows systemd-resolved.service(8), "Protocols and routing":
the link with the closest domain, all of them where several are as close. `look` reads, `judge` is pure.
"""

from __future__ import annotations

from ipaddress import ip_address
from socket import if_nameindex
from typing import Final, Literal, NamedTuple

from ..base import Dns
from . import resolved
from .bus import running
from .file import read_resolv_conf
from .names import lies_below
from .nss import asks_resolved, nsswitch
from .resolv_conf import MOST_SERVERS
from .resolved import LinkDns, ResolvedDns

Severity = Literal["ok", "note", "warning"]
ROOT: Final = "."


class DnsFinding(NamedTuple):
    """What is to be said; the words are the clients'."""

    id: str
    severity: Severity
    params: dict[str, str | list[str]]


class Seen(NamedTuple):
    """What decides whom programs ask. `links` is None where no program comes to resolved."""

    servers: tuple[str, ...]  # of /etc/resolv.conf, those that a C library asks
    by_library: bool = True  # whether the C library itself goes by them
    links: dict[str, LinkDns] | None = None  # by device; "" for what belongs to no link


def leak_check(wanted: Dns, device: str, beside: tuple[str, ...] = ()) -> tuple[DnsFinding, ...]:
    """What to tell a person about the DNS of the tunnel on `device`; blocks, as D-Bus calls do.

    `beside` are devices of other tunnels: whoever is asked through one is not outside.
    """
    try:
        return judge(wanted, device, look(), beside)
    except OSError as error:
        return (_say("dns_unreadable", "warning", detail=error.strerror or type(error).__name__),)


def look() -> Seen:
    """Raises OSError."""
    servers = read_resolv_conf().servers[:MOST_SERVERS]
    by_library = not asks_resolved(nsswitch())
    if by_library and not resolved.STUBS & set(servers):
        return Seen(servers)
    if not running([resolved.SERVICE]):  # the C library goes on to /etc/resolv.conf
        return Seen(servers)
    names = dict(if_nameindex())
    links = ResolvedDns().links(list(names))
    return Seen(servers, by_library, {names.get(index, ""): link for index, link in links.items()})


def judge(wanted: Dns, device: str, seen: Seen, beside: tuple[str, ...] = ()) -> tuple[DnsFinding, ...]:
    ours = {str(server) for server in wanted.servers}
    if seen.links is None:
        found = _of_file(wanted, ours, seen)
    else:
        links = {name: link for name, link in seen.links.items() if name not in beside}
        found = _of_links(wanted, device, links, seen)
    if not any(finding.severity == "warning" for finding in found):
        found.insert(0, _say("dns_in_tunnel", "ok", servers=sorted(ours)))
    return tuple(found)


def _of_file(wanted: Dns, ours: set[str], seen: Seen) -> list[DnsFinding]:
    others = [server for server in seen.servers if server not in ours]
    local = [server for server in others if ip_address(server).is_loopback]
    if local:
        return [_say("dns_local_resolver", "note", servers=local)]
    if not ours & set(seen.servers):
        return [_say("dns_not_asked", "warning", servers=sorted(ours))]
    if not wanted.everything:
        return [_say("dns_not_split", "note", servers=[s for s in seen.servers if s in ours])]
    return [_say("dns_leak", "warning", servers=others)] if others else []


def _of_links(wanted: Dns, device: str, links: dict[str, LinkDns], seen: Seen) -> list[DnsFinding]:
    ours = links.get(device)
    if ours is None or not ours.servers:
        return [_say("dns_not_asked", "warning", servers=[str(server) for server in wanted.servers])]
    found = []
    others = [link for name, link in links.items() if name != device and link.servers]
    claims = ours.routing | ours.search
    rivals = [link for link in others if wanted.everything and ROOT in link.routing]
    if wanted.everything and ROOT not in claims:
        rivals = [link for link in others if link.default_route]
    if rivals:
        found.append(_say("dns_leak", "warning", servers=_servers(rivals)))
    for link in others:
        closer = {name for name in link.search | link.routing if name != ROOT and name not in claims}
        if not wanted.everything:
            closer = {name for name in closer if lies_below(name, tuple(claims))}
        if closer:
            found.append(
                _say("dns_names_elsewhere", "note", domains=sorted(closer), servers=_servers([link]))
            )
    outside = [server for server in seen.servers if server not in resolved.STUBS | set(ours.servers)]
    if outside:
        found.append(_say("dns_read_directly", "note" if not seen.by_library else "warning", servers=outside))
    return found


def _servers(links: list[LinkDns]) -> list[str]:
    return sorted({server for link in links for server in link.servers})


def _say(id_: str, severity: Severity, **params: str | list[str]) -> DnsFinding:
    return DnsFinding(id_, severity, params)
