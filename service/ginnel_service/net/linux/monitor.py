"""Word of every change to addresses, routes, rules and links: rtnetlink(7)'s multicast groups.

Says that something changed, not what: whoever listens asks the kernel for its way again, so what is lost to
an overflow does no harm. `way` is that question.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from contextlib import suppress
from typing import Any, Final, cast

from pyroute2.netlink.rtnl.rtmsg import rtmsg

from ..base import Way

#: RTMGRP_* of links, addresses, routes and rules, both families
_GROUPS: Final = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400
_RTM_GETROUTE: Final = 26
_NLM_F_REQUEST: Final = 1
_NLMSG_ERROR: Final = 2
_WAYS: Final = (1, 2)  # RTN_UNICAST, RTN_LOCAL; what is unreachable has a route that says so
_SIOCGIFFLAGS: Final = 0x8913
_IFF_UP_AND_RUNNING: Final = 0x1 | 0x40
_IFREQ: Final = struct.Struct("16si20x")


class NetworkWatch:
    """Readable when the network of this namespace has changed, until `drain`."""

    def __init__(self) -> None:
        """Raises OSError."""
        self._socket = _rtnetlink(_GROUPS)

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> None:
        with suppress(OSError):
            while self._socket.recv(65536):
                pass

    def close(self) -> None:
        self._socket.close()


def way(host: str, mark: int) -> Way | None:
    """How packets with `mark` get to `host` now; None when there is no route, or its link is down.

    The kernel answers a lookup before sendto(2) returns, so this never waits.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    request = cast(Any, rtmsg)()
    request["family"] = family
    request["dst_len"] = 128 if family == socket.AF_INET6 else 32
    request["attrs"] = [("RTA_DST", host), *([("RTA_MARK", mark)] if mark else [])]
    request["header"]["type"] = _RTM_GETROUTE
    request["header"]["flags"] = _NLM_F_REQUEST
    request.encode()
    try:
        with _rtnetlink(0) as asking:
            asking.send(request.data)
            data = asking.recv(65536)
    except OSError:
        return None
    answer = cast(Any, rtmsg)(data)
    answer.decode()
    if answer["header"]["type"] == _NLMSG_ERROR or answer["type"] not in _WAYS:
        return None
    local, device = answer.get_attr("RTA_PREFSRC"), answer.get_attr("RTA_OIF")
    if not local or not device or not _carries(device):
        return None
    return Way(str(local), int(device), str(answer.get_attr("RTA_GATEWAY") or ""))


def _carries(index: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            request = _IFREQ.pack(socket.if_indextoname(index).encode(), 0)
            flags = int(_IFREQ.unpack(fcntl.ioctl(asking, _SIOCGIFFLAGS, request))[1]) & 0xFFFF
        except OSError:
            return False
    return flags & _IFF_UP_AND_RUNNING == _IFF_UP_AND_RUNNING


def _rtnetlink(groups: int) -> socket.socket:
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    opened = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
    try:
        opened.bind((0, groups))
    except BaseException:
        opened.close()
        raise
    return opened
