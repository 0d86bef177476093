"""The head of a connection's page: its name, its state as mark and words, and what can be done now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ..draw.theme import Theme
from ..model.present import BUTTONS, Button, Presentation
from ..say import plain, say
from .parts import NEAR, Card, Mark, Text
from .parts import Button as PushButton
from .type_scale import HEADING, TITLE

#: More than these at once there are never.
_BUTTONS = 2


class StateCard(Card):
    pressed = Signal(str)  # a model.present.Button

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, margin=20)
        self._name = ""
        self._shown: Presentation | None = None
        self._mark = Mark(theme, 64, disc=True)
        self.name = Text(theme, size=TITLE, bold=True)
        self.state = Text(theme, size=HEADING, bold=True, wraps=False)
        self.detail = Text(theme, colour="muted")
        self.buttons = [PushButton(theme) for _ in range(_BUTTONS)]
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        for part in (self.name, self.state, self.detail):
            words.addWidget(part)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout()
        column.setSpacing(NEAR)
        column.addStretch(1)
        for button in self.buttons:
            column.addWidget(button)
            button.clicked.connect(lambda _=False, button=button: self.pressed.emit(button.property("does")))
        column.addStretch(1)
        row.addLayout(column)
        self.inside.addLayout(row)

    def show_state(self, name: str, shown: Presentation, detail: str) -> None:
        """`detail` instead of the presentation's own, where it is not empty."""
        words = detail or (say(shown.detail) if shown.detail is not None else "")
        self.detail.setText(words)
        self.detail.setVisible(bool(words))
        before, self._shown = self._shown, shown
        if (
            name == self._name
            and before is not None
            and (before.face, before.buttons)
            == (
                shown.face,
                shown.buttons,
            )
        ):
            return
        tone = shown.face.tone
        self.name.setText(name)
        self._mark.show_icon(shown.face.value, tone)
        self.state.setText(say(shown.title))
        self.state.set_colour(tone)
        self._show_buttons(shown.buttons)
        self._name = name

    def _show_buttons(self, wanted: tuple[Button, ...]) -> None:
        had_focus = any(button.hasFocus() for button in self.buttons)
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(wanted))
            if place < len(wanted):
                does = wanted[place]
                button.setProperty("does", does)
                button.setText(say(BUTTONS[does]))
                button.setAccessibleName(plain(button.text()))
                button.set_primary(place == 0 and does != "disconnect")
        if had_focus and wanted:
            # Whoever pressed it with the keyboard goes on with what took its place.
            self.buttons[0].setFocus()
