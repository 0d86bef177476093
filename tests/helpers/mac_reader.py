"""Reads a package of macOS' Installer with nothing of what writes ours: bsdtar(1) unpacks it."""

from __future__ import annotations

import gzip
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a cpio archive, as its header has it."""

    name: str
    mode: int  # with its type
    uid: int
    gid: int
    mtime: int
    content: bytes


class Billed(NamedTuple):
    """A path in a bill of materials."""

    mode: int
    uid: int
    gid: int
    size: int
    checksum: int


def cpio(octets: bytes) -> list[Member]:
    """The members of an archive of the portable kind (cpio(5)). Raises ValueError."""
    found: list[Member] = []
    at = 0
    while True:
        head = octets[at : at + 76].decode()
        if head[:6] != "070707":
            raise ValueError(f"no header at {at}")
        fields = [int(head[begins : begins + 6], 8) for begins in (12, 18, 24, 30)]
        mtime, length, size = int(head[48:59], 8), int(head[59:65], 8), int(head[65:76], 8)
        name = octets[at + 76 : at + 76 + length]
        if not name.endswith(b"\0"):
            raise ValueError("a name has no end")
        at += 76 + length
        text = name[:-1].decode()
        if text == "TRAILER!!!":
            return found
        _, mode, uid, gid = fields
        found.append(Member(text, mode, uid, gid, mtime, octets[at : at + size]))
        at += size


class Bill:
    """A bill of materials: its blocks by number, and the paths of its tree."""

    def __init__(self, octets: bytes) -> None:
        magic, version, _, index, _, names, _ = struct.unpack_from(">8sIIIIII", octets)
        if (magic, version) != (b"BOMStore", 1):
            raise ValueError("no bill of materials")
        count = struct.unpack_from(">I", octets, index)[0]
        self.blocks = []
        for number in range(count):
            begins, size = struct.unpack_from(">II", octets, index + 4 + 8 * number)
            if begins + size > len(octets):
                raise ValueError("a block is out of place")
            self.blocks.append(octets[begins : begins + size])
        self.names: dict[str, int] = {}
        at = names + 4
        for _ in range(struct.unpack_from(">I", octets, names)[0]):
            block, length = struct.unpack_from(">IB", octets, at)
            self.names[octets[at + 5 : at + 5 + length].decode()] = block
            at += 5 + length
        self.paths = self._paths()

    def _leaves(self, block: int) -> list[tuple[int, int]]:
        """The pairs of a tree from its first leaf to its last, which it must reach both ways."""
        is_leaf, count, after, before = struct.unpack_from(">HHII", self.blocks[block])
        pairs = [struct.unpack_from(">II", self.blocks[block], 12 + 8 * each) for each in range(count)]
        if not is_leaf:
            found: list[tuple[int, int]] = []
            for child, last in pairs:
                below = self._leaves(child)
                if below[-1][1] != last:
                    raise ValueError("a branch does not name the last of its leaf")
                found += below
            chained, at, previous = [], pairs[0][0], 0
            while at:
                chained.append(at)
                _, _, after, before = struct.unpack_from(">HHII", self.blocks[at])
                if before != previous:
                    raise ValueError("the leaves are not chained")
                previous, at = at, after
            if chained != [child for child, _ in pairs]:
                raise ValueError("the leaves are not chained")
            return found
        return [(int(first), int(second)) for first, second in pairs]

    def _paths(self) -> dict[str, Billed]:
        magic, _, child, _, count, _ = struct.unpack(">4sIIIIB", self.blocks[self.names["Paths"]])
        pairs = self._leaves(child)
        if magic != b"tree" or len(pairs) != count:
            raise ValueError("the tree does not have as many paths as it says")
        names: dict[int, str] = {}
        found: dict[str, Billed] = {}
        keys = []
        for about, file in pairs:
            number, details = struct.unpack(">II", self.blocks[about])
            parent = struct.unpack_from(">I", self.blocks[file])[0]
            name = self.blocks[file][4:-1].decode()
            keys.append((parent, name.encode()))
            names[number] = f"{names[parent]}/{name}" if parent else name
            _, _, _, mode, uid, gid, _, size, _, checksum, _ = struct.unpack_from(
                ">BBHHIIIIBII", self.blocks[details]
            )
            found[names[number]] = Billed(mode, uid, gid, size, checksum)
        if keys != sorted(keys):
            raise ValueError("the tree is not in order")
        return found


class MacPackage:
    """A product archive with one package in it, unpacked into `folder`. Raises ValueError."""

    def __init__(self, file: Path, folder: Path) -> None:
        self.file = file
        self.folder = folder
        folder.mkdir(parents=True)
        subprocess.run(["bsdtar", "-xf", file, "-C", folder], check=True)
        component = folder / "ginnel.pkg"
        self.payload = {member.name: member for member in cpio(gzip.decompress(_read(component / "Payload")))}
        self.scripts = {member.name: member for member in cpio(gzip.decompress(_read(component / "Scripts")))}
        self.bill = Bill(_read(component / "Bom"))
        self.info = ElementTree.fromstring(_read(component / "PackageInfo"))
        self.distribution = ElementTree.fromstring(_read(folder / "Distribution"))

    def install(self, root: Path) -> None:
        """Lay out the payload below `root`, of what is below site/ our own alone."""
        for name, member in self.payload.items():
            if "/site/" in name and "/ginnel_core/" not in name:
                continue
            path = root / name
            if stat.S_ISDIR(member.mode):
                path.mkdir(parents=True, exist_ok=True)
            elif stat.S_ISLNK(member.mode):
                path.symlink_to(member.content.decode())
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(member.content)
                path.chmod(stat.S_IMODE(member.mode))


def _read(path: Path) -> bytes:
    return path.read_bytes()
