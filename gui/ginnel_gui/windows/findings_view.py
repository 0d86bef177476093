"""Findings as cards: problems first, then hints, and what is in order out of the way."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ginnel_service.ipc.schema import ErrorInfo, Finding, Severity

from ..draw.theme import Theme
from ..model.errors import explain
from ..model.findings import MARKS, SEVERITIES, describe
from ..say import fill, say
from .parts import NEAR, Card, Mark, Text


def finding_words(finding: Finding) -> tuple[str, str]:
    """What was found and what to do about it, in the person's language."""
    if finding.id == "connection_error":
        params = finding.params.get("params")
        code = str(finding.params.get("code", "?"))
        words = explain(ErrorInfo(code=code, params=params if isinstance(params, dict) else {}))
        return say(words.cause), say(words.remedy)
    return describe(finding, say)


class FindingsView(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cards: list[FindingCard] = []
        self._good: list[Finding] = []
        self.known: list[Finding] = []
        self.more = QToolButton()
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._open)
        self.more.hide()
        self._column = QVBoxLayout()
        self._column.setSpacing(NEAR)
        self._below = Card(theme)
        self._below.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(NEAR)
        whole.addLayout(self._column)
        whole.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        whole.addWidget(self._below)

    def clear(self) -> None:
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards.clear()
        self._good.clear()
        self.known.clear()
        while (item := self._below.inside.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        self.more.setChecked(False)
        self._label()

    def add(self, findings: Iterable[Finding]) -> None:
        """Those that are not shown yet, each where it belongs."""
        for finding in findings:
            if finding in self.known:
                continue
            self.known.append(finding)
            if finding.severity == "ok":
                self._good.append(finding)
                self._below.inside.addWidget(FindingRow(self._theme, finding))
            else:
                self._place(finding)
        self._label()

    def _place(self, finding: Finding) -> None:
        card = FindingCard(self._theme, finding)
        before = sum(_rank(each.finding.severity) <= _rank(finding.severity) for each in self._cards)
        self._cards.insert(before, card)
        self._column.insertWidget(before, card)

    def _open(self, opened: bool) -> None:
        self._below.setVisible(opened)
        self._label()

    def _label(self) -> None:
        words = (
            self.tr("Hide what is in order")
            if self.more.isChecked()
            else self.tr("Show what is in order (%1)")
        )
        self.more.setText(fill(words, str(len(self._good))))
        self.more.setAccessibleName(self.more.text())
        self.more.setVisible(bool(self._good))
        self.more.setIcon(self._theme.icon("in_order", self._theme.palette.good))


class FindingRow(QWidget):
    """Mark, the severity's word, what was found, and what to do about it."""

    def __init__(self, theme: Theme, finding: Finding) -> None:
        super().__init__()
        cause, remedy = finding_words(finding)
        icon, colour = MARKS[finding.severity]
        severity = say(SEVERITIES[finding.severity])
        mark = Mark(theme, 24)
        mark.show_icon(icon, colour)
        words = QVBoxLayout()
        words.setSpacing(2)
        if finding.severity != "ok":
            words.addWidget(Text(theme, severity, bold=True, colour=colour))
        lines = [Text(theme, cause)]
        if remedy and finding.severity != "ok":
            lines.append(Text(theme, remedy, colour="muted"))
        for line in lines:
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setAccessibleName(f"{severity}: {cause}")
        self.setAccessibleDescription(remedy)


class FindingCard(Card):
    def __init__(self, theme: Theme, finding: Finding) -> None:
        super().__init__(theme, margin=12)
        self.finding = finding
        self.inside.addWidget(FindingRow(theme, finding))
        self.set_tint(MARKS[finding.severity][1])


def _rank(severity: Severity) -> int:
    return tuple(SEVERITIES).index(severity)
