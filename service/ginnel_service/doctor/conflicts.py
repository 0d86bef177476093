"""What else on the machine wants the packets that a tunnel wants. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_network

from ..ipc.schema import Finding
from ..net.base import Network, Surroundings
from ..net.surroundings import is_private
from ..profiles.model import Profile
from .verdict import find

#: Wider ones are ways to everything, which a tunnel takes on purpose.
EVERYTHING_BITS = 1


def of_routes(
    profile: Profile, learnt: Iterable[str], around: Surroundings, ours: frozenset[str]
) -> list[Finding]:
    """`learnt` are the networks that the gateway is known to serve, `ours` the devices of our tunnels."""
    wanted = _specific((*profile.network.subnets, *learnt))
    bypass = [ip_network(text) for text in profile.network.bypass]
    others = sorted(around.tunnels - ours)
    found: list[Finding] = []
    told: set[tuple[Network, str]] = set()
    for reach in around.reaches:
        if reach.device in ours or reach.device == "lo" or reach.network.prefixlen <= EVERYTHING_BITS:
            continue
        taken = [net for net in wanted if _overlap(net, reach.network)]
        if not taken or any(_covers(each, reach.network) for each in bypass):
            continue
        if profile.network.lan and reach.on_link and reach.device not in others and is_private(reach.network):
            continue  # it stays outside the tunnel, as the profile wants
        subnet = taken[0]
        if (subnet, reach.device) in told:
            continue
        if reach.on_link:
            params = {"subnet": str(subnet), "network": str(reach.network), "device": reach.device}
            found.append(find("subnet_on_link", "warning", **params))
        elif reach.device in others:
            found.append(find("subnet_of_other_vpn", "warning", subnet=str(subnet), device=reach.device))
        else:
            continue
        told.add((subnet, reach.device))
    for device in others:
        everything = any(
            reach.device == device and reach.network.prefixlen <= EVERYTHING_BITS for reach in around.reaches
        )
        found.append(find("other_vpn_default" if everything else "other_vpn", "note", device=device))
    found += [
        find("gateway_through_vpn", "note", address=host, device=device)
        for host, device in around.ways
        if device in others
    ]
    return found or [find("routes_clear", "ok")]


def _specific(texts: Sequence[str]) -> list[Network]:
    networks = (ip_network(text, strict=False) for text in texts)
    return [network for network in dict.fromkeys(networks) if network.prefixlen > EVERYTHING_BITS]


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _covers(one: Network, other: Network) -> bool:
    return one.version == other.version and other.network_address in one and one.prefixlen <= other.prefixlen
