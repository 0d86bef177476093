"""Whoever does not see the window, or reads another script, can use it, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtGui import QAccessible, QFontMetrics, QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QWidget,
)

from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.windows.about import About
from ginnel_gui.windows.dialogs import FRESH
from ginnel_gui.windows.editor import Editor
from ginnel_gui.windows.export_dialog import ExportDialog
from ginnel_gui.windows.import_dialog import ImportDialog
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    DnsStatus,
    ErrorInfo,
    Nat,
    OnDemandStatus,
    PathStatus,
)
from helpers.fake_server import FakeServer
from helpers.import_files import FOLDER

from .conftest import StartApp

#: What a person acts on, or reads item by item.
INTERACTIVE = (QAbstractButton, QLineEdit, QAbstractItemView, QComboBox)

FULL = ConnectionStatus(
    name="connected",
    state="up",
    server="connected.example.org",
    peer="CN=gateway.example.org",
    addresses=("10.20.7.14/32", "fd12:3456:789a::14/128"),
    dns_in_effect=DnsStatus(servers=("10.20.0.53",), everything=False, match=("corp.example.org",)),
    routes=("10.20.0.0/16", "0.0.0.0/0"),
    lan=True,
    ike_suite="aes256gcm16-prfsha384-ecp384",
    esp_suite="aes256gcm16",
    weak=("modp1024",),
    path=PathStatus(local="192.0.2.1:4500", remote="192.0.2.9:4500", encapsulated=True),
    nat=Nat(local=True),
    mtu=1400,
    path_mtu=1464,
    device="ginnel0",
    established_at=1_700_000_000.0,
    octets_in=10**10,
    octets_out=10**9,
    rtt_ms=18.4,
)
STATES: tuple[ConnectionStatus, ...] = (
    FULL,
    ConnectionStatus(name="connecting", state="connecting", step="auth"),
    ConnectionStatus(
        name="reconnecting",
        state="reconnecting",
        next_try_s=30.0,
        blocked=True,
        error=ErrorInfo(code="certificate_untrusted", params={"detail": "CN=Root"}),
    ),
)


class Longer(QTranslator):
    """A language in which everything is a third longer, and that no screen would hold twice."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return text + "ßý" * (1 + len(text) // 6) if len(text) > 4 else text


