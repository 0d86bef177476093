"""Finds text that has not enough room in the windows of the app."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)


def clipped(window: QWidget) -> list[str]:
    """What a person could not read whole, in words; empty when all is well."""
    return [*_too_small(window), *_too_wide(window)]


def _too_small(window: QWidget) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window):
            continue
        match widget:
            case QLabel() if widget.text():
                yield from _label(widget)
            case QAbstractButton() if widget.text():
                hint = widget.minimumSizeHint().expandedTo(widget.sizeHint())
                if widget.width() < hint.width() or widget.height() < hint.height():
                    yield f"button {widget.text()!r}: {widget.size().toTuple()} of {hint.toTuple()}"
            case QComboBox():
                yield from _combo(widget)
            case QLineEdit() if widget.placeholderText():
                needed = widget.fontMetrics().horizontalAdvance(widget.placeholderText())
                if widget.contentsRect().width() < needed:
                    yield f"placeholder {widget.placeholderText()!r}"


def _label(label: QLabel) -> Iterator[str]:
    inside = label.contentsRect()
    metrics = label.fontMetrics()
    widest = max(metrics.horizontalAdvance(word) for word in label.text().replace("&", "").split())
    if label.wordWrap():
        height = label.heightForWidth(label.width())
        if widest > inside.width() or label.height() < height:
            yield f"label {label.text()!r}: {label.size().toTuple()}, needs height {height}, width {widest}"
    elif label.width() < label.sizeHint().width() or label.height() < label.sizeHint().height():
        yield f"label {label.text()!r}: {label.size().toTuple()} of {label.sizeHint().toTuple()}"


def _combo(combo: QComboBox) -> Iterator[str]:
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field: QRect = combo.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
    )
    needed = combo.fontMetrics().horizontalAdvance(combo.currentText())
    if not combo.itemIcon(combo.currentIndex()).isNull():
        needed += combo.iconSize().width() + 4
    if field.width() < needed:
        yield f"choice {combo.currentText()!r}: {field.width()} of {needed}"


def _too_wide(window: QWidget) -> Iterator[str]:
    """Pages scroll up and down alone: what hangs over at the side is not seen."""
    for area in window.findChildren(QScrollArea):
        if area.isVisibleTo(window):
            inside, outside = area.widget().width(), area.viewport().width()
            if inside > outside:
                yield f"{type(area.parent()).__name__}: {inside} wide in {outside}"
