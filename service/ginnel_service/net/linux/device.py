"""How a device stands, and word of every change: netdevice(7), and rtnetlink(7)'s multicast group of links.

Needs no netlink library, so it can be asked in the event loop's thread.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from contextlib import suppress
from typing import Final

from ..base import DeviceState

_SIOCGIFFLAGS: Final = 0x8913
_SIOCGIFMTU: Final = 0x8921
_IFF_UP: Final = 1
_RTMGRP_LINK: Final = 1
_IFREQ: Final = struct.Struct("16si20x")


def device_state(name: str) -> DeviceState | None:
    """None when there is no such device."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            flags, mtu = (
                int(_IFREQ.unpack(fcntl.ioctl(asking, request, _IFREQ.pack(name.encode(), 0)))[1])
                for request in (_SIOCGIFFLAGS, _SIOCGIFMTU)
            )
        except OSError:
            return None
    return DeviceState(up=bool(flags & _IFF_UP), mtu=mtu)


class DeviceWatch:
    """Readable when a device of this network namespace has changed, until `drain`."""

    groups = _RTMGRP_LINK

    def __init__(self) -> None:
        """Raises OSError."""
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        try:
            self._socket.bind((0, self.groups))
        except BaseException:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> bool:
        """What changed is asked for; so what was lost to an overflow (ENOBUFS) does no harm."""
        with suppress(OSError):
            while self._socket.recv(65536):
                pass
        return True

    def close(self) -> None:
        self._socket.close()
