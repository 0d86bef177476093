"""What the machine tells of the network that it is in, for on-demand rules."""

from __future__ import annotations

import socket
from contextlib import suppress

from ..net.base import Way
from ..net.dns.file import read_resolv_conf
from ..net.machine import kind_of, ssid_of
from .ondemand import Place
from .resolver import name_servers


def look_around(ways: tuple[Way, ...]) -> Place:
    """By the first of `ways` out of the machine, and by what its programs read about names."""
    index = ways[0].device if ways else 0
    device = ""
    search: tuple[str, ...] = ()
    with suppress(OSError):
        device = socket.if_indextoname(index)
    with suppress(OSError):
        search = read_resolv_conf().search
    servers = tuple(server.host for server in name_servers())
    return Place(ways, kind_of(device), ssid_of(index), search, servers)
