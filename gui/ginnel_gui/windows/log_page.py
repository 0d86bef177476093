"""The service's log: live, as much of it as a person wants to see, to be copied and saved."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QSaveFile, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginnel_service.ipc.schema import ErrorInfo, Level, LogLevelParams
from ginnel_service.report import log_line

from ..model.errors import explain
from ..model.logbook import LEVEL_MARKS, LEVEL_WORDS, LEVELS, Wish
from ..model.words import QT_TRANSLATE_NOOP
from ..say import fill, plain, say
from .asking import ask_where_to_save, tell
from .log_model import LogModel
from .log_view import LogView
from .page import Context, Page
from .parts import NEAR, Text

#: After the last key, before the lines are searched, in milliseconds.
TYPED_MS = 150
#: As many lines are written to a file before the window gets its turn again.
PORTION = 2000

_SERVICE_LEVELS = {
    "error": QT_TRANSLATE_NOOP("Log", "&Errors alone"),
    "warning": QT_TRANSLATE_NOOP("Log", "&Warnings, too"),
    "info": QT_TRANSLATE_NOOP("Log", "The &usual"),
    "debug": QT_TRANSLATE_NOOP("Log", "Every &detail"),
}


class LogPage(Page):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self.model = LogModel(context.desk, context.theme, parent=self)
        self.view = LogView(self.model)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("Search the log"))
        self.search.setAccessibleName(self.tr("Search the log"))
        # With room for the button that clears it.
        wide = self.search.fontMetrics().horizontalAdvance(self.search.placeholderText())
        self.search.setMinimumWidth(wide + 48)
        self.level = QComboBox()
        self.level.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.connection = QComboBox()
        self.connection.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.connection.setMinimumContentsLength(12)
        self.copy = self._button(self.tr("&Copy"), self.tr("Copies the chosen lines, or all that are shown"))
        self.save = self._button(self.tr("&Save…"), self.tr("Writes the lines that are shown to a file"))
        self.service_level = self._button(
            self.tr("Log &level"), self.tr("Chooses what the service logs from now on, until it ends")
        )
        self.to_end = self._button(
            self.tr("To the &end"), self.tr("Shows the newest lines, and follows them")
        )
        self.counted = Text(context.theme, colour="muted", wraps=False)
        self.trouble = Text(context.theme, colour="bad")
        self.trouble.hide()
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._arrange()
        self._fill_choices()
        self._wire()
        self._recolour()
        self._count()
        self._meet(self._desk.has_contact)

    def write(self, path: Path) -> None:
        """The lines that are shown, a portion at a time: the window goes on meanwhile."""
        file = QSaveFile(str(path), self)
        entries = self.model.entries()

        def portion(first: int = 0) -> None:
            text = "".join(f"{log_line(each)}\n" for each in entries[first : first + PORTION])
            file.write(text.encode())
            if first + PORTION < len(entries):
                QTimer.singleShot(0, self, lambda: portion(first + PORTION))
                return
            if not file.commit():
                tell(self, self.tr("The log was not saved"), file.errorString())
            file.deleteLater()

        if file.open(QSaveFile.OpenModeFlag.WriteOnly):
            portion()
        else:
            tell(
                self, self.tr("The log was not saved"), file.errorString(), self.tr("Choose another folder.")
            )

    def _button(self, words: str, description: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("command")  # for the style sheet
        button.setText(words)
        button.setToolTip(description)
        button.setAccessibleName(plain(words))
        button.setAccessibleDescription(description)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 12, 12, 4)
        top.setSpacing(NEAR)
        top.addWidget(self.search, 2)
        for words, choice in (
            (self.tr("Le&vel:"), self.level),
            (self.tr("C&onnection:"), self.connection),
        ):
            label = QLabel(words)
            label.setBuddy(choice)
            choice.setAccessibleName(plain(words).rstrip(":"))
            top.addWidget(label)
            top.addWidget(choice, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 12)
        foot.setSpacing(NEAR)
        foot.addWidget(self.counted)
        foot.addStretch(1)
        for button in (self.to_end, self.service_level, self.copy, self.save):
            foot.addWidget(button)
        trouble = QWidget()
        inside = QHBoxLayout(trouble)
        inside.setContentsMargins(12, 0, 12, 0)
        inside.addWidget(self.trouble)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(trouble)
        column.addWidget(self.view, 1)
        column.addLayout(foot)

    def _fill_choices(self) -> None:
        for level in LEVELS:
            words = say(LEVEL_WORDS[level])
            self.level.addItem(words if level == LEVELS[-1] else fill(self.tr("%1 or graver"), words), level)
        self.level.setItemText(0, self.tr("All levels"))
        self.connection.addItem(self.tr("All"), "")
        menu = QMenu(self.service_level)
        for key in LEVELS[::-1]:
            words = say(_SERVICE_LEVELS[key])
            menu.addAction(words).triggered.connect(lambda _=False, level=key: self._set_level(level))
        self.service_level.setMenu(menu)
        self.service_level.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._list_connections()

    def _wire(self) -> None:
        self.search.textChanged.connect(lambda _: self._typed.start())
        self._typed.timeout.connect(self._wish)
        self.level.currentIndexChanged.connect(lambda _: self._wish())
        self.connection.currentIndexChanged.connect(lambda _: self._wish())
        self.copy.clicked.connect(self.view.copy)
        self.save.clicked.connect(self._ask_where)
        self.to_end.clicked.connect(self.view.follow_end)
        self.to_end.hide()
        self.view.followed.connect(lambda follows: self.to_end.setVisible(not follows))
        self.model.grown.connect(self._count)
        self.model.failed.connect(self._complain)
        self._desk.contact.connect(self._meet)
        self._desk.profiles_changed.connect(self._list_connections)
        self._context.theme.changed.connect(self._recolour)

    def _wish(self) -> None:
        self.model.wish(
            Wish(self.level.currentData(), self.connection.currentData() or "", self.search.text())
        )

    def _count(self) -> None:
        shown, known = (self._context.locale.toString(each) for each in self.model.counts)
        words = self.tr("Lines: %1") if shown == known else self.tr("Lines: %1 of %2")
        self.counted.setText(fill(words, shown, known))

    def _meet(self, contact: bool) -> None:
        self.trouble.hide()
        self.service_level.setVisible(contact and self._desk.role == "admin")

    def _complain(self, error: ErrorInfo) -> None:
        words = explain(error)
        self.trouble.setText(f"{say(words.cause)} {say(words.remedy)}")
        self.trouble.show()

    def _set_level(self, level: Level) -> None:
        def answered(_: object, error: ErrorInfo | None) -> None:
            if error is not None:
                self._complain(error)

        self._desk.call("log.level", LogLevelParams(level=level), answered)

    def _list_connections(self) -> None:
        names = sorted(self._desk.mirror.profiles)
        for row in reversed(range(1, self.connection.count())):
            if self.connection.itemData(row) not in names:
                if row == self.connection.currentIndex():
                    self.connection.setCurrentIndex(0)  # else Qt takes a neighbour
                self.connection.removeItem(row)
        for row, name in enumerate(names, 1):
            if self.connection.itemData(row) != name:
                self.connection.insertItem(row, name, name)

    def _ask_where(self) -> None:
        name = f"ginnel-{time.strftime('%Y%m%d-%H%M%S')}.log"
        kinds = self.tr("Logs (*.log *.txt)")
        ask_where_to_save(self, self.tr("Save the log"), name, kinds, self.write)

    def _recolour(self) -> None:
        theme = self._context.theme
        for button, icon in (
            (self.copy, "copy"),
            (self.save, "save"),
            (self.to_end, "to_end"),
            (self.service_level, "log"),
        ):
            button.setIcon(theme.icon(icon))
        for row, level in enumerate(LEVELS):
            icon, colour = LEVEL_MARKS[level]
            self.level.setItemIcon(row, theme.icon(icon, getattr(theme.palette, colour)))
