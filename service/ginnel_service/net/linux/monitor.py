"""Word of every change to addresses, routes, rules and links: rtnetlink(7)'s multicast groups.

Says that something changed, not what: whoever listens asks the kernel for its way again, so what is lost to
an overflow does no harm. `way` is that question.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from typing import Final

from ..base import Way
from .device import DeviceWatch
from .netlink import Netlink
from .routes import route_to

#: RTMGRP_* of links, addresses, routes and rules, both families
_GROUPS: Final = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400
_SIOCGIFFLAGS: Final = 0x8913
_IFF_UP_AND_RUNNING: Final = 0x1 | 0x40
_IFREQ: Final = struct.Struct("16si20x")


class NetworkWatch(DeviceWatch):
    """Readable when anything of the network of this namespace has changed, until `drain`."""

    groups = _GROUPS


def way(host: str, mark: int) -> Way | None:
    """How packets with `mark` get to `host` now; None when there is no route, or its link is down.

    The kernel answers a lookup before sendto(2) returns, so this never waits.
    """
    try:
        with Netlink() as netlink:
            found = route_to(netlink, host, mark)
    except OSError:
        return None
    if found is None or not _carries(found.device):
        return None
    return found


def _carries(index: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            request = _IFREQ.pack(socket.if_indextoname(index).encode(), 0)
            flags = int(_IFREQ.unpack(fcntl.ioctl(asking, _SIOCGIFFLAGS, request))[1]) & 0xFFFF
        except OSError:
            return False
    return flags & _IFF_UP_AND_RUNNING == _IFF_UP_AND_RUNNING
