"""What the window shows without the service: how to start it. Contact is sought again all the while."""

from __future__ import annotations

import sys
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ..draw.theme import Theme
from ..say import plain
from .parts import FAR, Button, Card, Mark, Text
from .type_scale import HEADING

#: How an administrator starts the service, by the beginning of the system's name; else by hand.
START: Final = {
    "linux": "sudo systemctl enable --now ginneld",
    "darwin": "sudo launchctl kickstart -k system/org.ginnel.ginneld",
    "freebsd": "sudo service ginneld onestart",
}


class LostPage(QWidget):
    def __init__(self, theme: Theme, socket: str, system: str = sys.platform) -> None:
        super().__init__()
        mark = Mark(theme, 72, disc=True)
        mark.show_icon("lost", "bad")
        title = Text(theme, self.tr("No contact with Ginnel's service"), size=HEADING, bold=True)
        told = Text(
            theme,
            self.tr(
                "The service makes the connections; this window only shows them. It does not answer now: it "
                "may be stopped, or be starting. Connections that are up may go on without this window."
            ),
            colour="muted",
        )
        for each in (title, told):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card = Card(theme)
        label = Text(theme, self.tr("To &start it, an administrator runs this in a terminal:"))
        label.setTextFormat(Qt.TextFormat.AutoText)
        self.command = QLineEdit(
            next((START[key] for key in START if system.startswith(key)), "sudo ginneld")
        )
        self.command.setReadOnly(True)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.command.setAccessibleName(self.tr("Command that starts the service"))
        label.setBuddy(self.command)
        copy = Button(theme)
        copy.setText(self.tr("Co&py"))
        copy.setAccessibleName(plain(copy.text()))
        copy.setAccessibleDescription(self.tr("Copies the command that starts the service"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.command.text()))
        row = QHBoxLayout()
        row.addWidget(self.command, 1)
        row.addWidget(copy)
        card.inside.addWidget(label)
        card.inside.addLayout(row)
        self.place = Text(
            theme,
            self.tr("This window looks for it all the time, and goes on by itself. It looks at")
            + f"\n{socket}",
            size=0.88,
            colour="muted",
        )
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner = QWidget()
        inner.setMaximumWidth(560)
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        for part in (title, told, card, self.place):
            column.addWidget(part)
            column.addSpacing(FAR // 4)
        column.addStretch(2)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        outer.addWidget(inner)
