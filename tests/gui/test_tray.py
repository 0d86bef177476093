from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.draw.tray_icon import tray_icon
from ginnel_gui.model.overall import notice, overall, summary
from ginnel_gui.model.present import Face
from ginnel_gui.settings import Settings
from ginnel_gui.windows.editor import Editor
from ginnel_gui.windows.tray import MOST_PROFILES, Tray
from helpers.fake_server import FakeServer

from .conftest import StartApp


class PresentTray(Tray):
    """On a desktop that has a tray, which keeps what it is told."""

    def __init__(self, *arguments: Any) -> None:
        self.told: list[str] = []
        super().__init__(*arguments)

    @property
    def is_there(self) -> bool:
        return True

    def tell(self, title: str, text: str = "", icon: object = None) -> None:
        self.told.append(title)


@pytest.fixture
def app(qtbot: QtBot, qapp: Application, settings: Settings, server: FakeServer) -> Iterator[App]:
    server.add(["office"])
    app = App(qapp, settings, QLocale("en"), str(server.path), tray=PresentTray)
    app.begin()
    qtbot.waitUntil(lambda: app.window.profile == "office")
    yield app
    app.link.close()
    app.window.hide()
    app.window.deleteLater()
    app.deleteLater()
    qapp.processEvents()


def entries(app: App) -> dict[str, QAction]:
    app.tray.refresh()
    return {each.text(): each for each in app.tray.menu.actions() if each.text()}


def test_the_most_pressing_state_stands_for_all() -> None:
    assert overall({Face.CONNECTED, Face.FAILED}, has_service=True) is Face.CONNECTED
    assert overall({Face.CONNECTED, Face.WAITING}, has_service=True) is Face.WAITING
    assert overall(set(), has_service=True) is Face.DISCONNECTED
    assert overall({Face.CONNECTED}, has_service=False) is Face.LOST


def test_the_connected_are_named() -> None:
    faces = {"b": Face.CONNECTED, "a": Face.CONNECTED, "c": Face.FAILED}
    assert summary(faces, has_service=True).values == ("a, b",)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (Face.CONNECTING, Face.CONNECTED, True),
        (Face.CONNECTED, Face.RECONNECTING, True),
        (Face.RECONNECTING, Face.CONNECTED, True),
        (Face.CONNECTED, Face.DISCONNECTED, True),
        (Face.CONNECTED, Face.BLOCKED, True),
        (Face.CONNECTING, Face.FAILED, True),
        (Face.CONNECTING, Face.WAITING, True),
        (Face.LOST, Face.CONNECTED, False),
        (Face.LOST, Face.DISCONNECTED, False),
        (Face.CONNECTED, Face.LOST, False),
        (Face.DISCONNECTED, Face.CONNECTING, False),
        (Face.CONNECTING, Face.DISCONNECTED, False),
    ],
)
def test_only_what_matters_is_told(before: Face, after: Face, told: bool) -> None:
    assert (notice("office", before, after) is not None) is told


@pytest.mark.parametrize("face", Face)
def test_every_state_has_an_icon_of_its_own(qapp: Application, face: Face) -> None:
    drawn = tray_icon(face.value, face.tone, mask=False).pixmap(32, 32).toImage()
    others = [tray_icon(each.value, each.tone, mask=False).pixmap(32, 32).toImage() for each in Face]
    assert others.count(drawn) == 1
    assert tray_icon(face.value, face.tone, mask=True).isMask()


def test_its_menu_connects_and_disconnects(app: App, qtbot: QtBot) -> None:
    entries(app)["office"].trigger()
    qtbot.waitUntil(lambda: "office - Connected" in entries(app))
    assert app.tray.icon.toolTip() == "Ginnel - Connected: office"
    entries(app)["office - Connected"].trigger()
    qtbot.waitUntil(lambda: "office" in entries(app))


def test_changes_are_told_while_the_window_is_not_in_front(app: App, qtbot: QtBot) -> None:
    assert isinstance(app.tray, PresentTray)
    app.window.hide()
    app.desk.connect_profile("office")
    told = app.tray.told
    qtbot.waitUntil(lambda: told == ["office is connected"])


def test_closing_the_window_leaves_the_app_in_the_tray(app: App, qtbot: QtBot) -> None:
    assert isinstance(app.tray, PresentTray)
    for _ in range(2):
        app.window.close()
        assert not app.window.isVisible()
        assert app.desk.has_contact
        app.tray.open_requested.emit("")
        assert app.window.isVisible()
    assert app.tray.told.count("Ginnel goes on here") == 1


def test_closing_the_window_ends_the_app_when_the_person_wants_it_so(
    app: App, settings: Settings, qtbot: QtBot
) -> None:
    settings.close_to_tray = False
    with qtbot.waitSignal(app.ended):
        app.window.close()


def test_quitting_does_not_drop_what_is_being_edited(app: App, qtbot: QtBot) -> None:
    app.window.edit_requested.emit("office")
    qtbot.waitUntil(lambda: bool(app.window.findChildren(Editor)))
    (editor,) = app.window.findChildren(Editor)
    editor.form.put("server", "other.example.org")
    with qtbot.assertNotEmitted(app.ended):
        for _ in range(2):  # the second time over the question
            app.tray.quit_requested.emit()
    assert editor.isVisible()
    editor.undo.click()
    with qtbot.waitSignal(app.ended):
        app.tray.quit_requested.emit()


def test_closing_the_window_ends_the_app_without_a_tray(
    start: StartApp, server: FakeServer, qtbot: QtBot
) -> None:
    app = start(server.path)
    assert not app.tray.is_there
    with qtbot.waitSignal(app.ended):
        app.window.close()


def test_a_long_menu_ends_in_the_window(app: App, server: FakeServer, qtbot: QtBot) -> None:
    names = [f"site-{number:02}" for number in range(40)]

    def appear() -> None:
        server.add(names)
        for name in names:
            server.service._tell_of(name)

    server.do(appear)
    qtbot.waitUntil(lambda: len(app.desk.mirror.profiles) == 41)
    found = entries(app)
    assert sum(name in found for name in [*names, "office"]) == MOST_PROFILES
    assert "29 &more…" in found


def test_an_open_menu_stays_as_it_is(app: App, server: FakeServer, qtbot: QtBot) -> None:
    server.add(["alpha"])
    server.do(lambda: server.service._tell_of("alpha"))
    qtbot.waitUntil(lambda: "alpha" in app.desk.mirror.profiles)
    assert list(entries(app))[1:3] == ["alpha", "office"]
    app.tray.menu.popup(QPoint(0, 0))
    app.desk.connect_profile("office")
    qtbot.waitUntil(lambda: app.tray._faces["office"] is Face.CONNECTED)
    assert [each.text() for each in app.tray.menu.actions() if each.text()][1:3] == ["alpha", "office"]
    app.tray.menu.hide()
    qtbot.waitUntil(lambda: app.tray.menu.actions()[2].text() == "office - Connected")
