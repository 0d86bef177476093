"""Ways on which large packets end: a router that says so, and a router that does not.

The narrow place is the router between client and gateway, for both families and both directions. What it is
sent must be packets as they go over a wire, so both ends cut their trains of datagrams up themselves.
"""

from __future__ import annotations

from ginnel_service.demo.lab import Internet

_NETWORKS = (("client", "192.0.2", "2001:db8:1"), ("gateway", "198.51.100", "2001:db8:2"))


def speak(net: Internet, mtu: int) -> None:
    """The router forwards no more than `mtu` octets a packet and answers with "fragmentation needed"."""
    for device, ipv4, ipv6 in _NETWORKS:
        common = f"dev {device} proto kernel mtu lock {mtu}"
        net.router.ip(
            f"route change {ipv4}.0/24 scope link src {ipv4}.1 {common}",
            f"route change {ipv6}::/64 metric 256 {common}",
        )


def swallow(net: Internet, octets: int) -> None:
    """The router drops larger packets without a word."""
    for host in (net.client, net.gateway):
        host.ip("link set dev router gso_max_segs 1")
    net.router.run(
        ["nft", "-f", "-"],
        stdin="table inet narrow\ndelete table inet narrow\n"
        "table inet narrow {\n chain forward {\n  type filter hook forward priority filter\n"
        f"  meta length > {octets} counter drop\n }}\n}}\n",
    )


def widen(net: Internet) -> None:
    """The router drops nothing any more."""
    net.router.run(["nft", "delete", "table", "inet", "narrow"])
