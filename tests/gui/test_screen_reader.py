"""What a screen reader says by itself, what it is told of each control, and where the Tab key leads."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    ErrorInfo,
    KillSwitchHold,
    KillSwitchStatus,
    PromptStatus,
)
from helpers.fake_server import FakeServer

from .conftest import StartApp
from .dialog_scenery import DIALOGS

ROLES: dict[type[QWidget], QAccessible.Role] = {
    QLineEdit: QAccessible.Role.EditableText,
    QPlainTextEdit: QAccessible.Role.EditableText,
    QComboBox: QAccessible.Role.ComboBox,
    QAbstractSpinBox: QAccessible.Role.SpinBox,
}
PAGES = ("connection", "split", "kill_switch", "on_demand", "diagnosis", "log")


@pytest.fixture
def app(start: StartApp, server: FakeServer) -> App:
    server.add(["office", "home"])
    return start(server.path)


@pytest.fixture
def heard(app: App) -> list[tuple[str, bool]]:
    """What is said, and whether at once."""
    sentences: list[tuple[str, bool]] = []
    app.window.speech.said.connect(lambda words, urgent: sentences.append((words, urgent)))
    return sentences


def test_changes_of_every_connection_are_said_once(
    app: App, server: FakeServer, heard: list[tuple[str, bool]], qtbot: QtBot
) -> None:
    server.publish(
        ConnectionStatus(name="home", state="connecting", step="init"),
        ConnectionStatus(name="home", state="connecting", step="auth"),
        ConnectionStatus(name="home", state="up"),
    )
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [("home: Connecting", False), ("home: Connected", False)]


def test_a_failure_is_said_at_once_with_its_cause(
    app: App, server: FakeServer, heard: list[tuple[str, bool]], qtbot: QtBot
) -> None:
    error = ErrorInfo(code="wrong_password", params={"name": "office", "detail": ""})
    server.publish(ConnectionStatus(name="office", state="failed", error=error))
    qtbot.waitUntil(lambda: bool(heard))
    (words, urgent) = heard[0]
    assert words.startswith("office: Failed. The gateway does not accept the user name or the password.")
    assert urgent


def test_questions_are_said(
    app: App, server: FakeServer, heard: list[tuple[str, bool]], qtbot: QtBot
) -> None:
    server.publish(
        ConnectionStatus(name="office", state="connecting", step="auth"),
        PromptStatus(id=1, name="office", kind="otp", ask=False),
    )
    qtbot.waitUntil(lambda: ("office: Waiting for you", True) in heard)


def test_the_kill_switch_and_the_service_are_said(
    app: App, server: FakeServer, heard: list[tuple[str, bool]], qtbot: QtBot
) -> None:
    hold = KillSwitchHold(name="office", mode="always")
    server.publish(KillSwitchStatus(blocking=True, profiles=(hold,)), KillSwitchStatus())
    qtbot.waitUntil(lambda: len(heard) == 2)
    server.stop()
    qtbot.waitUntil(lambda: ("No contact with Ginnel's service", True) in heard)
    server.start()
    qtbot.waitUntil(lambda: ("Ginnel's service is there again", False) in heard)


def test_every_page_says_what_its_controls_are(app: App, qtbot: QtBot) -> None:
    for name in PAGES:
        app.window.show_page(name)
        settle()
        told_well(app.window, name)


def test_every_dialog_says_what_its_controls_are(app: App) -> None:
    with_each_dialog(app, told_well)


def test_tab_leads_through_every_dialog_in_reading_order(app: App) -> None:
    with_each_dialog(app, in_reading_order)


def with_each_dialog(app: App, look: Callable[[QDialog, str], None]) -> None:
    for name, make in DIALOGS.items():
        dialog = make(app.context, app.window)
        dialog.show()
        settle()
        look(dialog, name)
        dialog.hide()
        dialog.deleteLater()


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def controls(window: QWidget) -> list[QWidget]:
    """Those that a person may act on, without what Qt's own are made of."""
    kinds = (QAbstractButton, QAbstractItemView, *ROLES)
    return [
        each
        for each in window.findChildren(QWidget)
        if isinstance(each, kinds)
        and each.isVisibleTo(window)
        and not each.objectName().startswith("qt_")
        and not isinstance(each.parent(), QLineEdit | QAbstractSpinBox | QComboBox)
    ]


def told_well(window: QWidget, name: str) -> None:
    for widget in controls(window):
        interface = QAccessible.queryAccessibleInterface(widget)
        said = interface.text(QAccessible.Text.Name)
        assert said.strip(), f"{name}: {widget} has no name"
        for kind, role in ROLES.items():
            if isinstance(widget, kind):
                assert interface.role() == role, f"{name}: {said}"
        if isinstance(widget, QAbstractButton) and not widget.text():
            assert widget.toolTip() or widget.accessibleDescription() or said, f"{name}: {widget}"


def in_reading_order(dialog: QDialog, name: str) -> None:
    """Downwards, and along a line: what is clearly above another one comes before it in its column."""
    reached: list[QWidget] = []
    first = dialog.nextInFocusChain()
    widget = first
    while widget is not None:
        if (
            widget.window() is dialog
            and widget.isVisibleTo(dialog)
            and widget.isEnabled()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.focusProxy() is None
            and not widget.objectName().startswith("qt_")
        ):
            reached.append(widget)
        widget = widget.nextInFocusChain()
        if widget is first:
            break
    assert reached, name
    places = [(each, each.mapTo(dialog, QPoint(0, 0)), each.size()) for each in reached]
    for (one, at, size), (other, then, _) in pairwise(places):
        back = then.y() + other.height() <= at.y()
        same_column = then.x() < at.x() + size.width() and at.x() < then.x() + other.width()
        assert not (back and same_column), f"{name}: {_told(one)} leads back to {_told(other)}"


def _told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName()!r}"
