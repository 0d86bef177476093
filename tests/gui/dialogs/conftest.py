"""What dialogs work with: a desk in contact with the fake service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from ginnel_gui.application import Application
from ginnel_gui.desk import Desk
from ginnel_gui.draw.theme import Theme
from ginnel_gui.link import Link
from ginnel_gui.settings import Settings
from ginnel_gui.windows.page import Context
from ginnel_service.ipc.fake import FakeService
from helpers.fake_server import FakeServer


@pytest.fixture
def service(server: FakeServer) -> FakeService:
    return server.service


@pytest.fixture
def desk(qtbot: QtBot, server: FakeServer) -> Iterator[Desk]:
    """In contact with the service."""
    link = Link(str(server.path))
    found = Desk(link)
    with qtbot.waitSignal(found.contact):
        link.open()
    yield found
    link.close()


@pytest.fixture(scope="session")
def theme(qapp: Application) -> Theme:
    return Theme(qapp)


@pytest.fixture
def context(desk: Desk, theme: Theme, settings: Settings) -> Context:
    return Context(desk, theme, settings, QLocale("en_GB"))
