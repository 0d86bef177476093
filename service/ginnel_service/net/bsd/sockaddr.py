"""sockaddrs as route(4) packs them: each with its length first, rounded up, a mask cut after its last bit.

`Malformed` never leaves `messages.parse`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from ..base import Address, Network
from .layout import AF_INET, AF_LINK, RTAX_MAX, Layout

_AT4: Final = 4  # where sockaddr_in has its address
_AT6: Final = 8
_SIN6: Final = 28
_LINK: Final = struct.Struct(
    "=BBHBBBB"
)  # length, family, index, type, and the lengths of name, address, selector


class Malformed(ValueError):
    """No message of a kernel that we know."""


@dataclass(frozen=True, slots=True)
class Link:
    """A sockaddr_dl: an interface. As a gateway it says that there is none, and everyone is a neighbour."""

    index: int
    name: str = ""


Sockaddr = IPv4Address | IPv6Address | Link


def padded(layout: Layout, length: int) -> int:
    """What a sockaddr of `length` octets takes in a message."""
    unit = layout.alignment
    return max(unit, (length + unit - 1) // unit * unit)


def split(layout: Layout, addrs: int, data: bytes) -> dict[int, bytes]:
    """The sockaddrs that follow a header, by their bits. The last may lack its padding. Raises Malformed."""
    found: dict[int, bytes] = {}
    at = 0
    for bit in (1 << number for number in range(RTAX_MAX)):
        if not addrs & bit:
            continue
        if at >= len(data):
            raise Malformed("a sockaddr is missing")
        length = data[at]
        if at + length > len(data):
            raise Malformed("a sockaddr is cut")
        found[bit] = data[at : at + length]
        at += padded(layout, length)
    return found


def parse(layout: Layout, data: bytes) -> Sockaddr | None:
    """None for a family that is none of ours. Octets that were cut off are zeros. Raises Malformed."""
    family = data[1] if len(data) > 1 else 0
    if family == AF_INET:
        return IPv4Address(data[_AT4 : _AT4 + 4].ljust(4, b"\0"))
    if family == layout.af_inet6:
        return _parse6(layout, data.ljust(_SIN6, b"\0"))
    if family == AF_LINK:
        return _parse_link(data)
    return None


def _parse6(layout: Layout, data: bytes) -> IPv6Address:
    packed = data[_AT6 : _AT6 + 16]
    scope = int.from_bytes(data[24:28], "little")
    if _is_link_local(packed):
        embedded = int.from_bytes(packed[2:4], "big")
        if embedded:  # either kernel's form is understood from both
            scope = scope or embedded
            packed = packed[:2] + bytes(2) + packed[4:]
    else:
        scope = 0
    address = IPv6Address(packed)
    return IPv6Address(f"{address}%{scope}") if scope else address


def _is_link_local(packed: bytes) -> bool:
    """Unicast or multicast of one link or interface."""
    return (packed[0] == 0xFE and packed[1] & 0xC0 == 0x80) or (
        packed[0] == 0xFF and packed[1] & 0x0F in (1, 2)
    )


def _parse_link(data: bytes) -> Link:
    if len(data) < _LINK.size:
        raise Malformed("a link's sockaddr is cut")
    _, _, index, _, name_length, _, _ = _LINK.unpack_from(data)
    name = data[_LINK.size : _LINK.size + name_length]
    if len(name) != name_length:
        raise Malformed("a link's name is cut")
    return Link(index, name.decode("latin-1"))


def prefix_length(layout: Layout, family: int, mask: bytes) -> int:
    """Of a netmask, of which kernels cut what is zero and leave the family blank. Raises Malformed."""
    at, size = (_AT4, 4) if family == AF_INET else (_AT6, 16)
    value = int.from_bytes(mask[at : at + size].ljust(size, b"\0"), "big")
    inverted = value ^ ((1 << size * 8) - 1)
    if inverted & (inverted + 1):
        raise Malformed("a netmask with holes")
    return size * 8 - inverted.bit_length()


def serialise(layout: Layout, address: Address | Link) -> bytes:
    """A whole sockaddr, without padding."""
    if isinstance(address, Link):
        name = address.name.encode("latin-1")
        head = _LINK.pack(layout.sockaddr_dl, AF_LINK, address.index, 0, len(name), 0, 0)
        return (head + name).ljust(layout.sockaddr_dl, b"\0")
    if isinstance(address, IPv4Address):
        return struct.pack("=BB2x4s8x", 16, AF_INET, address.packed)
    packed, scope = address.packed, int(address.scope_id or 0)
    if scope and layout.embedded_scope and _is_link_local(packed):
        packed, scope = packed[:2] + scope.to_bytes(2, "big") + packed[4:], 0
    return struct.pack("=BB2x4x16sI", _SIN6, layout.af_inet6, packed, scope)


def serialise_mask(layout: Layout, network: Network) -> bytes:
    """A whole netmask, with its family."""
    return serialise(layout, network.netmask)
