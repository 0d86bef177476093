"""Fields below one another: label at the left, control, help, and what is wrong with it at the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from ..model.fields import Field
from ..model.problems import Told
from ..say import plain, say
from .certificate_controls import KeptControl, OneControl, RootsControl
from .controls import (
    ChoiceControl,
    Control,
    FlagControl,
    LinesControl,
    MethodsControl,
    NumberControl,
    SecretControl,
    TextControl,
)
from .form import Form
from .locked_control import LockedControl
from .pages import Context
from .parts import FAR, Text
from .rules_control import RulesControl
from .suites_control import SuitesControl
from .tall_area import TallArea
from .type_scale import SMALL

_PLAIN: dict[str, type[Control]] = {
    "text": TextControl,
    "lines": LinesControl,
    "flag": FlagControl,
    "number": NumberControl,
    "choice": ChoiceControl,
    "methods": MethodsControl,
    "suites": SuitesControl,
    "rules": RulesControl,
}


class Row:
    """One field's widgets."""

    def __init__(self, context: Context, form: Form, field: Field, *, kept: bool) -> None:
        self.field = field
        self.control = _control(context, form, field, kept=kept)
        self.label = Text(context.theme, "" if field.kind == "flag" else say(field.label))
        self.label.setTextFormat(Qt.TextFormat.AutoText)  # else there is no mnemonic
        self.label.setContentsMargins(0, 4, 0, 0)  # in line with what the control says
        if field.kind != "flag":
            self.label.setBuddy(self.control.entry)
        self.help = Text(context.theme, say(field.help), size=SMALL, colour="muted")
        self.problem = Text(context.theme, size=SMALL, colour="bad")
        self.problem.hide()
        self._is_shown = True

    def add_to(self, grid: QGridLayout, row: int) -> None:
        grid.addWidget(self.label, row, 0, Qt.AlignmentFlag.AlignTop)
        right = QVBoxLayout()
        right.setSpacing(3)
        for part in (self.control, self.problem, self.help):
            right.addWidget(part)
        grid.addLayout(right, row, 1)

    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        for part in (self.label, self.control, self.help):
            part.setVisible(shown)
        self.problem.setVisible(shown and bool(self.problem.text()))

    def complain(self, told: Iterable[Told]) -> None:
        words = "\n".join(say(each.words) for each in told)
        self.problem.setText(words and f"⚠ {words}")
        self.problem.setVisible(self._is_shown and bool(words))
        about = say(self.field.help)
        self.control.entry.setAccessibleDescription(f"{words} {about}" if words else about)


class FieldsView(TallArea):
    """`rows` by the fields' paths."""

    def __init__(
        self, context: Context, form: Form, fields: Iterable[Field], *, kept: bool, about: str = ""
    ) -> None:
        """`kept`: secrets may be stored with the profile already."""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 4, FAR, 4)
        column.setSpacing(FAR)
        if about:
            column.addWidget(Text(context.theme, about, colour="muted"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(FAR)
        grid.setVerticalSpacing(FAR)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 5)
        rows: dict[str, Row] = {}
        for number, field in enumerate(fields):
            row = Row(context, form, field, kept=kept)
            row.add_to(grid, number)
            rows[field.path] = row
        column.addLayout(grid)
        column.addStretch(1)
        super().__init__(inside)
        self.rows = rows
        self._still = _Still(self)
        for widget in [*inside.findChildren(QComboBox), *inside.findChildren(QAbstractSpinBox)]:
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            widget.installEventFilter(self._still)

    def complain(self, problems: Mapping[str, list[Told]]) -> None:
        """Show what is wrong, by the fields' paths."""
        for path, row in self.rows.items():
            row.complain(problems.get(path, ()))

    def go_to(self, path: str) -> None:
        row = self.rows[path]
        self.ensureWidgetVisible(row.control)
        row.control.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)


class _Still(QObject):
    """The wheel scrolls the page, and does not change a control that it happens to pass over."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def _control(context: Context, form: Form, field: Field, *, kept: bool) -> Control:
    match field.kind:
        case "secret":
            return SecretControl(context, form, field, kept=kept)
        case "own" | "pin":
            return OneControl(context, form, field)
        case "roots":
            return RootsControl(context, form, field)
        case "certificates":
            return KeptControl(context, form, field)
        case "locked":
            return LockedControl(context, form, field, kept=kept)
        case _:
            return _PLAIN[field.kind](context, form, field)


def caption(field: Field) -> str:
    """What a field is called in running text."""
    return plain(say(field.label))
