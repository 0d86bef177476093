"""Where log lines go: the journal, syslog, a file of bounded size, standard error.

Each output is given lines that are safe already (`logs.SafeFormatter`). None ever raises or prints what it
could not write, as Python's own handlers do: that would show a line's raw arguments.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

JOURNAL: Final = Path("/run/systemd/journal/socket")
#: Where syslogd listens: Linux, FreeBSD, macOS.
SYSLOG: Final = (Path("/dev/log"), Path("/var/run/log"), Path("/var/run/syslog"))
IDENTIFIER: Final = "ginneld"
MAX_FILE_OCTETS: Final = 4 << 20
KEPT_FILES: Final = 3  # former ones, named FILE.1 to FILE.3
#: What one datagram to the journal surely takes; net.core.wmem_default is 208 KiB.
_MAX_DATAGRAM: Final = 64 << 10
_PATIENCE_S: Final = 0.1
_DAEMON: Final = 3 << 3  # syslog's facility


def priority(level: int) -> int:
    """syslog(3)'s number of a level of `logging`."""
    return (
        3 if level >= logging.ERROR else 4 if level >= logging.WARNING else 6 if level >= logging.INFO else 7
    )


def is_journal(stream: TextIO) -> bool:
    """Whether `stream` leads to the journal, as $JOURNAL_STREAM tells (systemd.exec(5))."""
    with suppress(OSError, ValueError):
        found = os.fstat(stream.fileno())
        return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
    return False


class Stderr(logging.StreamHandler[TextIO]):
    """Standard error, with `<N>` before each line where the journal reads it (sd-daemon(3))."""

    def __init__(self, *, prefixed: bool) -> None:
        super().__init__(sys.stderr)
        self._prefixed = prefixed

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if not self._prefixed:
            return text
        before = f"<{priority(record.levelno)}>"
        return before + text.replace("\n", "\n" + before)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        pass


class _Datagrams(logging.Handler):
    """A logger's unix socket, one datagram a record; what it does not take goes to standard error.

    Nothing is connected, so a logger that was started anew is found again. One that hangs is not waited for:
    its lines are lost to it, and tunnels go on.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when nobody listens at `path`."""
        super().__init__()
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(_PATIENCE_S)
        self._fallback = Stderr(prefixed=is_journal(sys.stderr))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as trial:
            try:
                trial.connect(self._path)
            except OSError as error:
                self._socket.close()
                raise OSError(error.errno, error.strerror, self._path) from None

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802 - logging's name
        super().setFormatter(fmt)
        self._fallback.setFormatter(fmt)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._socket.sendto(self.datagram(record), self._path)
        except TimeoutError:
            pass  # the ring that clients read has the line
        except OSError:
            self._fallback.handle(record)

    def datagram(self, record: logging.LogRecord) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        self._socket.close()
        super().close()


class Journal(_Datagrams):
    """systemd-journald's own protocol, by which a line comes with its logger and connection apart.

    systemd.journal-fields(7), https://systemd.io/JOURNAL_NATIVE_PROTOCOL/.
    """

    def __init__(self, path: Path = JOURNAL) -> None:
        super().__init__(path)

    def datagram(self, record: logging.LogRecord) -> bytes:
        fields = {
            "MESSAGE": self.format(record),
            "PRIORITY": str(priority(record.levelno)),
            "SYSLOG_IDENTIFIER": IDENTIFIER,
            "GINNEL_LOGGER": record.name,
        }
        if connection := getattr(record, "connection", ""):
            fields["GINNEL_CONNECTION"] = connection
        return b"".join(_field(name, text.encode("utf-8", "replace")) for name, text in fields.items())


def _field(name: str, value: bytes) -> bytes:
    """One field in journald's binary form, which lets a value have lines."""
    value = value[:_MAX_DATAGRAM]
    return name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"


class Syslog(_Datagrams):
    """syslogd's local socket (RFC 3164 section 4.1 without time and host, which syslogd adds)."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path or next((each for each in SYSLOG if each.exists()), SYSLOG[0]))

    def datagram(self, record: logging.LogRecord) -> bytes:
        head = f"<{_DAEMON | priority(record.levelno)}>{IDENTIFIER}[{os.getpid()}]: "
        return (head + self.format(record)).encode("utf-8", "replace")[:_MAX_DATAGRAM]


class RotatingFile(logging.Handler):
    """A file of mode 0600 that is renamed away when it is full; `KEPT_FILES` former ones stay.

    No link is followed, and every directory above it must be root's or ours and closed to others' writing
    (CVE-2025-11462: a log that a user could turn into a link to any file).
    """

    def __init__(self, path: Path, *, max_octets: int = MAX_FILE_OCTETS) -> None:
        """Raises OSError, PermissionError for a place where others may put something in the way."""
        super().__init__()
        self._name = path.name
        self._max = max_octets
        self._size = 0
        self._directory = _open_directory(path.parent)
        try:
            self._file = self._open()
        except OSError:
            os.close(self._directory)
            raise

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record).encode("utf-8", "replace") + b"\n"
        with suppress(OSError):
            if self._size and self._size + len(line) > self._max:
                self._rotate()
            self._size += os.write(self._file, line)

    def reopen(self) -> None:
        """Begin with whatever bears our name now: somebody else has renamed the file. Raises OSError."""
        self.acquire()
        try:
            opened = self._open()
            os.close(self._file)
            self._file = opened
        finally:
            self.release()

    def close(self) -> None:
        if self._directory >= 0:
            os.close(self._file)
            os.close(self._directory)
            self._directory = -1
        super().close()

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        opened = os.open(self._name, flags, 0o600, dir_fd=self._directory)
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in (0, os.geteuid()) or found.st_nlink != 1:
            os.close(opened)
            raise PermissionError(1, "the log is no file of ours alone", self._name)
        os.fchmod(opened, 0o600)
        self._size = found.st_size
        return opened

    def _rotate(self) -> None:
        names = [self._name, *(f"{self._name}.{number}" for number in range(1, KEPT_FILES + 1))]
        for older, newer in zip(names[:0:-1], names[-2::-1], strict=True):
            with suppress(FileNotFoundError):
                os.rename(newer, older, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        self.reopen()


def _open_directory(path: Path) -> int:
    """A descriptor of `path`, where nobody but root and us may rename or put anything on the way to it."""
    real = path.resolve(strict=True)
    for step in (real, *real.parents):
        found = step.lstat()
        sticky = found.st_mode & stat.S_ISVTX and step != real
        if found.st_uid not in (0, os.geteuid()) or (found.st_mode & 0o022 and not sticky):
            raise PermissionError(1, "others may write to the log's directory, or to one above it", str(step))
    return os.open(real, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
