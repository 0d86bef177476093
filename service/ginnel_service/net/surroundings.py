"""Which networks are a machine's surroundings: no part of the Internet, so keeping to them leaks nothing.

A hostile network can name any prefix its own, and so pull what is meant for a public address out of a tunnel
(CVE-2023-36672). Of the prefixes that a link claims, those within PRIVATE alone are believed. 100.64.0.0/10
is not among them: behind it are a carrier's other customers (RFC 6598).
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from .base import Network

_PRIVATE4 = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
)
_PRIVATE6 = (IPv6Network("fc00::/7"), IPv6Network("fe80::/10"))

#: RFC 1918, RFC 3927, RFC 4193, and link-local addresses of IPv6.
PRIVATE: tuple[Network, ...] = (*_PRIVATE4, *_PRIVATE6)
#: Groups that no router lets out of a site (RFC 5771 section 4, RFC 2365), and everyone on the link.
SITE_GROUPS4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(text) for text in ("224.0.0.0/24", "239.0.0.0/8", "255.255.255.255/32")
)
SITE_GROUPS6 = (IPv6Network("ff02::/16"), IPv6Network("ff05::/16"))

_SHORTEST = 8


def is_private(network: Network) -> bool:
    if isinstance(network, IPv4Network):
        return any(network.subnet_of(own) for own in _PRIVATE4)
    return any(network.subnet_of(own) for own in _PRIVATE6)


def is_default(text: str) -> bool:
    """Whether a route to that prefix is a default route, or a part of one such as 0.0.0.0/1 or 2000::/3."""
    return int(text.rpartition("/")[2]) < _SHORTEST and not is_private(ip_network(text))


def covers(wide: Network, narrow: Network) -> bool:
    """Whether `narrow` is `wide` or within it."""
    if isinstance(wide, IPv4Network):
        return isinstance(narrow, IPv4Network) and narrow.subnet_of(wide)
    return isinstance(narrow, IPv6Network) and narrow.subnet_of(wide)
