"""Logging of the service: where lines go, and the promise that no secret is ever in one.

Every line passes `format_line`: known secrets (`protect`) are replaced whatever their notation, in the
message and in a traceback alike, and control characters are escaped so that nobody writes a second line.
"""

from __future__ import annotations

import base64
import logging
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec

from ginnel_service.ipc.schema import Level, LogEntry
from ginnel_service.profiles.model import printable

from .process.log_outputs import Journal, RotatingFile, Stderr, Syslog, is_journal

ROOT = "ginnel"
MAX_MESSAGE = 4000
MIN_SECRET_OCTETS = 4  # shorter ones are part of ordinary words; they are never handed to a logger either
MAX_SECRET_OCTETS = 64 << 10  # no profile has longer ones: they are refused, and handed to no logger either
REDACTED = "[secret]"

#: What is remembered at the most; the oldest make way, as clients may say secrets as often as they like.
MOST_CONNECTIONS = 1024
MOST_OF_ONE = 12  # every secret of a profile, and those that it had before
MOST_OF_NONE = 128

#: Shapes take a dozen times the room: those of longer ones are made for lines that could hold one.
_READY_OCTETS = 4 << 10

#: The shapes of each secret by the connection that it belongs to, "" for those of none.
_protected: OrderedDict[str, OrderedDict[bytes, tuple[str, ...]]] = OrderedDict()
_lock = threading.Lock()


def protect(secret: bytes, connection: str = "") -> None:
    """Never let `secret` into a log line, as text, hexadecimal, base64 or Python's repr.

    One that belongs to a `connection` is looked for in the lines of that one, and in those of none, which
    administrators read: whoever reads the lines of another would learn by trial what it is.
    """
    if not MIN_SECRET_OCTETS <= len(secret) <= MAX_SECRET_OCTETS:
        return
    shapes = _shapes(secret) if len(secret) <= _READY_OCTETS else ()
    with _lock:
        theirs = _protected.setdefault(connection, OrderedDict())
        theirs[secret] = shapes
        theirs.move_to_end(secret)
        while len(theirs) > (MOST_OF_ONE if connection else MOST_OF_NONE):
            theirs.popitem(last=False)
        _protected.move_to_end(connection)
        while len(_protected) > MOST_CONNECTIONS:
            _protected.popitem(last=False)


def forget(connection: str) -> None:
    """There is none of that name any more: whoever has it next would learn by trial what was to be hidden."""
    with _lock:
        _protected.pop(connection, None)


def _shapes(secret: bytes) -> tuple[str, ...]:
    text = secret.decode("utf-8", "replace")
    return (
        text,
        printable(text),
        repr(secret)[2:-1],
        repr(text)[1:-1],
        secret.hex(),
        secret.hex().upper(),
        base64.b64encode(secret).decode(),
        base64.urlsafe_b64encode(secret).decode(),
    )


def redact(text: str, connection: str = "") -> str:
    """`text`, about `connection` or none, without any protected secret that may not be in it."""
    with _lock:
        names = ("", connection) if connection else tuple(_protected)
        held = [theirs for name in names if (theirs := _protected.get(name)) is not None]
        shapes = {shape for theirs in held for each in theirs.values() for shape in each}
        # Of an octet of UTF-8 comes a fourth of a character at the least.
        fit = [each for theirs in held for each in theirs if _READY_OCTETS < len(each) <= 4 * len(text)]
    shapes.update(shape for each in fit for shape in _shapes(each))
    for shape in sorted((shape for shape in shapes if len(shape) <= len(text)), key=len, reverse=True):
        text = text.replace(shape, REDACTED)
    return text


def format_line(text: str, connection: str = "") -> str:
    """`text` without secrets and without control characters, cut to a sensible length."""
    text = printable(redact(text, connection))
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


