"""What a person can do in the main window, as actions for its menus and shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenuBar

from ..draw.theme import Theme
from ..model.present import Button
from ..say import plain, say
from .pages import Pages


class Commands(QObject):
    """The actions of `window`; it connects them, and says what can be done now by `allow`."""

    def __init__(self, window: QMainWindow, theme: Theme, pages: Pages) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._icons: list[tuple[QAction, str]] = []
        keys = QKeySequence.StandardKey
        self.import_file = self._action(self.tr("&Import a file…"), "import", keys.Open)
        self.create = self._action(self.tr("&New connection…"), "add", keys.New)
        self.close = self._action(self.tr("&Close window"), "", keys.Close)
        self.preferences = self._action(self.tr("&Preferences…"), "preferences", QKeySequence("Ctrl+,"))
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit = self._action(self.tr("&Quit"), "", keys.Quit)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.connect_now = self._action(self.tr("&Connect"), "connected", QKeySequence("Ctrl+Return"))
        self.disconnect_now = self._action(
            self.tr("&Disconnect"), "disconnected", QKeySequence("Ctrl+Backspace")
        )
        self.retry = self._action(self.tr("&Try now"), "", QKeySequence("Ctrl+T"))
        self.answer = self._action(self.tr("&Answer…"), "", None)
        self.copy_details = self._action(self.tr("Cop&y details"), "copy", QKeySequence("Ctrl+Shift+C"))
        self.edit = self._action(self.tr("&Edit…"), "edit", QKeySequence("Ctrl+E"))
        self.rename = self._action(self.tr("Re&name…"), "", QKeySequence("F2"))
        self.duplicate = self._action(self.tr("D&uplicate…"), "", QKeySequence("Ctrl+Shift+D"))
        self.export = self._action(self.tr("E&xport…"), "export", QKeySequence("Ctrl+Shift+E"))
        self.remove = self._action(self.tr("De&lete…"), "delete", keys.Delete)
        self.find = self._action(self.tr("&Find a connection"), "search", keys.Find)
        self.about = self._action(self.tr("&About Ginnel"), "", None)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.pages: dict[str, QAction] = {}
        self.page_group = QActionGroup(window)
        for number, kind in enumerate(pages, 1):
            action = self._action(say(kind.title), kind.icon, QKeySequence(f"Ctrl+{number}"))
            action.setIconText(f" {plain(say(kind.title))}")  # in the tool bar, not too close to its icon
            action.setCheckable(True)
            action.setData(kind.name)
            self.page_group.addAction(action)
            self.pages[kind.name] = action
        theme.changed.connect(self._recolour)
        self._recolour()

    @property
    def of_profile(self) -> tuple[QAction, ...]:
        """Those about the chosen profile, whatever its state, in the order of a menu."""
        return (self.edit, self.rename, self.duplicate, self.export, self.copy_details, self.remove)

    @property
    def of_connection(self) -> tuple[QAction, ...]:
        return (self.connect_now, self.disconnect_now, self.retry, self.answer)

    def allow(self, buttons: tuple[Button, ...], *, profile: bool) -> None:
        """What the chosen connection's state lets one do; `profile`: one is chosen, and the service there."""
        self.connect_now.setEnabled("connect" in buttons)
        self.disconnect_now.setEnabled("disconnect" in buttons or "cancel" in buttons)
        self.retry.setEnabled("retry" in buttons)
        self.answer.setEnabled("answer" in buttons)
        for action in self.of_profile:
            action.setEnabled(profile)
        self.rename.setEnabled(profile and "connect" in buttons)  # what is in use keeps its name

    def fill(self, bar: QMenuBar) -> None:
        file = bar.addMenu(self.tr("&File"))
        file.addActions([self.create, self.import_file])
        file.addSeparator()
        file.addAction(self.preferences)
        file.addSeparator()
        file.addActions([self.close, self.quit])
        connection = bar.addMenu(self.tr("&Connection"))
        connection.addActions(self.of_connection)
        connection.addSeparator()
        connection.addActions(self.of_profile)
        view = bar.addMenu(self.tr("&View"))
        view.addActions(self.page_group.actions())
        view.addSeparator()
        view.addAction(self.find)
        bar.addMenu(self.tr("&Help")).addAction(self.about)

    def _action(self, words: str, icon: str, keys: QKeySequence.StandardKey | QKeySequence | None) -> QAction:
        action = QAction(words, self._window)
        if isinstance(keys, QKeySequence):
            action.setShortcut(keys)
        elif keys is not None:
            action.setShortcuts(keys)
        if icon:
            self._icons.append((action, icon))
        self._window.addAction(action)
        return action

    def _recolour(self) -> None:
        for action, name in self._icons:
            action.setIcon(self._theme.icon(name))


def on(action: QAction, do: Callable[[], object]) -> None:
    """Without Qt's argument, which says whether it is checked."""
    action.triggered.connect(lambda _=False: do())
