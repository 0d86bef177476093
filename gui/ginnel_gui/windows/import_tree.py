"""What a file says, as a tree: what will be used, and what has no effect and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from ginnel_service.profiles.importers import Unused, Used

from ..model.import_words import note
from ..model.values import label_of, value_of
from ..model.words import Words
from ..say import fill, plain, say, verbatim


class ImportTree(QTreeWidget):
    def __init__(self, used: Sequence[Used], unused: Sequence[Unused]) -> None:
        super().__init__()
        self.setColumnCount(3)
        self.setHeaderLabels([self.tr("What"), self.tr("Value"), self.tr("In the file")])
        self.setAccessibleName(self.tr("What the file says"))
        self.setAccessibleDescription(self.tr("What will be used, and what has no effect and why"))
        self.setSelectionBehavior(QTreeWidget.SelectionBehavior.SelectRows)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        shown = [each for each in used if each.field not in {"name", "origin", "version"}]
        self._group(
            fill(self.tr("Will be used (%1)"), str(len(shown))),
            (
                (
                    _text(label_of(each.field)),
                    _text(value_of(each.field, each.value)),
                    ", ".join(each.sources),
                )
                for each in shown
            ),
        )
        if unused:
            self._group(
                fill(self.tr("Has no effect (%1)"), str(len(unused))),
                ((each.source, say(note(each.id, each.params)), "") for each in unused),
            )
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().setAccessibleName(self.tr("Columns"))
        self.setColumnWidth(0, 230)
        for column in (1, 2):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _group(self, title: str, rows: Iterable[tuple[str, str, str]]) -> None:
        group = QTreeWidgetItem([title])
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        self.addTopLevelItem(group)
        group.setFirstColumnSpanned(True)
        for row in rows:
            item = QTreeWidgetItem(list(row))
            for column, words in enumerate(row):
                item.setToolTip(column, verbatim(words))
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            group.addChild(item)
        group.setExpanded(True)


def _text(words: str | Words) -> str:
    return words if isinstance(words, str) else plain(say(words))
