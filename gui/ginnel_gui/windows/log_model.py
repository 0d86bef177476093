"""The log as rows of a table. Lines that come fast are taken in together, a few times a second."""

from __future__ import annotations

import time
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor

from ginnel_service.ipc.schema import ErrorInfo, LogEntry, LogTailParams, LogTailResult

from ..desk import Desk
from ..draw.theme import Theme
from ..model.logbook import LEVEL_MARKS, LEVEL_WORDS, MOST, Logbook, Wish, unknown
from ..say import say, verbatim

Index = QModelIndex | QPersistentModelIndex

TAIL: Final = 5000  # as many as one answer holds
GATHER_MS: Final = 100


class Column(IntEnum):
    TIME = 0
    LEVEL = 1
    CONNECTION = 2
    LOGGER = 3
    MESSAGE = 4


class LogModel(QAbstractTableModel):
    """`grown` after lines came or the wish changed; `counts` says how many are shown, and of how many."""

    grown = Signal()
    failed = Signal(object)  # an ErrorInfo: there is no log to be had

    def __init__(self, desk: Desk, theme: Theme, most: int = MOST, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._theme = theme
        self._book = Logbook(most)
        self._coming: list[LogEntry] = []
        self._has_tail = False
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self.take_in)
        desk.logged.connect(self._heard)
        desk.contact.connect(self._begin)
        theme.changed.connect(self._redraw)
        if desk.has_contact:
            self._begin(True)

    @property
    def counts(self) -> tuple[int, int]:
        return len(self._book.shown), len(self._book)

    def entry(self, row: int) -> LogEntry:
        return self._book.shown[row]

    def entries(self) -> tuple[LogEntry, ...]:
        """All that are shown."""
        return tuple(self._book.shown)

    def wish(self, wish: Wish) -> None:
        self.beginResetModel()
        self._book.wish(wish)
        self.endResetModel()
        self.grown.emit()

    def clear(self) -> None:
        self.beginResetModel()
        self._book.clear()
        self.endResetModel()
        self.grown.emit()

    def take_in(self) -> None:
        """Show what came since the last time; the oldest lines make room."""
        if not self._has_tail or not self._coming:
            return
        coming, self._coming = self._coming, []
        nowhere = QModelIndex()
        if leaving := self._book.leaving(len(coming)):
            self.beginRemoveRows(nowhere, 0, leaving - 1)
            self._book.leave(len(coming))
            self.endRemoveRows()
        else:
            self._book.leave(len(coming))
        if fitting := self._book.fitting(coming):
            first = len(self._book.shown)
            self.beginInsertRows(nowhere, first, first + len(fitting) - 1)
            self._book.enter(coming, fitting)
            self.endInsertRows()
        else:
            self._book.enter(coming, fitting)
        self.grown.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._book.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.TIME: self.tr("Time"),
            Column.LEVEL: self.tr("Level"),
            Column.CONNECTION: self.tr("Connection"),
            Column.LOGGER: self.tr("Part"),
            Column.MESSAGE: self.tr("Message"),
        }[Column(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry, column = self._book.shown[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(entry, column)
            case Qt.ItemDataRole.ToolTipRole if column == Column.MESSAGE:
                return verbatim(entry.message)
            case Qt.ItemDataRole.DecorationRole if column == Column.LEVEL:
                icon, colour = LEVEL_MARKS[entry.level]
                return self._theme.icon(icon, getattr(self._theme.palette, colour))
            case Qt.ItemDataRole.ForegroundRole if entry.level == "debug" or column < Column.MESSAGE:
                return QColor(self._theme.palette.muted)
        return None

    def _text(self, entry: LogEntry, column: int) -> str:
        match column:
            case Column.TIME:
                whole = time.strftime("%H:%M:%S", time.localtime(entry.at))
                return f"{whole}.{int(entry.at * 1000) % 1000:03}"
            case Column.LEVEL:
                return say(LEVEL_WORDS[entry.level])
            case Column.CONNECTION:
                return entry.connection
            case Column.LOGGER:
                return entry.logger.removeprefix("ginnel.")
            case _:
                return entry.message

    def _begin(self, contact: bool) -> None:
        """With a service, ask for what it logged before; what it says meanwhile waits."""
        self._has_tail = False
        if contact:
            self._desk.call("log.tail", LogTailParams(lines=TAIL), self._began)

    def _began(self, result: LogTailResult | None, error: ErrorInfo | None) -> None:
        if result is None:
            if error is not None:
                self.failed.emit(error)
            return
        before = unknown(result.entries, self._book.newest)
        self._coming = before + unknown(self._coming, result.entries)
        self._has_tail = True
        self.take_in()

    def _heard(self, entry: LogEntry) -> None:
        self._coming.append(entry)
        if not self._gather.isActive():
            self._gather.start()

    def _redraw(self) -> None:
        if self._book.shown:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
