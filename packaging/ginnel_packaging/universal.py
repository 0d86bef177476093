"""Programs and libraries for both kinds of Mac in one file: what lipo(1) does with -create (mach-o/fat.h)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

#: A thin file of 64 bits, in the order of octets that both processors have.
_THIN: Final = b"\xcf\xfa\xed\xfe"
_FAT: Final = b"\xca\xfe\xba\xbe"
_HEADER: Final = struct.Struct(">4sI")
_ENTRY: Final = struct.Struct(">iiIII")
#: Each part begins with a page of Apple's processors, 2^14 octets.
_ALIGN: Final = 14
ARM64: Final = 0x0100000C
X86_64: Final = 0x01000007


def is_thin(content: bytes) -> bool:
    return content[:4] == _THIN


def is_fat(content: bytes) -> bool:
    return content[:4] == _FAT


def merge(parts: Sequence[bytes]) -> bytes:
    """One file out of thin ones of different processors. Raises ValueError for anything else."""
    kinds = []
    for part in parts:
        if not is_thin(part) or len(part) < 12:
            raise ValueError("not a thin Mach-O file of 64 bits")
        kinds.append(struct.unpack_from("<ii", part, 4))
    if len({processor for processor, _ in kinds}) != len(parts):
        raise ValueError("two parts are for one kind of processor")
    at = _HEADER.size + _ENTRY.size * len(parts)
    entries = [_HEADER.pack(_FAT, len(parts))]
    body = b""
    for (processor, kind), part in zip(kinds, parts, strict=True):
        begins = -(-(at + len(body)) // (1 << _ALIGN)) << _ALIGN
        body += bytes(begins - at - len(body)) + part
        entries.append(_ENTRY.pack(processor, kind, begins, len(part), _ALIGN))
    return b"".join(entries) + body
