"""A field of several lines, each one value: networks, domains, names."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class LinesField(QPlainTextEdit):
    edited = Signal()  # by a person

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._filling = False
        self.setTabChangesFocus(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.textChanged.connect(self._changed)

    @property
    def values(self) -> tuple[str, ...]:
        """Without empty lines; a comma ends a value as well."""
        return tuple(
            part.strip() for part in self.toPlainText().replace(",", "\n").split("\n") if part.strip()
        )

    @values.setter
    def values(self, values: tuple[str, ...]) -> None:
        if values != self.values:
            self._filling = True
            self.setPlainText("\n".join(values))
            self._filling = False

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(self._lines))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height(min(2, self._lines)))

    def _height(self, lines: int) -> int:
        edges = 2 * (self.frameWidth() + round(self.document().documentMargin()))
        return self.fontMetrics().lineSpacing() * lines + edges

    def _changed(self) -> None:
        if not self._filling:
            self.edited.emit()