class SafeFormatter(logging.Formatter):
    """`<time> <level> <logger>: <message>`, a traceback on lines of its own, each of them safe."""

    def __init__(self, *, with_time: bool = True, with_level: bool = True) -> None:
        """What the journal and syslog keep by themselves can be left out."""
        super().__init__()
        self._with_time = with_time
        self._with_level = with_level

    def format(self, record: logging.LogRecord) -> str:
        stamp = (
            time.strftime("%Y-%m-%dT%H:%M:%S%z ", time.localtime(record.created)) if self._with_time else ""
        )
        connection = getattr(record, "connection", "")
        about = f"{record.name} [{format_line(connection)}]" if connection else record.name
        level = record.levelname.lower() + " " if self._with_level else ""
        lines = [f"{stamp}{level}{about}: {format_line(record.getMessage(), connection)}"]
        if record.exc_info:
            trace = redact(self.formatException(record.exc_info), connection)
            lines += ["    " + format_line(line, connection) for line in trace.split("\n")]
        return "\n".join(lines)


class RingHandler(logging.Handler):
    """Keeps the last lines for `log.tail`, and tells `listener` of each new one.

    The listener is called in the thread that logs; it neither blocks nor raises nor logs.
    """

    def __init__(self, capacity: int = 5000) -> None:
        super().__init__()
        self._entries: deque[LogEntry] = deque(maxlen=capacity)
        self.listener: Callable[[LogEntry], None] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        connection = getattr(record, "connection", "")
        message = format_line(record.getMessage(), connection)
        if record.exc_info and record.exc_info[1] is not None:
            message += f" ({type(record.exc_info[1]).__name__})"
        entry = LogEntry(
            at=record.created,
            level=_level(record.levelno),
            logger=record.name,
            message=message,
            connection=connection,
        )
        self._entries.append(entry)
        if self.listener is not None:
            self.listener(entry)

    def hand_over(self, connection: str, to: str) -> None:
        """The lines about `connection` are about `to` from now on: who reads them goes by the name."""
        with self.lock or threading.Lock():
            kept = (
                msgspec.structs.replace(entry, connection=to) if entry.connection == connection else entry
                for entry in self._entries
            )
            self._entries = deque(kept, maxlen=self._entries.maxlen)

    def tail(self, lines: int) -> tuple[LogEntry, ...]:
        """The last `lines` entries, oldest first."""
        with self.lock or threading.Lock():
            entries = tuple(self._entries)
        return entries[-lines:]


def set_up(level: str = "info", file: Path | None = None, to: str = "auto") -> RingHandler:
    """Log the service to `file`, or where `to` says. Returns the ring; a second call replaces the first.

    `to` is "stderr", "journal", "syslog" or "auto": the journal where standard error leads there, else
    standard error. Loggers are named `ginnel.<room>`; `extra={"connection": name}` ties a line to a profile.
    Raises OSError.
    """
    root = logging.getLogger(ROOT)
    output = _output(file, to)
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    ring = RingHandler()
    root.addHandler(output)
    root.addHandler(ring)
    set_level(level)
    root.propagate = False
    return ring


def _output(file: Path | None, to: str) -> logging.Handler:
    output: logging.Handler
    with_time = with_level = True
    if file is not None:
        output = RotatingFile(file)
    elif to == "syslog":
        output, with_time, with_level = Syslog(), False, False
    elif to == "journal" or (to == "auto" and is_journal(sys.stderr)):
        with_time = with_level = False
        try:
            output = Journal()
        except OSError:
            if to == "journal":
                raise
            output = Stderr(prefixed=True)
    else:
        output = Stderr(prefixed=False)
    output.setFormatter(SafeFormatter(with_time=with_time, with_level=with_level))
    return output


def set_level(level: str, logger: str = "") -> None:
    """From now on log what is `level` or worse: of one logger of ours, or with "" of all of them alike."""
    if logger:
        logging.getLogger(logger).setLevel(level.upper())
        return
    for each in loggers():
        logging.getLogger(each).setLevel(logging.NOTSET)
    logging.getLogger(ROOT).setLevel(level.upper())


def loggers() -> tuple[str, ...]:
    """The names of our loggers, that of them all left out."""
    return tuple(sorted(name for name in logging.root.manager.loggerDict if name.startswith(ROOT + ".")))


def reopen() -> None:
    """Write to the log file's name anew, where there is one. Raises OSError; the old file goes on then."""
    for handler in logging.getLogger(ROOT).handlers:
        if isinstance(handler, RotatingFile):
            handler.reopen()


def _level(number: int) -> Level:
    name = "error" if number >= 40 else "warning" if number >= 30 else "info" if number >= 20 else "debug"
    return cast("Level", name)
