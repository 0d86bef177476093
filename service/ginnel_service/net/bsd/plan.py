"""From what a tunnel wants to the ordered steps that get there, on a machine with one routing table. Pure.

Every route stands beside those of the machine, so what a tunnel takes, it takes by a longer prefix. Of a
prefix that somebody else has a route to, it takes both halves, and so of a default route always: the
machine's own routes stay where they are, whoever changes them meanwhile. To a single host there are no
halves, so its route has to make way and comes back in the end.

Routes of others within what a tunnel takes are longer than its own (what a DHCP server tells is one,
CVE-2024-3661): it takes these as well, unless they lead to what shall be kept out of it. For what is kept out
nothing is needed where such a route is already, else a route along the way that packets take without us.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final, Literal

from msgspec import Struct

from ..base import Network, Wanted
from ..plan import (
    AddAddress,
    AddBlock,
    AddGuard,
    AddRoute,
    AddThrow,
    LinkUp,
    SetLink,
    SetSysctl,
    Step,
    Translate,
    dns_steps,
)
from ..surroundings import SITE_GROUPS4, covers, is_private

#: What routes into a tunnel never take, and no route of others to it is a leak: one link's own.
_LINK_LOCAL: Final[tuple[Network, ...]] = (ip_network("fe80::/10"), ip_network("169.254.0.0/16"))
_MULTICAST: Final[tuple[Network, ...]] = (ip_network("224.0.0.0/4"), ip_network("ff00::/8"))

#: What becomes of a packet, the stronger of two wishes of one prefix first.
_Fate = Literal["around", "into", "stays", "nowhere"]
_STRENGTH: Final[tuple[_Fate, ...]] = ("around", "into", "stays", "nowhere")


class Foreign(Struct, frozen=True):
    """A route of somebody else's."""

    network: str
    device: str
    on_link: bool = False  # whoever it leads to is a neighbour
    out: bool = True  # out of the machine, and not to itself, its guests or other tunnels


class Facts(Struct, frozen=True):
    """What planning needs to know of the machine. A route that ours took the place of stays listed."""

    ipv6: bool = True
    foreign: tuple[Foreign, ...] = ()
    own: tuple[str, ...] = ()  # the machine's addresses
    routers: tuple[str, ...] = ()  # the next hops of `foreign`
    host_routes: bool = True  # our own sockets are not bound to a link, so a gateway needs a route
    guards: bool = True  # the packet filter takes guards


@dataclass(frozen=True, slots=True)
class _Wish:
    network: Network
    fate: _Fate


def steps_for(wanted: Wanted, facts: Facts) -> tuple[Step, ...]:
    """All steps for `wanted`, in order: what is kept out first, so that it is never in.

    Raises ValueError as the plan of Linux does.
    """
    device = wanted.device
    addresses = [entry for entry in wanted.addresses if entry.version == 4 or facts.ipv6]
    steps: list[Step] = [SetLink(device, wanted.mtu, 0), LinkUp(device)]
    if wanted.guard and addresses and facts.guards:  # before the addresses are there to be found
        steps.append(AddGuard(device, tuple(str(entry.ip) for entry in addresses)))
    steps += [AddAddress(device, str(entry)) for entry in addresses]
    source: dict[int, str] = {}
    for entry in addresses:
        source.setdefault(entry.version, str(entry.ip))
    fates = _fates(wanted, facts)
    order: tuple[_Fate, ...] = ("around", "into", "nowhere")
    for fate in order:
        for wish in fates:
            if wish.fate == fate:
                steps.append(_step(wish, device, source))
    steps += _forwarding(wanted, facts)
    if wanted.dns is not None:
        steps += dns_steps(device, wanted.dns, ipv6=facts.ipv6)
    return tuple(dict.fromkeys(steps))


def _forwarding(wanted: Wanted, facts: Facts) -> Iterator[Step]:
    """A gateway's: translated before anything is forwarded (inet(4), inet6(4))."""
    if translated := [str(net) for net in wanted.translated if net.version == 4 or facts.ipv6]:
        yield Translate(wanted.device, tuple(translated))
    if wanted.forwarding:
        versions = {net.version for net in (*wanted.addresses, *wanted.link_routes, *wanted.routes)}
        if 4 in versions:
            yield SetSysctl("net.inet.ip.forwarding", "1")
        if 6 in versions and facts.ipv6:
            yield SetSysctl("net.inet6.ip6.forwarding", "1")


def _step(wish: _Wish, device: str, source: dict[int, str]) -> Step:
    network = str(wish.network)
    if wish.fate == "around":
        return AddThrow(network)
    if wish.fate == "nowhere":
        return AddBlock(network)
    return AddRoute(network, device, source=source.get(wish.network.version))


