"""The app's end of the socket, while the service comes and goes."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from ginnel_gui.link import Link
from ginnel_service.ipc.schema import MAX_MESSAGE_OCTETS, ErrorInfo, NameParams
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


def test_what_is_too_large_for_the_service_is_not_sent(server: FakeServer, qtbot: QtBot) -> None:
    """It would hang up, and the next try to check a form would make it hang up again."""
    link = Link(str(server.path))
    with qtbot.waitSignal(link.opened):
        link.open()
    heard: list[ErrorInfo | None] = []
    lost: list[bool] = []
    link.closed.connect(lambda: lost.append(True))
    for name in ("x" * MAX_MESSAGE_OCTETS, "office"):
        link.call("profile.show", NameParams(name=name), lambda _, error: heard.append(error))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert [error.code for error in heard if error is not None] == ["too_large", "unknown_profile"]
    assert not lost
    link.close()
