"""The Configuration payload (RFC 7296 section 3.15)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..errors import InvalidSyntax
from ..wire import Reader

MAX_ENTRIES = 4096


@dataclass(frozen=True, slots=True)
class CfgEntry:
    """One attribute; an empty value in a request asks for whatever the peer gives."""

    type: int
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class ConfigPayload:
    """Attributes in the sender's order; the same type may come more than once."""

    type: ClassVar[int] = PayloadType.CP
    cfg_type: int
    attributes: tuple[CfgEntry, ...] = ()

    def serialise(self) -> bytes:
        parts = [bytes((self.cfg_type, 0, 0, 0))]
        for entry in self.attributes:
            parts.append(struct.pack("!HH", entry.type & 0x7FFF, len(entry.value)) + entry.value)
        return b"".join(parts)

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        reader = Reader(body)
        cfg_type = reader.take(4)[0]
        entries: list[CfgEntry] = []
        while len(reader):
            if len(entries) == MAX_ENTRIES:
                raise InvalidSyntax(f"more than {MAX_ENTRIES} configuration attributes")
            kind = reader.u16() & 0x7FFF  # the top bit is reserved
            entries.append(CfgEntry(kind, bytes(reader.take(reader.u16()))))
        return cls(cfg_type, tuple(entries))
