"""The undo log: what has been changed on this machine, written before it is changed.

A line of JSON each: a header (which boot of which machine the changes belong to), an entry a change, and
the entries that were undone. Whatever kills the service, the next one reads here what to undo. The file lives
in a directory that only its owner may write; it is replaced atomically, never followed through a link, and
its content is checked as if a stranger had written it. It exists only while there is something to undo.

Nothing is forced to the disk: what the log speaks of lives in the kernel and ends with it. A write that the
kernel has taken outlives this process; one that a crash of the kernel takes along names an era that is over.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from .base import NetworkError
from .dns.keepers import Keeper
from .plan import Step, check_device

FILE_NAME = "network.journal"
_NEW_NAME = "network.journal.new"
VERSION = 1
LIMIT_OCTETS = 8 << 20
_COMPACT_OCTETS = 1 << 20

_UInt = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Text = Annotated[str, Meta(max_length=128, pattern=r"^[ -~]*$")]
_Value = Annotated[str, Meta(pattern=r"^-?[0-9]{1,10}$")]


class Stood(Struct, frozen=True, omit_defaults=True):
    """A route of somebody else's, in whose place one of ours stands (macOS, FreeBSD)."""

    ifindex: _UInt
    flags: _UInt
    gateway: str = ""  # "" when there is no next hop

    def __post_init__(self) -> None:
        if self.gateway:
            ip_address(self.gateway)


class Before(Struct, frozen=True, omit_defaults=True):
    """What the OS said before a step; what undoing it needs beyond the step itself."""

    ifindex: _UInt = 0
    up: bool = False
    mtu: _UInt = 0
    tx_queue: _UInt = 0
    value: _Value | None = None
    #: (device, setting) pairs that change along with a forwarding switch, and what they were
    companions: tuple[tuple[str, Literal["forwarding", "accept_redirects"], _Value], ...] = ()
    dns: Keeper | None = None  # who looks after the machine's DNS
    stood: Stood | None = None

    def __post_init__(self) -> None:
        for device, _, _ in self.companions:
            check_device(device)


class Entry(Struct, frozen=True, tag="do"):
    id: _UInt
    step: Step
    before: Before


class _Header(Struct, frozen=True, tag="header"):
    version: int
    era: _Text


class _Undone(Struct, frozen=True, tag="undone"):
    ids: tuple[_UInt, ...]


_DECODER = msgspec.json.Decoder(_Header | Entry | _Undone)
_ENCODER = msgspec.json.Encoder()


def parse(data: bytes, era: str) -> tuple[dict[int, Entry], int]:
    """The entries of `era` not yet undone, oldest first, and the number of damaged lines passed over.

    A last line without its newline was being written: its step was not begun, and it does not count.
    """
    live: dict[int, Entry] = {}
    damaged = 0
    lines = data.split(b"\n")[:-1]
    for number, line in enumerate(lines):
        try:
            record = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            record = None
        if number == 0:
            if not isinstance(record, _Header) or record.version != VERSION or record.era != era:
                return {}, 0
        elif isinstance(record, Entry) and record.id not in live:
            live[record.id] = record
        elif isinstance(record, _Undone):
            for entry in record.ids:
                live.pop(entry, None)
        else:
            damaged += 1
    return live, damaged


class Journal:
    """One process's hold on the log in `directory`. `era` names the boot that the changes belong to."""

    def __init__(self, directory: Path, era: str) -> None:
        self._directory = directory
        self._era = era
        self._dir_fd = -1
        self._fd = -1
        self._size = 0
        self._compact_at = _COMPACT_OCTETS
        self._next_id = 1
        self._live: dict[int, Entry] = {}
        self.damaged = 0

    @property
    def live(self) -> tuple[Entry, ...]:
        return tuple(self._live.values())

    def open(self) -> None:
        """Take hold and read. NetworkError: state_directory_unsafe, already_running, journal_unusable."""
        try:
            self._open_directory()
            self._live, self.damaged = parse(self._read(), self._era)
            self._next_id = max(self._live, default=0) + 1
            self._rewrite()
        except OSError as error:
            self.close()
            raise NetworkError("journal_unusable", "open the undo log", error.errno or 0) from error
        except NetworkError:
            self.close()
            raise

    def close(self) -> None:
        for fd in (self._fd, self._dir_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._dir_fd = -1

    def write(self, changes: Sequence[tuple[Step, Before]]) -> list[Entry]:
        """Write how to undo `changes`; only then may they be made."""
        entries = [Entry(self._next_id + n, step, before) for n, (step, before) in enumerate(changes)]
        for entry in entries:
            self._live[entry.id] = entry
        try:
            if self._fd < 0 or self._size > self._compact_at:
                self._rewrite()
            else:
                self._put(b"".join(map(_line, entries)))
        except (OSError, NetworkError) as error:
            for entry in entries:
                del self._live[entry.id]
            self._discard()
            if isinstance(error, NetworkError):
                raise
            raise NetworkError("journal_unusable", "write the undo log", error.errno or 0) from error
        self._next_id += len(entries)
        return entries

    def undone(self, entries: Iterable[Entry]) -> None:
        """Strike `entries`. Failing harms nothing: undoing twice undoes once."""
        ids = tuple(entry.id for entry in entries if self._live.pop(entry.id, None) is not None)
        try:
            if not self._live:
                self._rewrite()
            elif ids and self._fd >= 0:
                self._put(_line(_Undone(ids)))
        except (OSError, NetworkError):
            self._discard()  # the next line would go on with half a one, and be lost with it

    def _put(self, data: bytes) -> None:
        if self._size + len(data) > LIMIT_OCTETS:
            raise NetworkError("journal_full", "write the undo log")
        written = os.write(self._fd, data)
        self._size += written
        if written != len(data):
            raise OSError(28, "short write")  # ENOSPC

    def _rewrite(self) -> None:
        """Replace the file by one with the live entries alone, or remove it when there are none."""
        self._discard()
        if not self._live:
            for name in (FILE_NAME, _NEW_NAME):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=self._dir_fd)
            return
        data = _line(_Header(VERSION, self._era)) + b"".join(map(_line, self._live.values()))
        with suppress(FileNotFoundError):
            os.unlink(_NEW_NAME, dir_fd=self._dir_fd)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(_NEW_NAME, flags, 0o600, dir_fd=self._dir_fd)
        self._put(data)
        os.replace(_NEW_NAME, FILE_NAME, src_dir_fd=self._dir_fd, dst_dir_fd=self._dir_fd)
        self._compact_at = self._size + _COMPACT_OCTETS

    def _discard(self) -> None:
        """Let go of the file: after a failed write the next one starts a fresh copy."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = -1, 0

    def _open_directory(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._dir_fd = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        about = os.fstat(self._dir_fd)
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:
            raise NetworkError("state_directory_unsafe", "open the undo log")
        try:
            fcntl.flock(self._dir_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NetworkError("already_running", "open the undo log", error.errno or 0) from error

    def _read(self) -> bytes:
        try:
            fd = os.open(
                FILE_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._dir_fd
            )
        except FileNotFoundError:
            return b""
        with os.fdopen(fd, "rb") as file:
            about = os.fstat(fd)
            if (
                not stat.S_ISREG(about.st_mode)
                or about.st_uid != os.geteuid()
                or about.st_size > LIMIT_OCTETS
            ):
                raise NetworkError("journal_unusable", "read the undo log")
            return file.read(LIMIT_OCTETS)


def _line(record: Struct) -> bytes:
    return _ENCODER.encode(record) + b"\n"
