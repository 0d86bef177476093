"""What stands in the kernel during one call: each dump is made when it is first asked for, and once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address, ip_network

from ..base import Address, Interface, Network
from ..surroundings import covers
from . import messages
from .kernel import Kernel
from .layout import (
    IFF_LOOPBACK,
    IFF_POINTOPOINT,
    IFF_RUNNING,
    IFF_UP,
    IFT_BRIDGE,
    NET_RT_DUMP,
    NET_RT_IFLIST,
    RTF_BLACKHOLE,
    RTF_GATEWAY,
    RTF_IFSCOPE,
    RTF_LLINFO,
    RTF_PROTO3,
    RTF_REJECT,
    RTF_STATIC,
    RTF_UP,
    RTF_WASCLONED,
)
from .messages import AddressMessage, LinkMessage, RouteMessage
from .sockaddr import Link, Sockaddr

_OURS = RTF_STATIC | RTF_PROTO3


@dataclass(frozen=True, slots=True)
class Route:
    """One that stands."""

    network: Network
    gateway: Sockaddr | None  # a Link for what is a neighbour's
    index: int
    flags: int

    @property
    def is_ours(self) -> bool:
        return self.flags & _OURS == _OURS

    @property
    def leads_nowhere(self) -> bool:
        return bool(self.flags & (RTF_REJECT | RTF_BLACKHOLE))

    @property
    def router(self) -> Address | None:
        """The next hop, None when whoever it leads to is a neighbour."""
        if not self.flags & RTF_GATEWAY or isinstance(self.gateway, Link):
            return None
        return self.gateway


@dataclass(slots=True)
class Device:
    """An interface."""

    index: int
    name: str
    flags: int
    kind: int  # net/if_types.h
    mtu: int
    carrier: bool = True
    addresses: list[Interface] = field(default_factory=list)

    @property
    def up(self) -> bool:
        return bool(self.flags & IFF_UP)

    @property
    def carries(self) -> bool:
        return self.carrier and self.flags & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING

    @property
    def is_loopback(self) -> bool:
        return bool(self.flags & IFF_LOOPBACK)

    @property
    def is_inside(self) -> bool:
        """Behind it is another tunnel's end or a guest, unless a default route leads there."""
        return bool(self.flags & IFF_POINTOPOINT) or self.kind == IFT_BRIDGE


class Sight:
    """Every property and call raises OSError."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    @cached_property
    def routes(self) -> list[Route]:
        """Without neighbours, what was cloned for one destination, and macOS's for sockets that are bound."""
        passed_over = RTF_LLINFO
        if self._kernel.layout.system == "darwin":
            passed_over |= RTF_WASCLONED | RTF_IFSCOPE
        dump = self._kernel.dump(NET_RT_DUMP)
        return [
            Route(each.network, each.gateway, each.index, each.flags)
            for each in messages.parse(self._kernel.layout, dump)
            if isinstance(each, RouteMessage)
            and each.network is not None
            and each.flags & RTF_UP
            and not each.flags & passed_over
        ]

    @cached_property
    def devices(self) -> dict[int, Device]:
        found: dict[int, Device] = {}
        for each in messages.parse(self._kernel.layout, self._kernel.dump(NET_RT_IFLIST)):
            if isinstance(each, LinkMessage):
                found[each.index] = Device(
                    each.index, each.name, each.flags, each.kind, each.mtu, each.carrier
                )
            elif isinstance(each, AddressMessage) and each.address is not None and each.index in found:
                found[each.index].addresses.append(each.address)
        return found

    def device(self, name: str) -> Device | None:
        return next((each for each in self.devices.values() if each.name == name), None)

    def at(self, network: Network) -> Route | None:
        """The route to exactly that prefix."""
        return next((route for route in self.routes if route.network == network), None)

    @cached_property
    def foreign(self) -> list[Route]:
        """Those that are not ours."""
        return [route for route in self.routes if not route.is_ours]

    def outside(self, network: Network) -> Route | None:
        """The longest match for all of `network` that is not ours: its way if we were not here."""
        wide = [route for route in self.foreign if covers(route.network, network)]
        return max(wide, key=lambda route: route.network.prefixlen, default=None)

    def way_outside(self, host: str) -> tuple[Route, Address] | None:
        """That to `host`, and the address of the machine that it is left from; None without either."""
        address = ip_address(host)
        route = self.outside(ip_network(host))
        device = self.devices.get(route.index) if route is not None else None
        if route is None or device is None or route.leads_nowhere:
            return None
        usable = [each for each in device.addresses if each.version == address.version]
        hop = route.router or address
        near = [each for each in usable if hop in each.network]
        local = next((each.ip for each in (*near, *usable) if not each.ip.is_link_local), None)
        return (route, local) if local is not None else None

    @cached_property
    def has_ipv6(self) -> bool:
        """A kernel that knows IPv6 has ::1."""
        return any(each.version == 6 for device in self.devices.values() for each in device.addresses)
