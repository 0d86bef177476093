from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.windows.log_model import Column
from ginnel_gui.windows.log_page import LogPage
from ginnel_service.ipc.schema import Level, LogEntry
from helpers.fake_server import FakeServer

Start = Callable[..., App]


def entry(number: int, level: Level = "info", connection: str = "office") -> LogEntry:
    return LogEntry(
        at=1_700_000_000.0 + number,
        level=level,
        logger="ginnel.ike",
        message=f"line {number}",
        connection=connection,
    )


@pytest.fixture
def page(server: FakeServer, start: Start, qtbot: QtBot) -> LogPage:
    server.add(["office", "home"])
    server.service.entries = [entry(number) for number in range(50)]
    app = start(server.path)
    app.window.show_page("log")
    shown = app.window.page("log")
    assert isinstance(shown, LogPage)
    qtbot.waitUntil(lambda: shown.model.counts == (50, 50))
    return shown


def test_old_lines_come_first_then_new_ones_live(page: LogPage, server: FakeServer, qtbot: QtBot) -> None:
    server.publish(entry(50), entry(51))
    qtbot.waitUntil(lambda: page.model.counts == (52, 52))
    assert [page.model.entry(row).message for row in (0, 51)] == ["line 0", "line 51"]


def test_after_a_restart_of_the_service_lines_go_on_without_doubles(
    page: LogPage, server: FakeServer, qtbot: QtBot
) -> None:
    server.stop()
    server.service.entries.append(entry(50))
    server.start()
    qtbot.waitUntil(lambda: page.model.counts == (51, 51))


def test_filters_of_level_connection_and_words(page: LogPage, server: FakeServer, qtbot: QtBot) -> None:
    server.publish(entry(50, "error"), entry(51, "warning", "home"))
    qtbot.waitUntil(lambda: page.model.counts == (52, 52))
    page.level.setCurrentIndex(page.level.findData("warning"))
    assert page.model.counts == (2, 52)
    page.connection.setCurrentIndex(page.connection.findData("home"))
    assert page.model.counts == (1, 52)
    page.level.setCurrentIndex(0)
    page.connection.setCurrentIndex(0)
    QTest.keyClicks(page.search, "LINE 49")
    qtbot.waitUntil(lambda: page.model.counts == (1, 52))
    assert page.counted.text() == "Lines: 1 of 52"


def test_when_the_chosen_connection_is_gone_all_lines_are_shown(
    page: LogPage, server: FakeServer, qtbot: QtBot
) -> None:
    page.connection.setCurrentIndex(page.connection.findData("home"))
    assert page.model.counts == (0, 50)

    def remove() -> None:
        del server.service.profiles["home"]
        server.service._tell_of("home")

    server.do(remove)
    qtbot.waitUntil(lambda: page.connection.findData("home") < 0)
    assert page.connection.currentData() == ""
    assert page.model.counts == (50, 50)


def test_the_view_follows_the_end_until_one_scrolls_away(
    page: LogPage, server: FakeServer, qtbot: QtBot
) -> None:
    bar = page.view.verticalScrollBar()
    server.publish(*(entry(number) for number in range(50, 80)))
    qtbot.waitUntil(lambda: page.model.counts[0] == 80)
    assert bar.value() == bar.maximum() > 0
    bar.setValue(0)
    assert page.to_end.isVisible()
    server.publish(entry(80))
    qtbot.waitUntil(lambda: page.model.counts[0] == 81)
    assert bar.value() == 0
    QTest.mouseClick(page.to_end, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not page.to_end.isVisible()


def test_chosen_lines_are_copied_as_text(page: LogPage) -> None:
    page.view.selectRow(3)
    page.copy.click()
    text = QGuiApplication.clipboard().text()
    assert text.endswith(" info    ginnel.ike [office]: line 3")
    assert "\n" not in text


def test_what_a_gateway_says_is_no_html_in_a_tool_tip(
    page: LogPage, server: FakeServer, qtbot: QtBot
) -> None:
    message = "the gateway says: <img src='/dev/zero'>"
    server.publish(msgspec.structs.replace(entry(50), message=message))
    qtbot.waitUntil(lambda: page.model.counts == (51, 51))
    told = page.model.index(50, Column.MESSAGE).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img" in told
    assert "<img" not in told


def test_what_is_shown_is_saved(page: LogPage, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "out.log"
    page.write(file)
    qtbot.waitUntil(file.exists)
    assert len(file.read_text().splitlines()) == 50


def test_a_folder_that_is_not_there_is_told(page: LogPage, tmp_path: Path, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QMessageBox

    page.write(tmp_path / "none" / "out.log")
    (box,) = page.findChildren(QMessageBox)
    assert box.text()
    box.close()


def test_an_administrator_chooses_what_the_service_logs(
    page: LogPage, server: FakeServer, qtbot: QtBot
) -> None:
    assert page.service_level.isVisible()
    menu = page.service_level.menu()
    menu.actions()[-1].trigger()
    qtbot.waitUntil(lambda: server.service.levels == [("debug", "")])


@pytest.mark.usefixtures("little_to_collect")
def test_a_hundred_thousand_lines_stay_smooth(page: LogPage, qtbot: QtBot) -> None:
    """No step may take longer than a person notices; the bound is wide, for slow machines."""
    desk = page._context.desk
    longest = 0.0
    for batch in range(100):
        for number in range(1000):
            desk.logged.emit(entry(1000 + batch * 1000 + number, "info" if number % 10 else "error"))
        begin = time.thread_time()
        page.model.take_in()
        QGuiApplication.processEvents()
        longest = max(longest, time.thread_time() - begin)
    assert page.model.counts == (100_000, 100_000)
    steps: tuple[Callable[[], object], ...] = (
        lambda: page.level.setCurrentIndex(page.level.findData("error")),
        lambda: page.level.setCurrentIndex(0),
        page.view.scrollToTop,
        page.view.scrollToBottom,
    )
    for work in steps:
        begin = time.thread_time()
        work()
        QGuiApplication.processEvents()
        longest = max(longest, time.thread_time() - begin)
    assert longest < 0.5
    print(f"longest step {longest * 1000:.0f} ms")
