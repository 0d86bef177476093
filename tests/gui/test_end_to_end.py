"""The app on a real service and a real gateway: what its window shows is what the tunnel is."""

from __future__ import annotations

import secrets

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.model.present import Face
from ginnel_gui.windows.connection_page import ConnectionPage
from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import Gateway, Service, ping
from helpers.peers import PROFILE, profile

from .conftest import StartApp

pytestmark = [pytest.mark.netns]

#: Of anything that the service or the gateway takes part in, in milliseconds.
BOUND_MS = 20_000


def face(app: App) -> Face:
    return app.desk.presentation(PROFILE).face


def press(app: App) -> None:
    """The one button of the page."""
    page = app.window.page("connection")
    assert isinstance(page, ConnectionPage)
    QTest.mouseClick(page.state.buttons[0], Qt.MouseButton.LeftButton)


def test_a_tunnel_is_made_watched_lost_and_let_go(lab: Lab, start: StartApp, qtbot: QtBot) -> None:
    psk = secrets.token_urlsafe(24)
    net = Internet(lab)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    app = start(service.socket)
    assert app.window.stack.currentWidget() is app.window.welcome
    service.create({**profile(0), "ike": {}, "esp": {}}, psk)
    qtbot.waitUntil(lambda: app.window.profile == PROFILE, timeout=BOUND_MS)
    page = app.window.page("connection")
    assert isinstance(page, ConnectionPage)

    press(app)
    qtbot.waitUntil(lambda: face(app) is Face.CONNECTED, timeout=BOUND_MS)
    assert page.traffic.isVisible()
    status = app.desk.status(PROFILE)
    assert status is not None
    assert status.addresses[0].startswith("10.99.0.")
    shown = "\n".join(each.text() for each in page.facts.findChildren(QLabel))
    assert status.addresses[0].removesuffix("/32") in shown
    assert status.device in shown

    series = app.desk.series(PROFILE)
    qtbot.waitUntil(lambda: series.latest is not None, timeout=BOUND_MS)
    assert ping(net.client, Internet.SERVER[0], 500).lost == 0
    qtbot.waitUntil(lambda: series.peak_octets_s() > 1000, timeout=BOUND_MS)

    service.process.kill()
    qtbot.waitUntil(lambda: app.window.stack.currentWidget() is app.window.lost, timeout=BOUND_MS)
    service.start()
    qtbot.waitUntil(lambda: app.window.stack.currentWidget() is page, timeout=BOUND_MS)
    qtbot.waitUntil(lambda: face(app) is Face.DISCONNECTED, timeout=BOUND_MS)

    press(app)
    qtbot.waitUntil(lambda: face(app) is Face.CONNECTED, timeout=BOUND_MS)
    press(app)
    qtbot.waitUntil(lambda: face(app) is Face.DISCONNECTED, timeout=BOUND_MS)
    service.wait_for(PROFILE, lambda status: status["state"] == "down", "the end of the tunnel")


def test_a_wrong_key_is_told_with_what_to_do(lab: Lab, start: StartApp, qtbot: QtBot) -> None:
    net = Internet(lab)
    Gateway(net.gateway, secrets.token_urlsafe(24))
    service = Service(net.client)
    service.create({**profile(0), "ike": {}, "esp": {}}, secrets.token_urlsafe(24))
    app = start(service.socket)
    page = app.window.page("connection")
    assert isinstance(page, ConnectionPage)
    press(app)
    qtbot.waitUntil(lambda: face(app) is Face.FAILED, timeout=BOUND_MS)
    assert page.error.cause.text() == "The gateway and this connection do not agree on who is who."
    assert page.error.remedy.text()
