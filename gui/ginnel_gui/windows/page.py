"""What every window and page is made with, and what every page of the main window is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from ..desk import Desk
from ..draw.theme import Theme
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
    edit_wanted = Signal(str)  # its editor

    def follow(self, name: str) -> None:
        """The profile `name` was chosen, or none with ""."""
