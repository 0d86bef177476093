"""What kind of link a device is, and the name of the wireless network that it is in.

nl80211 by hand: one question to the generic netlink controller for the family's number, one for the interface
(include/uapi/linux/genetlink.h and nl80211.h). The kernel answers before send(2) returns.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

Kind = Literal["", "ethernet", "wifi", "cellular"]

SYS: Final = Path("/sys/class/net")
_SIOCGIFHWADDR: Final = 0x8927
_IFREQ: Final = struct.Struct("16sH22x")
_ARPHRD_ETHER: Final = 1
_ARPHRD_RAWIP: Final = 519  # modems (linux/if_arp.h)

_NETLINK_GENERIC: Final = 16
_CONTROLLER: Final = 0x10  # GENL_ID_CTRL
_GET_FAMILY: Final = 3  # CTRL_CMD_GETFAMILY
_FAMILY_ID, _FAMILY_NAME = 1, 2  # CTRL_ATTR_*
_GET_INTERFACE: Final = 5  # NL80211_CMD_GET_INTERFACE
_IFINDEX, _SSID = 3, 52  # NL80211_ATTR_*
_HEADER: Final = struct.Struct("=IHHII")  # struct nlmsghdr
_GENERIC: Final = struct.Struct("=BBxx")  # struct genlmsghdr
_ATTRIBUTE: Final = struct.Struct("=HH")  # struct nlattr
_REQUEST: Final = 1
_ERROR: Final = 2
_TIMEOUT_S: Final = 1.0


def kind_of(device: str, sys: Path = SYS) -> Kind:
    """By what sysfs says of it, and by its hardware's type (netdevice(7))."""
    about = sys / device
    described = _lines(about / "uevent")
    if "DEVTYPE=wwan" in described or device.startswith("wwan"):
        return "cellular"
    if "DEVTYPE=wlan" in described or (about / "phy80211").exists() or (about / "wireless").exists():
        return "wifi"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            found = fcntl.ioctl(asking, _SIOCGIFHWADDR, _IFREQ.pack(device.encode(), 0))
        except OSError:
            return ""
    hardware = _IFREQ.unpack(found)[1]
    return {_ARPHRD_ETHER: "ethernet", _ARPHRD_RAWIP: "cellular"}.get(hardware, "")  # type: ignore[return-value]


def ssid_of(index: int) -> str:
    """Of the network that the device of that index has joined; empty where there is none, or nobody tells."""
    try:
        with socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_GENERIC
        ) as asking:
            asking.settimeout(_TIMEOUT_S)
            asking.bind((0, 0))
            family = family_of(asking, "nl80211")
            found = _ask(asking, family, _GET_INTERFACE, _IFINDEX, struct.pack("=I", index))
    except OSError:
        return ""
    return printable_ssid(found.get(_SSID, b""))


def family_of(asking: socket.socket, name: str) -> int:
    """The number of a generic netlink family. Raises OSError where the kernel has none of that name."""
    found = _ask(asking, _CONTROLLER, _GET_FAMILY, _FAMILY_NAME, name.encode() + b"\0")
    number = found.get(_FAMILY_ID, b"")
    if len(number) != 2:
        raise OSError(errno.ENOENT, "no such family")
    return int(struct.unpack("=H", number)[0])


def printable_ssid(octets: bytes) -> str:
    """Octets of any kind (IEEE 802.11 section 9.4.2.2), as a profile would spell them."""
    return octets.decode("utf-8", "replace")


def _ask(asking: socket.socket, family: int, command: int, kind: int, value: bytes) -> dict[int, bytes]:
    """The attributes of the one answer. Raises OSError with the kernel's word."""
    attribute = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value
    body = _GENERIC.pack(command, 1) + attribute + bytes(-len(attribute) % 4)
    asking.send(_HEADER.pack(_HEADER.size + len(body), family, _REQUEST, 1, 0) + body)
    data = asking.recv(1 << 16)
    length, what, _, _, _ = _HEADER.unpack_from(data)
    if what == _ERROR:
        refused = -int(struct.unpack_from("=i", data, _HEADER.size)[0])
        raise OSError(refused or errno.EPROTO, "generic netlink")
    return dict(_attributes(data[_HEADER.size + _GENERIC.size : length]))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            return
        yield kind & 0x3FFF, data[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("ascii", "replace").splitlines()
    except OSError:
        return []
