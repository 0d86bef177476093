"""The routing table of a fake kernel, with its interfaces: what fails, what is chosen, what goes along.

Sources: route(4); sys/net/route/route_ctl.c of FreeBSD; xnu's bsd/net/route.c and rtsock.c.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ginnel_service.net.base import Address, Interface, Network
from ginnel_service.net.bsd.layout import RTF_GATEWAY, RTF_HOST, RTF_WASCLONED, Layout
from ginnel_service.net.bsd.sockaddr import Link
from helpers import bsd_octets as octets
from helpers.bsd_octets import Gateway

RTF_PINNED = 0x100000  # FreeBSD: the kernel's own


@dataclass(slots=True)
class Held:
    """An address of an interface."""

    address: Interface
    destination: Address | None = None
    tentative: bool = False


@dataclass(slots=True)
class Nic:
    index: int
    name: str
    flags: int
    kind: int
    mtu: int = 1500
    held: list[Held] = field(default_factory=list)
    cloned: bool = False
    opened: bool = False  # by some process
    carrier: bool = True  # FreeBSD

    @property
    def link(self) -> Link:
        return Link(self.index, self.name)

    def message(self, layout: Layout) -> bytes:
        told = (self.index, self.name, self.flags, self.kind, self.mtu)
        return octets.link(layout, *told, carrier=self.carrier)

    def of(self, version: int) -> Address | None:
        return next((each.address.ip for each in self.held if each.address.version == version), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A route."""

    network: Network
    gateway: Gateway
    index: int
    flags: int
    source: Address | None = None
    scope: int = 0

    @property
    def key(self) -> tuple[Network, int]:
        return self.network, self.scope


class RouteTable(list[Entry]):
    """One FIB's. What a call cannot do is an OSError with the kernel's errno."""

    def __init__(self, layout: Layout, nics: dict[int, Nic]) -> None:
        super().__init__()
        self.layout = layout
        self.nics = nics
        self.multipath = layout.system == "freebsd"
        self.moved: list[str] = []  # by RTM_CHANGE

    def add(self, made: Entry) -> list[Entry]:
        """What went with it. EEXIST."""
        for old in [each for each in self if each.key == made.key]:
            if old.flags & RTF_WASCLONED:
                self.remove(old)
            elif not (self.multipath and old.flags & made.flags & RTF_GATEWAY):
                raise OSError(errno.EEXIST, "there is one")
        self.append(made)
        if self.layout.system != "darwin":
            return []
        # Clones of a wider route, which this one covers
        return self.drop(
            lambda each: bool(each.flags & RTF_WASCLONED) and _within(each.network, made.network)
        )

    def delete(self, entry: Entry, gateway: Gateway | None, flags: int) -> Entry:
        """ESRCH, EADDRINUSE."""
        if self.layout.system == "freebsd":
            paths = [each for each in self if each.key == entry.key]
            matching = [each for each in paths if gateway is None or _same(each.gateway, gateway)]
            if not matching:
                raise OSError(errno.ESRCH, "not by that gateway")
            entry = matching[0]
            if entry.flags & RTF_PINNED and not flags & RTF_PINNED:
                raise OSError(errno.EADDRINUSE, "the kernel's own")
        self.remove(entry)
        return entry

    def change(self, entry: Entry, gateway: Gateway | None, flags: int, named: int) -> Entry:
        if gateway is None:
            raise OSError(errno.EINVAL, "no gateway")
        if entry.flags & RTF_PINNED:
            raise OSError(errno.EEXIST, "the kernel's own")
        nic = self.choose(entry.network, gateway, flags, named)
        kept = entry.flags
        if not self.layout.change_keeps_flags:
            kept = (kept & ~RTF_GATEWAY) | (flags & RTF_GATEWAY)
        changed = replace(
            entry, gateway=gateway, index=nic.index, flags=kept, source=nic.of(entry.network.version)
        )
        self[self.index(entry)] = changed
        self.moved.append(str(entry.network))
        return changed

    def choose(
        self, network: Network, gateway: Gateway, flags: int, named: int, own: Address | None = None
    ) -> Nic:
        """The interface of a new route. A name (RTA_IFP) decides; without one macOS may take a wrong one."""
        if named:
            if named not in self.nics:
                raise OSError(errno.ENXIO, "no such interface")
            nic = self.nics[named]
        elif isinstance(gateway, Link):
            far = self._far_end(network.network_address) if flags & RTF_HOST else None
            if far is not None and self.layout.system == "darwin":
                return far
            if gateway.index not in self.nics:
                raise OSError(errno.EINVAL, "no such interface")
            nic = self.nics[gateway.index]
        else:
            return self._towards(gateway)
        if self.layout.system == "freebsd" and own is None and nic.of(network.version) is None:
            raise OSError(errno.ENETUNREACH, "the interface has no address of that family")
        if not isinstance(gateway, Link) and not gateway.is_loopback:
            self._towards(gateway)
        return nic

    def _far_end(self, host: Address) -> Nic | None:
        return next(
            (nic for nic in self.nics.values() if any(held.destination == host for held in nic.held)), None
        )

    def _towards(self, gateway: Address) -> Nic:
        if gateway.is_link_local and gateway.version == 6:
            index = int(gateway.scope_id or 0)
            if index not in self.nics:
                raise OSError(errno.ENETUNREACH, "no zone")
            return self.nics[index]
        for nic in self.nics.values():
            for held in nic.held:
                if gateway in (held.address.ip, held.destination) or gateway in held.address.network:
                    return nic
        raise OSError(errno.ENETUNREACH, "nobody knows the gateway")

    def exact(self, network: Network, scope: int = 0) -> Entry | None:
        return next((each for each in self if each.key == (network, scope)), None)

    def lookup(self, host: Address) -> Entry | None:
        """The longest match, as a packet finds it."""
        found = [each for each in self if not each.scope and _holds(each.network, host)]
        return max(found, key=lambda each: each.network.prefixlen, default=None)

    def drop(self, goes: Callable[[Entry], bool]) -> list[Entry]:
        """Those that are gone now."""
        found = [entry for entry in self if goes(entry)]
        for entry in found:
            self.remove(entry)
        return found


def _holds(network: Network, host: Address) -> bool:
    return network.version == host.version and host in network


def _within(narrow: Network, wide: Network) -> bool:
    return _holds(wide, narrow.network_address) and narrow.prefixlen > wide.prefixlen


def _same(one: Gateway, other: Gateway) -> bool:
    if isinstance(one, Link) and isinstance(other, Link):
        return one.index == other.index
    return one == other
