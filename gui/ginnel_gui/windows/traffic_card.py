"""How much goes through a connection: rates, amounts and the round trip, and the last minutes as a chart."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from ginnel_service.ipc.schema import ConnectionStatus

from ..draw.chart import Chart
from ..draw.theme import Theme
from ..model.series import Series
from ..say import fill
from .numbers import amount, milliseconds, rate
from .pages import Context
from .parts import FAR, Card, Text
from .type_scale import HEADING, SMALL, scaled

Line = Literal["inbound", "outbound", "latency"]


class Swatch(QWidget):
    """A piece of a line of the chart, drawn as it is there."""

    def __init__(self, theme: Theme, line: Line) -> None:
        super().__init__()
        self._theme = theme
        self._line = line
        self.setFixedSize(QSize(18, 12))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(self._theme.palette, self._line))
        style = Qt.PenStyle.DotLine if self._line == "latency" else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 2.5, style, Qt.PenCapStyle.RoundCap))
        middle = self.height() / 2
        painter.drawLine(QPointF(2, middle), QPointF(self.width() - 2, middle))


class Reading(QWidget):
    """One number of the legend: which line, its value now, and a word more."""

    def __init__(self, theme: Theme, line: Line, label: str) -> None:
        super().__init__()
        self._label = label
        self.value = Text(theme, size=HEADING, bold=True, wraps=False)
        self.more = Text(theme, size=SMALL, colour="muted")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(Swatch(theme, line))
        head.addWidget(Text(theme, label, size=SMALL, colour="muted"), 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.addLayout(head, 0, 0)
        grid.addWidget(self.value, 1, 0)
        grid.addWidget(self.more, 2, 0)

    def read(self, value: str, more: str = "") -> None:
        self.value.setText(value)
        self.value.setAccessibleName(fill(self.tr("%1: %2"), self._label, value))
        self.more.setText(more)


class TrafficCard(Card):
    def __init__(self, context: Context) -> None:
        super().__init__(context.theme, margin=20)
        self._context = context
        theme = context.theme
        self.received = Reading(theme, "inbound", self.tr("Received"))
        self.sent = Reading(theme, "outbound", self.tr("Sent"))
        self.trip = Reading(theme, "latency", self.tr("Round trip"))
        self.chart = Chart(
            lambda octets_s: rate(octets_s, context.settings.units, context.locale),
            lambda value: milliseconds(value, context.locale),
        )
        self.chart.setFont(scaled(self.chart.font(), SMALL))
        self.chart.setAccessibleName(self.tr("Chart of the last two minutes"))
        self.chart.setAccessibleDescription(
            self.tr("Data received and sent each second, and the round trip to the gateway")
        )
        self.chart.set_palette(theme.palette)
        theme.changed.connect(lambda: self.chart.set_palette(theme.palette))
        legend = QHBoxLayout()
        legend.setSpacing(FAR)
        for reading in (self.received, self.sent, self.trip):
            legend.addWidget(reading, 1, Qt.AlignmentFlag.AlignTop)
        self.inside.addLayout(legend)
        self.inside.addSpacing(4)
        self.inside.addWidget(self.chart, 1)

    def follow(self, series: Series) -> None:
        self.chart.follow(series)

    def show_traffic(self, status: ConnectionStatus, series: Series) -> None:
        units, locale = self._context.settings.units, self._context.locale
        latest = series.latest
        total = self.tr("%1 in all")
        for reading, octets_s, octets in (
            (self.received, latest.octets_in_s if latest is not None else 0.0, status.octets_in),
            (self.sent, latest.octets_out_s if latest is not None else 0.0, status.octets_out),
        ):
            reading.read(rate(octets_s, units, locale), fill(total, amount(octets, units, locale)))
        trip = status.rtt_ms
        self.trip.read(
            milliseconds(trip, locale) if trip is not None else "-",
            self.tr("to the gateway and back") if trip is not None else self.tr("not measured yet"),
        )
        self.chart.tick()
