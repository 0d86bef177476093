"""The picture of what on-demand rules decide where: places at one side, what becomes of each at the other.

The way from the place where the machine is now is a thick one, and the place says so; a broken way depends
on more than the place. The whole picture is also its widget's accessible description.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ..model.decisions import ENDS, HERE, LINE, MARKS, Decision, End
from ..say import say
from .pieces import DISC, Line, Picture, bend
from .theme import Theme

_EDGE: Final = 1.0
_GAP: Final = 12.0
_BELOW: Final = 12.0  # room for the last end's words
#: Where ways begin and end, in parts of the width.
_LEAVE: Final = 0.62
_ARRIVE: Final = 0.79


class RulesPicture(Picture):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._decisions: tuple[Decision, ...] = ()
        self.setAccessibleName(self.tr("Picture of what the rules decide where"))

    def show_decisions(self, decisions: tuple[Decision, ...]) -> None:
        self._decisions = decisions
        self._described(in_words(decisions))

    def sizeHint(self) -> QSize:
        return QSize(640, round(max(1, len(self._decisions)) * self._lane_height() + _BELOW))

    def minimumSizeHint(self) -> QSize:
        return QSize(460, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._decisions:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        used = [end for end in ENDS if any(each.end == end for each in self._decisions)]
        ends = {end: self._level(number, len(used)) for number, end in enumerate(used)}
        for number, decision in enumerate(self._decisions):
            level = self._level(number, len(self._decisions))
            self._draw_way(painter, decision, level, ends[decision.end])
        for number, decision in enumerate(self._decisions):
            self._draw_place(painter, decision, self._level(number, len(self._decisions)))
        for end, level in ends.items():
            self._draw_end(painter, end, level)

    def _level(self, number: int, of: int) -> float:
        """The height of one of so many that share the room."""
        return (number + 0.5) * (self.height() - _BELOW) / of

    def _draw_way(self, painter: QPainter, decision: Decision, start: float, end: float) -> None:
        _, colour = MARKS[decision.end]
        shade = QColor(getattr(self._theme.palette, colour))
        if not decision.is_here:
            shade.setAlphaF(0.65)
        style = Qt.PenStyle.SolidLine if decision.is_sure else Qt.PenStyle.DashLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(shade, 3.4 if decision.is_here else 1.6, style, Qt.PenCapStyle.RoundCap))
        path = QPainterPath(QPointF(self._across(_LEAVE), start))
        bend(path, QPointF(self._across(_ARRIVE), end))
        painter.drawPath(path)

    def _draw_place(self, painter: QPainter, decision: Decision, level: float) -> None:
        colour = "accent" if decision.is_here else "muted"
        self._draw_spot(painter, QPointF(self._from_start(_EDGE + DISC / 2), level), decision.icon, colour)
        lines: list[Line] = [(say(decision.place), "text", True)]
        if decision.more:
            lines.append((_more(decision), "muted", False))
        if decision.is_here:
            lines.append((say(HERE), "accent", False))
        begin = QPointF(self._from_start(_EDGE + DISC + _GAP), level)
        self._draw_lines(painter, lines, begin, self._across(_LEAVE) - self._forward * 10)

    def _draw_end(self, painter: QPainter, end: End, level: float) -> None:
        """Its words are below, in the middle."""
        icon, colour = MARKS[end]
        at = QPointF(self._across(_ARRIVE) + self._forward * DISC / 2, level)
        self._draw_spot(painter, at, icon, colour)
        font = self.font()
        font.setBold(True)
        metrics, half = QFontMetricsF(font), min(at.x(), self.width() - at.x())
        area = QRectF(at.x() - half, level + DISC / 2 + 3, 2 * half, metrics.height())
        painter.setFont(font)
        painter.setPen(QColor(getattr(self._theme.palette, colour)))
        shown = metrics.elidedText(say(ENDS[end]), Qt.TextElideMode.ElideRight, 2 * half)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)
        painter.setFont(self.font())


def in_words(decisions: tuple[Decision, ...]) -> str:
    """The same as the picture, for whoever does not see it."""
    lines = []
    for each in decisions:
        place = f"{say(each.place)} ({_more(each)})" if each.more else say(each.place)
        here = f" - {say(HERE)}" if each.is_here else ""
        lines.append(say(LINE.of(place, say(ENDS[each.end]))) + here)
    return "\n".join(lines)


def _more(decision: Decision) -> str:
    return ", ".join(say(each) for each in decision.more)