@pytest.fixture
def longer(qapp: Application) -> Iterator[None]:
    translator = Longer(qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def right_to_left(qapp: Application) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def prepare(server: FakeServer) -> None:
    server.add([*(each.name for each in STATES), "idle"])
    server.service.on_demand["idle"] = OnDemandStatus(state="paused")
    server.service.connections.update({each.name: each for each in STATES})


def walk(app: App, look: Callable[[QWidget, str], None]) -> None:
    """`look` at the window in each of its states, and at its dialogs."""
    for name in (*(each.name for each in STATES), "idle"):
        app.window.show_profile(name)
        assert app.window.profile == name
        settle()
        look(app.window, name)
    about = About(app.context, app.window)
    about.show()
    settle()
    look(about, "about")
    about.close()
    app.window.stack.setCurrentWidget(app.window.welcome)
    settle()
    look(app.window, "welcome")
    app.window.stack.setCurrentWidget(app.window.lost)
    settle()
    look(app.window, "lost")


def settle() -> None:
    """Let layouts do what they have put off; one thing may lead to another."""
    for _ in range(5):
        QApplication.processEvents()


def own(widget: QWidget) -> list[QWidget]:
    """The visible ones below `widget`, without what Qt's own parts are made of."""
    return [
        each
        for each in widget.findChildren(QWidget)
        if each.isVisibleTo(widget) and not each.objectName().startswith("qt_")
    ]


def nameless(window: QWidget, state: str) -> None:
    for widget in own(window):
        if isinstance(widget, INTERACTIVE):
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface.text(QAccessible.Text.Name), f"{state}: {widget} has no name"
            if isinstance(widget, QPushButton):
                assert "&" not in widget.accessibleName(), f"{state}: {widget.text()}"


def unheard(window: QWidget, state: str) -> None:
    """A name takes the place of a label's words: it has to hold them."""
    for label in own(window):
        if isinstance(label, QLabel) and label.text():
            plain = QTextDocumentFragment.fromHtml(label.text()).toPlainText()
            interface = QAccessible.queryAccessibleInterface(label)
            heard = interface.text(QAccessible.Text.Name)
            words = plain.replace("&", "").split()
            assert all(word in heard for word in words), f"{state}: {plain!r} is {heard!r}"


def clipped(window: QWidget, state: str) -> None:
    for widget in own(window):
        if isinstance(widget, QLabel) and widget.text():
            needed = (
                widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            )
            assert widget.height() >= needed, f"{state}: {widget.text()!r} is cut off below"
            if not widget.wordWrap():
                assert widget.width() >= widget.sizeHint().width(), f"{state}: {widget.text()!r} is cut off"
        elif isinstance(widget, QPushButton):
            words = QFontMetrics(widget.font()).size(Qt.TextFlag.TextShowMnemonic, widget.text())
            assert widget.width() >= words.width() + 8, f"{state}: {widget.text()!r} is cut off"
        if isinstance(widget, QScrollArea):
            body, room = widget.widget(), widget.viewport().width()
            assert body is not None
            assert body.width() <= room, f"{state}: wider than its window"


def test_everything_that_one_acts_on_has_a_name(start: StartApp, server: FakeServer) -> None:
    prepare(server)
    walk(start(server.path), nameless)


def test_a_screen_reader_says_what_labels_say(start: StartApp, server: FakeServer) -> None:
    prepare(server)
    app = start(server.path)
    walk(app, unheard)
    dialogs: list[Callable[[], QDialog]] = [
        lambda: ImportDialog(app.context, app.window),
        lambda: Editor(app.context, FRESH, app.window),
        lambda: ExportDialog(app.context, server.service.profiles["idle"], app.window),
    ]
    for make in dialogs:
        dialog = make()
        dialog.open()
        for label in dialog.findChildren(QLabel):  # those that wait for a reason, too
            if not label.text():
                label.setText("There is a reason.")
                label.show()
        if isinstance(dialog, ImportDialog):
            dialog.take(str(FOLDER / "eap.sswan"))
        settle()
        unheard(dialog, type(dialog).__name__)
        dialog.reject()
        dialog.deleteLater()


def test_no_text_is_cut_off(start: StartApp, server: FakeServer) -> None:
    prepare(server)
    walk(start(server.path), clipped)


@pytest.mark.usefixtures("longer")
def test_longer_texts_fit(start: StartApp, server: FakeServer) -> None:
    prepare(server)
    app = start(server.path)
    assert app.window.commands.edit.text().endswith("ßý")
    walk(app, clipped)


@pytest.mark.usefixtures("right_to_left")
def test_right_to_left_is_mirrored(start: StartApp, server: FakeServer) -> None:
    prepare(server)
    app = start(server.path)
    walk(app, clipped)
    assert app.window.sidebar.mapToGlobal(app.window.sidebar.rect().topLeft()).x() > (
        app.window.stack.mapToGlobal(app.window.stack.rect().topLeft()).x()
    )


def test_every_command_has_a_mnemonic_of_its_own_in_its_menu(start: StartApp, server: FakeServer) -> None:
    window = start(server.path).window
    for top in window.menuBar().actions():
        menu = top.menu()
        assert isinstance(menu, QMenu)
        keys = [action.text().partition("&")[2][:1].casefold() for action in menu.actions() if action.text()]
        assert "" not in keys, top.text()
        assert len(set(keys)) == len(keys), f"{top.text()}: {keys}"


def test_no_two_commands_have_one_shortcut(start: StartApp, server: FakeServer) -> None:
    window = start(server.path).window
    keys = [each.toString() for action in window.actions() for each in action.shortcuts()]
    assert len(set(keys)) == len(keys)
