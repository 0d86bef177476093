"""The picture of what goes where: this machine, the tunnel, and what lies beyond, with a lane to each.

What the tunnel carries runs through its passage, what passes it runs below, what is stopped ends at a sign.
Every lane says in words what becomes of it; the whole picture is also its widget's accessible description.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ..model.traffic import FATES, ICONS, KINDS, LANE, MOST_NAMED, Fate, Lane, Traffic, named
from ..say import say
from .pieces import DISC, ICON, Line, Picture, bend
from .theme import Theme

_PASSAGE: Final = 54.0  # the height of the tunnel's mouths
#: Where things stand, in parts of the width.
_MOUTH_IN: Final = 0.26
_MOUTH_OUT: Final = 0.45
_BEYOND: Final = 0.54

_COLOURS: Final[dict[Fate, str]] = {"tunnel": "good", "outside": "busy", "blocked": "bad"}


class TrafficPicture(Picture):
    """Shows a `Traffic`, mirrored where text runs from right to left."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._traffic: Traffic | None = None
        self.setAccessibleName(self.tr("Picture of what goes where"))

    def show_traffic(self, traffic: Traffic | None) -> None:
        self._traffic = traffic
        self._described(in_words(traffic) if traffic is not None else "")

    def sizeHint(self) -> QSize:
        lanes = self._rows if self._traffic is not None else 1
        return QSize(640, round(max(2, lanes) * self._lane_height() + 24))

    def minimumSizeHint(self) -> QSize:
        return QSize(460, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._traffic is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lanes = self._traffic.lanes
        height = self._lane_height()
        top = (self.height() - self._rows * height) / 2 + height / 2
        above = self._rows - len(lanes)
        places = [
            QPointF(self._across(_BEYOND), top + (above + number) * height) for number in range(len(lanes))
        ]
        words = self.tr("This machine")
        half = max(QFontMetricsF(self.font()).horizontalAdvance(words) + 4, DISC) / 2
        machine = QPointF(self._from_start(half + 2), self.height() / 2 - 8)
        fork = QPointF(self._from_start(min(2 * half + 8, _MOUTH_IN * self.width() - 36)), machine.y())
        carried = [at for lane, at in zip(lanes, places, strict=True) if lane.fate == "tunnel"]
        middle = sum(at.y() for at in carried) / len(carried) if carried else top
        self._draw_passage(painter, middle, stands=bool(carried))
        for lane, at in zip(lanes, places, strict=True):
            self._draw_way(painter, lane, fork, at, middle)
        painter.setPen(QPen(QColor(self._theme.palette.accent), 2.2))
        painter.drawLine(machine, fork)
        self._draw_gateway(painter, middle)
        self._draw_spot(painter, machine, "machine", "accent")
        self._draw_words_below(painter, machine, words, half)
        for lane, at in zip(lanes, places, strict=True):
            self._draw_lane(painter, lane, at)

    # Where things are

    @property
    def _rows(self) -> int:
        """One a lane, and one for a passage that nothing goes through."""
        lanes = self._traffic.lanes if self._traffic is not None else ()
        return len(lanes) + (not any(lane.fate == "tunnel" for lane in lanes))

    # What is drawn

    def _draw_passage(self, painter: QPainter, middle: float, *, stands: bool) -> None:
        left, right = sorted((self._across(_MOUTH_IN), self._across(_MOUTH_OUT)))
        area = QRectF(left, middle - _PASSAGE / 2, right - left, _PASSAGE)
        colour = QColor(self._theme.palette.good if stands else self._theme.palette.idle)
        ground = QColor(colour)
        ground.setAlphaF(0.13 if stands else 0.0)
        painter.setBrush(ground)
        painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine if stands else Qt.PenStyle.DotLine))
        painter.drawRoundedRect(area, _PASSAGE / 2, _PASSAGE / 2)

    def _draw_gateway(self, painter: QPainter, middle: float) -> None:
        left, right = sorted((self._across(_MOUTH_IN), self._across(_MOUTH_OUT)))
        metrics = QFontMetricsF(self.font())
        painter.setPen(QColor(self._theme.palette.text))
        wide = right - left + 60
        above = QRectF(left - 30, middle - _PASSAGE / 2 - metrics.height() - 4, wide, metrics.height())
        server = self._traffic.server if self._traffic is not None else ""
        shown = metrics.elidedText(server, Qt.TextElideMode.ElideMiddle, wide)
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, shown)

    def _draw_way(self, painter: QPainter, lane: Lane, start: QPointF, end: QPointF, middle: float) -> None:
        colour = QColor(getattr(self._theme.palette, _COLOURS[lane.fate]))
        style = Qt.PenStyle.SolidLine if lane.fate == "tunnel" else Qt.PenStyle.DashLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2.2, style, Qt.PenCapStyle.RoundCap))
        first, last = self._across(_MOUTH_IN), self._across(_MOUTH_OUT)
        level = middle if lane.fate == "tunnel" else end.y()
        path = QPainterPath(start)
        bend(path, QPointF(first, level))
        if lane.fate == "blocked":
            stop = QPointF((first + last) / 2, level)
            path.lineTo(stop)
            painter.drawPath(path)
            half = ICON / 2 - 2
            ground = QRectF(stop.x() - half, stop.y() - half, 2 * half, 2 * half)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.palette.surface))
            painter.drawEllipse(ground)
            self._theme.icon("stopped", colour.name()).paint(painter, ground.toRect())
            return
        path.lineTo(QPointF(last, level))
        bend(path, end)
        painter.drawPath(path)

    def _draw_words_below(self, painter: QPainter, at: QPointF, words: str, half: float) -> None:
        """`half` of their width at either side."""
        height = QFontMetricsF(self.font()).height()
        area = QRectF(at.x() - half, at.y() + DISC / 2 + 3, 2 * half, height)
        painter.setPen(QColor(self._theme.palette.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_lane(self, painter: QPainter, lane: Lane, at: QPointF) -> None:
        """What lies beyond: its icon, its name, what becomes of it, and which networks it is."""
        colour = _COLOURS[lane.fate]
        spot = QPointF(at.x() + self._forward * DISC / 2, at.y())
        self._draw_spot(painter, spot, ICONS[lane.kind], colour)
        lines: list[Line] = [(say(KINDS[lane.kind]), "text", True), (say(FATES[lane.fate]), colour, False)]
        begin = QPointF(at.x() + self._forward * (DISC + 12), at.y())
        end = self._from_start(self.width() - 8)
        if networks := self._named(lane.networks, abs(end - begin.x())):
            lines.append((networks, "muted", False))
        self._draw_lines(painter, lines, begin, end)

    def _named(self, networks: tuple[str, ...], wide: float) -> str:
        """As many of them as there is room for."""
        metrics, shown = QFontMetricsF(self.font()), ""
        for most in range(MOST_NAMED, 0, -1):
            words = named(networks, most)
            shown = say(words) if words is not None else ""
            if metrics.horizontalAdvance(shown) <= wide:
                break
        return shown


def in_words(traffic: Traffic) -> str:
    """The same as the picture, for whoever does not see it."""
    lines = []
    for lane in traffic.lanes:
        words = say(LANE.of(KINDS[lane.kind], FATES[lane.fate]))
        networks = named(lane.networks)
        lines.append(words if networks is None else f"{words} ({say(networks)})")
    return "\n".join(lines)
