"""A person who clicks and types at random, while the service says anything that it may say."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QPoint, Qt, QTimer
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

STEPS_OF_A_RUN = int(os.environ.get("GINNEL_MONKEY", "10000"))
SEED = int(os.environ.get("GINNEL_SEED", "1"))
#: One click or key, with everything that follows from it.
LONGEST_S = 0.1
#: Of so many steps one may be longer, whatever this machine was at.
SPOILT = 5000

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


def act(app: App, chance: random.Random) -> str:
    """Of the open window, or of the dialog or menu that lies on it; returns what was done."""
    top: QWidget = QApplication.activePopupWidget() or QApplication.activeModalWidget() or app.window
    at = QPoint(chance.randrange(max(1, top.width())), chance.randrange(max(1, top.height())))
    target = top.childAt(at) or top
    kind = chance.randrange(4)
    did = (
        f"{('click', 'key', 'shortcut', 'event')[kind]} at {target.accessibleName() or type(target).__name__}"
    )
    match kind:
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
    return did


def close_what_waits() -> None:
    """A tool button's menu, or what Qt's own file dialog asks: until then nobody can act elsewhere."""
    box = QApplication.activeModalWidget()
    if (menu := QApplication.activePopupWidget()) is not None:
        menu.close()
    elif isinstance(box, QMessageBox) and isinstance(box.parent(), QFileDialog):
        box.reject()


class Turns:
    """How long the app keeps a person waiting, by a clock that stands still while that is not its fault.

    Not counted is what the machine has for others, and what an inner event loop waits, such as a menu's.
    Counted is all else: work, and waiting for a file, a process or a lock.
    """

    def __init__(self) -> None:
        self._waited_s = self._blocked_at = 0.0
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.aboutToBlock.connect(self._block)
        dispatcher.awake.connect(self._wake)

    def now(self) -> float:
        return time.perf_counter() - self._waited_s - _for_others_s()

    def _block(self) -> None:
        self._blocked_at = self.now()

    def _wake(self) -> None:
        if self._blocked_at:
            self._waited_s += self.now() - self._blocked_at
            self._blocked_at = 0.0


def _for_others_s() -> float:
    """While this thread could run: the second number of schedstat (sched-stats.rst of the kernel). While it
    seemed to: what a hypervisor gave to other machines (proc_stat(5)). Nothing but Linux tells either."""
    if not sys.platform.startswith("linux"):
        return 0.0
    queued_ns = int(Path("/proc/thread-self/schedstat").read_text().split()[1])
    stolen = int(Path("/proc/stat").read_text().split(maxsplit=9)[8])
    return queued_ns / 1e9 + stolen / os.sysconf("SC_CLK_TCK")


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.usefixtures("little_to_collect")
@pytest.mark.timeout(120 + STEPS_OF_A_RUN // 50)
def test_nothing_breaks_and_nothing_hangs(
    start: StartApp, server: FakeServer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where what is exported goes
    print(f"GINNEL_SEED={SEED} GINNEL_MONKEY={STEPS_OF_A_RUN}")
    chance = random.Random(SEED)
    server.add(NAMES)
    app = start(server.path)
    app.ended.connect(app.link.open)  # whoever quits starts again
    app.window.activateWindow()
    # Which is read in while nobody has found the mouse yet.
    qtbot.waitUntil(lambda: "ginnel_gui.windows.import_dialog" in sys.modules)
    slow: list[str] = []
    turns = Turns()
    closing = QTimer()
    closing.timeout.connect(close_what_waits)
    closing.start(30)
    for number in range(STEPS_OF_A_RUN):
        began = turns.now()
        did = act(app, chance)
        QApplication.processEvents()
        took = turns.now() - began
        if took > LONGEST_S:
            slow.append(f"{number}: {did} took {took * 1000:.0f} ms")
    assert len(slow) <= STEPS_OF_A_RUN // SPOILT, slow
    qtbot.waitUntil(lambda: app.desk.has_contact)
