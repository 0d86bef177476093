"""A desk on a fake service, which a thread serves on a real unix socket, and what dialogs work with."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QLocale, QSettings, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ginnel_gui.desk import Desk
from ginnel_gui.draw.theme import Theme
from ginnel_gui.lasting import keep_none
from ginnel_gui.link import Link
from ginnel_gui.settings import Settings
from ginnel_gui.windows.pages import Context
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.server import Server

keep_none()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[FakeService]:
    """Served at `tmp_path/run/ginneld.sock`."""
    loop = asyncio.new_event_loop()
    fake = FakeService()
    server = Server(fake, tmp_path / "run" / "ginneld.sock")
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield fake
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Whatever Qt complains of fails the test."""
    said: list[str] = []

    def hear(kind: QtMsgType, _: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg:
            said.append(message)

    before = qInstallMessageHandler(hear)
    yield
    qInstallMessageHandler(before)
    # An offscreen screen has no window manager to hand such things on to.
    assert not [each for each in said if "propagateSizeHints" not in each]


@pytest.fixture
def desk(qtbot: QtBot, service: FakeService, tmp_path: Path) -> Iterator[Desk]:
    """In contact with the service."""
    link = Link(str(tmp_path / "run" / "ginneld.sock"))
    found = Desk(link)
    with qtbot.waitSignal(found.contact):
        link.open()
    yield found
    link.close()


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def context(desk: Desk, theme: Theme, tmp_path: Path) -> Context:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    return Context(desk, theme, Settings(store), QLocale("en_GB"))
