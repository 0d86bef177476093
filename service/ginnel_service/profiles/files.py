"""Small files that only the service's user may read: no links followed, replaced whole or not at all.

Every call works relative to a descriptor of the directory (openat(2)), whose owner and mode are checked
first, so that nobody else can put a link or another file in the way.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class UnsafeFileError(OSError):
    """A file or directory is not what the service wrote: wrong kind, owner, mode or size."""

    def __init__(self, cause: str, path: Path) -> None:
        super().__init__(errno.EPERM, cause, str(path))


class Stamp(NamedTuple):
    """What tells that a file is another, or was changed in place; nobody but root can set back `ctime_ns`."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class PrivateDirectory:
    """`path` is made with mode 0700 when it is missing. It must belong to us, and be writable by us alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Sorted names of what is inside, our unfinished writes left out."""
        with self._open() as directory:
            return sorted(name for name in os.listdir(directory) if not name.startswith("."))

    def stamps(self) -> dict[str, Stamp]:
        """The same names, each with what tells whether that file has changed since."""
        found = {}
        with self._open() as directory, os.scandir(directory) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    with suppress(FileNotFoundError):
                        found[entry.name] = Stamp.of(entry.stat(follow_symlinks=False))
        return dict(sorted(found.items()))

    def stamp(self, name: str) -> Stamp:
        """Raises FileNotFoundError."""
        with self._open() as directory:
            return Stamp.of(os.stat(name, dir_fd=directory, follow_symlinks=False))

    def read(self, name: str, limit: int) -> bytes:
        """The file's octets. Raises FileNotFoundError, UnsafeFileError or another OSError."""
        with self._open() as directory:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=directory)
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise UnsafeFileError("not a regular file", self.path / name)
                _check_owner(found, self.path / name)
                data = file.read(limit + 1)
        if len(data) > limit:
            raise UnsafeFileError(f"larger than {limit} octets", self.path / name)
        return data

    def write(self, name: str, data: bytes, *, replace: bool) -> None:
        """Put `data` there, on disk before it shows. Raises FileExistsError unless `replace`."""
        temporary = f".{name}.tmp"
        with self._open() as directory:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=directory)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(temporary, flags, 0o600, dir_fd=directory)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(descriptor)
                if replace:
                    os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
                else:
                    os.link(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=directory)
            os.fsync(directory)

    def remove(self, name: str) -> None:
        """Raises FileNotFoundError. A link is removed, never what it names."""
        with self._open() as directory:
            os.unlink(name, dir_fd=directory)
            os.fsync(directory)

    def sweep(self) -> None:
        """Remove what writes that were cut short left behind."""
        with self._open() as directory:
            for name in os.listdir(directory):
                if name.startswith(".") and name.endswith(".tmp"):
                    os.unlink(name, dir_fd=directory)
            os.fsync(directory)

    @contextmanager
    def _open(self) -> Iterator[int]:
        with suppress(FileExistsError):
            self.path.mkdir(mode=0o700, parents=True)
        descriptor = os.open(self.path, DIRECTORY_FLAGS)
        try:
            _check_owner(os.fstat(descriptor), self.path)
            yield descriptor
        finally:
            os.close(descriptor)


def _check_owner(found: os.stat_result, path: Path) -> None:
    if found.st_uid not in (0, os.geteuid()):
        raise UnsafeFileError(f"owned by uid {found.st_uid}", path)
    if found.st_mode & 0o022:
        raise UnsafeFileError("writable by others", path)
