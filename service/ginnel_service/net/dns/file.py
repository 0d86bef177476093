"""/etc/resolv.conf by our own hand, for machines where nobody else looks after it.

Written by renaming a new file over it. A symbolic link gives way to a file meanwhile, so whoever writes its
target goes on doing so, and comes back as the link is put back. Where a file cannot be renamed over, because
it is a mount of its own as in containers, or lies in a directory that may not be written, it is written in
place. A file that was made immutable stays as it is: that is somebody's wish.

What it was is on the disk before it is touched (`saved`). A file that holds neither that nor anything of ours
was written by somebody else since: theirs stays.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from ..plan import SetDns
from .resolv_conf import ResolvConf, parse, render
from .saved import MOST_FILE_OCTETS, Overlaid, SavedDns, SavedFile

RESOLV_CONF: Final = Path("/etc/resolv.conf")
#: A name that cannot be renamed over, though the file may still be written.
_IN_PLACE: Final = frozenset({errno.EBUSY, errno.EROFS, errno.EACCES, errno.EPERM, errno.EXDEV})


class FileDns:
    """`path` for tests alone. Every method raises OSError."""

    def __init__(self, saved: SavedDns, path: Path = RESOLV_CONF) -> None:
        self._saved = saved
        self._path = path
        self._new = path.with_name(f".{path.name}.ginnel")

    def set(self, step: SetDns) -> None:
        now = look(self._path)
        over = self._saved.read().file
        if over is None or not _is_ours(now, over):
            steps = over.steps if over is not None else ()
            over = Overlaid(before=now, ours=(), steps=steps)
        others = tuple(other for other in over.steps if other.device != step.device)
        self._write(replace(over, steps=(*others, step)))

    def unset(self, step: SetDns) -> bool:
        over = self._saved.read().file
        if over is None or not any(each.device == step.device for each in over.steps):
            return False
        others = tuple(each for each in over.steps if each.device != step.device)
        if not _is_ours(look(self._path), over):
            self._keep(replace(over, steps=others) if others else None)
            return False
        if others:
            self._write(replace(over, steps=others))
        else:
            self._restore()
        return True

    def recover(self) -> bool:
        """Put back what a predecessor, of whatever boot, left in our place."""
        over = self._saved.read().file
        if over is None:
            return False
        ours = _is_ours(look(self._path), over)
        if ours:
            self._restore()
        else:
            self._keep(None)
        return ours

    def stands(self, step: SetDns) -> bool:
        """Whether the file says what it should for `step`, by what is known now."""
        over = self._saved.read().file
        if over is None or step not in over.steps:
            return False
        now = look(self._path)
        return _is_ours(now, over) and now.content == self._text(over)

    def _text(self, over: Overlaid) -> bytes:
        return render(over.steps, self._earlier(over.before)).encode()

    def _earlier(self, before: SavedFile) -> ResolvConf:
        """What the machine would say without us; through a link, what it says now."""
        content = before.content
        if before.link is not None and not self._path.is_symlink():
            with suppress(OSError):
                content = _read(self._path.parent / before.link)
        return parse((content or b"").decode(errors="replace"))

    def _write(self, over: Overlaid) -> None:
        text = self._text(over)
        over = replace(over, ours=(*over.ours[-1:], text))
        self._keep(over)
        self._put(replace(over.before, content=text, link=None, mode=0o644))

    def _restore(self) -> None:
        over = self._saved.read().file
        assert over is not None
        before = over.before
        if before.link is not None and not self._path.is_symlink():
            self._clear()
            os.symlink(before.link, self._new)
            os.replace(self._new, self._path)
            _sync(self._path.parent)
        elif before.link is not None:
            self._overwrite(before.content or b"")
        elif before.content is None:
            with suppress(FileNotFoundError):
                os.unlink(self._path)
            _sync(self._path.parent)
        else:
            self._put(before)
        self._keep(None)

    def _keep(self, over: Overlaid | None) -> None:
        """Without a copy nobody would look for a file that was being written: it goes first."""
        self._clear()
        self._saved.write(replace(self._saved.read(), file=over))

    def _clear(self) -> None:
        with suppress(OSError):
            os.unlink(self._new)

    def _put(self, wanted: SavedFile) -> None:
        """A file with that content, on the disk when this returns."""
        assert wanted.content is not None
        try:
            self._replace(wanted)
        except OSError as error:
            self._clear()
            if error.errno not in _IN_PLACE:
                raise
            self._overwrite(wanted.content)

    def _replace(self, wanted: SavedFile) -> None:
        assert wanted.content is not None
        with suppress(FileNotFoundError):
            os.unlink(self._new)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(self._new, flags, 0o600), "wb") as file:
            file.write(wanted.content)
            file.flush()
            os.fchown(file.fileno(), wanted.uid, wanted.gid)
            os.fchmod(file.fileno(), wanted.mode)
            if sys.platform == "linux":
                for name, value in wanted.attributes.items():
                    with suppress(OSError):  # of a file system or a policy that does not take it
                        os.setxattr(file.fileno(), name, value)
            os.fsync(file.fileno())
        os.replace(self._new, self._path)
        _sync(self._path.parent)

    def _overwrite(self, content: bytes) -> None:
        """In place, through a link to where it points. Killed midway it has our beginning and its old end."""
        flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(os.path.realpath(self._path), flags), "wb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "not a file")
            if file.write(content) != len(content):
                raise OSError(errno.ENOSPC, "short write")
            file.truncate()
            os.fsync(file.fileno())


def look(path: Path = RESOLV_CONF) -> SavedFile:
    """How the file stands. Raises OSError for what is no file, or is larger than one may be."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return SavedFile(content=None, uid=uid, gid=gid)
    if stat.S_ISLNK(about.st_mode):
        content = None
        with suppress(FileNotFoundError):
            content = _read(path)
        return SavedFile(content=content, link=os.readlink(path), uid=uid, gid=gid)
    return SavedFile(
        content=_read(path),
        mode=stat.S_IMODE(about.st_mode),
        uid=about.st_uid,
        gid=about.st_gid,
        attributes=_attributes(path),
    )


def read_resolv_conf(path: Path = RESOLV_CONF) -> ResolvConf:
    """What the C library reads. Raises OSError."""
    return parse((look(path).content or b"").decode(errors="replace"))


def _read(path: Path) -> bytes:
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        content = file.read(MOST_FILE_OCTETS + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    if content is None or len(content) > MOST_FILE_OCTETS:
        raise OSError(errno.EINVAL, "not a file that a resolver would read")
    return content


def _attributes(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if sys.platform != "linux":  # Python has no call for those of macOS and FreeBSD
        return found
    with suppress(OSError):
        for name in os.listxattr(path, follow_symlinks=False):
            with suppress(OSError):
                found[name] = os.getxattr(path, name, follow_symlinks=False)
    return found


def _is_ours(now: SavedFile, over: Overlaid) -> bool:
    """Whether we wrote what is there, even if we were killed while writing in place."""
    if now.content is None or now.content == over.before.content:
        return False
    if now.link is not None and now.link != over.before.link:
        return False
    known = [*over.ours, *([over.before.content] if over.before.content is not None else [])]
    return now.content in set(_torn(known))


def _torn(known: list[bytes]) -> Iterable[bytes]:
    """Each of `known`, and each with the end of a longer one behind it."""
    for new in known:
        for old in known:
            yield new + old[len(new) :]


def _sync(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
