"""Traffic selectors and their payloads (RFC 7296 section 3.13)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network, summarize_address_range
from typing import ClassVar, Self, cast

from ..codes import PayloadType, TsType
from ..errors import InvalidSyntax, LocalError
from ..wire import Reader

#: Start and end port that mean "OPAQUE", a port that nobody can see, as in fragments (section 3.13.1).
OPAQUE = (65535, 0)
_ANY_PORT = (0, 65535)


@dataclass(frozen=True, slots=True)
class TrafficSelector:
    """A range of addresses and ports of one protocol, ends included; protocol 0 is any.

    For ICMP a port is the type in its high octet and the code in its low one.
    """

    protocol: int
    start_port: int
    end_port: int
    start: IPv4Address | IPv6Address
    end: IPv4Address | IPv6Address

    def __post_init__(self) -> None:
        if self.start.version != self.end.version or int(self.start) > int(self.end):
            raise LocalError("a selector runs from a lower to a higher address of one family")
        if self.start_port > self.end_port and self._ports != OPAQUE:
            raise LocalError("a selector runs from a lower to a higher port")

    @classmethod
    def from_network(
        cls,
        network: str | IPv4Network | IPv6Network,
        protocol: int = 0,
        start_port: int = 0,
        end_port: int = 65535,
    ) -> Self:
        """All addresses of `network`. Raises LocalError for text that is no network."""
        try:
            parsed = ip_network(network)
        except ValueError as error:
            raise LocalError(str(error)) from None
        return cls(protocol, start_port, end_port, parsed.network_address, parsed.broadcast_address)

    @property
    def type(self) -> int:
        return TsType.IPV4 if self.start.version == 4 else TsType.IPV6

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The fewest networks that cover exactly the address range."""
        if isinstance(self.start, IPv4Address):
            return tuple(summarize_address_range(self.start, cast(IPv4Address, self.end)))
        return tuple(summarize_address_range(self.start, cast(IPv6Address, self.end)))

    @property
    def _ports(self) -> tuple[int, int]:
        return self.start_port, self.end_port

    def contains(self, other: TrafficSelector) -> bool:
        """Whether every packet that `other` selects is selected here too."""
        return (
            self.start.version == other.start.version
            and self.protocol in (0, other.protocol)
            and int(self.start) <= int(other.start)
            and int(other.end) <= int(self.end)
            and _common_ports(self._ports, other._ports) == other._ports
        )

    def intersect(self, other: TrafficSelector) -> TrafficSelector | None:
        """What both select, or None."""
        if self.start.version != other.start.version:
            return None
        if self.protocol and other.protocol and self.protocol != other.protocol:
            return None
        start = self.start if int(self.start) >= int(other.start) else other.start
        end = self.end if int(self.end) <= int(other.end) else other.end
        ports = _common_ports(self._ports, other._ports)
        if int(start) > int(end) or ports is None:
            return None
        return TrafficSelector(self.protocol or other.protocol, *ports, start, end)

    def serialise(self) -> bytes:
        addresses = self.start.packed + self.end.packed
        return (
            struct.pack(
                "!BBHHH", self.type, self.protocol, 8 + len(addresses), self.start_port, self.end_port
            )
            + addresses
        )

    def __str__(self) -> str:
        """Such as `10.0.0.0/8`, `10.0.0.1-10.0.0.9[6/443]` or `::/0[17]`."""
        networks = self.networks()
        text = str(networks[0]) if len(networks) == 1 else f"{self.start}-{self.end}"
        ports = ""
        if self._ports == OPAQUE:
            ports = "/opaque"
        elif self._ports != _ANY_PORT:
            single = self.start_port == self.end_port
            ports = f"/{self.start_port}" if single else f"/{self.start_port}-{self.end_port}"
        return f"{text}[{self.protocol}{ports}]" if self.protocol or ports else text


@dataclass(frozen=True, slots=True)
class RawSelector:
    """A selector of a type that is not known here: `data` is its second octet and all after the length."""

    type: int
    data: bytes

    def serialise(self) -> bytes:
        return bytes((self.type, self.data[0])) + struct.pack("!H", 3 + len(self.data)) + self.data[1:]


@dataclass(frozen=True, slots=True)
class TsiPayload:
    """Traffic selectors of the initiator's side."""

    type: ClassVar[int] = PayloadType.TSI
    selectors: tuple[TrafficSelector | RawSelector, ...]

    @property
    def known(self) -> tuple[TrafficSelector, ...]:
        """Those that can be narrowed; unknown types match nothing."""
        return tuple(s for s in self.selectors if isinstance(s, TrafficSelector))

    def serialise(self) -> bytes:
        return _serialise(self.selectors)

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        return cls(_parse(body))


@dataclass(frozen=True, slots=True)
class TsrPayload:
    """Traffic selectors of the responder's side."""

    type: ClassVar[int] = PayloadType.TSR
    selectors: tuple[TrafficSelector | RawSelector, ...]

    @property
    def known(self) -> tuple[TrafficSelector, ...]:
        """Those that can be narrowed; unknown types match nothing."""
        return tuple(s for s in self.selectors if isinstance(s, TrafficSelector))

    def serialise(self) -> bytes:
        return _serialise(self.selectors)

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        return cls(_parse(body))


def _common_ports(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int] | None:
    """ANY covers OPAQUE; a range of real ports does not (RFC 4301 section 4.4.1.1)."""
    if OPAQUE in (one, other):
        return OPAQUE if {one, other} <= {OPAQUE, _ANY_PORT} else None
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start <= end else None


def _serialise(selectors: tuple[TrafficSelector | RawSelector, ...]) -> bytes:
    if len(selectors) > 255:
        raise LocalError("a payload has room for 255 selectors")
    return bytes((len(selectors), 0, 0, 0)) + b"".join(selector.serialise() for selector in selectors)


def _parse(body: memoryview) -> tuple[TrafficSelector | RawSelector, ...]:
    reader = Reader(body)
    count = reader.take(4)[0]
    selectors: list[TrafficSelector | RawSelector] = []
    for _ in range(count):
        kind, protocol, length = struct.unpack("!BBH", reader.take(4))
        selectors.append(_parse_one(kind, protocol, reader.take(length - 4)))
    if len(reader):
        raise InvalidSyntax(f"{len(reader)} octets after the last selector")
    return tuple(selectors)


def _parse_one(kind: int, protocol: int, rest: memoryview) -> TrafficSelector | RawSelector:
    start: IPv4Address | IPv6Address
    end: IPv4Address | IPv6Address
    if kind == TsType.IPV4 and len(rest) == 12:
        start, end = IPv4Address(bytes(rest[4:8])), IPv4Address(bytes(rest[8:]))
    elif kind == TsType.IPV6 and len(rest) == 36:
        start, end = IPv6Address(bytes(rest[4:20])), IPv6Address(bytes(rest[20:]))
    elif kind in (TsType.IPV4, TsType.IPV6):
        raise InvalidSyntax("selector of a wrong length")
    else:
        return RawSelector(kind, bytes((protocol,)) + bytes(rest))
    first, last = struct.unpack_from("!HH", rest)
    if int(start) > int(end) or (first > last and (first, last) != OPAQUE):
        raise InvalidSyntax("selector that ends before it starts")
    return TrafficSelector(protocol, first, last, start, end)
