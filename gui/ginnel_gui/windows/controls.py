"""Controls of fields, one a kind: each shows what the form holds, and puts back what is entered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from PySide6.QtCore import QSignalBlocker, Qt, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..model.fields import FORGET, SECRET, Field
from ..model.format import duration
from ..say import fill, plain, say
from .page import Context
from .parts import Text

#: What a number may be at most here; the service says what makes sense.
_MOST: Final = 2.0**53


class Fields(Protocol):
    """What holds the fields: a form, or one of the rules in it."""

    @property
    def changed(self) -> SignalInstance: ...  # a field, by its path
    def value(self, path: str) -> Any: ...
    def put(self, path: str, value: Any, *, typed: bool = False) -> None: ...


class Control(QWidget):
    """Of one field. What has the focus is its `entry`."""

    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__()
        self.context = context
        self.form = form
        self.field = field
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        form.changed.connect(self._hear)

    def take_in(self, entry: QWidget) -> None:
        """`entry` is what the person works with; it bears the field's name for those who cannot see it."""
        self.entry = entry
        self.setFocusProxy(entry)
        entry.setAccessibleName(plain(say(self.field.label)))
        entry.setAccessibleDescription(say(self.field.help))
        if isinstance(entry, QComboBox):
            entry.view().setAccessibleName(entry.accessibleName())

    def refresh(self) -> None:
        """Show what the form holds."""
        raise NotImplementedError

    def minds(self, path: str) -> bool:
        """Whether a change of `path` concerns this."""
        return path == self.field.path

    @property
    def value(self) -> Any:
        return self.form.value(self.field.path)

    def put(self, value: Any, *, typed: bool = False) -> None:
        self.form.put(self.field.path, value, typed=typed)

    def _hear(self, path: str) -> None:
        if self.minds(path):
            self.refresh()


class TextControl(Control):
    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self.line = QLineEdit()
        self.line.setPlaceholderText(field.example)
        self.line.setMaxLength(256)
        self.line.textEdited.connect(lambda text: self.put(text, typed=True))
        self.column.addWidget(self.line)
        self.take_in(self.line)
        self.refresh()

    def refresh(self) -> None:
        if self.line.text() != self.value:
            self.line.setText(self.value)


class SecretControl(Control):
    """Write-only: what is stored never comes back. `kept`: something may be stored already."""

    def __init__(self, context: Context, form: Fields, field: Field, *, kept: bool) -> None:
        super().__init__(context, form, field)
        self._is_octets = isinstance(form.value(field.path), bytes)
        self._kept = kept
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setMaxLength(1024)
        self.line.textEdited.connect(self._edited)
        self.reveal = QToolButton()
        self.reveal.setCheckable(True)
        self.reveal.setText(self.tr("Show"))
        self.reveal.setAccessibleName(fill(self.tr("Show %1"), plain(say(field.label))))
        self.reveal.toggled.connect(
            lambda on: self.line.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)
        )
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.reveal)
        if kept:
            self.forget = ForgetButton(form, field)
            row.addWidget(self.forget)
        self.column.addLayout(row)
        self.take_in(self.line)
        self.refresh()

    def minds(self, path: str) -> bool:
        return super().minds(path) or path == forget_path(self.field)

    def refresh(self) -> None:
        if self._kept:
            goes = self.form.value(forget_path(self.field))
            self.line.setPlaceholderText(self.tr("Forgotten when you save") if goes else self.tr("Unchanged"))
            self.forget.refresh()
        text = self.value.decode("utf-8", "replace") if self._is_octets else self.value
        if self.line.text() != text:
            self.line.setText(text)
        self.reveal.setEnabled(bool(text))

    def _edited(self, text: str) -> None:
        self.put(text.encode() if self._is_octets else text, typed=True)


class ForgetButton(QToolButton):
    """Pressed: what the service keeps of a secret goes when the profile is saved. What is typed in its place
    replaces it anyway."""

    def __init__(self, form: Fields, field: Field) -> None:
        super().__init__()
        self._form, self._field = form, field
        self.setCheckable(True)
        self.setText(self.tr("Forget"))
        words = fill(self.tr("Forget what is stored: %1"), plain(say(field.label)))
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.clicked.connect(lambda on: form.put(forget_path(field), on))

    def refresh(self) -> None:
        is_replaced = bool(self._form.value(self._field.path))
        self.setEnabled(not is_replaced)
        self.setChecked(not is_replaced and self._form.value(forget_path(self._field)))


def forget_path(field: Field) -> str:
    return FORGET + field.path.removeprefix(SECRET)


class FlagControl(Control):
    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self.box = QCheckBox(say(field.label))
        self.box.toggled.connect(self.put)
        self.column.addWidget(self.box)
        self.take_in(self.box)
        self.refresh()

    def refresh(self) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(self.value)


