"""Logging of the service: where lines go, and the promise that no secret is ever in one.

Every line passes `format_line`: known secrets (`protect`) are replaced whatever their notation, in the
message and in a traceback alike, and control characters are escaped so that nobody writes a second line.
"""

from __future__ import annotations

import base64
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import cast

from ginnel_service.ipc.schema import Level, LogEntry
from ginnel_service.profiles.model import printable

ROOT = "ginnel"
MAX_MESSAGE = 4000
MIN_SECRET_OCTETS = 4  # shorter ones are part of ordinary words; they are never handed to a logger either
REDACTED = "[secret]"

_protected: dict[str, None] = {}
_lock = threading.Lock()


def protect(secret: bytes) -> None:
    """Never let `secret` into a log line, as text, hexadecimal, base64 or Python's repr."""
    if len(secret) < MIN_SECRET_OCTETS:
        return
    text = secret.decode("utf-8", "replace")
    shapes = (
        text,
        printable(text),
        repr(secret)[2:-1],
        repr(text)[1:-1],
        secret.hex(),
        secret.hex().upper(),
        base64.b64encode(secret).decode(),
        base64.urlsafe_b64encode(secret).decode(),
    )
    with _lock:
        _protected.update(dict.fromkeys(shapes))


def redact(text: str) -> str:
    """`text` without any protected secret."""
    with _lock:
        shapes = sorted(_protected, key=len, reverse=True)
    for shape in shapes:
        text = text.replace(shape, REDACTED)
    return text


def format_line(text: str) -> str:
    """`text` without secrets and without control characters, cut to a sensible length."""
    text = printable(redact(text))
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


class SafeFormatter(logging.Formatter):
    """`<time> <level> <logger>: <message>`, a traceback on lines of its own, each of them safe."""

    def __init__(self, *, with_time: bool) -> None:
        super().__init__()
        self._with_time = with_time

    def format(self, record: logging.LogRecord) -> str:
        stamp = (
            time.strftime("%Y-%m-%dT%H:%M:%S%z ", time.localtime(record.created)) if self._with_time else ""
        )
        connection = getattr(record, "connection", "")
        about = f"{record.name} [{format_line(connection)}]" if connection else record.name
        lines = [f"{stamp}{record.levelname.lower()} {about}: {format_line(record.getMessage())}"]
        if record.exc_info:
            trace = redact(self.formatException(record.exc_info))
            lines += ["    " + format_line(line) for line in trace.split("\n")]
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
        message = format_line(record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            message += f" ({type(record.exc_info[1]).__name__})"
        entry = LogEntry(
            at=record.created,
            level=_level(record.levelno),
            logger=record.name,
            message=message,
            connection=getattr(record, "connection", ""),
        )
        self._entries.append(entry)
        if self.listener is not None:
            self.listener(entry)

    def tail(self, lines: int) -> tuple[LogEntry, ...]:
        """The last `lines` entries, oldest first."""
        with self.lock or threading.Lock():
            entries = tuple(self._entries)
        return entries[-lines:]


def set_up(level: str = "info", file: Path | None = None) -> RingHandler:
    """Log the service to `file`, or to standard error. Returns the ring; a second call replaces the first.

    Loggers are named `ginnel.<room>`; `extra={"connection": name}` ties a line to a profile.
    """
    root = logging.getLogger(ROOT)
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    output = logging.StreamHandler(sys.stderr) if file is None else _file_handler(file)
    output.setFormatter(SafeFormatter(with_time="JOURNAL_STREAM" not in os.environ))
    ring = RingHandler()
    root.addHandler(output)
    root.addHandler(ring)
    root.setLevel(level.upper())
    root.propagate = False
    return ring


def _file_handler(file: Path) -> logging.Handler:
    """Append to a 0600 file; a symbolic link is refused."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return _OwnedStreamHandler(os.fdopen(os.open(file, flags, 0o600), "a", encoding="utf-8"))


class _OwnedStreamHandler(logging.StreamHandler):  # type: ignore[type-arg]
    def close(self) -> None:
        super().close()
        self.stream.close()


def _level(number: int) -> Level:
    name = "error" if number >= 40 else "warning" if number >= 30 else "info" if number >= 20 else "debug"
    return cast("Level", name)
