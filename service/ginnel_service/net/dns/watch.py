"""Word of every change to what programs read to find a DNS server: inotify(7) on the few files that say it.

Says that something changed, not what. Servers that resolved is told stand in a file of its own, so what
somebody tells it over D-Bus is heard of, too.
"""

from __future__ import annotations

import ctypes
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from .file import RESOLV_CONF

_MODIFY, _CLOSE_WRITE, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x8, 0x40, 0x80, 0x100, 0x200
_OF_FOLDER: Final = _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_OF_FILE: Final = _MODIFY | _CLOSE_WRITE
_OVERFLOW, _IGNORED = 0x4000, 0x8000
_EVENT: Final = struct.Struct("iIII")
_RESOLVED: Final = (Path("/run/systemd/resolve/resolv.conf"), Path("/run/systemd/resolve/stub-resolv.conf"))
_OTHERS: Final = (Path("/etc/nsswitch.conf"), *_RESOLVED)


class DnsWatch:
    """Readable when something there has changed, until `drain`. `path` for tests alone."""

    def __init__(self, path: Path = RESOLV_CONF) -> None:
        """Raises OSError, such as EMFILE where the user has no watch left."""
        self._path = path
        self._names: dict[int, set[str]] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self._watch()

    def fileno(self) -> int:
        return int(self._fd)

    def drain(self) -> bool:
        """Whether any of it concerned those files."""
        concerned = False
        with suppress(BlockingIOError):
            while data := os.read(self._fd, 1 << 16):
                concerned |= self._concerns(data)
        self._watch()  # a file that took another's place, or another target, is watched from now on
        return concerned

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _watch(self) -> None:
        """Folders, for what comes and goes; the file too, as one that is a mount changes in none of them."""
        self._names = {}
        for path in (self._path, Path(os.path.realpath(self._path)), *_OTHERS):
            self._add(path.parent, _OF_FOLDER, path.name)
        self._add(self._path, _OF_FILE, "")

    def _add(self, path: Path, mask: int, name: str) -> None:
        number = self._libc.inotify_add_watch(self._fd, os.fsencode(path), mask)
        if number >= 0:  # what is not there is heard of when its folder is
            self._names.setdefault(number, set()).add(name)

    def _concerns(self, data: bytes) -> bool:
        at = 0
        while at < len(data):
            number, mask, _, length = _EVENT.unpack_from(data, at)
            name = os.fsdecode(data[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0"))
            at += _EVENT.size + length
            if mask & _OVERFLOW or (not mask & _IGNORED and name in self._names.get(number, set())):
                return True
        return False