def _fates(wanted: Wanted, facts: Facts) -> list[_Wish]:
    """Every route of ours, each prefix once."""
    wishes = _wishes(wanted, facts)
    taken = [wish for wish in wishes if wish.fate in ("into", "nowhere")]
    foreign = [each for each in facts.foreign if each.device != wanted.device]
    standing = {ip_network(each.network) for each in foreign}
    made: dict[Network, _Fate] = {}

    def make(network: Network, fate: _Fate) -> None:
        had = made.get(network)
        if had is None or _STRENGTH.index(fate) < _STRENGTH.index(had):
            made[network] = fate

    for wish in wishes:
        lost = any(covers(each.network, wish.network) for each in taken)
        if wish.fate == "around" and lost and wish.network not in standing:
            make(wish.network, "around")
    for gateway in _gateways(wanted, facts):  # another tunnel's routes may cover it
        if gateway not in standing:
            make(gateway, "around")
    for wish in taken:
        for piece in _pieces(wish.network, standing):
            if _fate(wishes, piece) == wish.fate:  # a piece may be a part of what another wish is about
                make(piece, wish.fate)
    for each in foreign:
        network = ip_network(each.network)
        fate = _fate(wishes, network)
        if each.out and fate in ("into", "nowhere") and not _is_exempt(network, facts):
            for piece in _pieces(network, standing):
                if _fate(wishes, piece) == fate:
                    make(piece, fate)
    for router in map(ip_network, facts.routers):
        if router not in standing and _needs_route(router, made, foreign):
            make(router, "around")
    return [_Wish(network, fate) for network, fate in made.items()]


def _wishes(wanted: Wanted, facts: Facts) -> list[_Wish]:
    """What shall become of which prefix; the longest that covers a packet decides."""
    asked = [*wanted.routes, *wanted.link_routes]
    wishes = [_Wish(net, "into") for net in asked if net not in wanted.bypass]
    wishes += [_Wish(net, "nowhere") for net in wanted.blocked]
    wishes += [_Wish(net, "around") for net in wanted.bypass if net.prefixlen]
    wishes += [_Wish(gateway, "around") for gateway in _gateways(wanted, facts)]
    wishes += [_Wish(ip_network(each.network), "stays") for each in _surroundings(wanted, facts)]
    if wanted.lan:
        wishes += [_Wish(net, "around") for net in SITE_GROUPS4]
    return [wish for wish in wishes if wish.network.version == 4 or facts.ipv6]


def _gateways(wanted: Wanted, facts: Facts) -> list[Network]:
    usable = [each for each in wanted.gateways if each.version == 4 or facts.ipv6]
    return [ip_network(each) for each in usable] if facts.host_routes else []


def _surroundings(wanted: Wanted, facts: Facts) -> Iterator[Foreign]:
    """Guests of the machine and other tunnels; with `lan`, private networks on its links."""
    for each in facts.foreign:
        if each.device == wanted.device:
            continue
        near = wanted.lan and each.on_link and is_private(ip_network(each.network))
        if near or not each.out:
            yield each


def _fate(wishes: Iterable[_Wish], network: Network) -> _Fate:
    over = [wish for wish in wishes if covers(wish.network, network)]
    strongest = max(
        over, key=lambda wish: (wish.network.prefixlen, -_STRENGTH.index(wish.fate)), default=None
    )
    return strongest.fate if strongest is not None else "stays"


def _pieces(network: Network, standing: set[Network]) -> Iterator[Network]:
    """`network` in parts that nobody has a route to, unless to a single host."""
    single = network.prefixlen == network.max_prefixlen
    if single or (network.prefixlen and network not in standing):
        yield network
        return
    for half in network.subnets():
        yield from _pieces(half, standing)


def _is_exempt(network: Network, facts: Facts) -> bool:
    """A default route, which its halves stand before; one link's own; the machine itself, and its routers."""
    if not network.prefixlen or any(covers(own, network) for own in (*_LINK_LOCAL, *_MULTICAST)):
        return True
    host = str(network.network_address)
    return network.prefixlen == network.max_prefixlen and host in (*facts.own, *facts.routers)


def _needs_route(router: Network, made: dict[Network, _Fate], foreign: Iterable[Foreign]) -> bool:
    """Whether a next hop would be looked for in a tunnel, for want of a route as long as the tunnel's."""
    if any(covers(own, router) for own in _LINK_LOCAL):
        return False
    ours = max((net.prefixlen for net in made if covers(net, router)), default=-1)
    theirs = (ip_network(each.network) for each in foreign if each.on_link)
    return ours > max((net.prefixlen for net in theirs if covers(net, router)), default=-1)
