"""systemd-resolved: the servers of a link, told over D-Bus (org.freedesktop.resolve1(5)).

What is told belongs to the link and ends with it. With the routing domain "." a link is asked for every name
that no other link claims more closely; a domain with the flag is for routing alone, without it it is for
searching too. DNSSEC and DNS over TLS stay as the administrator has them.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from socket import AF_INET, AF_INET6
from typing import Any, Final, NamedTuple

from ..plan import SetDns
from .bus import Bus, address

SERVICE: Final = "org.freedesktop.resolve1"
STUBS: Final = frozenset({"127.0.0.53", "127.0.0.54"})
_MANAGER: Final = address(SERVICE, "/org/freedesktop/resolve1", f"{SERVICE}.Manager")
_LINK: Final = f"{SERVICE}.Link"
#: What is gone, or whose keeper is, needs no undoing.
_GONE: Final = frozenset({errno.ENXIO, errno.ENOENT, errno.ECONNREFUSED})


class LinkDns(NamedTuple):
    """What resolved asks through a link."""

    servers: tuple[str, ...]
    search: frozenset[str]
    routing: frozenset[str]  # without the "~" that people write
    default_route: bool


class ResolvedDns:
    """`connect` for tests alone. Every method raises OSError."""

    def __init__(self, connect: Callable[[], Bus] = Bus) -> None:
        self._connect = connect

    def set(self, step: SetDns, ifindex: int) -> None:
        servers = [(_family(server), ip_address(server).packed) for server in step.servers]
        want = _wanted(step)
        domains = [(name, False) for name in step.search]
        domains += [(name, True) for name in sorted(want.routing)]
        with self._connect() as bus:
            bus.call(_MANAGER, "SetLinkDomains", "ia(sb)", ifindex, domains)
            bus.call(_MANAGER, "SetLinkDefaultRoute", "ib", ifindex, step.everything)
            # Last, as names go to a link from when it has servers.
            bus.call(_MANAGER, "SetLinkDNS", "ia(iay)", ifindex, servers)
            _flush(bus)

    def unset(self, ifindex: int) -> bool:
        try:
            with self._connect() as bus:
                had = bool(_link(bus, ifindex).servers)
                bus.call(_MANAGER, "RevertLink", "i", ifindex)
                _flush(bus)
        except OSError as error:
            if error.errno in _GONE:
                return False
            raise
        return had

    def stands(self, step: SetDns, ifindex: int) -> bool:
        try:
            with self._connect() as bus:
                return _link(bus, ifindex) == _wanted(step)
        except OSError as error:
            if error.errno in _GONE:
                return False
            raise

    def links(self, indices: list[int]) -> dict[int, LinkDns]:
        """What is asked through each of `indices`, and under 0 what is asked through no certain link."""
        found: dict[int, LinkDns] = {}
        with self._connect() as bus:
            told = bus.properties(_MANAGER)
            servers, domains = (
                [entry[1:] for entry in told[name] if entry[0] == 0] for name in ("DNS", "Domains")
            )
            found[0] = _parse(servers, domains, default_route=True)
            for index in indices:
                found[index] = _link(bus, index)
        return found


def _flush(bus: Bus) -> None:
    """What others answered is not asked for again; resolved may keep that right to itself."""
    with suppress(OSError):
        bus.call(_MANAGER, "FlushCaches")


def _wanted(step: SetDns) -> LinkDns:
    routing = {"."} if step.everything else set(step.match) - set(step.search)
    return LinkDns(step.servers, frozenset(step.search), frozenset(routing), step.everything)


def _link(bus: Bus, ifindex: int) -> LinkDns:
    (path,) = bus.call(_MANAGER, "GetLink", "i", ifindex)
    told = bus.properties(address(SERVICE, path, _LINK))
    return _parse(told["DNS"], told["Domains"], default_route=bool(told.get("DefaultRoute", True)))


def _parse(servers: list[tuple[Any, ...]], domains: list[tuple[Any, ...]], *, default_route: bool) -> LinkDns:
    return LinkDns(
        servers=tuple(str(ip_address(bytes(octets))) for _, octets in servers),
        search=frozenset(name for name, routing in domains if not routing),
        routing=frozenset(name for name, routing in domains if routing),
        default_route=default_route,
    )


def _family(server: str) -> int:
    return AF_INET6 if ":" in server else AF_INET
