"""Whether names are asked where the tunnel wants them asked, and whether who is asked is reached. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from ..ipc.schema import Finding
from ..net.base import Address, Network, Wanted
from ..profiles.model import Profile
from .verdict import find


def of_dns(profile: Profile, wanted: Wanted | None, servers: Sequence[str]) -> list[Finding]:
    """`wanted` is what the tunnel has of the machine, None while it is not up; `servers` are its own."""
    asked = [address for text in servers if (address := _address(text)) is not None]
    if wanted is None:
        return _in_subnets(profile, asked) or [find("dns_clear", "ok", servers=list(servers))]
    everything = any(network.prefixlen == 0 for network in wanted.routes)
    if wanted.dns is None:
        if not everything:
            return [find("dns_clear", "ok", servers=list(servers))]
        chosen = profile.dns.mode == "off"
        return [find("dns_outside", "note" if chosen else "warning", servers=list(servers))]
    inside = [str(server) for server in wanted.dns.servers]
    if not wanted.dns.everything:
        return [find("dns_split", "ok", servers=inside, domains=list(wanted.dns.match))]
    # A resolver on this machine hands on to those that it was told: which, only it knows.
    elsewhere = [str(each) for each in asked if not each.is_loopback and each not in wanted.dns.servers]
    if elsewhere:
        return [find("dns_elsewhere", "warning", servers=elsewhere, inside=inside)]
    return [find("dns_inside", "ok", servers=inside)]


def _in_subnets(profile: Profile, asked: Sequence[Address]) -> list[Finding]:
    """Servers of the network at hand that the tunnel will take for its own."""
    taken = [network for text in profile.network.subnets if (network := ip_network(text)).prefixlen]
    spared = [ip_network(text) for text in profile.network.bypass]
    found = []
    for server in asked:
        subnet = _around(server, taken)
        if subnet is not None and _around(server, spared) is None:
            found.append(find("dns_in_subnet", "warning", server=str(server), subnet=str(subnet)))
    return found


def _around(address: Address, networks: Sequence[Network]) -> Network | None:
    return next((each for each in networks if each.version == address.version and address in each), None)


def _address(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
