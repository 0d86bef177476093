"""Where the Tab key leads, for parts that are made later than those behind them."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QWidget


def lead_through(*parts: QWidget) -> None:
    """Through all that takes the focus in each of `parts`, one part after the other."""
    stops = [each for part in parts for each in (part, *part.findChildren(QWidget)) if _is_stop(each, part)]
    for one, other in pairwise(stops):
        QWidget.setTabOrder(one, other)


def _is_stop(widget: QWidget, part: QWidget) -> bool:
    """What Qt's own controls are made of, their pop-up lists among it, comes with them."""
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.focusProxy() is None
        and widget.window() is part.window()
        and not isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
    )
