"""A day without a mouse, on a real service and gateway: keys alone, and always to be seen where they go."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.model.present import Face
from ginnel_service.demo.lab import Lab
from tunnel.test_ways_in import Office

from .conftest import StartApp
from .test_program import NAME, sswan

pytestmark = [pytest.mark.netns]

BOUND_MS = 20_000
#: Around a control, where its frame says that it has the focus, in pixels.
EDGE = 6
#: As many stops as no page and no dialog has.
MOST_STOPS = 80

CONTROL = Qt.KeyboardModifier.ControlModifier


class Keys:
    """The hands of somebody who has no mouse."""

    def __init__(self, qtbot: QtBot, app: App) -> None:
        self._qtbot = qtbot
        self._app = app

    @property
    def focus(self) -> QWidget:
        """Where keys go now; whoever types can see it."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the focus"
        assert widget.isActiveWindow()
        assert not widget.visibleRegion().isEmpty(), f"{called(widget)} has the focus and is not to be seen"
        return widget

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifier)

    def choose(self, key: Qt.Key) -> None:
        """In the menu that is open."""
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        QTest.keyClick(menu, key)

    def write(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def go_to(self, name: str) -> None:
        """By Tab, to what is called so; each stop looks other than before it had the focus."""
        passed = [called(self.focus)]
        while passed[-1] != name:
            assert len(passed) < MOST_STOPS, f"{name} is not among {passed}"
            before, window = picture(self.focus.window()), self.focus.window()
            self.press(Qt.Key.Key_Tab)
            now = self.focus
            assert now.window() is window
            place = QRect(now.mapTo(window, QPoint()), now.size()).adjusted(-EDGE, -EDGE, EDGE, EDGE)
            after = picture(window)
            assert before.copy(place) != after.copy(place), (
                f"{called(now)} does not show that it has the focus"
            )
            passed.append(called(now))

    def wait_for_dialog(self, title: str) -> QDialog:
        self._qtbot.waitUntil(lambda: _is_dialog(self._active(), title), timeout=BOUND_MS)
        dialog = self._active()
        assert isinstance(dialog, QDialog)
        self._qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        return dialog

    def wait_for_window(self) -> None:
        self._qtbot.waitUntil(lambda: self._active() is self._app.window, timeout=BOUND_MS)

    def _active(self) -> QWidget | None:
        """The active window. Off screen there is no window manager to go back to the one below."""
        if QApplication.activeWindow() is None:
            (QApplication.activeModalWidget() or self._app.window).activateWindow()
        return QApplication.activeWindow()


def called(widget: QWidget) -> str:
    return widget.accessibleName() or type(widget).__name__


def picture(window: QWidget) -> QImage:
    QApplication.processEvents()
    return window.grab().toImage()


def _is_dialog(window: QWidget | None, title: str) -> bool:
    return isinstance(window, QDialog) and window.windowTitle().startswith(title)


def test_a_day_without_a_mouse(lab: Lab, start: StartApp, qtbot: QtBot, tmp_path: Path) -> None:
    office = Office(lab)
    file = tmp_path / "office.sswan"
    file.write_bytes(sswan(office))
    app = start(office.service.socket)
    keys = Keys(qtbot, app)

    def reaches(face: Face) -> None:
        qtbot.waitUntil(lambda: app.desk.presentation(NAME).face is face, timeout=BOUND_MS)

    # Import
    keys.wait_for_window()
    keys.press(Qt.Key.Key_O, CONTROL)
    keys.wait_for_dialog("Import a connection")
    keys.go_to("Choose a file…")
    keys.press(Qt.Key.Key_Return)
    keys.wait_for_dialog("Choose the file to import")
    keys.write(str(file))
    keys.press(Qt.Key.Key_Return)
    shown = keys.wait_for_dialog("Import a connection")
    qtbot.waitUntil(
        lambda: any(each.text().startswith("Say whether to trust") for each in shown.findChildren(QLabel))
    )
    keys.go_to("Trust it, for this connection only")
    keys.press(Qt.Key.Key_Space)
    keys.go_to("Import")
    keys.press(Qt.Key.Key_Space)
    keys.wait_for_window()
    reaches(Face.DISCONNECTED)

    # Connect
    keys.go_to("Connect")
    keys.press(Qt.Key.Key_Space)
    keys.wait_for_dialog("Password for")
    keys.write(office.password)
    keys.press(Qt.Key.Key_Return)
    reaches(Face.CONNECTED)
    keys.wait_for_window()

    # Edit
    keys.press(Qt.Key.Key_E, CONTROL)
    keys.wait_for_dialog("Edit")
    keys.go_to("User name")
    keys.press(Qt.Key.Key_End)
    keys.write("-ann")
    keys.go_to("Save changes")
    keys.press(Qt.Key.Key_Space)
    keys.wait_for_window()
    assert office.service.ginnel("show", NAME)["authentication"]["username"] == "carol-ann"

    # Disconnect, and quit
    keys.press(Qt.Key.Key_Backspace, CONTROL)
    reaches(Face.DISCONNECTED)
    with qtbot.waitSignal(app.ended):
        keys.press(Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
        keys.choose(Qt.Key.Key_Q)
