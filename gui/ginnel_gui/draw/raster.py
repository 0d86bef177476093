"""Drawings made of dots, for what takes no others."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


def image(data: bytes, size: QSize) -> QImage:
    """The SVG `data`, `size` dots large. Needs no application."""
    drawn = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(data)).render(painter, QRectF(drawn.rect()))
    painter.end()
    return drawn


def pixmap(data: bytes, size: QSize, ratio: float = 1.0) -> QPixmap:
    """The SVG `data`, `size` points large, for a screen with `ratio` dots a point."""
    drawn = QPixmap.fromImage(image(data, size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn
