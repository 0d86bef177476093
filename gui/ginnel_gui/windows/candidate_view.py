"""One connection of a file, before it is kept: what it becomes, what is missing, and whom it would trust."""

from __future__ import annotations

import re
from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ginnel_service.profiles.importers import Ask, Candidate, carried, complete, gateway_change
from ginnel_service.profiles.model import NAME_PATTERN, Profile
from ginnel_service.profiles.secrets import Secrets

from ..model.certificates import shown
from ..model.import_words import ASKS
from ..model.importing import free_name, new_roots, without_roots
from ..model.problems import NAME_RULE
from ..say import fill, say
from .certificate_card import CertificateView
from .import_tree import ImportTree
from .page import Context
from .parts import NEAR, Card, Text
from .type_scale import SMALL

_SECRET: frozenset[Ask] = frozenset({"psk", "ppk", "pkcs12_password"})


class CandidateView(QWidget):
    """`old` is the profile that the same file made before. `changed` when there is more or less to say."""

    changed = Signal()
    unlock_wanted = Signal(str)  # with this password
    file_wanted = Signal()

    def __init__(
        self, context: Context, candidate: Candidate, old: Profile | None, taken: Collection[str]
    ) -> None:
        super().__init__()
        self._candidate = carried(candidate, old) if old is not None else candidate
        self._old = old
        self._taken = set(taken)
        self._roots = new_roots(candidate, old)
        self.asked: dict[Ask, QLineEdit] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, NEAR, 0)
        column.setSpacing(12)
        self._add_name(context, column)
        if self._candidate.asks:
            self._add_asks(context, column)
        if self._roots:
            self._add_roots(context, column)
        self.tree = ImportTree(candidate.used, candidate.unused)
        self.tree.setMinimumHeight(240)
        column.addWidget(self.tree, 1)

    @property
    def is_update(self) -> bool:
        return self._old is not None

    @property
    def moved(self) -> tuple[str, str] | None:
        """The gateway before and now, where it is an update for another one: then no stored secret stays."""
        if self._old is None:
            return None
        line = self.asked.get("server")
        server = line.text().strip() if line is not None else ""
        return gateway_change(self._old, complete(self._candidate, server=server).profile)

    @property
    def updated(self) -> Profile | None:
        """The profile whose place it takes as an update."""
        return self._old

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of a profile that there is, of another origin."""
        return not self.is_update and self.name.text() in self._taken

    @property
    def missing(self) -> str:
        """What still has to be said, in words; empty: it can be kept."""
        if not re.match(NAME_PATTERN, self.name.text()):
            return say(NAME_RULE)
        if self.replaces and not self.replace.isChecked():
            return self.tr("There is a connection of this name. Choose another name, or replace it.")
        for ask, line in self.asked.items():
            if not line.text() or ask == "pkcs12_password":
                return fill(self.tr("Missing: %1"), say(ASKS[ask]))
        if "certificate" in self._candidate.asks:
            return fill(self.tr("Missing: %1"), say(ASKS["certificate"]))
        if self._roots and not (self.trust.isChecked() or self.distrust.isChecked()):
            return self.tr("Say whether to trust the certificate.")
        return ""

    def result(self) -> Candidate:
        """As the person wants it."""
        said = {ask: line.text() for ask, line in self.asked.items()}
        done = complete(
            self._candidate,
            name=self.name.text(),
            server=said.get("server", "").strip(),
            username=said.get("username", "").strip(),
            identity=said.get("identity", "").strip(),
            secrets=Secrets(psk=said.get("psk", "").encode(), ppk=said.get("ppk", "").encode()),
        )
        if self._roots and self.distrust.isChecked():
            done = without_roots(done, self._roots)
        return done

    def answers(self) -> dict[str, str]:
        """What was typed, for the view that takes this one's place when a file was added."""
        return {"name": self.name.text(), **{ask: line.text() for ask, line in self.asked.items()}}

    def put_answers(self, answers: dict[str, str]) -> None:
        if self.name.isEnabled():
            self.name.setText(answers.get("name", self.name.text()))
        for ask, line in self.asked.items():
            line.setText(answers.get(ask, "") if ask != "pkcs12_password" else "")

    def _add_name(self, context: Context, column: QVBoxLayout) -> None:
        profile = self._candidate.profile
        row = QHBoxLayout()
        label = Text(context.theme, self.tr("&Name"), wraps=False)
        label.setTextFormat(Qt.TextFormat.AutoText)
        name = profile.name if self.is_update else free_name(profile.name, self._taken)
        self.name = QLineEdit(name)
        self.name.setMaxLength(64)
        self.name.setEnabled(not self.is_update)
        self.name.setAccessibleName(self.tr("Name of the connection"))
        label.setBuddy(self.name)
        self.setFocusProxy(self.name)
        row.addWidget(label)
        row.addWidget(self.name, 1)
        column.addLayout(row)
        self.state = Text(context.theme, size=SMALL, colour="muted")
        column.addWidget(self.state)
        self.warning = Text(context.theme, colour="bad")
        self.warning.setAccessibleDescription(self.tr("What happens to stored secrets"))
        column.addWidget(self.warning)
        self.replace = QCheckBox(self.tr("&Replace the one that there is, with its secrets"))
        self.replace.setAccessibleName(self.tr("Replace the connection of this name"))
        self.replace.toggled.connect(self.changed)
        column.addWidget(self.replace)
        self.name.textChanged.connect(self._say_state)
        self._say_state()

    def _say_state(self) -> None:
        change = self.moved
        if not self.is_update:
            words = self.tr("A new connection")
        elif change is None:
            words = fill(
                self.tr("Updates %1, which came from the same file. Its secrets stay."), self.name.text()
            )
        else:
            words = fill(self.tr("Updates %1, which came from the same file."), self.name.text())
        self.warning.setVisible(change is not None and bool(change[1]))  # else it is still to be typed
        if change is not None:
            told = self.tr("The gateway is another one than before (%1 → %2): stored secrets are forgotten.")
            self.warning.setText(f"⚠ {fill(told, *change)}")
        self.state.setText(words)
        self.state.setVisible(not self.replaces)
        self.replace.setVisible(self.replaces)
        self.changed.emit()

    def _add_asks(self, context: Context, column: QVBoxLayout) -> None:
        card = Card(context.theme)
        card.inside.addWidget(Text(context.theme, self.tr("What the file does not say"), bold=True))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for ask in self._candidate.asks:
            if ask == "certificate":
                button = QPushButton(self.tr("Choose a &file…"))
                button.setAutoDefault(False)
                button.setAccessibleName(say(ASKS[ask]))
                button.clicked.connect(self.file_wanted)
                form.addRow(say(ASKS[ask]), button)
                continue
            line = QLineEdit()
            line.setMaxLength(1024 if ask in _SECRET else 256)
            line.setAccessibleName(say(ASKS[ask]))
            line.textChanged.connect(self._say_state if ask == "server" else self.changed)
            self.asked[ask] = line
            if ask in _SECRET:
                line.setEchoMode(QLineEdit.EchoMode.Password)
            if ask == "pkcs12_password":
                form.addRow(say(ASKS[ask]), self._with_unlock(line))
            else:
                form.addRow(say(ASKS[ask]), line)
        card.inside.addLayout(form)
        column.addWidget(card)

    def _with_unlock(self, line: QLineEdit) -> QWidget:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        button = QPushButton(self.tr("&Open"))
        button.setAutoDefault(False)
        button.setAccessibleName(self.tr("Open the certificate's file with this password"))
        button.clicked.connect(lambda: self.unlock_wanted.emit(line.text()))
        line.returnPressed.connect(button.click)
        row.addWidget(line, 1)
        row.addWidget(button)
        return both

    def _add_roots(self, context: Context, column: QVBoxLayout) -> None:
        certificates = self._candidate.profile.certificates
        card = Card(context.theme)
        card.set_tint("busy")
        card.inside.addWidget(
            Text(
                context.theme,
                self.tr(
                    "The file brings a certificate that would vouch for the gateway. Compare its "
                    "fingerprint with what your administrator tells you.",
                ),
            )
        )
        for name in self._roots:
            for each in shown(certificates.get(name, ""))[:1]:
                card.inside.addWidget(CertificateView(context.theme, context.locale, each, name=name))
        self.trust = QRadioButton(self.tr("&Trust it, for this connection only"))
        self.distrust = QRadioButton(self.tr("&Do not trust it; only what this machine trusts counts"))
        self._choice = QButtonGroup(self)
        for button in (self.trust, self.distrust):
            self._choice.addButton(button)
            button.setAccessibleName(button.text().replace("&", ""))
            card.inside.addWidget(button)
            button.toggled.connect(self.changed)
        card.inside.setSpacing(NEAR)
        column.addWidget(card)
