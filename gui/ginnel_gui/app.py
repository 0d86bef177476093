"""The app put together: the link to the service, the window, and what other starts of the app ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from .application import Application
from .desk import Desk
from .draw.theme import Theme, application_icon
from .link import Link
from .settings import Settings
from .single import Handover, Single
from .windows.dialogs import Dialogs
from .windows.main_window import MainWindow
from .windows.page import Context
from .windows.pages import Pages, standard
from .windows.tray import Tray


class App(QObject):
    """Lives as long as the process. `begin` shows the window and seeks the service; `ended` is the end."""

    ended = Signal()

    def __init__(
        self,
        application: Application,
        settings: Settings,
        locale: QLocale,
        socket: str,
        pages: Pages | None = None,
        tray: Callable[[Context, QWidget], Tray] = Tray,
    ) -> None:
        super().__init__(application)
        application.setWindowIcon(application_icon())
        application.setQuitOnLastWindowClosed(False)
        self.theme = Theme(application)
        self.theme.choose(settings.theme)
        settings.changed.connect(self._setting)
        self.settings = settings
        self.link = Link(socket, self)
        self.desk = Desk(self.link, self)
        self.context = Context(self.desk, self.theme, settings, locale)
        self.window = MainWindow(self.context, pages or standard(), socket)
        self.window.quit_requested.connect(self.quit)
        self.window.closed.connect(self._close)
        self.dialogs = Dialogs(self.context, self.window)
        self.tray = tray(self.context, self.window)
        self.tray.open_requested.connect(self._open_window)
        self.tray.quit_requested.connect(self._quit_from_tray)
        application.file_opened.connect(self._open)

    def begin(self, *, minimised: bool = False, files: Sequence[str] = ()) -> None:
        if not minimised:
            self.window.show()
        elif not self.tray.is_there:
            self.window.showMinimized()
        self.link.open()
        self.take_files(files)

    def obey(self, single: Single) -> None:
        """Do what later starts of the app ask for."""
        single.asked.connect(self._raise_for)

    def take_files(self, files: Sequence[str]) -> None:
        """Import them, one after the other."""
        for path in files:
            self.window.import_requested.emit(path)

    def quit(self) -> None:
        """Connections stay as they are: they are the service's."""
        self.window.keep_place()
        self.dialogs.prompts.close()
        self.link.close()
        self.ended.emit()

    def _quit_from_tray(self) -> None:
        """What is open in front of the window may have something to lose, and asks first."""
        while (dialog := QApplication.activeModalWidget()) is not None:
            if not dialog.close():
                self.window.come_forward()
                return
        self.quit()

    def _raise_for(self, handover: Handover) -> None:
        if handover.token:
            os.environ["XDG_ACTIVATION_TOKEN"] = handover.token
        self.window.come_forward()
        self.take_files(handover.files)

    def _open(self, path: str) -> None:
        self.window.come_forward()
        self.take_files([path])

    def _open_window(self, profile: str) -> None:
        if profile:
            self.window.show_profile(profile)
        self.window.come_forward()

    def _close(self) -> None:
        """Go on in the tray if there is one, and the person wants it so."""
        if not (self.tray.is_there and self.settings.close_to_tray):
            self.quit()
        elif not self.settings.told_of_tray:
            self.settings.told_of_tray = True
            self.tray.tell(self.tr("Ginnel goes on here"), self.tr("Quit it with this icon's menu."))

    def _setting(self, name: str) -> None:
        if name == "theme":
            self.theme.choose(self.settings.theme)
