"""What macOS's and FreeBSD's kernels write on a route socket and into dumps, octet by octet.

Apart from `net.bsd.messages`, so that a mistake there is not made here too: FreeBSD sends whole netmasks,
macOS cuts what is zero and leaves the family out; either's default route may have a mask of no length.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from ginnel_service.net.base import Address, Interface, Network
from ginnel_service.net.bsd.layout import (
    RTA_BRD,
    RTA_DST,
    RTA_GATEWAY,
    RTA_IFA,
    RTA_IFP,
    RTA_NETMASK,
    RTF_HOST,
    Layout,
)
from ginnel_service.net.bsd.sockaddr import Link

Gateway = Address | Link

_MASK_AT: Final = {4: 4, 6: 8}


def address(layout: Layout, value: Gateway) -> bytes:
    if isinstance(value, Link):
        name = value.name.encode()
        head = struct.pack("=BBHBBBB", layout.sockaddr_dl, 18, value.index, 6, len(name), 0, 0)
        return (head + name).ljust(layout.sockaddr_dl, b"\0")
    if isinstance(value, IPv4Address):
        return bytes([16, 2, 0, 0]) + value.packed + bytes(8)
    packed, scope = value.packed, int(value.scope_id or 0)
    if scope and layout.system == "darwin":
        packed, scope = packed[:2] + struct.pack("!H", scope) + packed[4:], 0
    return bytes([28, layout.af_inet6]) + bytes(6) + packed + struct.pack("=I", scope)


def netmask(layout: Layout, network: Network) -> bytes:
    whole = address(layout, network.netmask)
    if layout.system == "freebsd":
        return whole
    at = _MASK_AT[network.version]
    used = whole[at : at + network.max_prefixlen // 8].rstrip(b"\0")
    return bytes([at + len(used), 0]) + bytes(at - 2) + used if used else b"\0"


def _body(layout: Layout, parts: dict[int, bytes]) -> tuple[int, bytes]:
    unit = layout.alignment
    body = b""
    for bit in sorted(parts):
        length = max(1, len(parts[bit]))
        body += parts[bit].ljust((length + unit - 1) // unit * unit, b"\0")
    return sum(parts), body


def route(
    layout: Layout,
    kind: int,
    network: Network,
    gateway: Gateway | None,
    *,
    index: int = 0,
    flags: int = 0,
    pid: int = 0,
    seq: int = 0,
    errno: int = 0,
    interface: Link | None = None,
    source: Address | None = None,
) -> bytes:
    """struct rt_msghdr, of which the kernel fills in the metrics too."""
    parts = {RTA_DST: address(layout, network.network_address)}
    if gateway is not None:
        parts[RTA_GATEWAY] = address(layout, gateway)
    if not flags & RTF_HOST:
        parts[RTA_NETMASK] = netmask(layout, network)
    if interface is not None:
        parts[RTA_IFP] = address(layout, interface)
    if source is not None:
        parts[RTA_IFA] = address(layout, source)
    addrs, body = _body(layout, parts)
    size = layout.rt_msghdr + len(body)
    head = struct.pack("=HBBHxxiiiii", size, 5, kind, index, flags, addrs, pid, seq, errno)
    return head.ljust(layout.rt_msghdr, b"\x7f") + body


def link(
    layout: Layout, index: int, name: str, flags: int, kind: int, mtu: int, *, carrier: bool = True
) -> bytes:
    """struct if_msghdr. FreeBSD tells of a carrier in ifi_link_state, macOS has ifi_hdrlen there."""
    addrs, body = _body(layout, {RTA_IFP: address(layout, Link(index, name))})
    state = (2 if carrier else 1) if layout.system == "freebsd" else 1
    data = bytes([kind, 0, 0, 0, state, 0, 0, 0]) + struct.pack("=I", mtu)
    head = struct.pack("=HBBiiHxx", layout.if_msghdr + len(body), 5, 14, addrs, flags, index)
    return (head + data).ljust(layout.if_msghdr, b"\x7f") + body


def interface_address(
    layout: Layout, kind: int, index: int, value: Interface, destination: Address | None
) -> bytes:
    """struct ifa_msghdr."""
    own = address(layout, value)  # and not `value.ip`, which forgets its zone
    parts = {RTA_NETMASK: netmask(layout, value.network), RTA_IFA: own}
    if destination is not None:
        parts[RTA_BRD] = address(layout, destination)
    addrs, body = _body(layout, parts)
    return struct.pack("=HBBiiHxxi", 20 + len(body), 5, kind, addrs, 0, index, 0) + body


def announcement(index: int, name: str, what: int) -> bytes:
    """struct if_announcemsghdr."""
    return struct.pack("=HBBH16sH", 24, 5, 17, index, name.encode(), what)


def take_address(layout: Layout, data: bytes) -> Address | None:
    """A sockaddr of an ioctl, as strict as a kernel; None for one of no length."""
    if not data[0]:
        return None
    if data[1] == 2 and data[0] == 16:
        return IPv4Address(data[4:8])
    if data[1] == layout.af_inet6 and data[0] == 28:
        scope = struct.unpack_from("=I", data, 24)[0]
        text = str(IPv6Address(data[8:24]))
        return IPv6Address(f"{text}%{scope}" if scope else text)
    raise ValueError("no address")
