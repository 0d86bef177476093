"""Import: a file chosen or dropped, shown as what it would become, and kept when the person agrees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Final

from PySide6.QtCore import QFileInfo, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ginnel_service.ipc.schema import ErrorInfo, NameParams, ProfileCreateParams
from ginnel_service.profiles.importers import MAX_OCTETS, Candidate, ImportRefused, Preview, preview
from ginnel_service.profiles.model import Profile

from ..alive import while_alive
from ..model.errors import explain
from ..model.import_words import FORMATS, refused
from ..model.importing import by_origin
from ..model.problems import all_told
from ..model.refusals import problems_of
from ..say import fill, plain, say
from .candidate_view import CandidateView
from .certificate_files import read
from .drop import files_of
from .focus import lead_through
from .import_head import Head
from .page import Context
from .parts import FAR, NEAR, Button, Card, Mark, Text
from .speech import announce
from .type_scale import HEADING

_FILES: Final = "*.mobileconfig *.sswan *.conf *.xml *.zip *.p12 *.pfx *.toml"


class ImportDialog(QDialog):
    """`imported` names the profiles that were made or updated; `disowned` is one whose secrets are forgotten,
    those in the person's keychain too."""

    imported = Signal(list)
    disowned = Signal(object)  # a Profile

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self._data: bytes = b""
        self._name = ""
        self._password: str | None = None
        self._beside: dict[str, bytes] = {}
        self._known: dict[str, Profile] = {}
        self._found: Preview | None = None
        self._kept: list[str] = []  # what was stored, before something else was refused
        self.views: list[CandidateView] = []
        self.setWindowTitle(self.tr("Import a connection"))
        self.setAcceptDrops(True)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._make_choice())
        self.stack.addWidget(self._make_preview())
        self.told = Text(context.theme, colour="muted")
        self.told.setAccessibleDescription(self.tr("What is still missing"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.stack, 1)
        column.addWidget(self.told)
        column.addLayout(self._make_buttons())
        self.resize(820, 720)
        context.desk.contact.connect(self._allow_again)
        self._allow()

    # Files

    def choose(self) -> None:
        """Ask for the file."""
        self._ask(self.tr("Choose the file to import"), self.take)

    def add_files(self) -> None:
        """Ask for another one that the file names, or for the person's certificate."""
        self._ask(self.tr("Choose a file that goes with it"), self.take_beside)

    def take(self, path: str) -> None:
        """The file at `path`, instead of another."""
        self._password, self._beside = None, {}
        try:
            self._data = read(path, MAX_OCTETS + 1)
        except OSError as error:
            self._refuse(
                fill(self.tr("%1 cannot be read: %2."), QFileInfo(path).fileName(), error.strerror or ""), ""
            )
            return
        self._name = PurePath(path).name
        self._read(())

    def take_beside(self, path: str) -> None:
        try:
            self._beside[PurePath(path).name] = read(path, MAX_OCTETS + 1)
        except OSError as error:
            self.told.setText(fill(self.tr("It cannot be read: %1."), error.strerror or ""))
            return
        self._read([view.answers() for view in self.views])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        first, *more = files_of(event.mimeData())
        self.take(first)
        for path in more:
            self.take_beside(path)

    def _ask(self, title: str, then: Callable[[str], None]) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        names = fill(self.tr("VPN profiles (%1)"), _FILES), fill(self.tr("All files (%1)"), "*")
        dialog.setNameFilters(names)
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _unlock(self, password: str) -> None:
        self._password = password
        self._read([view.answers() for view in self.views])
        if any("pkcs12_password" in view.asked for view in self.views):
            self.told.set_colour("bad")
            self.told.setText(self.tr("That password does not open the certificate's file."))

    def _read(self, answers: Sequence[dict[str, str]]) -> None:
        """Understand what there is; `answers` are those that were typed before."""
        try:
            found = preview(self._data, self._name, password=self._password, files=self._beside)
        except ImportRefused as error:
            words = refused(error.code, error.params)
            problems = error.params.get("problems", ())
            details = "\n".join(
                f"{each.get('field', '')}: {each.get('message', '')}"
                for each in problems
                if isinstance(each, dict)
            )
            self._refuse(say(words.cause), say(words.remedy), details)
            return
        self._found = found
        if any(each.profile.origin for each in found.candidates) and not self._known:
            self._find_known(lambda: self._show(found, answers) if found is self._found else None)
        else:
            self._show(found, answers)

    def _find_known(self, then: Callable[[], None]) -> None:
        """Ask for the profiles that there are, to know which of them came from the same file."""
        names = [
            each.name
            for each in self.context.desk.mirror.profiles.values()
            if each.error is None or each.server
        ]
        found: list[Profile] = []
        left = len(names)
        if not names:
            then()

        def answered(profile: Profile | None, _: ErrorInfo | None) -> None:
            nonlocal left
            left -= 1
            if profile is not None:
                found.append(profile)
            if not left:
                self._known = by_origin(found)
                then()

        for name in names:
            self.context.desk.call("profile.show", NameParams(name=name), while_alive(self, answered))

    # What is shown

    def _make_choice(self) -> QWidget:
        theme = self.context.theme
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        card = Card(theme, margin=32)
        mark = Mark(theme, 56, disc=True)
        mark.show_icon("import", "accent")
        title = Text(theme, self.tr("Drop a file here"), size=HEADING, bold=True)
        told = Text(
            theme,
            self.tr(
                "Apple's .mobileconfig, strongSwan's .sswan, swanctl.conf and ipsec.conf, Azure's package, "
                "PKCS#12 (.p12, .pfx) and Ginnel's own TOML are understood. Nothing is kept before you "
                "agree."
            ),
            colour="muted",
        )
        self.refusal = Text(theme, colour="bad")
        self.refusal.setAccessibleDescription(self.tr("Why the file was refused"))
        self.refusal.hide()
        for each in (title, told, self.refusal):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.browse = Button(theme, primary=True)
        self.browse.setText(self.tr("&Choose a file…"))
        self.browse.setAccessibleName(plain(self.browse.text()))
        self.browse.clicked.connect(self.choose)
        card.inside.addStretch(1)
        card.inside.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        for each in (title, told, self.refusal):
            card.inside.addWidget(each)
        card.inside.addSpacing(NEAR)
        card.inside.addWidget(self.browse, 0, Qt.AlignmentFlag.AlignHCenter)
        card.inside.addStretch(1)
        column.addWidget(card, 1)
        return page

    def _make_preview(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._head = QVBoxLayout()
        column.addLayout(self._head)
        middle = QHBoxLayout()
        middle.setSpacing(FAR)
        self.list = QListWidget()
        self.list.setMaximumWidth(200)
        self.list.setAccessibleName(self.tr("Connections in the file"))
        self.list.setAccessibleDescription(self.tr("Those that are checked are imported"))
        self.panels = QStackedWidget()
        self.list.currentRowChanged.connect(self.panels.setCurrentIndex)
        self.list.itemChanged.connect(lambda _: self._allow())
        middle.addWidget(self.list)
        middle.addWidget(self.panels, 1)
        column.addLayout(middle, 1)
        return page

    def _make_buttons(self) -> QHBoxLayout:
        theme = self.context.theme
        row = QHBoxLayout()
        self.add_button = Button(theme)
        self.add_button.setText(self.tr("&Add files…"))
        self.add_button.setAccessibleDescription(self.tr("Files that this one names, or your certificate"))
        self.add_button.clicked.connect(self.add_files)
        self.add_button.setAutoDefault(False)
        row.addWidget(self.add_button)
        row.addStretch(1)
        buttons = QDialogButtonBox()
        self.import_button = Button(theme, primary=True)
        self.import_button.setText(self.tr("&Import"))
        cancel = self.cancel_button = Button(theme)
        cancel.setText(self.tr("Cance&l"))
        cancel.setAutoDefault(False)
        buttons.addButton(self.import_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        for each in (self.add_button, self.import_button, cancel):
            each.setAccessibleName(plain(each.text()))
        buttons.accepted.connect(self.keep)
        buttons.rejected.connect(self.reject)
        row.addWidget(buttons)
        return row

    def _refuse(self, cause: str, remedy: str, details: str = "") -> None:
        self._found = None
        self.views = []
        self.refusal.setText("\n".join(each for each in (f"⚠ {cause}", remedy, details) if each))
        self.refusal.show()
        announce(self, self.refusal.text(), urgent=True)
        self.stack.setCurrentIndex(0)
        self._allow()

    def _show(self, found: Preview, answers: Sequence[dict[str, str]]) -> None:
        while (item := self._head.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.head = Head(self.context, found, say(FORMATS[found.format]), self._name)
        self.head.changed.connect(self._allow)
        self._head.addWidget(self.head)
        self.list.clear()
        self.views = []
        while (panel := self.panels.widget(0)) is not None:
            self.panels.removeWidget(panel)
            panel.deleteLater()
        taken = set(self.context.desk.mirror.profiles)
        for number, candidate in enumerate(found.candidates):
            origin = candidate.profile.origin
            old = self._known.get(origin) if origin else None
            view = CandidateView(self.context, candidate, old, taken)
            taken.add(view.name.text())
            if number < len(answers):
                view.put_answers(answers[number])
            self._add(view)
        self.list.setVisible(len(self.views) > 1)
        self.list.setCurrentRow(0)
        self.stack.setCurrentIndex(1)
        # The buttons were made first, and come last.
        lead_through(
            self.head, self.list, self.panels, self.add_button, self.import_button, self.cancel_button
        )
        self.views[0].setFocus()
        self._allow()

    def _add(self, view: CandidateView) -> None:
        view.changed.connect(self._allow)
        view.unlock_wanted.connect(self._unlock)
        view.file_wanted.connect(self.add_files)
        item = QListWidgetItem(view.name.text())
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked)
        self.list.addItem(item)
        view.name.textChanged.connect(item.setText)
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(view)
        self.panels.addWidget(area)
        self.views.append(view)

    def _wanted(self) -> list[CandidateView]:
        return [
            view
            for row, view in enumerate(self.views)
            if self.list.item(row) is not None and self.list.item(row).checkState() == Qt.CheckState.Checked
        ]

    def _allow_again(self, _: bool) -> None:
        self._allow()

    def _allow(self) -> None:
        """Say what is missing, and let the rest be done."""
        wanted = self._wanted()
        words = ""
        if not self.context.desk.has_contact:
            words = self.tr("There is no contact with the service.")
        elif self._found is not None:
            names = [view.name.text() for view in wanted]
            words = self.head.missing or next((view.missing for view in wanted if view.missing), "")
            if not wanted:
                words = self.tr("Choose at least one connection.")
            elif not words and len(set(names)) < len(names):
                words = self.tr("Two of the connections have the same name.")
        self.told.set_colour("muted")
        self.told.setText(words)
        self.told.setVisible(bool(words))
        self.import_button.setVisible(self._found is not None)
        self.add_button.setVisible(self._found is not None)
        self.import_button.setEnabled(self._found is not None and not words)
        (self.browse if self._found is None else self.import_button).setDefault(True)

    # Keeping it

    def keep(self) -> None:
        """Have the service store what is wanted, one after the other."""
        self._store([(view, view.result()) for view in self._wanted()])

    def _store(self, left: list[tuple[CandidateView, Candidate]]) -> None:
        if not left:
            self.accept()
            self.imported.emit(self._kept)
            return
        self.import_button.setEnabled(False)
        (view, candidate), rest = left[0], left[1:]
        old = view.updated
        params = ProfileCreateParams(
            profile=candidate.profile,
            secrets=candidate.secrets,
            replace=view.is_update or view.replaces,
            keep_secrets=view.is_update and view.moved is None,
        )

        def answered(_: object, error: ErrorInfo | None) -> None:
            if error is None:
                self._kept.append(candidate.profile.name)
                if params.replace and not params.keep_secrets:
                    for each in (candidate.profile, old):
                        if each is not None:
                            self.disowned.emit(each)
                self._leave_out(view)
                self._store(rest)
                return
            self._allow()
            self.list.setCurrentRow(self.views.index(view))
            self.told.set_colour("bad")
            self.told.setText(f"{candidate.profile.name}: {self._words(error)}")
            self.told.show()

        self.context.desk.call("profile.create", params, while_alive(self, answered))

    def _leave_out(self, view: CandidateView) -> None:
        """It is stored: whoever tries again after an error means the others."""
        if view in self.views:  # else another file was dropped meanwhile
            with QSignalBlocker(self.list):
                self.list.item(self.views.index(view)).setCheckState(Qt.CheckState.Unchecked)

    def _words(self, error: ErrorInfo) -> str:
        if problems := problems_of(error):
            return " ".join(say(each.words) for each in all_told(problems))
        said = explain(error)
        return f"{say(said.cause)} {say(said.remedy)}"
