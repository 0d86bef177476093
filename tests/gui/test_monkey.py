"""A person who clicks and types at random, while the service says anything that it may say."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.model.error_words import ERRORS
from ginnel_service.ipc.schema import (
    STEPS,
    ConnectionStatus,
    ErrorInfo,
    Event,
    KillSwitchHold,
    KillSwitchStatus,
    LogEntry,
    OnDemandStatus,
    ProfileChange,
    ProfileSummary,
    PromptStatus,
    State,
    Statistics,
)
from helpers.fake_server import FakeServer

from .conftest import StartApp

STEPS_OF_A_RUN = 2500
#: One click or key, with everything that follows from it, in seconds of the processor.
LONGEST_S = 0.1

NAMES = [f"site-{number}" for number in range(8)]
_STATES: tuple[State, ...] = ("down", "connecting", "up", "reconnecting", "disconnecting", "failed")
_KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return),
    *(Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_S, Qt.Key.Key_7, Qt.Key.Key_Backspace),
)
_WITH_CONTROL = (Qt.Key.Key_F, Qt.Key.Key_E, Qt.Key.Key_T, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Return)


def any_event(chance: random.Random) -> Event:
    name = chance.choice(NAMES)
    error = ErrorInfo(code=chance.choice(list(ERRORS))) if chance.random() < 0.4 else None
    octets = chance.randrange(10**10)
    makers: tuple[Callable[[], Event], ...] = (
        lambda: ConnectionStatus(
            name=name,
            state=chance.choice(_STATES),
            step=chance.choice(("", *STEPS)),
            error=error,
            next_try_s=chance.choice((None, 0.0, 17.5)),
            weak=chance.choice(((), ("modp1024",))),
            routes=("10.0.0.0/8",) * chance.randrange(20),
            established_at=chance.choice((None, 1_700_000_000.0)),
        ),
        lambda: Statistics(name=name, octets_in=octets, octets_out=octets // 3, rtt_ms=chance.random() * 90),
        lambda: ProfileChange(
            name=name,
            summary=None
            if chance.random() < 0.3
            else ProfileSummary(
                name=name,
                server="x" * chance.randrange(60),
                owner_uid=chance.choice((0, 1000, 77)),
                on_demand=OnDemandStatus(
                    state=chance.choice(("off", "on", "paused")), action="connect", rule=1
                ),
            ),
        ),
        lambda: KillSwitchStatus(
            blocking=chance.random() < 0.5, profiles=(KillSwitchHold(name=name, mode="always"),)
        ),
        lambda: PromptStatus(id=chance.randrange(3), name=name, kind="otp", open=chance.random() < 0.5),
        lambda: LogEntry(at=1.0, level="info", logger="ginnel", message="said"),
    )
    return chance.choice(makers)()


def act(app: App, chance: random.Random) -> None:
    """Of the open window, or of the dialog or menu that lies on it."""
    top: QWidget = QApplication.activePopupWidget() or QApplication.activeModalWidget() or app.window
    at = QPoint(chance.randrange(max(1, top.width())), chance.randrange(max(1, top.height())))
    target = top.childAt(at) or top
    match chance.randrange(4):
        case 0:
            QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.mapFrom(top, at))
        case 1:
            QTest.keyClick(QApplication.focusWidget() or top, chance.choice(_KEYS))
        case 2:
            control = Qt.KeyboardModifier.ControlModifier
            QTest.keyClick(QApplication.focusWidget() or top, chance.choice(_WITH_CONTROL), control)
        case _:
            app.link.news.emit(any_event(chance))
    if not app.window.isVisible():
        app.window.come_forward()


def close_menu() -> None:
    """Or what Qt's own file dialog says when there is no such file."""
    box = QApplication.activeModalWidget()
    if (menu := QApplication.activePopupWidget()) is not None:
        menu.close()
    elif isinstance(box, QMessageBox) and isinstance(box.parent(), QFileDialog):
        box.reject()


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_breaks_and_nothing_hangs(
    start: StartApp, server: FakeServer, qtbot: QtBot, seed: int
) -> None:
    chance = random.Random(seed)
    server.add(NAMES)
    app = start(server.path)
    app.ended.connect(app.link.open)  # whoever quits starts again
    app.window.activateWindow()
    slow: list[float] = []
    closing = QTimer()  # a tool button's menu lets nobody else act until it is closed
    closing.timeout.connect(close_menu)
    closing.start(30)
    for _ in range(STEPS_OF_A_RUN):
        began = time.thread_time()
        act(app, chance)
        QApplication.processEvents()
        if (took := time.thread_time() - began) > LONGEST_S:
            slow.append(took)
    assert slow == []
    qtbot.waitUntil(lambda: app.desk.has_contact)
