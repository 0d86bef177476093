"""The app's end of the socket, while the service comes and goes."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from ginnel_gui.link import Link
from ginnel_service.ipc.schema import ErrorInfo
from helpers.fake_server import FakeServer


def test_who_asks_when_the_contact_is_lost_hears_so(server: FakeServer, qtbot: QtBot) -> None:
    """Qt warns, and so fails the test, when the dead socket is written to."""
    link = Link(str(server.path))
    with qtbot.waitSignal(link.opened):
        link.open()
    heard: list[ErrorInfo | None] = []

    def answered(_: Any, error: ErrorInfo | None) -> None:
        heard.append(error)

    link.closed.connect(lambda: link.call("profile.list", None, answered))
    with qtbot.waitSignal(link.closed):
        server.stop()
    assert heard == [ErrorInfo(code="connection_lost")]
    link.close()
