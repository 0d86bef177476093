"""The chart of a connection: throughput as two filled lines, the round trip as a thin one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..model.series import SPAN_S, Sample, Series, round_up
from .palette import LIGHT, Palette

_LINES = 4  # of the grid
_FADE = (70, 6)  # of a filled line from top to bottom, of 255


class Chart(QWidget):
    """Shows a `Series`; `follow` another one, `tick` when it has grown. Draws nothing by itself."""

    def __init__(
        self,
        rate_words: Callable[[float], str],
        time_words: Callable[[float], str],
        parent: QWidget | None = None,
    ) -> None:
        """`rate_words` writes octets a second as a person reads them, `time_words` milliseconds."""
        super().__init__(parent)
        self._series = Series()
        self._rate_words = rate_words
        self._time_words = time_words
        self._palette: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def follow(self, series: Series) -> None:
        self._series = series
        self.update()

    def tick(self) -> None:
        self.update()

    def set_palette(self, palette: Palette) -> None:
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        samples = self._series.samples
        top_rate = round_up(max(self._series.peak_octets_s(), 1024.0))
        metrics = QFontMetricsF(self.font())
        area = QRectF(self.rect()).adjusted(1, 1, -1, -metrics.height() - 4)
        top_rtt = round_up(max(self._series.peak_rtt_ms() * 1.5, 1.0))
        self._draw_grid(painter, area)
        now = samples[-1].at_s if samples else 0.0

        def place(sample: Sample, value: float, top: float) -> QPointF:
            across = 1 - (now - sample.at_s) / SPAN_S
            return QPointF(area.left() + across * area.width(), area.bottom() - value / top * area.height())

        for colour, values in (
            (self._palette.inbound, [place(each, each.octets_in_s, top_rate) for each in samples]),
            (self._palette.outbound, [place(each, each.octets_out_s, top_rate) for each in samples]),
        ):
            self._draw_filled(painter, area, QColor(colour), values)
        timed = [place(each, each.rtt_ms, top_rtt) for each in samples if each.rtt_ms is not None]
        pen = QPen(QColor(self._palette.latency), 1.6, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(timed))
        self._draw_axes(painter, area, top_rate, top_rtt if timed else None)

    def _draw_grid(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(QColor(self._palette.line), 1))
        for number in range(_LINES + 1):
            at = area.bottom() - area.height() * number / _LINES
            painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at))

    def _draw_axes(self, painter: QPainter, area: QRectF, top: float, top_rtt: float | None) -> None:
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        muted = QColor(self._palette.muted)
        under = QRectF(area.left(), area.bottom(), area.width(), self.rect().bottom() - area.bottom())
        painter.setPen(muted)
        painter.drawText(under, left | Qt.AlignmentFlag.AlignBottom, self.tr("2 minutes ago"))
        painter.drawText(under, right | Qt.AlignmentFlag.AlignBottom, self.tr("now"))
        for part in (1.0, 0.5):
            line = area.adjusted(4, area.height() * (1 - part) + 2, -4, 0)
            self._draw_over(painter, line, left, self._rate_words(top * part), muted)
            if top_rtt is not None:
                colour = QColor(self._palette.latency)
                self._draw_over(painter, line, right, self._time_words(top_rtt * part), colour)

    def _draw_over(
        self, painter: QPainter, line: QRectF, side: Qt.AlignmentFlag, words: str, colour: QColor
    ) -> None:
        """So that they can be read over whatever is there."""
        place = painter.boundingRect(line, side | Qt.AlignmentFlag.AlignTop, words)
        ground = QColor(self._palette.surface)
        ground.setAlphaF(0.75)
        painter.fillRect(place.adjusted(-2, 0, 2, 0), ground)
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_filled(
        self, painter: QPainter, area: QRectF, colour: QColor, points: Sequence[QPointF]
    ) -> None:
        if len(points) < 2:
            return
        fade = QLinearGradient(area.topLeft(), area.bottomLeft())
        for at, alpha in zip((0.0, 1.0), _FADE, strict=True):
            shade = QColor(colour)
            shade.setAlpha(alpha)
            fade.setColorAt(at, shade)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fade)
        floor = [QPointF(points[-1].x(), area.bottom()), QPointF(points[0].x(), area.bottom())]
        painter.drawPolygon(QPolygonF([*points, *floor]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.8))
        painter.drawPolyline(QPolygonF(list(points)))
