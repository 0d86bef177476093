"""Tables of a file, read so that nothing in them goes unsaid: what is never asked for is told at the end."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Final

from .draft import Draft, shorten

_TRUE: Final = {"1", "true", "yes"}
_FALSE: Final = {"0", "false", "no"}
_MAX_TEXT: Final = 4096


class Reader:
    """One table. `path` says where it stands in the file. What cannot be read is noted in the draft, and
    reads as missing."""

    def __init__(self, table: Mapping[str, object], path: str, draft: Draft) -> None:
        self._left = dict(table)
        self.path = path
        self.draft = draft

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def where(self, key: str) -> str:
        return shorten(f"{self.path}.{key}" if self.path else key)

    def text(self, key: str) -> str:
        value = self._left.pop(key, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.strip().isprintable():
            self._unusable(key, "is no line of text")
            return ""
        return value.strip()

    def raw_text(self, key: str) -> str:
        """A secret: as it is, and never in a note."""
        value = self._left.pop(key, None)
        return value if isinstance(value, str) else ""

    def flag(self, key: str) -> bool | None:
        """Whole numbers, fractions and words pass for booleans, as devices let them."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        word = str(int(value)) if isinstance(value, bool | float) and value in (0, 1) else str(value)
        if word.strip().lower() in _TRUE:
            return True
        if word.strip().lower() in _FALSE:
            return False
        self._unusable(key, "is neither true nor false")
        return None

    def number(self, key: str) -> float | None:
        value = self._left.pop(key, None)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise ValueError
            found = float(value)
        except (ValueError, OverflowError):
            self._unusable(key, "is no number")
            return None
        if not abs(found) < 1e12:
            self._unusable(key, "is out of range")
            return None
        return found

    def whole(self, key: str) -> int | None:
        found = self.number(key)
        return None if found is None else int(found)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list, or one string with spaces or commas between."""
        value = self._left.pop(key, None)
        if value is None:
            return ()
        if isinstance(value, str):
            value = value.replace(",", " ").split()
        if not isinstance(value, list) or not all(
            isinstance(each, str) and each.isprintable() and len(each) <= _MAX_TEXT for each in value
        ):
            self._unusable(key, "is no list of texts")
            return ()
        return tuple(value)

    def items(self, key: str) -> list[object]:
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, list):
            self._unusable(key, "is no list")
        return value if isinstance(value, list) else []

    def octets(self, key: str) -> bytes:
        """Octets, or base64 with whatever white space."""
        value = self._left.pop(key, None)
        if isinstance(value, str):
            try:
                value = b64decode("".join(value.split()), validate=True)
            except (binascii.Error, ValueError):
                value = 0
        if value is None:
            return b""
        if not isinstance(value, bytes):
            self._unusable(key, "is no base64")
            return b""
        return value

    def table(self, key: str) -> Reader:
        """A table inside; an empty one where there is none."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, dict):
            self._unusable(key, "is no table")
            value = None
        return Reader(value or {}, self.where(key), self.draft)

    def tables(self, key: str) -> list[Reader]:
        value = self._left.pop(key, None)
        if value is None:
            return []
        if not isinstance(value, list):
            self._unusable(key, "is no list")
            return []
        found = []
        for number, each in enumerate(value):
            if isinstance(each, dict):
                found.append(Reader(each, f"{self.where(key)}[{number}]", self.draft))
            else:
                self.draft.skip("unusable_value", f"{self.where(key)}[{number}]", cause="is no table")
        return found

    @property
    def names(self) -> list[str]:
        """What is left, in the file's order."""
        return list(self._left)

    # Straight into a field, with the place that it came from

    def put_text(self, key: str, field: str) -> str:
        if value := self.text(key):
            self.draft.put(field, value, self.where(key))
        return value

    def put_texts(self, key: str, field: str) -> tuple[str, ...]:
        if value := self.texts(key):
            self.draft.put(field, value, self.where(key))
        return value

    def put_flag(self, key: str, field: str, *, negate: bool = False) -> None:
        value = self.flag(key)
        if value is not None:
            self.draft.put(field, value != negate, self.where(key))

    def put_number(self, key: str, field: str, *, times: float = 1) -> None:
        value = self.number(key)
        if value is not None:
            self.draft.put(field, value * times, self.where(key))

    def put_whole(self, key: str, field: str) -> None:
        value = self.whole(key)
        if value is not None:
            self.draft.put(field, value, self.where(key))

    def put_secret(self, key: str, name: str) -> str:
        value = self._left.pop(key, None)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > _MAX_TEXT:
            self._unusable(key, "is no line of text")
            return ""
        self.draft.secret(name, value.encode() if name in ("psk", "ppk") else value, self.where(key))
        return value

    def skip(self, note: str, *keys: str, **params: str) -> None:
        """Those of `keys` that are there have no effect, for the reason that `note` names."""
        for key in keys:
            if self._left.pop(key, None) is not None:
                self.draft.skip(note, self.where(key), **params)

    def drop(self, *keys: str) -> None:
        """What is there for programs that administer, and says nothing of the connection."""
        for key in keys:
            self._left.pop(key, None)

    def close(self) -> None:
        """Everything that nobody asked for."""
        for key in self._left:
            self.draft.skip("unknown_key", self.where(key))
        self._left.clear()

    def _unusable(self, key: str, cause: str) -> None:
        self.draft.skip("unusable_value", self.where(key), cause=cause)
