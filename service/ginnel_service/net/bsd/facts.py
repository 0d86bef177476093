"""What planning needs to know of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

from ..base import Network
from ..plan import AddBlock, AddRoute, Step
from ..surroundings import is_default, is_private
from .plan import Facts, Foreign
from .sight import Route, Sight


def learn(sight: Sight, held: Iterable[Step], *, host_routes: bool, guards: bool = True) -> Facts:
    """`held` are steps in force: of one host, each may have taken the place of somebody else's route."""
    foreign = list(_foreign(sight))
    listed = {each.network for each in foreign}
    foreign += [each for each in _displaced(sight, held) if each.network not in listed]
    return Facts(
        ipv6=sight.has_ipv6,
        foreign=tuple(foreign),
        own=tuple(str(each.ip) for device in sight.devices.values() for each in device.addresses),
        routers=tuple(dict.fromkeys(str(route.router) for route in sight.foreign if route.router)),
        host_routes=host_routes,
        guards=guards,
    )


def private_links(sight: Sight) -> tuple[Network, ...]:
    """The private networks that the machine is in, on links that lead out of it."""
    out = _ways_out(sight)
    near = (
        route.network
        for route in sight.foreign
        if route.router is None and route.index in sight.devices and _leads_out(sight, route, out)
    )
    return tuple(dict.fromkeys(network for network in near if is_private(network)))


def uplinks(sight: Sight, device: str) -> tuple[str, ...]:
    """The names of the interfaces that lead out of the machine by a default route, `device` not being one."""
    found = (sight.devices[index].name for index in sorted(_ways_out(sight)) if index in sight.devices)
    return tuple(name for name in found if name != device)


def _foreign(sight: Sight) -> Iterable[Foreign]:
    out = _ways_out(sight)
    for route in sight.foreign:
        device = sight.devices.get(route.index)
        if device is not None:
            yield Foreign(
                network=str(route.network),
                device=device.name,
                on_link=route.router is None,
                out=_leads_out(sight, route, out),
            )


def _ways_out(sight: Sight) -> set[int]:
    """Interfaces with a default route: whatever they are, what is behind them is a tunnel's to take."""
    return {
        route.index for route in sight.foreign if is_default(str(route.network)) and not route.leads_nowhere
    }


def _leads_out(sight: Sight, route: Route, out: set[int]) -> bool:
    device = sight.devices[route.index]
    if device.is_loopback or route.leads_nowhere:
        return False
    return not device.is_inside or device.index in out


def _displaced(sight: Sight, held: Iterable[Step]) -> Iterable[Foreign]:
    """What a host's route of ours may have taken the place of: while it stands, nobody else's can be seen."""
    for step in held:
        if isinstance(step, AddRoute | AddBlock):
            network = ip_network(step.network)
            if network.prefixlen == network.max_prefixlen and sight.at(network) is not None:
                yield Foreign(network=step.network, device="")
