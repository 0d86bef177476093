"""Another name for a connection."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ginnel_service.ipc.schema import ErrorInfo, RenameParams
from ginnel_service.profiles.model import NAME_PATTERN

from ..alive import while_alive
from ..model.errors import explain
from ..model.problems import NAME_RULE
from ..say import fill, plain, say
from .page import Context
from .parts import Button, Text
from .speech import announce
from .type_scale import HEADING


class RenameDialog(QDialog):
    """What the service refuses is told here, to be mended here."""

    def __init__(self, context: Context, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._name = name
        theme = context.theme
        self.setWindowTitle(self.tr("Rename a connection"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addStrut(380)
        column.addWidget(Text(theme, fill(self.tr("Rename %1"), name), size=HEADING, bold=True))
        words = self.tr("New &name")
        label = Text(theme, words)
        label.setTextFormat(label.textFormat().AutoText)  # else there is no mnemonic
        self.line = QLineEdit(name)
        self.line.setMaxLength(64)
        self.line.selectAll()
        self.line.setAccessibleName(plain(words))
        label.setBuddy(self.line)
        column.addWidget(label)
        column.addWidget(self.line)
        self.told = Text(theme, colour="bad")
        self.told.setAccessibleDescription(self.tr("What is wrong"))
        self.told.hide()
        column.addWidget(self.told)
        column.addStretch(1)
        self.rename_button = Button(theme, primary=True)
        self.rename_button.setText(self.tr("&Rename"))
        self.rename_button.setDefault(True)
        cancel = Button(theme)
        cancel.setText(self.tr("Cance&l"))
        cancel.setAutoDefault(False)
        buttons = QDialogButtonBox()
        for button, role in (
            (self.rename_button, QDialogButtonBox.ButtonRole.AcceptRole),
            (cancel, QDialogButtonBox.ButtonRole.RejectRole),
        ):
            button.setAccessibleName(plain(button.text()))
            buttons.addButton(button, role)
        buttons.accepted.connect(self.rename)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.line.textChanged.connect(self._allow)
        context.desk.contact.connect(self._allow)
        self._allow()

    def rename(self) -> None:
        new = self.line.text()
        self.rename_button.setEnabled(False)

        def answered(_: object, error: ErrorInfo | None) -> None:
            if error is None:
                self.accept()
                return
            self._allow()
            said = explain(error)
            self._tell(f"{say(said.cause)} {say(said.remedy)}")

        params = RenameParams(name=self._name, new_name=new)
        self._context.desk.call("profile.rename", params, while_alive(self, answered))

    def _allow(self) -> None:
        new, desk = self.line.text(), self._context.desk
        if not re.match(NAME_PATTERN, new):
            words = say(NAME_RULE)
        elif new != self._name and new in desk.mirror.profiles:
            words = self.tr("There is a connection of this name.")
        else:
            words = ""
        self._tell(words)
        self.rename_button.setEnabled(not words and new != self._name and desk.has_contact)

    def _tell(self, words: str) -> None:
        if words != self.told.text():
            self.told.setText(words)
            self.told.setVisible(bool(words))
            announce(self, words)
