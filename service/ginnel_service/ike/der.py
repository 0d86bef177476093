"""The little of DER (X.690) that is read by hand; everything larger is `cryptography`'s."""

from __future__ import annotations

from collections.abc import Iterator

from .errors import InvalidSyntax
from .wire import Reader

SEQUENCE, SET, OID = 0x30, 0x31, 0x06


def element(reader: Reader) -> tuple[int, memoryview]:
    """The next tag and its content, borrowed. Raises InvalidSyntax."""
    tag, length = reader.u8(), reader.u8()
    if length > 0x80:
        length = int.from_bytes(reader.take(length - 0x80), "big")
    elif length == 0x80:
        raise InvalidSyntax("DER without a length")
    return tag, reader.take(length)


def elements(data: bytes | memoryview, tag: int) -> Iterator[memoryview]:
    """The contents of one `tag` after the other. Raises InvalidSyntax over any other."""
    reader = Reader(memoryview(data))
    while len(reader):
        found, body = element(reader)
        if found != tag:
            raise InvalidSyntax(f"DER tag {found}")
        yield body
