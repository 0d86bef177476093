"""A bill of materials, which macOS' Installer wants in each package: what mkbom(8) writes, lsbom(8) reads.

Apple documents no format; this is as files of Apple's are found to be. Numbers are big-endian. It is a store
of numbered blocks, some of which have a name. The block `Paths` is a tree, whose leaves hold pairs of blocks:
one about a file, and one with its name and its folder's number. Folders come before what is in them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final, NamedTuple

FILE, FOLDER, LINK = 1, 2, 3
_TYPES: Final = {FILE: 0o100000, FOLDER: 0o040000, LINK: 0o120000}
_HEADER: Final = struct.Struct(">8sIIIIII")
_HEADER_ROOM: Final = 512
_POINTER: Final = struct.Struct(">II")
_TREE: Final = struct.Struct(">4sIIIIB")
_NODE: Final = struct.Struct(">HHII")
_ABOUT: Final = struct.Struct(">BBHHIIIIBII")
_A_LEAF_HOLDS: Final = 256
_BLOCK: Final = 4096
_MIRROR: Final = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


class Entry(NamedTuple):
    """A path as the package has it: below its root, which is `.`; owners are root's and wheel's."""

    path: PurePosixPath
    kind: int
    mode: int
    size: int = 0
    checksum: int = 0  # of the content, or of a link's target: cksum(1)
    target: str = ""


def cksum(content: bytes) -> int:
    """POSIX' checksum (cksum(1)): a CRC-32 with the length behind the content.

    zlib's takes the bits of each octet in the other order, and begins and ends with ones.
    """
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "little")
    mirrored = zlib.crc32(length.translate(_MIRROR), zlib.crc32(content.translate(_MIRROR), 0xFFFFFFFF))
    return int(f"{mirrored:032b}"[::-1], 2)


class _Store:
    """Blocks by number, from 1; 0 is none."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = [b""]
        self._named: list[tuple[int, bytes]] = []

    def add(self, content: bytes) -> int:
        self._blocks.append(content)
        return len(self._blocks) - 1

    def name(self, block: int, name: str) -> None:
        self._named.append((block, name.encode()))

    def replace(self, block: int, content: bytes) -> None:
        self._blocks[block] = content

    def tree(self, child: int, count: int, block: int = _BLOCK) -> int:
        return self.add(_TREE.pack(b"tree", 1, child, block, count, 0))

    def octets(self) -> bytes:
        at = _HEADER_ROOM
        pointers = []
        for content in self._blocks:
            pointers.append(_POINTER.pack(at if content else 0, len(content)))
            at += len(content)
        names = struct.pack(">I", len(self._named)) + b"".join(
            struct.pack(">IB", block, len(name)) + name for block, name in self._named
        )
        index = struct.pack(">I", len(pointers)) + b"".join(pointers)
        index += struct.pack(">I", 0) + bytes(2 * _POINTER.size)  # what is free: nothing
        used = sum(1 for content in self._blocks if content)
        header = _HEADER.pack(b"BOMStore", 1, used, at + len(names), len(index), at, len(names))
        return b"".join([header.ljust(_HEADER_ROOM, b"\0"), *self._blocks, names, index])


def bill(entries: Iterable[Entry], date: int) -> bytes:
    """The bill of `entries`, with all their folders but the root. Raises KeyError where one is missing."""
    store = _Store()
    ordered = _by_folder(entries)
    # The store's order is free; that of the names is as Apple's.
    info = store.add(struct.pack(">IIIIIII", 1, len(ordered), 1, 0, 0, 0, 0))
    store.name(info, "BomInfo")
    store.name(_paths(store, ordered, date), "Paths")
    for name in ("HLIndex", "VIndex", "Size64"):
        empty = store.tree(store.add(_node([])), 0, 128 if name == "VIndex" else _BLOCK)
        store.name(store.add(struct.pack(">IIIB", 1, empty, 0, 0)) if name == "VIndex" else empty, name)
    return store.octets()


def _by_folder(entries: Iterable[Entry]) -> list[Entry]:
    """Level by level, each folder's names in order, the root first: as the tree is searched."""
    inside: dict[PurePosixPath, list[Entry]] = {}
    for entry in entries:
        inside.setdefault(entry.path.parent, []).append(entry)
    ordered = [Entry(PurePosixPath("."), FOLDER, 0o755)]
    for entry in ordered:  # which grows
        ordered += sorted(inside.pop(entry.path, []), key=lambda each: each.path.name.encode())
    if inside:
        raise KeyError(f"no such folder: {next(iter(inside))}")
    return ordered


def _paths(store: _Store, ordered: list[Entry], date: int) -> int:
    numbers: dict[PurePosixPath, int] = {}
    pairs = []
    for number, entry in enumerate(ordered, 1):
        numbers[entry.path] = number
        parent = numbers[entry.path.parent] if number > 1 else 0
        about = store.add(struct.pack(">II", number, store.add(_about(entry, date))))
        name = entry.path.name or "."
        pairs.append((about, store.add(struct.pack(">I", parent) + name.encode() + b"\0")))
    leaves = [pairs[at : at + _A_LEAF_HOLDS] for at in range(0, len(pairs), _A_LEAF_HOLDS)]
    blocks = [store.add(_node(leaf)) for leaf in leaves]
    for which, (block, leaf) in enumerate(zip(blocks, leaves, strict=True)):
        after = blocks[which + 1] if which + 1 < len(blocks) else 0
        store.replace(block, _node(leaf, after=after, before=blocks[which - 1] if which else 0))
    if len(blocks) == 1:
        return store.tree(blocks[0], len(ordered))
    # A branch names of each leaf the last file.
    branch = store.add(
        _node([(block, leaf[-1][1]) for block, leaf in zip(blocks, leaves, strict=True)], leaf=0)
    )
    return store.tree(branch, len(ordered))


def _node(pairs: list[tuple[int, int]], leaf: int = 1, after: int = 0, before: int = 0) -> bytes:
    content = _NODE.pack(leaf, len(pairs), after, before)
    return (content + b"".join(_POINTER.pack(*pair) for pair in pairs)).ljust(_BLOCK, b"\0")


def _about(entry: Entry, date: int) -> bytes:
    target = f"{entry.target}\0".encode() if entry.kind == LINK else b""
    mode = _TYPES[entry.kind] | entry.mode
    checksum = entry.checksum
    return _ABOUT.pack(entry.kind, 1, 3, mode, 0, 0, date, entry.size, 1, checksum, len(target)) + target
