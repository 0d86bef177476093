"""A second gateway beside the first, on a network of its own behind the router of an `Internet`."""

from __future__ import annotations

from ginnel_service.demo.lab import Host, Internet, default

#: Outside; and inside what it leases, its own address, which answers pings.
SECOND = "203.0.113.2"
POOL, INSIDE = "10.98.0.0/24", "10.98.0.1"


def second_gateway(net: Internet) -> Host:
    host = net.lab.host("gateway2")
    net.lab.link(net.router, host, ("203.0.113.1/24",), (f"{SECOND}/24",))
    default(host, "203.0.113.1")
    return host
