"""The picture of what goes where: this machine, the tunnel, and what lies beyond, with a lane to each.

What the tunnel carries runs through its passage, what passes it runs below, what is stopped ends at a sign.
Every lane says in words what becomes of it; the whole picture is also its widget's accessible description.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..model.traffic import FATES, ICONS, KINDS, LANE, Fate, Lane, Traffic, named
from ..say import say
from .theme import Theme

_LANE: Final = 62.0  # points, from one lane to the next
_ICON: Final = 30.0
_DISC: Final = 46.0
_PASSAGE: Final = 54.0  # the height of the tunnel's mouths
#: Where things stand, in parts of the width.
_MOUTH_IN: Final = 0.27
_MOUTH_OUT: Final = 0.47
_BEYOND: Final = 0.58

_COLOURS: Final[dict[Fate, str]] = {"tunnel": "good", "outside": "busy", "blocked": "bad"}


class TrafficPicture(QWidget):
    """Shows a `Traffic`, mirrored where text runs from right to left."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._traffic: Traffic | None = None
        self.setAccessibleName(self.tr("Picture of what goes where"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def show_traffic(self, traffic: Traffic | None) -> None:
        self._traffic = traffic
        self.setAccessibleDescription(in_words(traffic) if traffic is not None else "")
        self.setToolTip(self.accessibleDescription())
        self.updateGeometry()
        self.update()

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
        machine = QPointF(self._from_start(_DISC / 2 + 14), self.height() / 2 - 8)
        carried = [at for lane, at in zip(lanes, places, strict=True) if lane.fate == "tunnel"]
        middle = sum(at.y() for at in carried) / len(carried) if carried else top
        self._draw_passage(painter, middle, stands=bool(carried))
        for lane, at in zip(lanes, places, strict=True):
            self._draw_way(painter, lane, machine, at, middle)
        self._draw_gateway(painter, middle)
        self._draw_spot(painter, machine, "machine", "accent")
        self._draw_words_below(painter, machine, self.tr("This machine"))
        for lane, at in zip(lanes, places, strict=True):
            self._draw_lane(painter, lane, at)

    # Where things are

    def _lane_height(self) -> float:
        return max(_LANE, QFontMetricsF(self.font()).height() * 3 + 12)

    @property
    def _rows(self) -> int:
        """One a lane, and one for a passage that nothing goes through."""
        lanes = self._traffic.lanes if self._traffic is not None else ()
        return len(lanes) + (not any(lane.fate == "tunnel" for lane in lanes))

    @property
    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _from_start(self, points: float) -> float:
        """So far from where a line of text begins."""
        return self.width() - points if self._mirrored else points

    def _across(self, part: float) -> float:
        return self._from_start(part * self.width())

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
        _bend(path, QPointF(first, level))
        if lane.fate == "blocked":
            stop = QPointF((first + last) / 2, level)
            path.lineTo(stop)
            painter.drawPath(path)
            half = _ICON / 2 - 2
            ground = QRectF(stop.x() - half, stop.y() - half, 2 * half, 2 * half)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.palette.surface))
            painter.drawEllipse(ground)
            self._theme.icon("stopped", colour.name()).paint(painter, ground.toRect())
            return
        path.lineTo(QPointF(last, level))
        _bend(path, end)
        painter.drawPath(path)

    def _draw_spot(self, painter: QPainter, at: QPointF, icon: str, colour: str) -> None:
        shade = getattr(self._theme.palette, colour)
        disc = QRectF(at.x() - _DISC / 2, at.y() - _DISC / 2, _DISC, _DISC)
        painter.setPen(QPen(QColor(shade), 1.2))
        painter.setBrush(QColor(self._theme.palette.surface))
        painter.drawEllipse(disc)
        tint = QColor(shade)
        tint.setAlphaF(0.12)
        painter.setBrush(tint)
        painter.drawEllipse(disc)
        inset = (_DISC - _ICON) / 2 + 2
        self._theme.icon(icon, shade).paint(painter, disc.adjusted(inset, inset, -inset, -inset).toRect())

    def _draw_words_below(self, painter: QPainter, at: QPointF, words: str) -> None:
        metrics = QFontMetricsF(self.font())
        wide = max(metrics.horizontalAdvance(words) + 4, _DISC)
        left = min(max(2.0, at.x() - wide / 2), self.width() - wide - 2)
        area = QRectF(left, at.y() + _DISC / 2 + 3, wide, metrics.height())
        painter.fillRect(area, QColor(self._theme.palette.surface))  # ways pass behind it
        painter.setPen(QColor(self._theme.palette.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_lane(self, painter: QPainter, lane: Lane, at: QPointF) -> None:
        """What lies beyond: its icon, its name, what becomes of it, and which networks it is."""
        colour = _COLOURS[lane.fate]
        forward = -1 if self._mirrored else 1
        self._draw_spot(painter, QPointF(at.x() + forward * _DISC / 2, at.y()), ICONS[lane.kind], colour)
        begin = at.x() + forward * (_DISC + 12)
        left, right = sorted((begin, self._from_start(self.width() - 8)))
        metrics = QFontMetricsF(self.font())
        lines = [(say(KINDS[lane.kind]), "text", True), (say(FATES[lane.fate]), colour, False)]
        if (networks := named(lane.networks)) is not None:
            lines.append((say(networks), "muted", False))
        top = at.y() - len(lines) * metrics.height() / 2
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


def in_words(traffic: Traffic) -> str:
    """The same as the picture, for whoever does not see it."""
    lines = []
    for lane in traffic.lanes:
        words = say(LANE.of(KINDS[lane.kind], FATES[lane.fate]))
        networks = named(lane.networks)
        lines.append(words if networks is None else f"{words} ({say(networks)})")
    return "\n".join(lines)


def _bend(path: QPainterPath, to: QPointF) -> None:
    """Go on to `to` in a curve that leaves and arrives level."""
    at = path.currentPosition()
    half = (at.x() + to.x()) / 2
    path.cubicTo(QPointF(half, at.y()), QPointF(half, to.y()), to)
