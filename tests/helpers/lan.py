"""A private network between a client and its router, beside the addresses that they have already."""

from __future__ import annotations

from ginnel_service.demo.lab import Internet


def add_lan(net: Internet) -> None:
    """192.168.7.0/24 and fd12::/64; the router is 1 in both, the client 10."""
    net.client.ip("addr add 192.168.7.10/24 dev router", "addr add fd12::10/64 dev router nodad")
    net.router.ip("addr add 192.168.7.1/24 dev client", "addr add fd12::1/64 dev client nodad")
    net.client.wait_for("fd12::10")
    net.router.wait_for("fd12::1")
