"""Diagnostics: looks at everything between this machine and a gateway, and says what to do about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar

from ginnel_service import report
from ginnel_service.ipc.schema import CHECKS, Check, DiagnoseParams, Diagnosis, DiagnosisProgress, ErrorInfo

from ..model.findings import CHECK_WORDS, in_order
from ..say import fill, plain, say
from .asking import ask_where_to_save, tell
from .error_card import ErrorCard
from .findings_view import FindingsView, finding_words
from .page import Context
from .parts import Button, Card, Text
from .profile_page import ScrollPage
from .report_gathering import ReportGathering
from .speech import announce


class DiagnosisPage(ScrollPage):
    """One examination at a time, of the profile that was chosen when it began."""

    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            self.tr("Diagnostics"),
            self.tr(
                "Looks at everything between this machine and the gateway, and says what to do about it. "
                "That takes half a minute at most, and changes nothing."
            ),
        )
        self._context = context
        self._desk = context.desk
        self._name = ""
        self._examined = ""  # whose findings are shown
        self._runs = False
        self._found: Diagnosis | None = None
        self._checks: dict[Check, bool] = {}  # True: done
        theme = context.theme
        self.begin = Button(theme, primary=True)
        self.save = Button(theme)
        self.full = QCheckBox()
        self.progress = QProgressBar()
        self.doing = Text(theme, colour="muted")
        self.result = Text(theme, bold=True)
        self.trouble = ErrorCard(theme)
        self.findings = FindingsView(theme)
        self._arrange(context)
        self.begin.clicked.connect(self.examine)
        self.save.clicked.connect(self._ask_where)
        self.trouble.copy_wanted.connect(self._copy)
        self._desk.examined.connect(self._progressed)
        self._desk.contact.connect(self._show)
        self._show()

    def follow(self, name: str) -> None:
        self._name = name
        if not self._runs and name != self._examined:
            self._forget()
        self._show()

    def examine(self) -> None:
        """Ask the service to, with the gateway of the chosen profile."""
        if self._runs or not self._name:
            return
        self._forget()
        self._examined, self._runs = self._name, True
        self._show()
        self._desk.call("diagnose", DiagnoseParams(name=self._name, active=True), self._done)

    def write(self, path: Path) -> None:
        """Gather a report, and write it when all of it is there."""
        if self._found is None:
            return
        self.save.setEnabled(False)
        gathering = ReportGathering(
            self._desk, self._found, self._examined, finding_words, full=self.full.isChecked(), parent=self
        )

        def ready(octets: bytes) -> None:
            gathering.deleteLater()
            try:
                # The dialog asked before an existing file is overwritten.
                path.unlink(missing_ok=True)
                report.write_new(path, octets)
            except OSError as error:
                tell(
                    self,
                    self.tr("The report was not saved"),
                    error.strerror or str(error),
                    self.tr("Choose another folder."),
                )
            else:
                self.doing.setText(
                    fill(self.tr("Saved as %1. Look through it before you send it to anyone."), str(path))
                )
                announce(self, self.doing.text())
            self._show()

        gathering.ready.connect(ready)
        gathering.begin()

    def _arrange(self, context: Context) -> None:
        self.save.setText(self.tr("&Save report…"))
        self.save.setAccessibleName(plain(self.save.text()))
        self.save.setAccessibleDescription(
            self.tr("Writes all of it to a file for whoever helps you, without passwords and keys")
        )
        self.full.setText(self.tr("&Leave names and addresses in the report"))
        self.full.setAccessibleName(plain(self.full.text()))
        self.full.setAccessibleDescription(self.tr("Else user names and public addresses are masked"))
        self.full.setToolTip(self.full.accessibleDescription())
        self.progress.setRange(0, len(CHECKS))
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the examination"))
        card = Card(context.theme)
        row = QHBoxLayout()
        row.addWidget(self.begin)
        row.addWidget(self.save)
        row.addStretch(1)
        card.inside.addLayout(row)
        card.inside.addWidget(self.full)
        card.inside.addWidget(self.progress)
        card.inside.addWidget(self.doing)
        self.column.addWidget(card)
        self.column.addWidget(self.trouble)
        self.column.addWidget(self.result)
        self.column.addWidget(self.findings)
        self.column.addStretch(1)

    def _ask_where(self) -> None:
        kinds = self.tr("Reports (*.tar.gz)")
        ask_where_to_save(
            self, self.tr("Save the report"), report.file_name(self._examined), kinds, self.write
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._desk.report(self._examined))

    def _forget(self) -> None:
        self._found = None
        self._checks.clear()
        self.findings.clear()
        self.trouble.show_error(None)
        self.result.setText("")
        self.doing.setText("")

    def _show(self) -> None:
        words = self.tr("&Examine %1")
        self.begin.setText(fill(words, self._name.replace("&", "&&")))
        self.begin.setAccessibleName(fill(plain(words), self._name))
        self.begin.setEnabled(bool(self._name) and not self._runs and self._desk.has_contact)
        self.begin.updateGeometry()
        self.save.setEnabled(self._found is not None)
        self.full.setEnabled(self._found is not None)
        self.progress.setVisible(self._runs)
        self.progress.setValue(sum(self._checks.values()))
        if self._runs:
            running = [say(CHECK_WORDS[check]) for check, done in self._checks.items() if not done]
            self.doing.setText(", ".join(running) or self.tr("Beginning…"))
        self.doing.setVisible(bool(self.doing.text()))
        self.result.setVisible(bool(self.result.text()))

    def _progressed(self, news: DiagnosisProgress) -> None:
        if not self._runs or news.name != self._examined:
            return
        self._checks[news.check] = news.state == "done"
        self.findings.add(news.findings)
        self._show()

    def _done(self, found: Diagnosis | None, error: ErrorInfo | None) -> None:
        self._runs = False
        self._found = found
        self.doing.setText("")
        self.trouble.show_error(error)
        if found is not None:
            self.findings.add(in_order(found.findings))
            problems = sum(each.severity == "warning" for each in found.findings)
            words = self.tr("Problems found: %1") if problems else self.tr("No problem found")
            self.result.setText(fill(words, str(problems)))
            announce(self, self.result.text())
        if self._name != self._examined:
            self._forget()
        self._show()
