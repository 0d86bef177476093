"""The app against a fake service on a real socket, drawn off screen. Any warning of Qt fails the test."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Programs that tests start do not meet the desktop of whoever runs the tests.
os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

pytest.importorskip("pytestqt", reason="the app's tests need PySide6 and pytest-qt (`make setup`)")

from PySide6.QtCore import QLocale, QSettings
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.keychain import UNAVAILABLE
from ginnel_gui.settings import Settings
from helpers.fake_server import FakeServer, fake_server

#: What the off-screen platform lacks; nothing of ours is to blame.
_OF_THE_PLATFORM = r"This plugin does not support (propagateSizeHints\(\)|raise\(\)|grabbing the keyboard)"

StartApp = Callable[..., App]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(_OF_THE_PLATFORM))


@pytest.fixture(scope="session")
def qapp_cls() -> type[Application]:
    return Application


@pytest.fixture(autouse=True)
def no_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test meets the keychain of whoever runs it: the helper says that there is none."""
    monkeypatch.setattr("ginnel_gui.keychain_access.HELPER", ("sh", "-c", f"exit {UNAVAILABLE}"))


@pytest.fixture
def little_to_collect() -> Iterator[None]:
    """What other tests left in this process is no burden of the app's: Python's collector passes over it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    with fake_server(tmp_path / "run" / "ginneld.sock") as served:
        yield served


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def start(qtbot: QtBot, qapp: Application, settings: Settings) -> Iterator[StartApp]:
    """`start(path)` is the app with its window open; with `waits` it has found the service."""
    assert not QSystemTrayIcon.isSystemTrayAvailable()
    started: list[App] = []

    def begin(path: Path, *, waits: bool = True) -> App:
        app = App(qapp, settings, QLocale("en"), str(path))
        started.append(app)
        app.begin()
        qtbot.waitExposed(app.window)
        if waits:
            qtbot.waitUntil(lambda: app.desk.has_contact)
        return app

    yield begin
    for app in started:
        app.link.close()
        app.window.hide()
        app.window.deleteLater()
        app.deleteLater()
    qapp.processEvents()
