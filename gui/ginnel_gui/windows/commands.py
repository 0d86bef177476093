"""What a person can do in the main window, as actions for its menus and shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenuBar

from ..draw.theme import Theme
from ..model.present import Button
from ..say import say
from .pages import Pages


class Commands:
    """The actions of `window`; it connects them, and says what can be done now by `allow`."""

    def __init__(self, window: QMainWindow, theme: Theme, pages: Pages) -> None:
        self._window = window
        self._theme = theme
        self._icons: list[tuple[QAction, str]] = []
        tr = window.tr
        keys = QKeySequence.StandardKey
        self.import_file = self._action(tr("&Import a file…"), "import", keys.Open)
        self.create = self._action(tr("&New connection…"), "add", keys.New)
        self.close = self._action(tr("&Close window"), "", keys.Close)
        self.quit = self._action(tr("&Quit"), "", keys.Quit)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.connect = self._action(tr("&Connect"), "connected", QKeySequence("Ctrl+Return"))
        self.disconnect = self._action(tr("&Disconnect"), "disconnected", QKeySequence("Ctrl+Backspace"))
        self.retry = self._action(tr("&Try now"), "", QKeySequence("Ctrl+T"))
        self.answer = self._action(tr("&Answer…"), "", None)
        self.edit = self._action(tr("&Edit…"), "edit", QKeySequence("Ctrl+E"))
        self.duplicate = self._action(tr("D&uplicate…"), "", QKeySequence("Ctrl+Shift+D"))
        self.export = self._action(tr("E&xport…"), "export", QKeySequence("Ctrl+Shift+E"))
        self.remove = self._action(tr("De&lete…"), "delete", keys.Delete)
        self.find = self._action(tr("&Find a connection"), "search", keys.Find)
        self.about = self._action(tr("&About Ginnel"), "", None)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.pages: dict[str, QAction] = {}
        self.page_group = QActionGroup(window)
        for number, kind in enumerate(pages, 1):
            action = self._action(say(kind.title), kind.icon, QKeySequence(f"Ctrl+{number}"))
            action.setCheckable(True)
            action.setData(kind.name)
            self.page_group.addAction(action)
            self.pages[kind.name] = action
        theme.changed.connect(self._recolour)
        self._recolour()

    @property
    def of_profile(self) -> tuple[QAction, ...]:
        """Those about the chosen profile, whatever its state, in the order of a menu."""
        return (self.edit, self.duplicate, self.export, self.remove)

    @property
    def of_connection(self) -> tuple[QAction, ...]:
        return (self.connect, self.disconnect, self.retry, self.answer)

    def allow(self, buttons: tuple[Button, ...], *, profile: bool) -> None:
        """What the chosen connection's state lets one do; `profile`: one is chosen, and the service there."""
        self.connect.setEnabled("connect" in buttons)
        self.disconnect.setEnabled("disconnect" in buttons or "cancel" in buttons)
        self.retry.setEnabled("retry" in buttons)
        self.answer.setEnabled("answer" in buttons)
        for action in self.of_profile:
            action.setEnabled(profile)

    def fill(self, bar: QMenuBar) -> None:
        tr = self._window.tr
        file = bar.addMenu(tr("&File"))
        file.addActions([self.create, self.import_file])
        file.addSeparator()
        file.addActions([self.close, self.quit])
        connection = bar.addMenu(tr("&Connection"))
        connection.addActions(self.of_connection)
        connection.addSeparator()
        connection.addActions(self.of_profile)
        view = bar.addMenu(tr("&View"))
        view.addActions(self.page_group.actions())
        view.addSeparator()
        view.addAction(self.find)
        bar.addMenu(tr("&Help")).addAction(self.about)

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
