"""Encrypted payloads, still sealed (RFC 7296 section 3.14; fragments: RFC 7383 section 2.5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..errors import InvalidSyntax
from ..wire import Reader


@dataclass(frozen=True, slots=True)
class SkPayload:
    """`first_inner` is the type of the first payload inside; `data` is IV, ciphertext and ICV."""

    type: ClassVar[int] = PayloadType.SK
    first_inner: int
    data: bytes

    def serialise(self) -> bytes:
        return self.data

    @classmethod
    def parse(cls, body: memoryview, first_inner: int) -> Self:
        return cls(first_inner, bytes(body))


@dataclass(frozen=True, slots=True)
class SkfPayload:
    """Fragment `number` of `total`, counted from 1; `first_inner` is 0 in all but the first."""

    type: ClassVar[int] = PayloadType.SKF
    first_inner: int
    number: int
    total: int
    data: bytes

    def serialise(self) -> bytes:
        return struct.pack("!HH", self.number, self.total) + self.data

    @classmethod
    def parse(cls, body: memoryview, first_inner: int) -> Self:
        reader = Reader(body)
        number, total = reader.u16(), reader.u16()
        if not 1 <= number <= total:
            raise InvalidSyntax(f"fragment {number} of {total}")
        return cls(first_inner, number, total, bytes(reader.rest()))
