"""Controls for a profile's certificates: ours, the trusted roots, the only one, and all that are kept."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..model.certificates import Opened, shown
from ..model.fields import Field
from ..say import fill, plain, say
from .certificate_card import CertificateView, day
from .certificate_files import CertificateFiles
from .controls import Control
from .form import Form
from .page import Context
from .parts import Text


class _OfCertificates(Control):
    """What all of them share: the certificates by name, and files that bring more."""

    def __init__(self, context: Context, form: Form, field: Field) -> None:
        super().__init__(context, form, field)
        self.form: Form = form
        self.files = CertificateFiles(self)
        self.browse = QToolButton()
        self.browse.setText(self.tr("From a file…"))
        self.browse.setAccessibleName(fill(self.tr("From a file: %1"), plain(say(field.label))))
        self.browse.clicked.connect(lambda: self.files.choose(plain(say(field.label)), self.bring))

    def minds(self, path: str) -> bool:
        return path in {self.field.path, "certificates"}

    @property
    def kept(self) -> dict[str, str]:
        """PEM by name."""
        found: dict[str, str] = self.form.value("certificates")
        return found

    def bring(self, found: Opened, name: str) -> None:
        """A file was opened."""
        raise NotImplementedError

    def caption(self, name: str) -> str:
        """A certificate in a line: its name and whose it is."""
        certificates = shown(self.kept.get(name, ""))
        return f"{name} ({certificates[0].subject})" if certificates else name

    def with_new(self, pem: str, name: str) -> tuple[str, dict[str, str]]:
        """A name for `pem`, and the certificates with it; one that is kept already keeps its name."""
        for known, theirs in self.kept.items():
            if theirs == pem:
                return known, self.kept
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")[:48] or "certificate"
        free, number = stem, 1
        while free in self.kept:
            number += 1
            free = f"{stem}-{number}"
        return free, {**self.kept, free: pem}


class OneControl(_OfCertificates):
    """Our own certificate, or the only one that the gateway may have."""

    def __init__(self, context: Context, form: Form, field: Field) -> None:
        super().__init__(context, form, field)
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.currentIndexChanged.connect(lambda _: self.put(self.combo.currentData()))
        row = QHBoxLayout()
        row.addWidget(self.combo, 1)
        row.addWidget(self.browse)
        self.column.addLayout(row)
        self.told = Text(context.theme, colour="muted")
        self.column.addWidget(self.told)
        self.take_in(self.combo)
        self.refresh()

    @property
    def is_own(self) -> bool:
        return self.field.kind == "own"

    def minds(self, path: str) -> bool:
        return super().minds(path) or path == "secrets.private_key"

    def refresh(self) -> None:
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItem(self.tr("None"), "")
            for name in self.kept:
                self.combo.addItem(self.caption(name), name)
            if self.value and self.value not in self.kept:
                self.combo.addItem(fill(self.tr("%1 (missing)"), self.value), self.value)
            self.combo.setCurrentIndex(self.combo.findData(self.value))
        self.told.setText(self._told())
        self.told.setVisible(bool(self.told.text()))

    def bring(self, found: Opened, name: str) -> None:
        values: dict[str, Any] = {}
        if found.key and self.is_own:
            values["secrets.private_key"] = found.key
        if found.pem:
            chosen, certificates = self.with_new(found.pem, name)
            values |= {"certificates": certificates, self.field.path: chosen}
        self.form.put_all(values)

    def _told(self) -> str:
        certificates = shown(self.kept.get(self.value, ""))
        if not certificates:
            return ""
        ends = day(self.context.locale, certificates[0].ends)
        until = fill(self.tr("Valid until %1."), ends)
        if not self.is_own:
            return until
        key = (
            self.tr("Its private key was read.")
            if self.form.value("secrets.private_key")
            else self.tr("A key that is stored with it stays; a file that holds both replaces it.")
        )
        return f"{until} {key}"


class RootsControl(_OfCertificates):
    """Which of the certificates are trusted."""

    def __init__(self, context: Context, form: Form, field: Field) -> None:
        super().__init__(context, form, field)
        self.list = QListWidget()
        self.list.itemChanged.connect(lambda _: self._edited())
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addWidget(self.browse, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)
        self.take_in(self.list)
        self.refresh()

    def refresh(self) -> None:
        current = self.list.currentItem()
        stays = current.data(Qt.ItemDataRole.UserRole) if current is not None else ""
        with QSignalBlocker(self.list):
            self.list.clear()
            own = self.form.value("authentication.certificate")
            names = [name for name in self.kept if name != own or name in self.value]
            rows = list(dict.fromkeys((*self.value, *names)))
            for name in rows:
                item = QListWidgetItem(self.caption(name))
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                checked = Qt.CheckState.Checked if name in self.value else Qt.CheckState.Unchecked
                item.setCheckState(checked)
                self.list.addItem(item)
            self.list.setCurrentRow(rows.index(stays) if stays in rows else 0)
        lines = min(5, max(2, self.list.count()))
        self.list.setFixedHeight((self.list.fontMetrics().lineSpacing() + 4) * lines + 8)

    def minds(self, path: str) -> bool:
        return super().minds(path) or path == "authentication.certificate"

    def bring(self, found: Opened, name: str) -> None:
        if found.pem:
            chosen, certificates = self.with_new(found.pem, name)
            self.form.put_all(
                {"certificates": certificates, "remote.ca": list(dict.fromkeys((*self.value, chosen)))}
            )

    def _edited(self) -> None:
        items = [self.list.item(row) for row in range(self.list.count())]
        self.put(
            [
                each.data(Qt.ItemDataRole.UserRole)
                for each in items
                if each.checkState() == Qt.CheckState.Checked
            ]
        )


class KeptControl(_OfCertificates):
    """Every certificate of the profile, readable, with what it is used for."""

    def __init__(self, context: Context, form: Form, field: Field) -> None:
        super().__init__(context, form, field)
        self.cards = QVBoxLayout()
        self.cards.setSpacing(12)
        self.column.addLayout(self.cards)
        self.column.addWidget(self.browse, 0, Qt.AlignmentFlag.AlignLeft)
        self.take_in(self.browse)
        self.browse.setAccessibleName(self.tr("Keep a certificate from a file"))
        self.refresh()

    def refresh(self) -> None:
        while (item := self.cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not self.kept:
            self.cards.addWidget(Text(self.context.theme, self.tr("None"), colour="muted"))
        for name, pem in self.kept.items():
            self.cards.addWidget(self._card(name, pem))

    def bring(self, found: Opened, name: str) -> None:
        if found.pem:
            self.put(self.with_new(found.pem, name)[1])

    def minds(self, path: str) -> bool:
        return super().minds(path) or path in {"authentication.certificate", "remote.ca", "remote.pin"}

    def remove(self, name: str) -> None:
        """With every mention of it."""
        values: dict[str, Any] = {
            "certificates": {key: pem for key, pem in self.kept.items() if key != name},
            "remote.ca": [each for each in self.form.value("remote.ca") if each != name],
        }
        values |= {
            path: "" for path in ("authentication.certificate", "remote.pin") if self.form.value(path) == name
        }
        self.form.put_all(values)

    def _card(self, name: str, pem: str) -> QWidget:
        theme = self.context.theme
        card = QWidget()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        used = self._uses(name)
        head.addWidget(Text(theme, f"{name}: {used}" if used else name, colour="muted"), 1)
        remove = QToolButton()
        remove.setText(self.tr("Remove"))
        remove.setAccessibleName(fill(self.tr("Remove the certificate %1"), name))
        remove.clicked.connect(lambda: self.remove(name))
        head.addWidget(remove)
        column.addLayout(head)
        certificates = shown(pem)
        if not certificates:
            column.addWidget(Text(theme, self.tr("It cannot be read."), colour="bad"))
        for each in certificates:
            column.addWidget(CertificateView(theme, self.context.locale, each, name=name))
        return card

    def _uses(self, name: str) -> str:
        uses = []
        if self.form.value("authentication.certificate") == name:
            uses.append(self.tr("yours"))
        if name in self.form.value("remote.ca"):
            uses.append(self.tr("trusted root"))
        if self.form.value("remote.pin") == name:
            uses.append(self.tr("the gateway's only one"))
        return ", ".join(uses)
