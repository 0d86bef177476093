"""Word of every change to what programs read to find a DNS server, on macOS and FreeBSD: kqueue(2).

Says that something changed, not what. macOS's configd writes the file for programs that read it, whatever
changes in its own store; so the file tells of that, too.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from .file import RESOLV_CONF

_FILTER_VNODE: Final = -4
_ADD_CLEAR: Final = 0x0001 | 0x0020  # EV_ADD, EV_CLEAR
_NOTES: Final = 0x0001 | 0x0002 | 0x0004 | 0x0020  # NOTE_DELETE, _WRITE, _EXTEND, _RENAME
_MOST_EVENTS: Final = 64


class Queue(Protocol):
    """What is used of a `select.kqueue`."""

    def fileno(self) -> int: ...
    def control(self, changes: Sequence[Any] | None, most: int, timeout: float) -> list[Any]: ...
    def close(self) -> None: ...


def _new_queue() -> Queue:
    queue: Queue = vars(select)["kqueue"]()
    return queue


def _event(descriptor: int) -> object:
    return vars(select)["kevent"](descriptor, _FILTER_VNODE, _ADD_CLEAR, _NOTES)


class VnodeWatch:
    """Readable when the file, or a folder on the way to it, has changed, until `drain`. Rest for tests."""

    def __init__(
        self,
        path: Path = RESOLV_CONF,
        *,
        queue: Callable[[], Queue] = _new_queue,
        event: Callable[[int], object] = _event,
    ) -> None:
        """Raises OSError."""
        self._path = path
        self._queue = queue()
        self._event = event
        self._open: list[int] = []
        self._watch()
        self._seen = self._look()

    def fileno(self) -> int:
        return self._queue.fileno()

    def drain(self) -> bool:
        """Whether any of it concerned the file."""
        with suppress(OSError):
            while self._queue.control(None, _MOST_EVENTS, 0):
                pass
        self._watch()  # a file that took another's place, or another target, is watched from now on
        before, self._seen = self._seen, self._look()
        return self._seen != before

    def close(self) -> None:
        self._forget()
        self._queue.close()

    def _watch(self) -> None:
        """Folders, for what comes and goes, and the file, for what is written to it."""
        self._forget()
        real = Path(os.path.realpath(self._path))
        for path in dict.fromkeys((self._path.parent, real.parent, real)):
            with suppress(OSError):  # what is not there is heard of when its folder is
                self._open.append(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        self._queue.control([self._event(descriptor) for descriptor in self._open], 0, 0)

    def _forget(self) -> None:
        """A closed descriptor takes its events along."""
        for descriptor in self._open:
            os.close(descriptor)
        self._open = []

    def _look(self) -> tuple[object, ...]:
        found: list[object] = []
        for look in (os.lstat, os.stat):
            with suppress(OSError):
                about = look(self._path)
                found.append((about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size))
        return tuple(found)
