"""The process's one QApplication: who it says it is to the desktop, and files that macOS opens with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from ginnel_service import __version__

from .settings import APPLICATION


class Application(QApplication):
    file_opened = Signal(str)

    def __init__(self, argv: Sequence[str]) -> None:
        super().__init__(list(argv))
        self.setApplicationName(APPLICATION)
        self.setApplicationDisplayName("Ginnel")
        self.setApplicationVersion(__version__)
        self.setDesktopFileName(APPLICATION)

    def event(self, event: QEvent) -> bool:
        """Of the application itself: a filter on it would hear those of every widget."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_opened.emit(event.file())
            return True
        return super().event(event)
