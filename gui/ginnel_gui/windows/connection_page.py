"""One connection: how it is, what to do about it, and what it is made of."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from .pages import Context, Page
from .parts import Text
from .type_scale import TITLE


class ConnectionPage(Page):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self.name = Text(context.theme, size=TITLE, bold=True)
        column = QVBoxLayout(self)
        column.addWidget(self.name)
        column.addStretch(1)

    def follow(self, name: str) -> None:
        self.name.setText(name)
