"""On-demand rules: a list in an order that counts, and the chosen one's conditions below it."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ginnel_service.profiles.model import OnDemandRule

from ..model.fields import Field
from ..model.fields_of_network import RULE
from ..model.rules import ACTIONS, condition
from ..say import fill, plain, say
from .controls import ChoiceControl, Control, Fields, LinesControl, TextControl
from .page import Context
from .parts import Text

_CONTROLS: dict[str, type[Control]] = {"choice": ChoiceControl, "lines": LinesControl, "text": TextControl}


class _Rule(QObject):
    """The chosen rule, as controls know a form."""

    changed = Signal(str)

    def __init__(self, control: RulesControl) -> None:
        super().__init__(control)
        self._control = control

    def value(self, path: str) -> Any:
        return self._control.current[path]

    def put(self, path: str, value: Any, *, typed: bool = False) -> None:
        rules, row = list(self._control.value), self._control.row
        if 0 <= row < len(rules) and rules[row][path] != value:
            rules[row] = {**rules[row], path: value}
            self._control.put(rules, typed=typed)

    def all_changed(self) -> None:
        for field in RULE:
            self.changed.emit(field.path)


class RulesControl(Control):
    def __init__(self, context: Context, form: Fields, field: Field) -> None:
        super().__init__(context, form, field)
        self.list = QListWidget()
        self.list.setFixedHeight(self.list.fontMetrics().lineSpacing() * 8 + 16)
        self.list.currentRowChanged.connect(lambda _: self._chosen())
        row = QHBoxLayout()
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row.addWidget(self.list, 1, Qt.AlignmentFlag.AlignTop)
        buttons = QVBoxLayout()
        self.buttons: dict[str, QToolButton] = {}
        for name, words, told, act in (
            ("add", self.tr("Add"), self.tr("Add a rule"), self.add),
            ("remove", self.tr("Remove"), self.tr("Remove the rule"), self.remove),
            ("up", self.tr("Up"), self.tr("Move the rule up"), lambda: self.shift(-1)),
            ("down", self.tr("Down"), self.tr("Move the rule down"), lambda: self.shift(1)),
        ):
            button = QToolButton()
            button.setText(words)
            button.setAccessibleName(told)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, act=act: act())
            buttons.addWidget(button)
            self.buttons[name] = button
        buttons.addStretch(1)
        row.addLayout(buttons)
        self.column.addLayout(row)
        self._rule = _Rule(self)
        self.details = QWidget()
        inside = QVBoxLayout(self.details)
        inside.setContentsMargins(0, 8, 0, 0)
        for each in RULE:
            control = _CONTROLS[each.kind](context, self._rule, each)
            inside.addWidget(Text(context.theme, plain(say(each.label))))
            inside.addWidget(control)
            inside.addWidget(Text(context.theme, say(each.help), size=0.88, colour="muted"))
        self.column.addWidget(self.details)
        self.take_in(self.list)
        self.refresh()

    @property
    def row(self) -> int:
        return self.list.currentRow()

    @property
    def current(self) -> dict[str, Any]:
        """The chosen rule; a fresh one where none is."""
        rules: list[dict[str, Any]] = self.value
        return rules[self.row] if 0 <= self.row < len(rules) else _fresh()

    def refresh(self) -> None:
        row = max(0, self.row)
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems([self._caption(number, rule) for number, rule in enumerate(self.value, 1)])
            self.list.setCurrentRow(min(row, len(self.value) - 1))
        self._chosen()

    def add(self) -> None:
        count = len(self.value)
        self.put([*self.value, _fresh()])
        self.list.setCurrentRow(count)

    def remove(self) -> None:
        rules = list(self.value)
        if 0 <= self.row < len(rules):
            del rules[self.row]
            self.put(rules)

    def shift(self, step: int) -> None:
        rules, row = list(self.value), self.row
        if row >= 0 and 0 <= row + step < len(rules):
            rules[row], rules[row + step] = rules[row + step], rules[row]
            self.put(rules)
            self.list.setCurrentRow(row + step)

    def _chosen(self) -> None:
        some = 0 <= self.row < len(self.value)
        self.details.setVisible(some)
        for name in ("remove", "up", "down"):
            self.buttons[name].setEnabled(some)
        if some:
            self._rule.all_changed()

    def _caption(self, number: int, values: dict[str, Any]) -> str:
        """What is done, and where, in a line."""
        rule = msgspec.convert(values, OnDemandRule)
        where = ", ".join(say(each) for each in condition(rule))
        return fill(self.tr("%1. %2: %3"), str(number), say(ACTIONS[rule.action]), where)


def _fresh() -> dict[str, Any]:
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(OnDemandRule(action="connect")))
    return made
