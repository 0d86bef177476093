"""The profiles as rows: headings, and below each its profiles, kept in order as news come."""

from __future__ import annotations

import os
from bisect import bisect_left, insort
from itertools import takewhile
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from ..desk import Desk
from ..model.profiles import GROUPS, Group, Place, matches, place
from ..say import fill, say

Index = QModelIndex | QPersistentModelIndex

PRESENTATION: Final = Qt.ItemDataRole.UserRole + 1  # a model.present.Presentation
SERVER: Final = Qt.ItemDataRole.UserRole + 2
IS_HEADING: Final = Qt.ItemDataRole.UserRole + 3
NAME: Final = Qt.ItemDataRole.UserRole + 4  # of the profile; "" for a heading


class ProfileModel(QAbstractListModel):
    """Every heading is always there; `ProfileFilter` leaves those out that have nothing below them."""

    def __init__(self, desk: Desk, uid: int | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._uid = os.getuid() if uid is None else uid
        self._places = [Place(group) for group in Group]
        self._of: dict[str, Place] = {}
        desk.profiles_changed.connect(self._take_all)
        desk.connection_changed.connect(self._take)
        desk.contact.connect(self._redraw)
        desk.prompt_opened.connect(self._redraw)
        desk.prompt_closed.connect(self._redraw)
        desk.kill_switch_changed.connect(self._redraw)
        self._take_all()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._places)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self._places[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        there = self._places[index.row()]
        if role == IS_HEADING:
            return there.is_heading
        if role == NAME:
            return there.name
        if there.is_heading:
            return say(GROUPS[there.group]) if role == Qt.ItemDataRole.DisplayRole else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return there.name
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                state = say(self._desk.presentation(there.name).title)
                return fill(self.tr("%1, %2, %3"), there.name, self._server(there.name), state)
            case role if role == PRESENTATION:
                return self._desk.presentation(there.name)
            case role if role == SERVER:
                return self._server(there.name)
        return None

    def index_of(self, name: str) -> QModelIndex:
        """Invalid when there is no such profile."""
        there = self._of.get(name)
        return QModelIndex() if there is None else self.index(bisect_left(self._places, there))

    def names(self) -> list[str]:
        """Of all profiles, in the order of the list."""
        return [each.name for each in self._places if not each.is_heading]

    def accepts(self, row: int, needle: str) -> bool:
        """Whether `row` stays when `needle` is looked for: it matches, or is above one that does."""
        there = self._places[row]
        if not there.is_heading:
            return self._matches(there.name, needle)
        below = takewhile(lambda each: each.group is there.group, self._places[row + 1 :])
        return any(self._matches(each.name, needle) for each in below)

    def _matches(self, name: str, needle: str) -> bool:
        summary = self._desk.mirror.profiles.get(name)
        return summary is not None and matches(summary, needle)

    def _server(self, name: str) -> str:
        summary = self._desk.mirror.profiles.get(name)
        return summary.server if summary is not None else ""

    def _take_all(self) -> None:
        known = self._desk.mirror.profiles
        if self._of:
            for name in sorted(self._of.keys() | known.keys()):
                self._take(name)
            return
        self.beginResetModel()
        self._of = {name: self._place(name) for name in known}
        self._places = sorted([*map(Place, Group), *self._of.values()])
        self.endResetModel()

    def _place(self, name: str) -> Place:
        summary = self._desk.mirror.profiles[name]
        status = self._desk.mirror.connections.get(name)
        return place(summary, status.state if status is not None else summary.state, self._uid)

    def _take(self, name: str) -> None:
        before = self._of.get(name)
        after = self._place(name) if name in self._desk.mirror.profiles else None
        if before == after:
            if before is not None:
                self._tell(bisect_left(self._places, before))
            return
        if before is not None:
            at = bisect_left(self._places, before)
            if after is not None:
                self._move(at, after)
            else:
                self.beginRemoveRows(QModelIndex(), at, at)
                del self._places[at], self._of[name]
                self.endRemoveRows()
        elif after is not None:
            at = bisect_left(self._places, after)
            self.beginInsertRows(QModelIndex(), at, at)
            self._places.insert(at, after)
            self._of[name] = after
            self.endInsertRows()
        for group in {each.group for each in (before, after) if each is not None}:
            self._tell(bisect_left(self._places, Place(group)))

    def _move(self, at: int, after: Place) -> None:
        to = bisect_left(self._places, after)
        if to in (at, at + 1):
            self._places[at] = after
        else:
            self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), to)
            del self._places[at]
            insort(self._places, after)
            self.endMoveRows()
        self._of[after.name] = after

    def _tell(self, row: int) -> None:
        self.dataChanged.emit(self.index(row), self.index(row))

    def _redraw(self) -> None:
        self.dataChanged.emit(self.index(0), self.index(len(self._places) - 1))


class ProfileFilter(QSortFilterProxyModel):
    """Those that `look_for` finds; headings with nothing below them are left out."""

    def __init__(self, model: ProfileModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._needle = ""
        self.setSourceModel(model)

    def look_for(self, text: str) -> None:
        self.beginFilterChange()
        self._needle = text.casefold()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self._model.accepts(source_row, self._needle)
