"""What outlives a reboot and has to be put back after it: a copy, on the disk, of what the machine had.

The undo journal belongs to one boot. A file under /etc, or a setting that another program keeps, does not end
with the boot: its copy is written to the service's own directory before anything is changed, is forced to the
disk, and goes when all is as it was. Checked as it is read, as if a stranger had written it.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from ..plan import SetDns

log = logging.getLogger("ginnel.net")

FILE_NAME: Final = "dns.saved"
_NEW_NAME: Final = "dns.saved.new"
VERSION: Final = 1
MOST_OCTETS: Final = 1 << 20
MOST_FILE_OCTETS: Final = 1 << 16

_Content = Annotated[bytes, Meta(max_length=MOST_FILE_OCTETS)]
_Text = Annotated[str, Meta(max_length=4096)]


class SavedFile(Struct, frozen=True):
    """A file as it was. `content` is what was read there, through a link too; None where nothing was."""

    content: _Content | None
    link: _Text | None = None  # where it pointed, if it was a symbolic link
    mode: Annotated[int, Meta(ge=0, le=0o7777)] = 0o644
    uid: Annotated[int, Meta(ge=0, le=2**32 - 2)] = 0
    gid: Annotated[int, Meta(ge=0, le=2**32 - 2)] = 0
    attributes: dict[str, bytes] = {}  # xattr(7), such as the file's SELinux label


class Overlaid(Struct, frozen=True):
    """A file that we wrote over: what it was, what of ours it may hold now, and for which steps."""

    before: SavedFile
    ours: tuple[_Content, ...]
    steps: tuple[SetDns, ...]


class GlobalSettings(Struct, frozen=True):
    """NetworkManager's global DNS settings. `domains`: servers and options for each, "*" for all others."""

    searches: tuple[_Text, ...] = ()
    options: tuple[_Text, ...] = ()
    domains: dict[_Text, tuple[tuple[_Text, ...], tuple[_Text, ...]]] = {}


class GlobalDns(Struct, frozen=True):
    """Those settings where we set them: what they were, what of ours they may be, and for which steps."""

    before: GlobalSettings
    ours: tuple[GlobalSettings, ...]
    steps: tuple[SetDns, ...]


class Saved(Struct, frozen=True, omit_defaults=True):
    version: int = VERSION
    file: Overlaid | None = None
    networkmanager: GlobalDns | None = None


_DECODER = msgspec.json.Decoder(Saved)


class SavedDns:
    """The copy in `directory`, which belongs to the service's user alone. Methods raise OSError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self) -> Saved:
        """Nothing where there is none. One that cannot be read is of no use to anyone: it goes."""
        try:
            with self._open_directory() as folder:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                with open(os.open(FILE_NAME, flags, dir_fd=folder), "rb") as file:
                    about = os.fstat(file.fileno())
                    if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid():
                        raise OSError(errno.EPERM, "the saved copy of the DNS settings is not ours")
                    data = file.read(MOST_OCTETS + 1)
        except FileNotFoundError:
            return Saved()
        try:
            found = _DECODER.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
            found = None
        if found is None or found.version != VERSION:
            log.error("the saved copy of the DNS settings is damaged: what it held is lost")
            self.remove()
            return Saved()
        return found

    def write(self, saved: Saved) -> None:
        """On the disk when this returns; removed when there is nothing to keep."""
        if saved == Saved():
            self.remove()
            return
        with self._open_directory() as folder:
            with suppress(FileNotFoundError):
                os.unlink(_NEW_NAME, dir_fd=folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with open(os.open(_NEW_NAME, flags, 0o600, dir_fd=folder), "wb") as file:
                file.write(msgspec.json.encode(saved))
                file.flush()
                os.fsync(file.fileno())
            os.replace(_NEW_NAME, FILE_NAME, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)

    def remove(self) -> None:
        """Also what was begun and never read."""
        with self._open_directory() as folder:
            for name in (FILE_NAME, _NEW_NAME):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    def _open_directory(self) -> _Folder:
        return _Folder(self._directory)


class _Folder:
    """The directory as a descriptor that `with` closes."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(path, flags)
        about = os.fstat(self._fd)
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:
            os.close(self._fd)
            raise OSError(errno.EPERM, "others may write to the state directory")

    def __enter__(self) -> int:
        return self._fd

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)
