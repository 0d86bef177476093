"""What stands in the kernel during one call: every dump is made when it is first asked for, and once."""

from __future__ import annotations

from functools import cached_property
from socket import AF_INET, AF_INET6

from ..firewall import libnftables
from ..firewall.nat import TABLE as NAT
from ..firewall.nftables import GUARD_PREFIX, KILL_SWITCH
from .netlink import Kind, Netlink, find_link, kinds
from .routes import Route, routes
from .rules import Rule, rules

_LOCAL_TABLE = 255  # the kernel's own


class Sight:
    """Every property raises OSError."""

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink
        self._names: dict[int, str] = {}

    @cached_property
    def routes4(self) -> list[Route]:
        return [route for route in routes(self._netlink, AF_INET) if route.table != _LOCAL_TABLE]

    @cached_property
    def routes6(self) -> list[Route]:
        return [route for route in routes(self._netlink, AF_INET6) if route.table != _LOCAL_TABLE]

    @property
    def routes(self) -> list[Route]:
        return [*self.routes4, *self.routes6]

    @cached_property
    def rules(self) -> list[Rule]:
        return [*rules(self._netlink, AF_INET), *rules(self._netlink, AF_INET6)]

    def name(self, index: int) -> str:
        """The name of a device, "" where there is none of that index."""
        if index not in self._names:
            link = find_link(self._netlink, index=index)
            self._names[index] = link.name if link is not None else ""
        return self._names[index]

    @cached_property
    def kinds(self) -> dict[int, Kind]:
        return kinds(self._netlink)

    @cached_property
    def tables(self) -> set[tuple[str, str]]:
        """(family, name) of every table of ours that nftables has."""
        lines = (line.split() for line in libnftables.run("list tables").splitlines())
        return {
            (line[1], line[2])
            for line in lines
            if len(line) == 3 and (line[2] in (KILL_SWITCH, NAT) or line[2].startswith(GUARD_PREFIX))
        }
