"""The Security Association payload: proposals of transforms (RFC 7296 section 3.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..errors import InvalidSyntax, LocalError
from ..wire import Reader

MAX_PROPOSALS = 64
MAX_ATTRIBUTES = 16

_FIXED_LENGTH = 0x8000  # AF bit: the value stands in the length field (section 3.3.5)
_KEY_LENGTH = _FIXED_LENGTH | 14
_MORE_PROPOSALS, _MORE_TRANSFORMS = 2, 3


@dataclass(frozen=True, slots=True)
class Transform:
    """One algorithm. `attributes` holds what is not a leading key length as (type with its AF bit, value)."""

    type: int
    id: int
    key_bits: int | None = None
    attributes: tuple[tuple[int, bytes], ...] = ()

    def serialise(self, more: bool) -> bytes:
        """The substructure; `more` says that another transform follows."""
        parts = [] if self.key_bits is None else [struct.pack("!HH", _KEY_LENGTH, self.key_bits)]
        for kind, value in self.attributes:
            fixed = kind & _FIXED_LENGTH
            parts.append(kind.to_bytes(2, "big") + (b"" if fixed else len(value).to_bytes(2, "big")) + value)
        body = b"".join(parts)
        return (
            struct.pack("!BBHBBH", _MORE_TRANSFORMS if more else 0, 0, 8 + len(body), self.type, 0, self.id)
            + body
        )

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        """From the octets after the length field."""
        if len(body) < 4:
            raise InvalidSyntax("transform too short")
        kind, _, transform_id = struct.unpack_from("!BBH", body)
        if len(body) == 4:
            return cls(kind, transform_id)
        reader = Reader(body[4:])
        key_bits: int | None = None
        attributes: list[tuple[int, bytes]] = []
        while len(reader):
            attribute = reader.u16()
            if attribute == _KEY_LENGTH and key_bits is None and not attributes:
                key_bits = reader.u16()
                continue
            length = 2 if attribute & _FIXED_LENGTH else reader.u16()
            if len(attributes) == MAX_ATTRIBUTES:
                raise InvalidSyntax("too many transform attributes")
            attributes.append((attribute, bytes(reader.take(length))))
        return cls(kind, transform_id, key_bits, tuple(attributes))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One alternative: one transform of each type is to be picked out of `transforms`."""

    number: int
    protocol: int
    spi: bytes
    transforms: tuple[Transform, ...]

    def serialise(self, more: bool) -> bytes:
        """The substructure; `more` says that another proposal follows."""
        if len(self.transforms) > 255 or len(self.spi) > 255:
            raise LocalError("a proposal has room for 255 transforms and an SPI of 255 octets")
        last = len(self.transforms) - 1
        body = b"".join(transform.serialise(i < last) for i, transform in enumerate(self.transforms))
        return (
            struct.pack(
                "!BBHBBBB",
                _MORE_PROPOSALS if more else 0,
                0,
                8 + len(self.spi) + len(body),
                self.number,
                self.protocol,
                len(self.spi),
                len(self.transforms),
            )
            + self.spi
            + body
        )

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        """From the octets after the length field."""
        reader = Reader(body)
        number, protocol, spi_size, count = reader.take(4)
        spi = bytes(reader.take(spi_size))
        transforms = tuple(Transform.parse(part) for part in _substructures(reader, _MORE_TRANSFORMS, 255))
        if len(transforms) != count:
            raise InvalidSyntax(f"{count} transforms announced, {len(transforms)} found")
        return cls(number, protocol, spi, transforms)


@dataclass(frozen=True, slots=True)
class SaPayload:
    """Proposals in the sender's order of preference."""

    type: ClassVar[int] = PayloadType.SA
    proposals: tuple[Proposal, ...]

    def serialise(self) -> bytes:
        last = len(self.proposals) - 1
        return b"".join(proposal.serialise(i < last) for i, proposal in enumerate(self.proposals))

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        parts = _substructures(Reader(body), _MORE_PROPOSALS, MAX_PROPOSALS)
        if not parts:
            raise InvalidSyntax("an SA payload without a proposal")
        return cls(tuple(Proposal.parse(part) for part in parts))


def _substructures(reader: Reader, more: int, limit: int) -> list[memoryview]:
    """Bodies of a chain of substructures, whose first octet is `more` on all but the last and 0 there."""
    parts: list[memoryview] = []
    while len(reader):
        if len(parts) == limit:
            raise InvalidSyntax(f"more than {limit} substructures")
        marker, _, length = struct.unpack("!BBH", reader.take(4))
        parts.append(reader.take(length - 4))
        if marker != (more if len(reader) else 0):
            raise InvalidSyntax(f"substructure marker {marker} in a wrong place")
    return parts