class ChoiceControl(Control):
    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for option in field.options:
            self.combo.addItem(say(option.words), option.value)
        self.combo.currentIndexChanged.connect(lambda _: self.put(self.combo.currentData()))
        self.column.addWidget(self.combo)
        self.take_in(self.combo)
        self.refresh()

    def refresh(self) -> None:
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self.combo.findData(self.value))


class NumberControl(Control):
    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self._is_whole = isinstance(form.value(field.path), int)
        self.spin = QDoubleSpinBox()
        self.spin.setRange(0, _MOST)
        # As much as other fields have: a spin box keeps a style sheet's padding from what is inside.
        self.spin.lineEdit().setTextMargins(6, 0, 0, 0)
        self.spin.setDecimals(0 if self._is_whole else max(field.digits, _decimals(self.value)))
        self.spin.setKeyboardTracking(True)
        self.spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        if field.zero is not None:
            self.spin.setSpecialValueText(say(field.zero))
        suffix = {
            "": "",
            "s": self.tr(" s"),
            "octets": self.tr(" bytes"),
            "packets": self.tr(" packets"),
        }[field.unit]
        self.spin.setSuffix(suffix)
        self.spin.setMinimumWidth(self.fontMetrics().averageCharWidth() * 24)
        self.spin.valueChanged.connect(self._edited)
        self.hint = Text(context.theme, colour="muted", wraps=False)
        row = QHBoxLayout()
        row.addWidget(self.spin)
        row.addWidget(self.hint, 1)
        self.column.addLayout(row)
        self.take_in(self.spin)
        self.refresh()

    def refresh(self) -> None:
        if self.spin.value() != self.value:
            with QSignalBlocker(self.spin):
                self.spin.setDecimals(max(self.spin.decimals(), _decimals(self.value)))
                self.spin.setValue(self.value)
        self.hint.setText(f"= {duration(self.value)}" if self.field.unit == "s" and self.value >= 60 else "")

    def _edited(self, value: float) -> None:
        self.put(round(value) if self._is_whole else value, typed=True)


class LinesControl(Control):
    """Texts, one a line. Tab leaves it, as it leaves every other control."""

    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(field.example)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        height = self.text.fontMetrics().lineSpacing() * 3 + 16
        self.text.setFixedHeight(height)
        self.text.textChanged.connect(self._edited)
        self.column.addWidget(self.text)
        self.take_in(self.text)
        self.refresh()

    def refresh(self) -> None:
        if _lines(self.text.toPlainText()) != list(self.value):
            with QSignalBlocker(self.text):
                self.text.setPlainText("\n".join(self.value))

    def _edited(self) -> None:
        self.put(_lines(self.text.toPlainText()), typed=True)


class _Ordered(QListWidget):
    """Alt with an arrow moves the current row."""

    def __init__(self, moved: Callable[[], None]) -> None:
        super().__init__()
        self._moved = moved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.shift(step)
        else:
            super().keyPressEvent(event)

    def shift(self, step: int) -> None:
        row = self.currentRow()
        if row >= 0 and 0 <= row + step < self.count():
            item = self.takeItem(row)
            self.insertItem(row + step, item)
            self.setCurrentItem(item)
            self._moved()


class MethodsControl(Control):
    """Some of a few, in an order that counts."""

    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self.list = _Ordered(self._edited)
        self.list.itemChanged.connect(lambda _: self._edited())
        self.list.setFixedHeight(self.list.fontMetrics().lineSpacing() * 8 + 16)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        buttons = QVBoxLayout()
        for words, told, step in (
            (self.tr("Up"), self.tr("Move the method up"), -1),
            (self.tr("Down"), self.tr("Move the method down"), 1),
        ):
            button = QToolButton()
            button.setText(words)
            button.setAccessibleName(told)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, step=step: self.list.shift(step))
            buttons.addWidget(button)
        buttons.addStretch(1)
        row.addLayout(buttons)
        self.column.addLayout(row)
        self.take_in(self.list)
        self.refresh()

    def refresh(self) -> None:
        if self.list.count() and self._chosen() == list(self.value):
            return
        words = {option.value: say(option.words) for option in self.field.options}
        with QSignalBlocker(self.list):
            self.list.clear()
            for value in (*self.value, *(each for each in words if each not in self.value)):
                item = QListWidgetItem(words.get(value, value))
                item.setData(Qt.ItemDataRole.UserRole, value)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if value in self.value else Qt.CheckState.Unchecked)
                self.list.addItem(item)
            self.list.setCurrentRow(0)

    def _chosen(self) -> list[str]:
        items = [self.list.item(row) for row in range(self.list.count())]
        return [
            each.data(Qt.ItemDataRole.UserRole)
            for each in items
            if each.checkState() == Qt.CheckState.Checked
        ]

    def _edited(self) -> None:
        self.put(self._chosen())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _decimals(value: float) -> int:
    """How many digits after the point `value` has, three at most."""
    text = f"{value:.3f}".rstrip("0")
    return len(text.partition(".")[2])
