"""Messages of route(4), and what sysctl(3) dumps in the same form: octets in, values out.

What no kernel that we know would say is passed over; `parse` raises on no input.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_network
from typing import Final

from ..base import Address, Interface, Network
from . import sockaddr
from .layout import (
    AF_INET,
    IF_ANNOUNCEMSGHDR,
    IF_MSGHDR,
    IFA_MSGHDR,
    LINK_STATE_DOWN,
    RT_MSGHDR,
    RTA_BRD,
    RTA_DST,
    RTA_GATEWAY,
    RTA_IFA,
    RTA_IFP,
    RTA_NETMASK,
    RTF_HOST,
    RTM_ADD,
    RTM_DELADDR,
    RTM_IFANNOUNCE,
    RTM_IFINFO,
    RTM_MISS,
    RTM_NEWADDR,
    RTM_VERSION,
    Layout,
)
from .sockaddr import Link, Malformed, Sockaddr

_LENGTH: Final = struct.Struct("=H")


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMessage:
    """struct rt_msghdr and its sockaddrs: a route, a request for one, or an answer."""

    type: int
    network: Network | None  # None for a family that is none of ours
    gateway: Sockaddr | None = None
    index: int = 0  # of the interface
    flags: int = 0
    pid: int = 0
    seq: int = 0
    errno: int = 0
    interface: Link | None = None
    source: Address | None = None  # the interface's address that the route is of


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMessage:
    """struct if_msghdr: an interface, or word that it has changed."""

    index: int
    flags: int
    kind: int  # net/if_types.h
    mtu: int
    name: str = ""
    carrier: bool = True  # False for what says that it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMessage:
    """struct ifa_msghdr: an address of an interface, or word that it came or went."""

    type: int
    index: int
    address: Interface | None
    destination: Address | None = None  # of a point-to-point interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """struct if_announcemsghdr: an interface came (0) or went (1)."""

    index: int
    name: str
    what: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMessage:
    """One that we have no use for."""

    type: int


Message = RouteMessage | LinkMessage | AddressMessage | Announcement | OtherMessage


def parse(layout: Layout, data: bytes) -> Iterator[Message]:
    """All messages in `data`: one read of a route socket, or a dump."""
    at = 0
    while at + 4 <= len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        if length < 4 or at + length > len(data):
            return
        one, at = data[at : at + length], at + length
        if one[2] != RTM_VERSION:
            continue
        try:
            yield _parse(layout, one[3], one)
        except Malformed:
            continue


def _parse(layout: Layout, kind: int, data: bytes) -> Message:
    if RTM_ADD <= kind <= RTM_MISS:
        return _parse_route(layout, data)
    if kind in (RTM_NEWADDR, RTM_DELADDR):
        return _parse_address(layout, kind, data)
    if kind == RTM_IFINFO:
        return _parse_link(layout, data)
    if kind == RTM_IFANNOUNCE and layout.announces:
        return _parse_announcement(data)
    return OtherMessage(type=kind)


def _parse_route(layout: Layout, data: bytes) -> RouteMessage:
    _need(data, layout.rt_msghdr)
    _, _, kind, index, flags, addrs, pid, seq, errno = RT_MSGHDR.unpack_from(data)
    raw = sockaddr.split(layout, addrs, data[layout.rt_msghdr :])
    parsed = {bit: sockaddr.parse(layout, each) for bit, each in raw.items() if bit != RTA_NETMASK}
    interface, source = parsed.get(RTA_IFP), parsed.get(RTA_IFA)
    return RouteMessage(
        type=kind,
        network=_network(layout, parsed.get(RTA_DST), raw.get(RTA_NETMASK), flags),
        gateway=parsed.get(RTA_GATEWAY),
        index=index,
        flags=flags & 0xFFFFFFFF,
        pid=pid,
        seq=seq,
        errno=errno,
        interface=interface if isinstance(interface, Link) else None,
        source=None if isinstance(source, Link) else source,
    )


def _network(layout: Layout, host: Sockaddr | None, mask: bytes | None, flags: int) -> Network | None:
    if host is None or isinstance(host, Link):
        return None
    family = AF_INET if host.version == 4 else layout.af_inet6
    whole = mask is None or flags & RTF_HOST
    bits = host.max_prefixlen if whole or mask is None else sockaddr.prefix_length(layout, family, mask)
    return ip_network((host.packed, bits), strict=False)


def _parse_address(layout: Layout, kind: int, data: bytes) -> AddressMessage:
    _need(data, IFA_MSGHDR.size)
    _, _, _, addrs, _, index, _ = IFA_MSGHDR.unpack_from(data)
    raw = sockaddr.split(layout, addrs, data[IFA_MSGHDR.size :])
    host, far = (sockaddr.parse(layout, raw.get(bit, b"")) for bit in (RTA_IFA, RTA_BRD))
    network = _network(layout, host, raw.get(RTA_NETMASK), 0)
    address: Interface | None = None
    if isinstance(host, IPv4Address | IPv6Address) and network is not None:
        address = _interface(host, network.prefixlen)
    destination = far if isinstance(far, IPv4Address | IPv6Address) else None
    return AddressMessage(type=kind, index=index, address=address, destination=destination)


def _interface(host: Address, bits: int) -> Interface:
    return IPv4Interface((host, bits)) if isinstance(host, IPv4Address) else IPv6Interface((host, bits))


def _parse_link(layout: Layout, data: bytes) -> LinkMessage:
    _need(data, layout.if_msghdr)
    _, _, _, addrs, flags, index, kind, state, mtu = IF_MSGHDR.unpack_from(data)
    link = sockaddr.parse(layout, sockaddr.split(layout, addrs, data[layout.if_msghdr :]).get(RTA_IFP, b""))
    name = link.name if isinstance(link, Link) else ""
    carrier = layout.system != "freebsd" or state != LINK_STATE_DOWN
    return LinkMessage(index=index, flags=flags & 0xFFFFFFFF, kind=kind, mtu=mtu, name=name, carrier=carrier)


def _parse_announcement(data: bytes) -> Announcement:
    _need(data, IF_ANNOUNCEMSGHDR.size)
    _, _, _, index, name, what = IF_ANNOUNCEMSGHDR.unpack_from(data)
    return Announcement(index=index, name=name.partition(b"\0")[0].decode("latin-1"), what=what)


def _need(data: bytes, octets: int) -> None:
    if len(data) < octets:
        raise Malformed("a header is cut")


def serialise(layout: Layout, message: RouteMessage) -> bytes:
    """A request, as route(4) wants it: a host's has no netmask. The kernel fills in pid and errno."""
    assert message.network is not None
    network = message.network
    given: dict[int, bytes] = {RTA_DST: sockaddr.serialise(layout, network.network_address)}
    if message.gateway is not None:
        given[RTA_GATEWAY] = sockaddr.serialise(layout, message.gateway)
    if not message.flags & RTF_HOST:
        given[RTA_NETMASK] = sockaddr.serialise_mask(layout, network)
    if message.interface is not None:
        given[RTA_IFP] = sockaddr.serialise(layout, message.interface)
    if message.source is not None:
        given[RTA_IFA] = sockaddr.serialise(layout, message.source)
    return pack(layout, message, given)


def pack(layout: Layout, message: RouteMessage, sockaddrs: Mapping[int, bytes]) -> bytes:
    """A message of a route with these sockaddrs, whatever they say."""
    body, addrs = bytearray(), 0
    for bit in sorted(sockaddrs):
        addrs |= bit
        body += sockaddrs[bit].ljust(sockaddr.padded(layout, len(sockaddrs[bit])), b"\0")
    length = layout.rt_msghdr + len(body)
    numbers = (message.index, message.flags, addrs, message.pid, message.seq, message.errno)
    head = RT_MSGHDR.pack(length, RTM_VERSION, message.type, *numbers)
    return head.ljust(layout.rt_msghdr, b"\0") + bytes(body)
