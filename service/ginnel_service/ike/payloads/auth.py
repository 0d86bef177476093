"""The Authentication payload (RFC 7296 section 3.8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from ..codes import PayloadType
from ..wire import Reader


@dataclass(frozen=True, slots=True)
class AuthPayload:
    """A proof of identity: kept out of reprs, since a PSK can be searched for offline with it."""

    type: ClassVar[int] = PayloadType.AUTH
    method: int
    data: bytes = field(repr=False)

    def serialise(self) -> bytes:
        return bytes((self.method, 0, 0, 0)) + self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        reader = Reader(body)
        method = reader.take(4)[0]
        return cls(method, bytes(reader.rest()))
