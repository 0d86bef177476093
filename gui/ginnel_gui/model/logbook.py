"""The log as the app holds it: the newest lines, and those of them that a person wants to see. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from ginnel_service.ipc.schema import Level, LogEntry

from .words import QT_TRANSLATE_NOOP, Words

#: As many lines are kept; the oldest go first.
MOST: Final = 100_000
#: From what matters least.
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
LEVEL_WORDS: Final[dict[Level, Words]] = {
    "debug": QT_TRANSLATE_NOOP("Log", "Detail"),
    "info": QT_TRANSLATE_NOOP("Log", "Information"),
    "warning": QT_TRANSLATE_NOOP("Log", "Warning"),
    "error": QT_TRANSLATE_NOOP("Log", "Error"),
}
#: level -> icon, and its colour in the palette
LEVEL_MARKS: Final[dict[Level, tuple[str, str]]] = {
    "debug": ("more", "idle"),
    "info": ("hint", "accent"),
    "warning": ("warning", "busy"),
    "error": ("problem", "bad"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which lines to show: of this level or a graver one, of one connection or all, with all these words."""

    level: Level = "debug"
    connection: str = ""
    words: str = ""

    def sift(self, entries: Iterable[LogEntry]) -> list[LogEntry]:
        """Those of `entries` that are wished for: a pass for each thing, which a hundred thousand lines go
        through in a third of the time that a call for each of them takes."""
        left = list(entries)
        if self.level != LEVELS[0]:
            levels = frozenset(LEVELS[LEVELS.index(self.level) :])
            left = [each for each in left if each.level in levels]
        if self.connection:
            left = [each for each in left if each.connection == self.connection]
        for needle in self.words.casefold().split():
            left = [
                each
                for each in left
                if needle in f"{each.message}\n{each.logger}\n{each.connection}".casefold()
            ]
        return left


class Logbook:
    """`shown` are the entries that are wished for, oldest first.

    Whoever shows them announces a change before it is made: `leaving` and `leave` for what gets too old,
    `fitting` and `enter` for what is new.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._entries: list[LogEntry] = []
        self._wish = Wish()
        self.shown: list[LogEntry] = []

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def newest(self) -> Sequence[LogEntry]:
        """The last of them, as many as one `log.tail` brings."""
        return self._entries[-5000:]

    def wish(self, wish: Wish) -> None:
        self._wish = wish
        self.shown = wish.sift(self._entries)

    def leaving(self, coming: int) -> int:
        """How many of `shown` will go when `coming` entries come."""
        return len(self._wish.sift(self._entries[: self._too_many(coming)]))

    def leave(self, coming: int) -> None:
        del self.shown[: self.leaving(coming)]
        del self._entries[: self._too_many(coming)]

    def fitting(self, entries: Iterable[LogEntry]) -> list[LogEntry]:
        return self._wish.sift(entries)

    def enter(self, entries: Sequence[LogEntry], fitting: Sequence[LogEntry]) -> None:
        self._entries += entries
        self.shown += fitting

    def clear(self) -> None:
        self._entries.clear()
        self.shown.clear()

    def _too_many(self, coming: int) -> int:
        return max(0, len(self._entries) + coming - self._most)


def unknown(entries: Iterable[LogEntry], known: Iterable[LogEntry]) -> list[LogEntry]:
    """`entries` without those of `known`: a line may come with the tail and as news."""
    keys = {(each.at, each.message) for each in known}
    return [each for each in entries if (each.at, each.message) not in keys]
