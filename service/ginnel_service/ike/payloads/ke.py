"""The Key Exchange payload (RFC 7296 section 3.4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..wire import Reader


@dataclass(frozen=True, slots=True)
class KePayload:
    """A public value of key exchange method `method`."""

    type: ClassVar[int] = PayloadType.KE
    method: int
    data: bytes

    def serialise(self) -> bytes:
        return struct.pack("!HH", self.method, 0) + self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        reader = Reader(body)
        method, _ = reader.u16(), reader.u16()
        return cls(method, bytes(reader.rest()))
