"""What pictures are made of: spots with an icon, lines of words beside them, ways that bend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from .theme import Theme

ICON: Final = 30.0
DISC: Final = 46.0
_LANE: Final = 62.0  # points, from one lane to the next

#: Words, their colour in the palette, and whether they are bold.
Line = tuple[str, str, bool]


class Picture(QWidget):
    """Drawn in the theme's colours, and mirrored where text runs from right to left. What it shows it also
    says, as its accessible description and tool tip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def _described(self, words: str) -> None:
        """It shows something else now."""
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def _lane_height(self) -> float:
        return max(_LANE, QFontMetricsF(self.font()).height() * 3 + 12)

    @property
    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    @property
    def _forward(self) -> int:
        """The way a line of text runs: 1 is to the right."""
        return -1 if self._mirrored else 1

    def _from_start(self, points: float) -> float:
        """So far from where a line of text begins."""
        return self.width() - points if self._mirrored else points

    def _across(self, part: float) -> float:
        return self._from_start(part * self.width())

    def _draw_spot(self, painter: QPainter, at: QPointF, icon: str, colour: str) -> None:
        """`colour` is the name of one in the palette."""
        shade = getattr(self._theme.palette, colour)
        disc = QRectF(at.x() - DISC / 2, at.y() - DISC / 2, DISC, DISC)
        painter.setPen(QPen(QColor(shade), 1.2))
        painter.setBrush(QColor(self._theme.palette.surface))
        painter.drawEllipse(disc)
        tint = QColor(shade)
        tint.setAlphaF(0.12)
        painter.setBrush(tint)
        painter.drawEllipse(disc)
        inset = (DISC - ICON) / 2 + 2
        self._theme.icon(icon, shade).paint(painter, disc.adjusted(inset, inset, -inset, -inset).toRect())

    def _draw_lines(self, painter: QPainter, lines: Sequence[Line], begin: QPointF, end: float) -> None:
        """One below the other, `begin` in the middle of where they begin, elided at `end` across."""
        left, right = sorted((begin.x(), end))
        metrics = QFontMetricsF(self.font())
        top = begin.y() - len(lines) * metrics.height() / 2
        align = Qt.AlignmentFlag.AlignRight if self._mirrored else Qt.AlignmentFlag.AlignLeft
        for number, (words, shade, bold) in enumerate(lines):
            font = self.font()
            font.setBold(bold)
            painter.setFont(font)
            painter.setPen(QColor(getattr(self._theme.palette, shade)))
            area = QRectF(left, top + number * metrics.height(), right - left, metrics.height())
            shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(
                area, align | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, shown
            )
        painter.setFont(self.font())


def bend(path: QPainterPath, to: QPointF) -> None:
    """Go on to `to` in a curve that leaves and arrives level."""
    at = path.currentPosition()
    half = (at.x() + to.x()) / 2
    path.cubicTo(QPointF(half, at.y()), QPointF(half, to.y()), to)
