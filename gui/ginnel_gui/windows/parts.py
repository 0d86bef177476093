"""Small parts that windows are made of: cards, buttons that matter, texts, marks, notes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from ..draw.theme import Theme
from .type_scale import scaled, strong

ROUND: Final = 10.0
#: Between things that belong together, and between those that do not, in points.
NEAR: Final = 8
FAR: Final = 16


class Card(QFrame):
    """A surface with a hairline around it, on which things that belong together lie."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, margin: int = FAR) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tint = ""
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(margin, margin, margin, margin)
        self.inside.setSpacing(NEAR)
        theme.changed.connect(self.update)

    def set_tint(self, colour: str) -> None:
        """Tint it and its border with the palette's colour of that name."""
        self._tint = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.palette
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        tint = self._tint
        painter.setBrush(QColor(colours.mixed(tint, "surface", 0.07) if tint else colours.surface))
        painter.setPen(QPen(QColor(colours.mixed(tint, "line", 0.4) if tint else colours.line), 1))
        painter.drawRoundedRect(area, ROUND, ROUND)


class Button(QPushButton):
    """Drawn by us, so that the one that matters looks so everywhere: filled, or an outline."""

    def __init__(self, theme: Theme, *, primary: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._primary = primary
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_primary(self, primary: bool) -> None:
        self._primary = primary
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text())
        return QSize(max(96, words.width() + 36), metrics.height() + 18)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second half of a double click is no click: what the button does may have changed by then."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.palette
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        ground = QColor(colours.accent if self._primary else colours.surface)
        edge = QColor(colours.edge if self.isEnabled() else colours.line)
        words = QColor(colours.on_accent if self._primary else colours.text)
        if self.isDown():
            ground = ground.darker(115)
        elif self.underMouse() and self.isEnabled():
            ground = (
                ground.lighter(108) if self._primary else QColor(colours.mixed("accent", "surface", 0.08))
            )
        if not self.isEnabled():
            ground, words = QColor(colours.window), QColor(colours.muted)
        painter.setBrush(ground)
        outline = not self._primary or not self.isEnabled()
        painter.setPen(QPen(edge, 1) if outline else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, 7, 7)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.text if self._primary else colours.accent), 2))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.setPen(words)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | self._mnemonic(), self.text())

    def _mnemonic(self) -> Qt.TextFlag:
        shown = self.style().styleHint(QStyle.StyleHint.SH_UnderlineShortcut, None, self)
        return Qt.TextFlag.TextShowMnemonic if shown else Qt.TextFlag.TextHideMnemonic


class Text(QLabel):
    """Words in a size of the scale and a colour of the palette, which follow the theme."""

    def __init__(
        self,
        theme: Theme,
        words: str = "",
        *,
        size: float = 1.0,
        bold: bool = False,
        colour: str = "text",
        wraps: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """`colour` is the name of one in the palette."""
        super().__init__(words, parent)
        self._theme = theme
        self._colour = colour
        font = scaled(self.font(), size)
        self.setFont(strong(font) if bold else font)
        self.setWordWrap(wraps)
        self.setTextFormat(Qt.TextFormat.PlainText)
        theme.changed.connect(self._recolour)
        self._recolour()

    def set_colour(self, name: str) -> None:
        self._colour = name
        self._recolour()

    def _recolour(self) -> None:
        palette = self.palette()
        palette.setColor(palette.ColorRole.WindowText, QColor(getattr(self._theme.palette, self._colour)))
        self.setPalette(palette)


class Mark(QWidget):
    """An icon in a colour, on a disc of its tint. Decoration: the words beside it say the same."""

    def __init__(self, theme: Theme, size: int, *, disc: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = "disconnected"
        self._colour = "idle"
        self._disc = disc
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def show_icon(self, name: str, colour: str) -> None:
        """`colour` is the name of one in the palette."""
        if (name, colour) != (self._name, self._colour):
            self._name, self._colour = name, colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = getattr(self._theme.palette, self._colour)
        inset = 0
        if self._disc:
            tint = QColor(colour)
            tint.setAlphaF(0.14)
            painter.setBrush(tint)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(self.rect()))
            inset = round(self.width() * 0.23)
        self._theme.icon(self._name, colour).paint(
            painter, self.rect().adjusted(inset, inset, -inset, -inset)
        )


class Note(Card):
    """Something to know, with a mark and perhaps something to do about it."""

    def __init__(self, theme: Theme, icon: str, words: str, colour: str = "busy") -> None:
        super().__init__(theme, margin=12)
        row = QHBoxLayout()
        row.setSpacing(12)
        mark = Mark(theme, 22)
        mark.show_icon(icon, colour)
        row.addWidget(mark)
        row.addWidget(Text(theme, words), 1)
        self.inside.addLayout(row)
        self._row = row
        self.set_tint(colour)

    def offer(self, button: QPushButton) -> None:
        self._row.addWidget(button)


def beside(mark: QWidget, *lines: QWidget) -> QHBoxLayout:
    """A row: `mark`, and the lines one below the other beside it. More may be added at its end."""
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(mark)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addStretch(1)
    for line in lines:
        words.addWidget(line)
    words.addStretch(1)
    row.addLayout(words, 1)
    return row
