"""Proposals: a choice in plain words, and under it the exact suites, which may be one's own."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QComboBox, QPlainTextEdit

from ..model.fields import Field
from ..model.proposals import OWN_CHOICE, PRESETS, exact, preset_of
from ..say import fill, plain, say
from .controls import Control, Fields
from .page import Context

_OWN = -1


class SuitesControl(Control):
    """With an own choice the suites can be edited; it begins with those that were chosen before."""

    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self._own = False
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for number, preset in enumerate(PRESETS[field.path]):
            self.combo.addItem(say(preset.words), number)
        self.combo.addItem(say(OWN_CHOICE), _OWN)
        self.combo.currentIndexChanged.connect(self._choose)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlaceholderText(field.example)
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * 5 + 16)
        name = plain(say(field.label))
        self.text.setAccessibleName(fill(self.tr("Exact suites: %1"), name))
        self.text.setAccessibleDescription(self.tr("Keywords, one suite a line, the best first"))
        self.text.textChanged.connect(self._edited)
        self.column.addWidget(self.combo)
        self.column.addWidget(self.text)
        self.take_in(self.combo)
        self.refresh()

    def refresh(self) -> None:
        proposals = tuple(self.value)
        preset = None if self._own else preset_of(self.field.path, proposals)
        with QSignalBlocker(self.combo), QSignalBlocker(self.text):
            number = _OWN if preset is None else PRESETS[self.field.path].index(preset)
            self.combo.setCurrentIndex(self.combo.findData(number))
            shown = proposals if preset is None else exact(self.field.path, proposals)
            if tuple(self._typed()) != shown:
                self.text.setPlainText("\n".join(shown))
            self.text.setReadOnly(preset is not None)

    def _choose(self, _: int) -> None:
        number = self.combo.currentData()
        self._own = number == _OWN
        if self._own:
            before = exact(self.field.path, tuple(self.value))
            self.put(list(before))
        else:
            self.put(list(PRESETS[self.field.path][number].proposals))
        self.refresh()

    def _edited(self) -> None:
        if not self.text.isReadOnly():
            self._own = True
            self.put(self._typed(), typed=True)

    def _typed(self) -> list[str]:
        return [line.strip() for line in self.text.toPlainText().splitlines() if line.strip()]
