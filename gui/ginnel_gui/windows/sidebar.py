"""The left side of the main window: find, and choose, one of the profiles."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from .page import Context
from .parts import NEAR, Text
from .profile_model import NAME, ProfileFilter, ProfileModel
from .profile_view import ProfileView


class SearchField(QLineEdit):
    """Down and Return go to what was found, Escape forgets it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.left.emit()
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case _:
                super().keyPressEvent(event)


class Sidebar(QWidget):
    """`chosen` names the profile to show; `acted` the one to connect or disconnect."""

    chosen = Signal(str)
    acted = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = ""
        self.model = ProfileModel(context.desk, parent=self)
        self.filter = ProfileFilter(self.model, self)
        self.search = SearchField()
        self.search.setPlaceholderText(self.tr("Find a connection"))
        self.search.setAccessibleName(self.tr("Find a connection"))
        self.search.setAccessibleDescription(self.tr("By name or server; the list shows what matches"))
        self.search.setClearButtonEnabled(True)
        # With room for the button that clears it.
        wide = self.search.fontMetrics().horizontalAdvance(self.search.placeholderText())
        self.search.setMinimumWidth(wide + 48)
        self.search.textChanged.connect(self._look_for)
        self.search.left.connect(self._to_list)
        self.view = ProfileView(context.theme)
        self.view.setModel(self.filter)
        self.view.chosen.connect(self._take)
        self.view.acted.connect(self.acted)
        self.nothing = Text(context.theme, self.tr("No connection matches."), colour="muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self.add = QToolButton()
        self.add.setAutoRaise(True)
        self.add.setAccessibleName(self.tr("Add a connection"))
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        top = QHBoxLayout()
        top.setContentsMargins(12, 12, 12, 4)
        top.addWidget(self.search, 1)
        top.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(NEAR)
        column.addLayout(top)
        column.addWidget(self.nothing)
        column.addWidget(self.view, 1)
        column.addStrut(self.fontMetrics().averageCharWidth() * 34)

    @property
    def current(self) -> str:
        """The chosen profile, or "" when there is none. What is looked for may hide it from the list."""
        return self._current if self.model.index_of(self._current).isValid() else ""

    def choose(self, name: str) -> None:
        """The profile `name`, or the first in the list when there is no such."""
        names = self.model.names()
        if name not in names:
            name = names[0] if names else ""
        if name and not self._show(name):
            self.search.clear()  # nothing else hides it
            self._show(name)

    def _show(self, name: str) -> bool:
        """Make it the list's current one; false: it is not in the list now."""
        index = self.filter.mapFromSource(self.model.index_of(name))
        if index.isValid():
            self.view.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        return index.isValid()

    def _take(self, name: str) -> None:
        if not name and self.search.text():
            return  # it is hidden, and not gone
        self._current = name
        self.chosen.emit(name)

    def _look_for(self, text: str) -> None:
        self.filter.look_for(text)
        if not self.view.currentIndex().isValid():
            self._show(self._current)
        self.nothing.setVisible(self.filter.rowCount() == 0)

    def _to_list(self) -> None:
        if not self.view.currentIndex().isValid():
            for row in range(self.filter.rowCount()):
                if name := self.filter.index(row, 0).data(NAME):
                    self.choose(str(name))
                    break
        self.view.setFocus()
