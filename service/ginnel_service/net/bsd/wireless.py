"""What kind of link an interface is, and the name of the wireless network that it is in: ifmedia(4).

macOS tells a network's name to programs that a person allows to know where the machine is, and a service is
none of them; FreeBSD tells it to everyone (SIOCG80211, net80211/ieee80211_ioctl.h).
"""

from __future__ import annotations

import ctypes
import socket
import struct
from typing import Final, Literal

from .kernel import Kernel, SystemKernel
from .layout import AF_INET, DARWIN, IFNAMSIZ

Kind = Literal["", "ethernet", "wifi", "cellular"]

#: struct ifmediareq: name, current, mask, status, active, number of words, and where they go.
_MEDIA: Final = struct.Struct(f"={IFNAMSIZ}s5i")
_MEDIA_OCTETS: Final = {"darwin": 44, "freebsd": 48}
SIOCGIFMEDIA: Final = {"darwin": 0xC02C6938, "freebsd": 0xC0306938}
_TYPE: Final = 0xE0  # IFM_NMASK
_KINDS: Final[dict[int, Kind]] = {0x20: "ethernet", 0x80: "wifi"}  # IFM_ETHER, IFM_IEEE80211
#: struct ieee80211req: name, what is asked, a value, and how many octets go where.
_REQUEST: Final = struct.Struct(f"={IFNAMSIZ}sHhHxxQ")
SIOCG80211: Final = 0xC02069EB
_SSID: Final = 1  # IEEE80211_IOC_SSID
_SSID_OCTETS: Final = 32


def kind_of(device: str, kernel: Kernel | None = None) -> Kind:
    """Empty for what has no media: a tunnel, or a modem of macOS's."""
    kernel = kernel if kernel is not None else SystemKernel()
    system = kernel.layout.system
    asked = _MEDIA.pack(device.encode(), 0, 0, 0, 0, 0).ljust(_MEDIA_OCTETS[system], b"\0")
    try:
        current = _MEDIA.unpack_from(kernel.ioctl(AF_INET, SIOCGIFMEDIA[system], asked))[1]
    except OSError:
        return ""
    return _KINDS.get(current & _TYPE, "")


def ssid_of(index: int, kernel: Kernel | None = None) -> str:
    """Of the network that the interface of that index has joined; empty where nobody tells."""
    kernel = kernel if kernel is not None else SystemKernel()
    if kernel.layout is DARWIN:
        return ""
    name = ctypes.create_string_buffer(_SSID_OCTETS)
    try:
        device = socket.if_indextoname(index).encode()
        asked = _REQUEST.pack(device, _SSID, -1, _SSID_OCTETS, ctypes.addressof(name))
        length = _REQUEST.unpack(kernel.ioctl(AF_INET, SIOCG80211, asked))[3]
    except OSError:
        return ""
    return name.raw[: min(length, _SSID_OCTETS)].decode("utf-8", "replace")
