"""What scrolls up and down alone, and is as wide as what is inside needs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

#: Of a page, in points: longer lines are tiresome to read.
WIDEST: Final = 1000


class TallArea(QScrollArea):
    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        inside, bar = self.widget(), self.verticalScrollBar().sizeHint().width()
        needed = inside.minimumSizeHint().width() if inside is not None else 0
        return super().minimumSizeHint().expandedTo(QSize(needed + bar, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """By itself a scroll area keeps to itself that what is inside needs more room."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def centred(body: QWidget) -> QWidget:
    """`body` in the middle of what may be wider."""
    body.setMaximumWidth(WIDEST)
    middle = QWidget()
    row = QHBoxLayout(middle)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(body, 1000)
    row.addStretch(1)
    return middle
