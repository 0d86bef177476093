"""The Delete payload (RFC 7296 section 3.11)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType, ProtocolId
from ..errors import InvalidSyntax, LocalError


@dataclass(frozen=True, slots=True)
class DeletePayload:
    """SAs that the sender no longer accepts packets on; no SPIs for the IKE SA itself."""

    type: ClassVar[int] = PayloadType.DELETE
    protocol: int
    spis: tuple[bytes, ...] = ()

    def serialise(self) -> bytes:
        size = _spi_size(self.protocol)
        if any(len(spi) != size for spi in self.spis):
            raise LocalError(f"a Delete of protocol {self.protocol} has SPIs of {size} octets")
        return struct.pack("!BBH", self.protocol, size, len(self.spis)) + b"".join(self.spis)

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        """The SPI size "MUST be zero for IKE (SPI is in message header) or four for AH and ESP"."""
        if len(body) < 4:
            raise InvalidSyntax("Delete too short")
        protocol, size, count = struct.unpack_from("!BBH", body)
        if size != _spi_size(protocol) or len(body) != 4 + size * count or (count and not size):
            raise InvalidSyntax(f"Delete of {count} SPIs of {size} octets, protocol {protocol}")
        spis = tuple(bytes(body[at : at + size]) for at in range(4, len(body), size)) if size else ()
        return cls(protocol, spis)


def _spi_size(protocol: int) -> int:
    return 4 if protocol in (ProtocolId.AH, ProtocolId.ESP) else 0
