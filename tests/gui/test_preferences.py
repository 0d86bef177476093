from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.settings import Settings
from ginnel_gui.windows.preferences import Preferences
from helpers.fake_server import FakeServer

Start = Callable[..., App]


class Login:
    """An Autostart that keeps nothing."""

    def __init__(self) -> None:
        self.enabled = False
        self.fails = False

    def enable(self, wanted: bool) -> None:
        if self.fails:
            raise PermissionError(13, "Permission denied")
        self.enabled = wanted


@pytest.fixture
def login() -> Login:
    return Login()


@pytest.fixture
def dialog(server: FakeServer, start: Start, login: Login, qtbot: QtBot) -> Preferences:
    app = start(server.path)
    shown = Preferences(app.context, login, app.window)
    qtbot.addWidget(shown)
    shown.open()
    return shown


def choose(box: object, value: str) -> None:
    from PySide6.QtWidgets import QComboBox

    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_what_is_chosen_counts_at_once(dialog: Preferences, settings: Settings) -> None:
    choose(dialog.theme, "dark")
    choose(dialog.units, "bits")
    dialog.notifications.click()
    assert (settings.theme, settings.units, settings.notifications) == ("dark", "bits", False)
    assert dialog._context.theme.is_dark
    choose(dialog.theme, "light")


def test_a_language_counts_from_the_next_start(dialog: Preferences, settings: Settings) -> None:
    assert dialog.later.isHidden()
    choose(dialog.language, "de")
    assert settings.language == "de"
    assert dialog.later.isVisible()


def test_every_language_names_itself(dialog: Preferences) -> None:
    names = [dialog.language.itemText(row) for row in range(1, dialog.language.count())]
    assert names == ["Deutsch", "English"]


def test_starting_at_login_is_turned_on_and_off(dialog: Preferences, login: Login) -> None:
    dialog.login.click()
    assert login.enabled
    dialog.login.click()
    assert not login.enabled


def test_a_failure_to_do_so_is_told_and_shown(dialog: Preferences, login: Login) -> None:
    login.fails = True
    dialog.login.click()
    assert not dialog.login.isChecked()
    (box,) = dialog.findChildren(QMessageBox)
    assert box.text() == "Permission denied"
    box.close()


def test_the_menu_opens_them(server: FakeServer, start: Start, qtbot: QtBot) -> None:
    app = start(server.path)
    app.window.commands.preferences.trigger()
    (shown,) = app.window.findChildren(Preferences)
    assert shown.isVisible()
    shown.close()
