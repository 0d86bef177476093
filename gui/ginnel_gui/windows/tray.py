"""The icon in the tray or menu bar: all connections in one picture, a menu for each, and news."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from ..draw.tray_icon import tray_icon
from ..model.errors import explain
from ..model.overall import UNDER_WAY, notice, overall, summary
from ..model.present import Face
from ..say import fill, say
from .page import Context

#: Of profiles in the menu; whoever has more opens the window.
MOST_PROFILES: Final = 12

#: When to look again for a tray, in milliseconds: at login it may start after the app.
LATER_MS: Final = (2_000, 10_000, 60_000)


class Tray(QObject):
    open_requested = Signal(str)  # of the profile with this name, or with "" of none
    quit_requested = Signal()

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._desk = context.desk
        self._window = window
        self._faces: dict[str, Face] = {}
        self._shown: Face | None = None
        self._about = ""  # whom the last notification was about
        self.menu = QMenu(window)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activate)
        self.icon.messageClicked.connect(lambda: self.open_requested.emit(self._about))
        # News may come by the hundred, as when the service is found: one look at the end is enough.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._look)
        self._news: set[str] = set()  # of connections; all else is about everything
        self._all = True
        desk = self._desk
        desk.connection_changed.connect(self._hear)
        for signal in (
            desk.profiles_changed,
            desk.kill_switch_changed,
            desk.contact,
            desk.prompt_opened,
            desk.prompt_closed,
        ):
            signal.connect(self._hear_all)
        context.theme.changed.connect(self._hear_all)
        self.menu.aboutToHide.connect(self._hear_all)
        self.refresh()
        self._appear()
        for wait_ms in LATER_MS:
            QTimer.singleShot(wait_ms, self, self._appear)

    @property
    def is_there(self) -> bool:
        """Whether the desktop has a tray, and the icon is in it."""
        return QSystemTrayIcon.isSystemTrayAvailable() and self.icon.isVisible()

    def tell(self, title: str, text: str = "", icon: QIcon | None = None) -> None:
        """A notification, unless the person wants none."""
        if self._context.settings.notifications and QSystemTrayIcon.supportsMessages():
            self.icon.showMessage(title, text, icon or self.icon.icon())

    def refresh(self) -> None:
        """Take in how everything is now; tell what is new."""
        self._all, self._news = False, set()
        self._take({name: self._desk.presentation(name).face for name in self._desk.mirror.profiles})

    def _hear(self, name: str) -> None:
        self._news.add(name)
        self._soon.start()

    def _hear_all(self) -> None:
        self._all = True
        self._soon.start()

    def _look(self) -> None:
        """Of a thousand connections those alone that there is news of."""
        if self._all:
            self.refresh()
            return
        news, self._news = self._news & self._desk.mirror.profiles.keys(), set()
        self._take(self._faces | {name: self._desk.presentation(name).face for name in news})

    def _take(self, faces: dict[str, Face]) -> None:
        has_service = self._desk.has_contact
        before, self._faces = self._faces, faces
        if not self._window.isActiveWindow():
            for name, face in faces.items():
                if name in before and before[name] is not face:
                    self._tell_change(name, before[name], face)
        whole = overall(set(faces.values()), has_service=has_service)
        if whole is not self._shown:
            self._shown = whole
            self.icon.setIcon(tray_icon(whole.value, whole.tone))
        self.icon.setToolTip(fill(self.tr("Ginnel - %1"), say(summary(faces, has_service=has_service))))
        self._fill_menu()

    def _appear(self) -> None:
        if QSystemTrayIcon.isSystemTrayAvailable() and not self.icon.isVisible():
            self.icon.show()

    def _fill_menu(self) -> None:
        if self.menu.isVisible():
            return  # nothing moves under the person's pointer
        self.menu.clear()
        opened = self.menu.addAction(self.tr("&Open Ginnel"))
        opened.triggered.connect(lambda: self.open_requested.emit(""))
        self.menu.setDefaultAction(opened)
        self.menu.addSeparator()
        names = sorted(self._faces, key=lambda name: (self._faces[name] not in UNDER_WAY, name.casefold()))
        for name in names[:MOST_PROFILES]:
            self.menu.addAction(self._action(name))
        if len(names) > MOST_PROFILES:
            more = self.menu.addAction(fill(self.tr("%1 &more…"), str(len(names) - MOST_PROFILES)))
            more.triggered.connect(lambda: self.open_requested.emit(""))
        if names:
            self.menu.addSeparator()
        self.menu.addAction(self.tr("&Quit")).triggered.connect(self.quit_requested)

    def _action(self, name: str) -> QAction:
        shown = self._desk.presentation(name)
        label = name.replace("&", "&&")
        if shown.face is not Face.DISCONNECTED:
            label = fill(self.tr("%1 - %2"), label, say(shown.title))
        action = QAction(label, self.menu)
        action.setIcon(self._context.theme.icon(shown.face.value))
        action.setEnabled(bool(shown.buttons))
        if "connect" in shown.buttons:
            action.setToolTip(self.tr("Connect"))
            action.triggered.connect(lambda: self._desk.connect_profile(name))
        elif "answer" in shown.buttons:
            action.triggered.connect(lambda: self.open_requested.emit(name))
        else:
            action.setToolTip(self.tr("Disconnect"))
            action.triggered.connect(lambda: self._desk.disconnect_profile(name))
        return action

    def _tell_change(self, name: str, before: Face, after: Face) -> None:
        news = notice(name, before, after)
        if news is None:
            return
        status = self._desk.status(name)
        error = self._desk.error_of(status) if status is not None and after is Face.FAILED else None
        self._about = name
        text = say(explain(error).cause) if error is not None else ""
        self.tell(say(news.title), text, tray_icon(after.value, after.tone, mask=False))

    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.open_requested.emit("")
