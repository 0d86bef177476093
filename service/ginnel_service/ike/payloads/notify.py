"""The Notify payload (RFC 7296 section 3.10)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..wire import Reader


@dataclass(frozen=True, slots=True)
class NotifyPayload:
    """An error or a status. `protocol` and `spi` are 0 and empty unless it concerns one SA."""

    type: ClassVar[int] = PayloadType.NOTIFY
    notify: int
    data: bytes = b""
    protocol: int = 0
    spi: bytes = b""

    def serialise(self) -> bytes:
        return struct.pack("!BBH", self.protocol, len(self.spi), self.notify) + self.spi + self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        reader = Reader(body)
        protocol, spi_size, notify = reader.u8(), reader.u8(), reader.u16()
        spi = bytes(reader.take(spi_size))
        return cls(notify, bytes(reader.rest()), protocol, spi)
