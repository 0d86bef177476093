"""The table of the log: it follows the end until a person scrolls away from it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from ginnel_service.report import log_line

from ..model.logbook import LEVEL_WORDS
from ..say import say
from .log_model import Column, LogModel


class LogView(QTableView):
    followed = Signal(bool)  # whether new lines are scrolled to

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = model
        self._follows = True
        self.setModel(model)
        self.setAccessibleName(self.tr("Lines of the log"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        columns.setAccessibleName(self.tr("Columns"))
        # One height for all: nothing has to be measured, however many there are.
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        columns.setStretchLastSection(True)
        self._set_widths()
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        model.rowsInserted.connect(self._follow)
        model.rowsRemoved.connect(self._stay)
        model.modelReset.connect(self.scrollToBottom)

    @property
    def follows(self) -> bool:
        return self._follows

    def follow_end(self) -> None:
        self.scrollToBottom()

    def copy(self) -> None:
        """The chosen lines, or all when none is, to the clipboard."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        entries = [self._lines.entry(row) for row in rows] or self._lines.entries()
        QGuiApplication.clipboard().setText("\n".join(map(log_line, entries)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def _set_widths(self) -> None:
        """As wide as what is usual in them; a person may change that."""
        wide = self.fontMetrics().horizontalAdvance
        usual = {
            Column.TIME: "00:00:00.000",
            Column.LEVEL: max((say(words) for words in LEVEL_WORDS.values()), key=wide) + "mmm",
            Column.CONNECTION: "m" * 12,
            Column.LOGGER: "ike.session.m",
        }
        for column, text in usual.items():
            heading = str(self._lines.headerData(column, Qt.Orientation.Horizontal))
            self.setColumnWidth(column, max(wide(text), wide(heading) + 12) + 20)

    def _stay(self, _: QModelIndex, first: int, last: int) -> None:
        """Lines went at the top: what is looked at stays where it is."""
        if not self._follows:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - (last - first + 1) * self.verticalHeader().defaultSectionSize())

    def _follow(self) -> None:
        if self._follows:
            self.scrollToBottom()

    def _scrolled(self, value: int) -> None:
        follows = value >= self.verticalScrollBar().maximum() - 2
        if follows != self._follows:
            self._follows = follows
            self.followed.emit(follows)
