"""The app's look: Ginnel's palette put into Qt's, and icons in its colours, as system or person want."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from . import icons
from .palette import DARK, LIGHT, Palette
from .raster import pixmap
from .sheet import sheet
from .signs import Signs

Choice = Literal["system", "light", "dark"]

#: Drawn in these sizes; Qt picks the one that fits a screen's density.
_SIZES: Final = (16, 20, 24, 32, 48, 64, 96)


class Theme(QObject):
    """One for the app. `changed` when windows have to be drawn anew; `palette` is what to draw with."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._choice: Choice = "system"
        self.palette = LIGHT
        self._signs = Signs()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def is_dark(self) -> bool:
        return self.palette is DARK

    def choose(self, choice: Choice) -> None:
        self._choice = choice
        scheme = {
            "system": Qt.ColorScheme.Unknown,
            "light": Qt.ColorScheme.Light,
            "dark": Qt.ColorScheme.Dark,
        }[choice]
        QGuiApplication.styleHints().setColorScheme(scheme)
        self._apply()

    def icon(self, name: str, colour: str | None = None) -> QIcon:
        """The icon `name` in the text's colour, or in `colour`."""
        return icon(name, colour or self.palette.text)

    def _apply(self) -> None:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        if self._choice != "system":
            dark = self._choice == "dark"
        self.palette = DARK if dark else LIGHT
        self._application.setPalette(qt_palette(self.palette))
        if self._application.style().name() == "fusion" or self._application.styleSheet():
            self._application.setStyleSheet(sheet(self.palette, self._signs.path))
        self.changed.emit()


def qt_palette(colours: Palette) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, colours.window),
        (roles.WindowText, colours.text),
        (roles.Base, colours.surface),
        (roles.AlternateBase, colours.window),
        (roles.ToolTipBase, colours.surface),
        (roles.ToolTipText, colours.text),
        (roles.Text, colours.text),
        (roles.Button, colours.surface),
        (roles.ButtonText, colours.text),
        (roles.BrightText, colours.bad),
        (roles.Highlight, colours.accent),
        (roles.HighlightedText, colours.on_accent),
        (roles.Accent, colours.accent),
        (roles.Link, colours.accent),
        (roles.LinkVisited, colours.latency),
        (roles.PlaceholderText, colours.muted),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return palette


@lru_cache(maxsize=256)
def icon(name: str, colour: str) -> QIcon:
    return _drawn(icons.svg(name, colour))


@lru_cache(maxsize=1)
def application_icon() -> QIcon:
    return _drawn(icons.APPLICATION.encode(), (*_SIZES, 128, 256, 512))


def _drawn(data: bytes, sizes: tuple[int, ...] = _SIZES) -> QIcon:
    made = QIcon()
    for size in sizes:
        made.addPixmap(pixmap(data, QSize(size, size)))
    return made
