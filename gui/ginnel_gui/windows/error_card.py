"""Why a connection failed, what to do about it, and the details for whoever is asked for help."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ginnel_service.ipc.schema import ErrorInfo

from ..draw.theme import Theme
from ..model.errors import explain
from ..say import plain, say
from .parts import NEAR, Button, Card, Mark, Text
from .type_scale import SMALL

#: How long the button says that it has copied, in milliseconds.
_COPIED_MS = 2000


class ErrorCard(Card):
    copy_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._error: ErrorInfo | None = None
        mark = Mark(theme, 24)
        mark.show_icon("failed", "bad")
        self.cause = Text(theme, bold=True)
        self.remedy = Text(theme)
        self.details = Text(theme, size=SMALL, colour="muted")
        for each in (self.cause, self.remedy, self.details):
            each.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = Button(theme)
        self.copy.clicked.connect(self._copy)
        self._label()
        words = QVBoxLayout()
        words.setSpacing(4)
        for each in (self.cause, self.remedy, self.details):
            words.addWidget(each)
        words.addSpacing(NEAR)
        words.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.inside.addLayout(row)
        self.set_tint("bad")

    def show_error(self, error: ErrorInfo | None) -> None:
        """Hide it with None."""
        self.setVisible(error is not None)
        if error is None or error == self._error:
            self._error = error
            return
        self._error = error
        said = explain(error)
        self.cause.setText(say(said.cause))
        self.remedy.setText(say(said.remedy))
        self.details.setText("\n".join(said.details))
        self.details.setVisible(bool(said.details))

    def _label(self) -> None:
        self.copy.setText(self.tr("Co&py details"))
        self.copy.setAccessibleName(plain(self.copy.text()))

    def _copy(self) -> None:
        self.copy_wanted.emit()
        self.copy.setText(self.tr("Copied"))
        QTimer.singleShot(_COPIED_MS, self, self._label)
