"""Sizes of type, as factors of the system's own: the person's choice of a larger one holds everywhere."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QFont

SMALL: Final = 0.88
HEADING: Final = 1.15
TITLE: Final = 1.7


def scaled(font: QFont, factor: float) -> QFont:
    made = QFont(font)
    if font.pointSizeF() > 0:
        made.setPointSizeF(font.pointSizeF() * factor)
    else:
        made.setPixelSize(max(1, round(font.pixelSize() * factor)))
    return made


def strong(font: QFont) -> QFont:
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made
