"""A PKCS#12 file that stays locked: kept as a secret, and opened when it connects."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtWidgets import QHBoxLayout, QToolButton

from ginnel_service.profiles.certificates import MAX_FILE_OCTETS

from ..model.fields import Field
from ..say import fill
from .certificate_files import CertificateFiles, read
from .controls import Control, ForgetButton, forget_path
from .form import Form
from .pages import Context
from .parts import Text


class LockedControl(Control):
    """`kept`: one may be stored already."""

    def __init__(self, context: Context, form: Form, field: Field, *, kept: bool) -> None:
        super().__init__(context, form, field)
        self.form: Form = form
        self._kept = kept
        self._name = ""
        self.files = CertificateFiles(self)
        self.told = Text(context.theme)
        self.browse = QToolButton()
        self.browse.setText(self.tr("From a file…"))
        self.browse.clicked.connect(lambda: self.files.pick(self.tr("Choose the PKCS#12 file"), self.bring))
        row = QHBoxLayout()
        row.addWidget(self.told, 1)
        row.addWidget(self.browse)
        if kept:
            self.forget = ForgetButton(form, field)
            row.addWidget(self.forget)
        self.column.addLayout(row)
        self.take_in(self.browse)
        self.refresh()

    def refresh(self) -> None:
        if self._kept:
            self.forget.refresh()
        if self.value:
            words = fill(self.tr("%1 was read"), self._name)
        elif self._kept and self.form.value(forget_path(self.field)):
            words = self.tr("Forgotten when you save")
        elif self._kept and self.form.value("authentication.pkcs12"):
            words = self.tr("Stays as it is stored")
        else:
            words = self.tr("None")
        self.told.setText(words)

    def minds(self, path: str) -> bool:
        return super().minds(path) or path in {"authentication.pkcs12", forget_path(self.field)}

    def bring(self, path: str) -> None:
        """The file at `path`; no certificate counts beside it."""
        try:
            data = read(path, MAX_FILE_OCTETS)
        except OSError as error:
            self.files.refuse(PurePath(path).name, error.strerror or "")
            return
        self._name = PurePath(path).name
        self.form.put_all(
            {self.field.path: data, "authentication.pkcs12": True, "authentication.certificate": ""}
        )
