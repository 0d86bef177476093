"""One question of a connection: a password, a code, or whether to trust a certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginnel_service.ipc.schema import CertificateShown, PromptKind, PromptStatus

from ..model.certificates import Shown
from ..model.words import QT_TRANSLATE_NOOP, Words
from ..say import fill, plain, say
from .certificate_card import CertificateView
from .pages import Context
from .parts import FAR, Button, Card, Mark, Text
from .type_scale import HEADING

Keep = Literal["no", "keychain", "service"]

TITLES: Final[dict[PromptKind, Words]] = {
    "password": QT_TRANSLATE_NOOP("Prompt", "Password for %1"),
    "otp": QT_TRANSLATE_NOOP("Prompt", "Code for %1"),
    "new_password": QT_TRANSLATE_NOOP("Prompt", "New password for %1"),
    "pkcs12": QT_TRANSLATE_NOOP("Prompt", "Password of the certificate for %1"),
    "certificate": QT_TRANSLATE_NOOP("Prompt", "Trust the gateway of %1?"),
}
LABELS: Final[dict[PromptKind, Words]] = {
    "password": QT_TRANSLATE_NOOP("Prompt", "&Password"),
    "otp": QT_TRANSLATE_NOOP("Prompt", "&Code"),
    "new_password": QT_TRANSLATE_NOOP("Prompt", "New &password"),
    "pkcs12": QT_TRANSLATE_NOOP("Prompt", "&Password of the PKCS#12 file"),
}
#: Those that are the same the next time.
KEPT: Final[frozenset[PromptKind]] = frozenset({"password", "pkcs12"})


class PromptDialog(QDialog):
    """`answered` once: with the answer or None to refuse, and where to keep it. Closing it is no answer."""

    answered = Signal(object, str)

    def __init__(
        self,
        context: Context,
        prompt: PromptStatus,
        parent: QWidget | None = None,
        *,
        has_keychain: bool,
        was_wrong: bool = False,
    ) -> None:
        """`was_wrong`: the keychain's password was, and is forgotten by now."""
        super().__init__(parent)
        self.prompt = prompt
        self._context = context
        self._has_keychain = has_keychain
        self.lines: list[QLineEdit] = []
        self.keeping: dict[Keep, QRadioButton] = {}
        title = fill(say(TITLES[prompt.kind]), prompt.name)
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(FAR)
        mark = Mark(context.theme, 40, disc=True)
        mark.show_icon("certificate" if prompt.certificate is not None else "waiting", "busy")
        head.addWidget(mark)
        head.addWidget(Text(context.theme, title, size=HEADING, bold=True), 1)
        column.addLayout(head)
        if was_wrong:
            words = self.tr("The password in your keychain was wrong, and is removed from it.")
            column.addWidget(Text(context.theme, words, colour="bad"))
        if prompt.message:
            words = (
                prompt.message
                if prompt.kind == "pkcs12"
                else fill(self.tr("The gateway says: %1"), prompt.message)
            )
            column.addWidget(Text(context.theme, words))
        if prompt.certificate is not None:
            self._add_certificate(column, prompt.certificate)
        else:
            self._add_lines(column)
        self.told = Text(context.theme, colour="bad")
        self.told.hide()
        column.addWidget(self.told)
        column.addStretch(1)
        column.addWidget(self._make_buttons())
        (self.answer_button if prompt.certificate is None else self.refuse_button).setDefault(True)
        self._allow()
        column.addStrut(420)

    def answer(self) -> None:
        """Give what was entered."""
        said = self._said()
        if said:
            self.accept()
            self.answered.emit(said, self._kept())

    def refuse(self) -> None:
        self.accept()
        self.answered.emit(None, "no")

    def _said(self) -> str:
        """Empty: nothing that could be an answer."""
        if self.prompt.certificate is not None:
            return self.prompt.certificate.sha256 if self.compared.isChecked() else ""
        first, *again = (line.text() for line in self.lines)
        return first if all(each == first for each in again) else ""

    def _kept(self) -> Keep:
        if self.prompt.certificate is not None:
            return "service" if self.remember.isChecked() else "no"
        return next((each for each, button in self.keeping.items() if button.isChecked()), "no")

    def _add_lines(self, column: QVBoxLayout) -> None:
        theme, kind = self._context.theme, self.prompt.kind
        if self.prompt.username:
            words = fill(self.tr("User name: %1"), self.prompt.username)
            column.addWidget(Text(theme, words, colour="muted"))
        labels = [say(LABELS[kind])]
        if kind == "new_password":
            labels.append(self.tr("The same &again"))
        for label in labels:
            line = QLineEdit()
            line.setMaxLength(1024)
            if kind != "otp":  # a code is of no use to whoever looks on
                line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAccessibleName(plain(label))
            line.textChanged.connect(self._allow)
            text = Text(theme, label)
            text.setTextFormat(text.textFormat().AutoText)
            text.setBuddy(line)
            row = QHBoxLayout()
            row.addWidget(line, 1)
            if kind != "otp":
                row.addWidget(_reveal(self.tr("Show"), fill(self.tr("Show: %1"), plain(label)), line))
            column.addWidget(text)
            column.addLayout(row)
            self.lines.append(line)
        if kind in KEPT:
            self._add_keeping(column)
        self.lines[0].setFocus()

    def _add_keeping(self, column: QVBoxLayout) -> None:
        choices: dict[Keep, str] = {
            "no": self.tr("Do &not remember it"),
            "keychain": self.tr("Remember it in my &keychain"),
            "service": self.tr("Remember it with the connection, kept by the &service"),
        }
        group = QButtonGroup(self)
        for keep, words in choices.items():
            button = QRadioButton(words)
            button.setAccessibleName(plain(words))
            group.addButton(button)
            self.keeping[keep] = button
            column.addWidget(button)
        self.keeping["no"].setChecked(True)
        if not self._has_keychain:
            self.keeping["keychain"].setEnabled(False)
            told = self.tr("There is no keychain that Ginnel could use.")
            self.keeping["keychain"].setToolTip(told)
            self.keeping["keychain"].setAccessibleDescription(told)

    def _add_certificate(self, column: QVBoxLayout, asked: CertificateShown) -> None:
        theme = self._context.theme
        words = self.tr(
            "Nobody that this connection trusts vouches for the gateway's certificate. Anyone can make one "
            "that looks so: compare the fingerprint with what the gateway's administrator tells you."
        )
        column.addWidget(Text(theme, words))
        card = Card(theme)
        card.set_tint("busy")
        card.inside.addWidget(CertificateView(theme, self._context.locale, _shown(asked)))
        column.addWidget(card)
        self.compared = QCheckBox(self.tr("I have &compared the fingerprint, and it is the same"))
        self.remember = QCheckBox(self.tr("Trust it the &next time as well"))
        for box in (self.compared, self.remember):
            box.setAccessibleName(plain(box.text()))
            column.addWidget(box)
        self.compared.toggled.connect(self._allow)

    def _make_buttons(self) -> QDialogButtonBox:
        theme = self._context.theme
        asks_trust = self.prompt.certificate is not None
        self.answer_button = Button(theme, primary=True)
        self.answer_button.setText(self.tr("&Trust and connect") if asks_trust else self.tr("C&onnect"))
        self.refuse_button = Button(theme)
        self.refuse_button.setText(self.tr("&Do not connect"))
        for button in (self.answer_button, self.refuse_button):
            button.setAccessibleName(plain(button.text()))
        buttons = QDialogButtonBox()
        buttons.addButton(self.answer_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.refuse_button, QDialogButtonBox.ButtonRole.DestructiveRole)
        self.answer_button.setAutoDefault(not asks_trust)  # to trust takes more than a hasty Return
        self.refuse_button.setAutoDefault(asks_trust)
        self.answer_button.clicked.connect(self.answer)
        self.refuse_button.clicked.connect(self.refuse)
        return buttons

    def _allow(self) -> None:
        self.answer_button.setEnabled(bool(self._said()))
        differ = len(self.lines) > 1 and bool(self.lines[1].text()) and not self._said()
        self.told.setText(self.tr("The two differ.") if differ else "")
        self.told.setVisible(differ)


def _reveal(words: str, told: str, line: QLineEdit) -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    button.setText(words)
    button.setAccessibleName(told)
    modes = QLineEdit.EchoMode
    button.toggled.connect(lambda on: line.setEchoMode(modes.Normal if on else modes.Password))
    return button


def _shown(asked: CertificateShown) -> Shown:
    return Shown(
        subject=asked.subject,
        issuer=asked.issuer,
        full=asked.subject,
        sha256=asked.sha256,
        begins=datetime.fromtimestamp(asked.not_before, UTC),
        ends=datetime.fromtimestamp(asked.not_after, UTC),
        self_signed=asked.self_signed,
        names=asked.names,
    )
