"""One message a line, bounded. Sans-IO: octets in, whole lines out."""

from __future__ import annotations

from .schema import MAX_MESSAGE_OCTETS


class TooLargeError(Exception):
    """A line grew beyond the limit; nothing more can be made of this stream."""


class Splitter:
    """Holds at most one unfinished line of `limit` octets."""

    def __init__(self, limit: int = MAX_MESSAGE_OCTETS) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._length = 0

    @property
    def held(self) -> int:
        """Octets of the unfinished line."""
        return self._length

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` ends, without their line feeds; blank ones are left out.

        Raises TooLargeError when any line, finished or not, is longer than the limit.
        """
        *ended, rest = data.split(b"\n")
        lines = []
        for part in ended:
            line = b"".join((*self._parts, part))
            self._parts, self._length = [], 0
            if len(line) > self._limit:
                raise TooLargeError
            if line.strip():
                lines.append(line)
        if rest:
            self._parts.append(rest)
            self._length += len(rest)
            if self._length > self._limit:
                raise TooLargeError
            if len(self._parts) > 1024:  # a stream of single octets must not cost a list of them
                self._parts = [b"".join(self._parts)]
        return lines
