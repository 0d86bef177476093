"""Bounded reads of network octets; a short read is the peer's fault, never an IndexError."""

from __future__ import annotations

from .errors import InvalidSyntax


class Reader:
    """A cursor over borrowed octets. `len(reader)` is what is left."""

    __slots__ = ("_at", "_end", "_view")

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0
        self._end = len(view)

    def __len__(self) -> int:
        return self._end - self._at

    def take(self, count: int) -> memoryview:
        """The next `count` octets, borrowed. Raises InvalidSyntax when there are fewer."""
        start, stop = self._at, self._at + count
        if count < 0 or stop > self._end:
            raise InvalidSyntax(f"{count} octets wanted, {self._end - start} left")
        self._at = stop
        return self._view[start:stop]

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def rest(self) -> memoryview:
        """Everything that is left."""
        return self.take(len(self))
