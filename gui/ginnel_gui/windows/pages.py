"""The pages of the main window: what there are, and how each is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from ..desk import Desk
from ..draw.theme import Theme
from ..model.words import QT_TRANSLATE_NOOP, Words
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """What every window and page works with."""

    desk: Desk
    theme: Theme
    settings: Settings
    locale: QLocale


class Page(QWidget):
    """One of the main window's; it shows the profile chosen at the left where it is about one."""

    answer_wanted = Signal(str)  # the prompt of the profile of this name shall be seen

    def follow(self, name: str) -> None:
        """The profile `name` was chosen, or none with ""."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`title` is its action's, with a mnemonic. `make` imports what it needs: unopened, a page is free."""

    name: str
    title: Words
    icon: str
    make: Callable[[Context], Page]
    needs_service: bool = True  # without contact there is nothing that it could show
    needs_profile: bool = False


class Pages:
    """In the order of the toolbar."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def add(self, kind: Kind) -> None:
        self._kinds[kind.name] = kind

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]


def standard() -> Pages:
    """All that the app has."""
    pages = Pages()
    pages.add(
        Kind(
            "connection",
            QT_TRANSLATE_NOOP("Pages", "&Connection"),
            "overview",
            _connection,
            needs_profile=True,
        )
    )
    return pages


def _connection(context: Context) -> Page:
    from .connection_page import ConnectionPage  # noqa: PLC0415

    return ConnectionPage(context)
