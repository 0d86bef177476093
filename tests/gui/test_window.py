"""The window as a person uses it, against a service on a real socket."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.draw.theme import Choice
from ginnel_gui.model.present import Face
from ginnel_gui.settings import Settings
from ginnel_gui.windows.connection_page import ConnectionPage
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    ErrorInfo,
    KillSwitchHold,
    KillSwitchStatus,
    OnDemandStatus,
    PromptStatus,
    Statistics,
)
from ginnel_service.ipc.service import ServiceError
from helpers.fake_server import FakeServer

from .conftest import StartApp


def page(app: App) -> ConnectionPage:
    made = app.window.page("connection")
    assert isinstance(made, ConnectionPage)
    return made


def face(app: App, name: str = "office") -> Face:
    return app.desk.presentation(name).face


def shown_buttons(app: App) -> list[str]:
    return [each.accessibleName() for each in page(app).state.buttons if each.isVisible()]


def press(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_profiles_the_ways_to_the_first_are_shown(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    app = start(server.path)
    welcome = app.window.welcome
    assert app.window.stack.currentWidget() is welcome
    assert not app.window.sidebar.isVisible()
    first, second = welcome.findChildren(QPushButton)
    with qtbot.waitSignal(app.window.import_requested) as wanted:
        press(first)
    assert wanted.args == [""]
    with qtbot.waitSignal(app.window.create_requested):
        press(second)


def test_a_first_profile_takes_the_place_of_the_welcome(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    app = start(server.path)

    def appear() -> None:
        server.add(["office"])
        server.service._tell_of("office")

    server.do(appear)
    qtbot.waitUntil(lambda: app.window.profile == "office")
    assert app.window.stack.currentWidget() is page(app)
    assert app.window.sidebar.isVisible()


def test_connect_and_disconnect_by_the_one_button(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["office"])
    app = start(server.path)
    assert shown_buttons(app) == ["Connect"]
    press(page(app).state.buttons[0])
    qtbot.waitUntil(lambda: shown_buttons(app) == ["Disconnect"])
    assert page(app).state.state.text() == "Connected"
    assert page(app).traffic.isVisible()
    press(page(app).state.buttons[0])
    qtbot.waitUntil(lambda: shown_buttons(app) == ["Connect"])
    assert not page(app).traffic.isVisible()
    assert server.service.connections == {}


def test_an_attempt_shows_its_step_and_can_be_cancelled(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    server.service.stall_at = "auth"
    app = start(server.path)
    app.window.commands.connect_now.trigger()
    qtbot.waitUntil(lambda: page(app).state.detail.text() == "Proving who is who")
    assert shown_buttons(app) == ["Cancel"]
    press(page(app).state.buttons[0])
    qtbot.waitUntil(lambda: face(app) is Face.DISCONNECTED)


def test_a_double_click_connects_and_does_not_cancel(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    server.service.stall_at = "init"
    app = start(server.path)
    button = page(app).state.buttons[0]
    press(button)
    qtbot.waitUntil(lambda: shown_buttons(app) == ["Cancel"])
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):
        place, left = QPointF(button.rect().center()), Qt.MouseButton.LeftButton
        held = left if kind == QEvent.Type.MouseButtonDblClick else Qt.MouseButton.NoButton
        there = button.mapToGlobal(place)
        event = QMouseEvent(kind, place, there, left, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(button, event)
    answered: list[bool] = []
    app.desk.call("profile.list", None, lambda *_: answered.append(True))
    qtbot.waitUntil(lambda: bool(answered))
    assert face(app) is Face.CONNECTING


def test_a_failure_says_cause_and_remedy_and_can_be_copied(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    server.service.fail_up["office"] = ErrorInfo(code="unreachable", params={"detail": "no answer from it"})
    app = start(server.path)
    press(page(app).state.buttons[0])
    qtbot.waitUntil(page(app).error.isVisible)
    assert page(app).error.cause.text() == "The gateway does not answer."
    assert page(app).error.details.text() == "no answer from it"
    press(page(app).error.copy)
    assert "unreachable" in QGuiApplication.clipboard().text()
    assert page(app).error.copy.text() == "Copied"


def test_a_refusal_is_shown_until_something_is_done(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    server.service.refuse["up"] = ServiceError("tun_not_permitted", name="office")
    app = start(server.path)
    press(page(app).state.buttons[0])
    qtbot.waitUntil(page(app).error.isVisible)
    server.service.refuse.clear()
    press(page(app).state.buttons[0])
    qtbot.waitUntil(lambda: face(app) is Face.CONNECTED)
    assert not page(app).error.isVisible()


def test_a_service_that_ends_amid_a_request_is_no_error_of_the_connection(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    asked = threading.Event()

    async def never(name: str, *, attended: bool = False) -> ConnectionStatus:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    server.add(["office"])
    server.service.up = never  # type: ignore[method-assign]
    app = start(server.path)
    app.desk.connect_profile("office")
    qtbot.waitUntil(asked.is_set)
    server.stop()
    qtbot.waitUntil(lambda: not app.desk.has_contact)
    server.start()
    qtbot.waitUntil(lambda: app.desk.has_contact)
    assert not page(app).error.isVisible()


def test_a_refusal_is_not_of_the_next_profile_of_that_name(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["home", "office"])
    server.service.refuse["up"] = ServiceError("secrets_locked", name="office")
    app = start(server.path)
    app.desk.connect_profile("office")
    qtbot.waitUntil(lambda: "office" in app.desk.refusals)

    def replace() -> None:
        gone = server.service.profiles.pop("office")
        server.service._tell_of("office")
        server.service.profiles["office"] = gone
        server.service._tell_of("office")

    with qtbot.waitSignals([app.desk.profiles_changed] * 2):
        server.do(replace)
    assert not app.desk.refusals


def test_the_next_try_counts_down_and_can_be_had_now(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    trying = ConnectionStatus(name="office", state="reconnecting", next_try_s=30.0)
    server.service.connections["office"] = trying
    app = start(server.path)
    assert shown_buttons(app) == ["Try now", "Cancel"]
    assert page(app).state.detail.text().startswith("Next try in ")
    status = app.desk.status("office")
    qtbot.waitUntil(lambda: app.desk.status("office") != status)
    press(page(app).state.buttons[0])
    qtbot.waitUntil(lambda: server.service.retried == ["office"])


def test_an_open_question_can_be_answered_from_the_page(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    server.service.asks = [PromptStatus(id=1, name="office", kind="password")]
    app = start(server.path)
    app.desk.connect_profile("office")
    qtbot.waitUntil(lambda: face(app) is Face.WAITING)
    assert shown_buttons(app) == ["Answer…", "Cancel"]
    with qtbot.waitSignal(app.window.answer_requested) as asked:
        press(page(app).state.buttons[0])
    app.desk.answer_prompt(asked.args[0], "secret", remember=False)
    qtbot.waitUntil(lambda: face(app) is Face.CONNECTED)


def test_counters_move_the_legend_and_the_chart(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["office"])
    server.service.connections["office"] = ConnectionStatus(name="office", state="up")
    server.service.statistics = tuple  # type: ignore[method-assign]  # those of each second are ours
    app = start(server.path)
    chart = page(app).traffic.chart
    for octets in (0, 5_000_000, 10_000_000):
        with qtbot.waitSignal(app.desk.measured):
            server.publish(Statistics(name="office", octets_in=octets, octets_out=1500, rtt_ms=18.4))
    assert page(app).traffic.received.more.text() == "10.0 MB in all"
    assert page(app).traffic.trip.value.text() == "18 ms"
    assert page(app).traffic.received.value.accessibleName().startswith("Received: ")
    before = chart.grab().toImage()
    with qtbot.waitSignal(app.desk.measured):
        server.publish(Statistics(name="office", octets_in=90_000_000, octets_out=1500, rtt_ms=25))
    assert chart.grab().toImage() != before


def test_units_follow_the_setting(start: StartApp, server: FakeServer, settings: Settings) -> None:
    server.add(["office"])
    server.service.connections["office"] = ConnectionStatus(name="office", state="up", octets_in=2048)
    app = start(server.path)
    assert page(app).traffic.received.more.text() == "2.0 kB in all"
    settings.units = "binary"
    assert page(app).traffic.received.more.text() == "2.0 KiB in all"


def test_paused_rules_are_resumed_from_their_note(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["office"])
    server.service.on_demand["office"] = OnDemandStatus(state="paused")
    app = start(server.path)
    button = next(each for each in page(app).findChildren(QPushButton) if each.accessibleName() == "Resume")
    press(button)
    qtbot.waitUntil(lambda: server.service.on_demand["office"].state == "on")
    qtbot.waitUntil(lambda: "by itself" in page(app).state.detail.text())


def test_a_kill_switch_that_holds_a_connection_down_is_its_state(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["office"])
    app = start(server.path)
    hold = KillSwitchHold(name="office", mode="always")
    server.publish(KillSwitchStatus(blocking=True, profiles=(hold,)))
    qtbot.waitUntil(lambda: page(app).state.state.text() == "Blocked")
    assert shown_buttons(app) == ["Connect"]


def test_a_lost_service_is_told_and_found_again(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["office"])
    app = start(server.path)
    server.stop()
    qtbot.waitUntil(lambda: app.window.stack.currentWidget() is app.window.lost)
    assert not app.window.commands.connect_now.isEnabled()
    assert face(app) is Face.LOST
    server.start()
    qtbot.waitUntil(lambda: app.window.stack.currentWidget() is page(app), timeout=10_000)
    assert shown_buttons(app) == ["Connect"]


def test_a_service_that_never_was_there_is_told(
    start: StartApp, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ginnel_gui.windows.main_window.PATIENCE_MS", 2000)  # a start may take a second
    app = start(tmp_path / "nothing", waits=False)
    assert app.window.stack.currentWidget() is not app.window.lost
    qtbot.waitUntil(lambda: app.window.stack.currentWidget() is app.window.lost)
    assert str(tmp_path / "nothing") in app.window.lost.place.text()
    press(app.window.lost.findChildren(QPushButton)[0])
    assert QGuiApplication.clipboard().text() == app.window.lost.command.text()


def test_the_keyboard_alone_finds_connects_and_disconnects(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["alpha", "beta"])
    app = start(server.path)
    window = app.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.sidebar.search.hasFocus)
    QTest.keyClicks(window.sidebar.search, "bet")
    QTest.keyClick(window.sidebar.search, Qt.Key.Key_Return)
    qtbot.waitUntil(window.sidebar.view.hasFocus)
    assert window.profile == "beta"
    QTest.keyClick(window.sidebar.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: face(app, "beta") is Face.CONNECTED)
    assert window.profile == "beta"
    QTest.keyClick(window, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: face(app, "beta") is Face.DISCONNECTED)


def test_nothing_found_is_said(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["alpha"])
    sidebar = start(server.path).window.sidebar
    QTest.keyClicks(sidebar.search, "zzz")
    assert sidebar.nothing.isVisible()
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert not sidebar.nothing.isVisible()


def test_a_profile_that_the_search_hides_is_the_chosen_one_still(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    server.add(["home", "office"])
    app = start(server.path)
    app.window.show_profile("office")
    QTest.keyClicks(app.window.sidebar.search, "zzz")
    assert app.window.profile == "office"
    press(page(app).state.buttons[0])
    qtbot.waitUntil(lambda: face(app) is Face.CONNECTED)
    app.window.sidebar.search.clear()
    assert app.window.sidebar.view.currentIndex().data() == "office"


def test_a_profile_is_shown_although_something_else_is_looked_for(
    start: StartApp, server: FakeServer
) -> None:
    server.add(["home", "office"])
    app = start(server.path)
    QTest.keyClicks(app.window.sidebar.search, "home")
    app.window.show_profile("office")
    assert app.window.profile == page(app)._name == "office"
    assert app.window.sidebar.view.currentIndex().data() == "office"


def test_a_dropped_file_is_to_be_imported(
    start: StartApp, server: FakeServer, qtbot: QtBot, tmp_path: Path
) -> None:
    app = start(server.path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "office.sswan")), QUrl("https://example.org/x")])
    drop = QDropEvent(
        QPointF(QPoint(5, 5)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(app.window.import_requested) as wanted:
        app.window.dropEvent(drop)
    assert wanted.args == [str(tmp_path / "office.sswan")]


def test_the_window_comes_back_as_it_was(start: StartApp, server: FakeServer, settings: Settings) -> None:
    server.add(["alpha", "beta"])
    first = start(server.path).window
    first.resize(760, 611)
    first.show_profile("beta")
    first.keep_place()
    second = start(server.path).window
    assert second.size() == first.size()
    assert second.profile == "beta"


def test_commands_about_a_profile_name_it(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["alpha"])
    window = start(server.path).window
    commands = window.commands
    for action, signal in (
        (commands.edit, window.edit_requested),
        (commands.rename, window.rename_requested),
        (commands.duplicate, window.duplicate_requested),
        (commands.export, window.export_requested),
        (commands.remove, window.remove_requested),
    ):
        with qtbot.waitSignal(signal) as wanted:
            action.trigger()
        assert wanted.args == ["alpha"]
    commands.copy_details.trigger()
    assert "Connection: alpha" in QGuiApplication.clipboard().text()


def test_a_connection_of_two_windows_is_one(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["office"])
    first, second = start(server.path), start(server.path)
    first.desk.connect_profile("office")
    qtbot.waitUntil(lambda: face(second) is Face.CONNECTED)
    second.desk.disconnect_profile("office")
    qtbot.waitUntil(lambda: face(first) is Face.DISCONNECTED)


def test_news_of_others_leave_the_page_alone(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["alpha", "beta"])
    app = start(server.path)
    status = ConnectionStatus(name="beta", state="up")
    server.publish(status)
    qtbot.waitUntil(lambda: face(app, "beta") is Face.CONNECTED)
    assert page(app).state.name.text() == "alpha"
    assert page(app).state.state.text() == "Disconnected"
    server.publish(msgspec.structs.replace(status, state="down"))
    qtbot.waitUntil(lambda: face(app, "beta") is Face.DISCONNECTED)


def test_the_theme_can_be_changed_while_it_runs(
    start: StartApp, server: FakeServer, settings: Settings
) -> None:
    server.add(["office"])
    window = start(server.path).window
    places = [QPoint(3, window.height() - 3), QPoint(window.width() - 40, window.height() - 40)]
    order: tuple[tuple[Choice, bool], ...] = (("dark", False), ("light", True), ("dark", False))
    for choice, is_light in order:
        settings.theme = choice
        drawn = window.grab().toImage()
        assert [drawn.pixelColor(each).lightness() > 128 for each in places] == [is_light, is_light]


def test_the_app_may_run_for_days(start: StartApp, server: FakeServer, settings: Settings) -> None:
    """Nothing grows; and no binding takes references from None, which ends the process (PySide6 6.12.0)."""
    server.add(["office"])
    server.service.connections["office"] = ConnectionStatus(
        name="office", state="up", established_at=1.0, rtt_ms=1.0
    )
    app = start(server.path)
    app.window.sidebar.view.setFocus()
    series = app.desk.series("office")
    for second in range(50):
        series.add(float(second), second * 1000, second * 500, 10.0)

    def live() -> None:
        app.desk.measured.emit("office")
        app.desk.connection_changed.emit("office")
        app.tray.refresh()
        app.window.grab()
        settings.changed.emit("units")

    for _ in range(3):
        live()
    gc.collect()
    references, objects = sys.getrefcount(None), len(gc.get_objects())
    for _ in range(100):
        live()
    gc.collect()
    assert sys.getrefcount(None) > references - 50
    assert len(gc.get_objects()) < objects + 50
