"""What a Mach-O file says of itself (mach-o/loader.h): which Macs load it, and what it needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

ARM64 = 0x0100000C
X86_64 = 0x01000007
MACHINES = {ARM64: "arm64", X86_64: "x86_64"}
EXECUTE, DYLIB, BUNDLE = 2, 6, 8

_FAT = b"\xca\xfe\xba\xbe"
_THIN = b"\xcf\xfa\xed\xfe"
_SYMTAB, _ID_DYLIB, _LOAD_DYLIB, _LOAD_WEAK, _REEXPORT = 0x2, 0xD, 0xC, 0x80000018, 0x8000001F
_RPATH, _BUILD_VERSION, _VERSION_MIN, _SIGNATURE = 0x8000001C, 0x32, 0x24, 0x1D
_EXTERNAL, _TYPE, _UNDEFINED = 0x01, 0x0E, 0x0
_STAB = 0xE0


@dataclass(slots=True)
class Image:
    """One processor's part."""

    machine: str
    kind: int
    minimum: tuple[int, int] = (0, 0)  # macOS
    name: str = ""  # of a library, by which others look for it
    needed: list[str] = field(default_factory=list)
    rpaths: list[str] = field(default_factory=list)
    undefined: set[str] = field(default_factory=set)  # with the leading underscore
    defined: set[str] = field(default_factory=set)
    signed: bool = False


def is_macho(content: bytes) -> bool:
    return content[:4] in (_FAT, _THIN)


def read(content: bytes) -> dict[str, Image]:
    """The parts of a file by their machine. Raises ValueError, struct.error."""
    if content[:4] == _THIN:
        image = _image(content)
        return {image.machine: image}
    if content[:4] != _FAT:
        raise ValueError("no Mach-O file")
    found = {}
    count = struct.unpack_from(">I", content, 4)[0]
    for at in range(8, 8 + 20 * count, 20):
        processor, _, offset, size, align = struct.unpack_from(">iiIII", content, at)
        if offset % (1 << align) or offset + size > len(content):
            raise ValueError("a part is out of place")
        image = _image(content[offset : offset + size])
        if image.machine != MACHINES[processor]:
            raise ValueError("a part is not for the processor that it is listed for")
        found[image.machine] = image
    return found


def _image(content: bytes) -> Image:
    magic, processor, _, kind, commands = struct.unpack_from("<4siiII", content)
    if magic != _THIN:
        raise ValueError("no part of 64 bits")
    image = Image(MACHINES[processor], kind)
    at = 32
    for _ in range(commands):
        command, size = struct.unpack_from("<II", content, at)
        if command in (_LOAD_DYLIB, _LOAD_WEAK, _REEXPORT):
            image.needed.append(_string(content, at, size))
        elif command == _ID_DYLIB:
            image.name = _string(content, at, size)
        elif command == _RPATH:
            image.rpaths.append(_string(content, at, size))
        elif command == _BUILD_VERSION:
            image.minimum = _version(struct.unpack_from("<I", content, at + 12)[0])
        elif command == _VERSION_MIN:
            image.minimum = _version(struct.unpack_from("<I", content, at + 8)[0])
        elif command == _SIGNATURE:
            image.signed = True
        elif command == _SYMTAB:
            _symbols(content, struct.unpack_from("<IIII", content, at + 8), image)
        at += size
    return image


def _string(content: bytes, at: int, size: int) -> str:
    begins = at + int(struct.unpack_from("<I", content, at + 8)[0])
    return content[begins : at + size].split(b"\0")[0].decode()


def _version(number: int) -> tuple[int, int]:
    return number >> 16, number >> 8 & 0xFF


def _symbols(content: bytes, table: tuple[int, int, int, int], image: Image) -> None:
    symbols, count, strings, _ = table
    for number in range(count):
        name, kind, *_ = struct.unpack_from("<IBBHQ", content, symbols + 16 * number)
        if kind & _STAB or not kind & _EXTERNAL:
            continue
        begins = strings + name
        text = content[begins : content.index(b"\0", begins)].decode()
        (image.undefined if kind & _TYPE == _UNDEFINED else image.defined).add(text)
