"""The two archives of which Installer's packages are made: cpio's portable one, and xar.

cpio(5), `odc`; https://github.com/apple-oss-distributions/xar. Both are written here, as the usual programs
note who made an archive, when, and where its files lay: two builds would differ.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import time
import zlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree

from .payload import Item

_TYPES: Final = {"file": 0o100000, "folder": 0o040000, "link": 0o120000}
_XAR: Final = struct.Struct(">4sHHQQI")
_SHA1: Final = 1


def cpio(items: Iterable[Item], date: int) -> bytes:
    """`items` below `.`, all of root's and wheel's, packed by gzip(1)."""
    members = []
    for number, item in enumerate(items, 1):
        content = item.target.encode() if item.kind == "link" else item.read()
        name = "." if item.path == PurePosixPath("/") else f".{item.path}"
        members.append(_member(name, _TYPES[item.kind] | item.mode, content, number, date))
    members.append(_member("TRAILER!!!", 0, b"", 0, 0))
    return gzip.compress(b"".join(members), 9, mtime=0)


def _member(name: str, mode: int, content: bytes, number: int, date: int) -> bytes:
    numbers = (0, number, mode, 0, 0, 1, 0)  # device, inode, mode, owner, group, links, device
    head = "070707" + "".join(f"{each:06o}" for each in numbers)
    head += f"{date:011o}{len(name.encode()) + 1:06o}{len(content):011o}"
    return head.encode() + name.encode() + b"\0" + content


def xar(members: Mapping[PurePosixPath, bytes], date: int) -> bytes:
    """`members` by their relative paths, as they are; folders are made of the paths."""
    root = ElementTree.Element("xar")
    contents = ElementTree.SubElement(root, "toc")
    checksum = ElementTree.SubElement(contents, "checksum", style="sha1")
    ElementTree.SubElement(checksum, "size").text = str(hashlib.sha1(usedforsecurity=False).digest_size)
    ElementTree.SubElement(checksum, "offset").text = "0"
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(date))
    ElementTree.SubElement(contents, "creation-time").text = stamp.rstrip("Z")
    folders = {PurePosixPath("."): contents}
    heap = bytes(hashlib.sha1(usedforsecurity=False).digest_size)
    for number, path in enumerate(_with_folders(members), 1):
        element = ElementTree.SubElement(folders[path.parent], "file", id=str(number))
        content = members.get(path)
        if content is not None:
            _data(element, content, len(heap))
            heap += content
        ElementTree.SubElement(element, "mtime").text = stamp
        ElementTree.SubElement(element, "gid").text = "0"
        ElementTree.SubElement(element, "uid").text = "0"
        ElementTree.SubElement(element, "mode").text = "0755" if content is None else "0644"
        ElementTree.SubElement(element, "type").text = "directory" if content is None else "file"
        ElementTree.SubElement(element, "name").text = path.name
        if content is None:
            folders[path] = element
    table = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    packed = zlib.compress(table, 9)
    header = _XAR.pack(b"xar!", _XAR.size, 1, len(packed), len(table), _SHA1)
    digest = hashlib.sha1(packed, usedforsecurity=False).digest()
    return header + packed + digest + heap[len(digest) :]


def _with_folders(members: Iterable[PurePosixPath]) -> list[PurePosixPath]:
    found = {above for path in members for above in (path, *path.parents)} - {PurePosixPath(".")}
    return sorted(found)


def _data(element: ElementTree.Element, content: bytes, offset: int) -> None:
    data = ElementTree.SubElement(element, "data")
    ElementTree.SubElement(data, "length").text = str(len(content))
    ElementTree.SubElement(data, "offset").text = str(offset)
    ElementTree.SubElement(data, "size").text = str(len(content))
    ElementTree.SubElement(data, "encoding", style="application/octet-stream")
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    for name in ("extracted-checksum", "archived-checksum"):
        ElementTree.SubElement(data, name, style="sha1").text = digest
