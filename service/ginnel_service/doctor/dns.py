"""What the machine's DNS and a tunnel have to do with one another, beside `net.dns.check`. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from ..ipc.schema import Finding
from ..net.base import Address, Network
from ..profiles.model import Profile
from .verdict import find


def before_connecting(profile: Profile, servers: Sequence[str]) -> list[Finding]:
    """`servers` are the machine's: those that the tunnel will take for its own are not reached then."""
    taken = [network for text in profile.network.subnets if (network := ip_network(text)).prefixlen]
    spared = [ip_network(text) for text in profile.network.bypass]
    found = []
    for text in servers:
        server = _address(text)
        subnet = None if server is None else _around(server, taken)
        if server is not None and subnet is not None and _around(server, spared) is None:
            found.append(find("dns_in_subnet", "warning", server=str(server), subnet=str(subnet)))
    return found or [find("dns_clear", "ok", servers=list(servers))]


def without_servers(profile: Profile, routes: Sequence[Network], servers: Sequence[str]) -> list[Finding]:
    """Of a tunnel that stands and has no servers of its own: where it takes everything, names show."""
    if all(network.prefixlen for network in routes):
        return [find("dns_clear", "ok", servers=list(servers))]
    chosen = profile.dns.mode == "off"
    return [find("dns_outside", "note" if chosen else "warning", servers=list(servers))]


def _around(address: Address, networks: Sequence[Network]) -> Network | None:
    return next((each for each in networks if each.version == address.version and address in each), None)


def _address(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
