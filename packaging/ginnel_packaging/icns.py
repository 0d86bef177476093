"""The icon of a bundle of macOS: PNG pictures in one file, as iconutil(1) makes it of an iconset."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

#: What a picture is called there, by its name in the iconset.
_TYPES: Final = {
    "icon_16x16.png": b"icp4",
    "icon_16x16@2x.png": b"ic11",
    "icon_32x32.png": b"icp5",
    "icon_32x32@2x.png": b"ic12",
    "icon_128x128.png": b"ic07",
    "icon_128x128@2x.png": b"ic13",
    "icon_256x256.png": b"ic08",
    "icon_256x256@2x.png": b"ic14",
    "icon_512x512.png": b"ic09",
    "icon_512x512@2x.png": b"ic10",
}
_HEADER: Final = struct.Struct(">4sI")


def icns(iconset: Path) -> bytes:
    """The pictures of `iconset` in one file. Raises OSError where one is missing."""
    body = b""
    for name, kind in _TYPES.items():
        picture = (iconset / name).read_bytes()
        body += _HEADER.pack(kind, _HEADER.size + len(picture)) + picture
    return _HEADER.pack(b"icns", _HEADER.size + len(body)) + body
