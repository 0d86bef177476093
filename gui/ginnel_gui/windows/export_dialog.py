"""Export: a connection as a file for another program or person, and what gets lost on the way."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginnel_service.profiles.certificates import UnusableError
from ginnel_service.profiles.model import Profile

from ..model.certificates import Opened
from ..model.exporting import FORMATS, Exported, Kind, export, secrets_of
from ..model.field_pages import FIELDS
from ..model.values import label_of
from ..say import fill, plain, say
from .certificate_files import CertificateFiles
from .controls import SecretControl
from .form import Form
from .pages import Context
from .parts import NEAR, Button, Text
from .type_scale import HEADING, SMALL


class ExportDialog(QDialog):
    """Of one profile. The service gives no secret away, so that those of the file are typed here."""

    def __init__(self, context: Context, profile: Profile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._profile = profile
        self._form = Form(profile, parent=self)
        self._files = CertificateFiles(self)
        self.setWindowTitle(fill(self.tr("Export %1"), profile.name))
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(NEAR)
        column.addStrut(480)
        column.addWidget(Text(context.theme, self.windowTitle(), size=HEADING, bold=True))
        self.formats: dict[Kind, QRadioButton] = {}
        group = QButtonGroup(self)
        for each in FORMATS:
            button = QRadioButton(say(each.words))
            button.setAccessibleName(plain(say(each.words)))
            button.setAccessibleDescription(say(each.about))
            group.addButton(button)
            self.formats[each.kind] = button
            choice = QVBoxLayout()
            choice.setSpacing(2)
            choice.addWidget(button)
            about = Text(context.theme, say(each.about), size=SMALL, colour="muted")
            about.setIndent(24)
            choice.addWidget(about)
            column.addLayout(choice)
        self.lost = Text(context.theme, colour="busy")
        self.lost.setAccessibleName(self.tr("What gets lost"))
        column.addWidget(self.lost)
        column.addSpacing(NEAR)
        self._add_secrets(column)
        self.told = Text(context.theme, colour="bad")
        self.told.hide()
        column.addWidget(self.told)
        column.addStretch(1)
        column.addWidget(self._make_buttons())
        self.save_button.setDefault(True)
        self.formats["toml"].setChecked(True)
        group.buttonToggled.connect(lambda *_: self._refresh())
        self._form.changed.connect(lambda _: self._refresh())
        self._refresh()

    @property
    def kind(self) -> Kind:
        return next(kind for kind, button in self.formats.items() if button.isChecked())

    def choose(self) -> None:
        """Ask where to write it."""
        dialog = QFileDialog(self, self.windowTitle())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(self.kind)
        dialog.selectFile(f"{self._profile.name}.{self.kind}")
        dialog.fileSelected.connect(self.write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, path: str) -> None:
        """Write it to `path`, for this person's eyes alone."""
        made = self._made()
        if made is None:
            return
        try:
            _write(Path(path), made.data)
        except OSError as error:
            self._say(fill(self.tr("It cannot be written: %1."), error.strerror or ""))
            return
        self.accept()

    def _add_secrets(self, column: QVBoxLayout) -> None:
        theme, profile = self._context.theme, self._profile
        self.with_secrets = QCheckBox(self.tr("&With secrets"))
        self.with_secrets.setAccessibleName(self.tr("With secrets"))
        choice = QVBoxLayout()
        choice.setSpacing(2)
        choice.addWidget(self.with_secrets)
        told = self.tr(
            "Whoever has the file can then connect. The service gives no secret away: type them here."
        )
        about = Text(theme, told, size=SMALL, colour="muted")
        about.setIndent(24)
        choice.addWidget(about)
        column.addLayout(choice)
        self.secrets = QWidget()
        inside = QVBoxLayout(self.secrets)
        inside.setContentsMargins(24, 0, 0, 0)
        for path in secrets_of(profile):
            label = Text(theme, say(FIELDS[path].label))
            label.setTextFormat(label.textFormat().AutoText)
            control = SecretControl(self._context, self._form, FIELDS[path], kept=False)
            label.setBuddy(control.entry)
            inside.addWidget(label)
            inside.addWidget(control)
        if profile.authentication.certificate:
            self._add_key(inside)
        self.secrets.hide()
        column.addWidget(self.secrets)
        can_have = bool(secrets_of(profile)) or bool(profile.authentication.certificate)
        self.with_secrets.setVisible(can_have)
        about.setVisible(can_have)
        self.with_secrets.toggled.connect(self.secrets.setVisible)
        self.with_secrets.toggled.connect(lambda _: self._refresh())

    def _add_key(self, inside: QVBoxLayout) -> None:
        theme = self._context.theme
        self.key = Text(theme)
        browse = QToolButton()
        browse.setText(self.tr("From a file…"))
        browse.setAccessibleName(self.tr("Private key from a file"))
        title = self.tr("Choose the file with the private key of your certificate")
        browse.clicked.connect(lambda: self._files.choose(title, self.bring_key))
        row = QHBoxLayout()
        row.addWidget(self.key, 1)
        row.addWidget(browse)
        inside.addLayout(row)
        label = Text(theme, self.tr("&New password for the certificate in the file"))
        label.setTextFormat(label.textFormat().AutoText)
        self.p12_password = QLineEdit()
        self.p12_password.setEchoMode(QLineEdit.EchoMode.Password)
        self.p12_password.setAccessibleName(plain(label.text()))
        self.p12_password.textChanged.connect(lambda _: self._refresh())
        label.setBuddy(self.p12_password)
        inside.addWidget(label)
        inside.addWidget(self.p12_password)
        self._p12_parts = (label, self.p12_password)

    def bring_key(self, found: Opened, _: str) -> None:
        if found.key:
            self._form.put("secrets.private_key", found.key)
        else:
            self._say(self.tr("There is no private key in the file."))

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.save_button = Button(self._context.theme, primary=True)
        self.save_button.setText(self.tr("&Export…"))
        cancel = Button(self._context.theme)
        cancel.setText(self.tr("Cance&l"))
        cancel.setAutoDefault(False)
        for button, role in (
            (self.save_button, QDialogButtonBox.ButtonRole.AcceptRole),
            (cancel, QDialogButtonBox.ButtonRole.RejectRole),
        ):
            button.setAccessibleName(plain(button.text()))
            buttons.addButton(button, role)
        buttons.accepted.connect(self.choose)
        buttons.rejected.connect(self.reject)
        return buttons

    def _refresh(self) -> None:
        """Say what the chosen format would lose, and what is missing."""
        self.told.hide()
        has_key = bool(self._profile.authentication.certificate)
        if has_key:
            read = bool(self._form.value("secrets.private_key"))
            self.key.setText(self.tr("Private key: read") if read else self.tr("Private key: none yet"))
            for part in self._p12_parts:
                part.setVisible(self.kind == "sswan")
        missing = self._missing()
        made = None if missing else self._made()
        self.save_button.setEnabled(made is not None)
        lost = [label_of(path) for path in made.lost] if made is not None else []
        names = [each if isinstance(each, str) else plain(say(each)) for each in lost]
        words = fill(self.tr("The file cannot carry: %1."), "\u00a0· ".join(names)) if names else ""
        self.lost.setText(missing or words)
        self.lost.setVisible(bool(missing or words))
        self._column.activate()
        self.adjustSize()

    def _missing(self) -> str:
        if not self.with_secrets.isChecked():
            return ""
        paths = list(secrets_of(self._profile))
        for path in paths:
            if not self._form.value(path):
                return fill(self.tr("Missing: %1"), plain(say(FIELDS[path].label)))
        if self._profile.authentication.certificate:
            if not self._form.value("secrets.private_key"):
                return self.tr("Missing: the private key")
            if self.kind == "sswan" and not self.p12_password.text():
                return self.tr("Missing: a password for the certificate in the file")
        return ""

    def _made(self) -> Exported | None:
        plain_secrets = Form(self._profile).secrets
        secrets = self._form.secrets if self.with_secrets.isChecked() else plain_secrets
        password = ""
        if self.with_secrets.isChecked() and self._profile.authentication.certificate:
            password = self.p12_password.text()
        try:
            return export(self._profile, self.kind, secrets, password)
        except UnusableError as error:
            self._say(fill(self.tr("It cannot be written: %1."), str(error)))
            return None

    def _say(self, words: str) -> None:
        self.told.setText(words)
        self.told.show()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, mode 0600 from the first moment. Raises OSError."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".ginnel-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        with suppress(OSError):
            os.unlink(beside)
        raise
