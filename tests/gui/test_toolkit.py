"""What the app relies on in the toolkit.

PySide6 6.12.0 gives back references to None and to True that it never took. Python 3.11 counts them, so that
after some hundreds of signals, or some minutes of drawing, the process ends.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPainter


class _Sender(QObject):
    told = Signal(object)


def test_telling_something_costs_no_reference() -> None:
    sender, owned = _Sender(), [True] * 1000
    before = sys.getrefcount(True)
    for _ in range(500):
        sender.told.emit("")
    assert sys.getrefcount(True) > before - 250
    assert all(owned)


def test_drawing_something_costs_no_reference() -> None:
    image, owned = QImage(8, 8, QImage.Format.Format_ARGB32), [None] * 1000
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(0, 0, 4, 4)
    after = sys.getrefcount(None)
    painter.end()
    assert after > before - 250
    assert not any(owned)
