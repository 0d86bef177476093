"""What the window shows while there is no profile: the ways to the first one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ..draw.theme import Theme, application_icon
from ..say import plain
from .parts import FAR, Button, Card, Mark, Text
from .type_scale import TITLE


class WelcomePage(QWidget):
    import_wanted = Signal()
    create_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon = QLabel()
        icon.setPixmap(application_icon().pixmap(88, 88))
        icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = Text(theme, self.tr("Welcome to Ginnel"), size=TITLE, bold=True)
        words = Text(
            theme,
            self.tr(
                "Connect to a network far away as if you were there. Bring the file that your administrator "
                "gave you, or enter what you know of the gateway."
            ),
            colour="muted",
        )
        for each in (title, words):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
        choices = QHBoxLayout()
        choices.setSpacing(FAR)
        for mark, heading, told, label, signal, primary in (
            (
                "import",
                self.tr("You have a file"),
                self.tr(
                    "A profile of another VPN client, Apple's .mobileconfig, strongSwan's .sswan, Azure's "
                    "package, a .p12, or one of Ginnel's. You can also drop it on this window."
                ),
                self.tr("&Import a file…"),
                self.import_wanted,
                True,
            ),
            (
                "add",
                self.tr("You have a server and a user name"),
                self.tr("Most companies' gateways need no more than these two and a password."),
                self.tr("C&reate a connection…"),
                self.create_wanted,
                False,
            ),
        ):
            card = Card(theme, margin=20)
            drawn = Mark(theme, 44, disc=True)
            drawn.show_icon(mark, "accent")
            button = Button(theme, primary=primary)
            button.setText(label)
            button.setAccessibleName(plain(label))
            button.setAccessibleDescription(told)
            button.clicked.connect(signal)
            if primary:
                self.setFocusProxy(button)
            card.inside.addWidget(drawn)
            card.inside.addWidget(Text(theme, heading, bold=True))
            card.inside.addWidget(Text(theme, told, colour="muted"))
            card.inside.addStretch(1)
            card.inside.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            choices.addWidget(card, 1)
        inner = QWidget()
        inner.setMaximumWidth(680)
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        column.addStretch(1)
        for part in (icon, title, words):
            column.addWidget(part)
        column.addSpacing(FAR)
        column.addLayout(choices)
        column.addStretch(2)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        outer.addWidget(inner)
