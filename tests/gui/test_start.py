"""How the app begins: once for each person and service, quickly, in the person's language."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from ginnel_gui import language
from ginnel_gui.application import Application
from ginnel_gui.main import arguments
from ginnel_gui.settings import Settings
from ginnel_gui.single import MAX_MESSAGE_OCTETS, Handover, Single
from helpers.fake_server import FakeServer

from .conftest import StartApp

BOUND_S = 30


@pytest.fixture
def first(tmp_path: Path, qapp: Application) -> Iterator[Single]:
    single = Single("/run/ginnel/ginneld.sock", tmp_path)
    yield single
    single.close()


def environment(tmp_path: Path) -> dict[str, str]:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


def test_a_second_start_hands_its_files_over(first: Single, tmp_path: Path, qtbot: QtBot) -> None:
    assert first.claim()
    second = Single("/run/ginnel/ginneld.sock", tmp_path)
    assert not second.claim()
    heard: list[Handover] = []
    first.asked.connect(heard.append)
    with qtbot.waitSignal(second.passed) as passed:
        second.pass_on(["/srv/alice/office.sswan"])
    assert passed.args == [True]
    assert [each.files for each in heard] == [("/srv/alice/office.sswan",)]


def test_a_second_start_does_not_wait_for_ever(first: Single, tmp_path: Path, qtbot: QtBot) -> None:
    assert first.claim()
    first._server.blockSignals(True)  # as an app that is stopped: the system alone takes the connection
    second = Single("/run/ginnel/ginneld.sock", tmp_path)
    with qtbot.waitSignal(second.passed) as passed:
        second.pass_on([], patience_ms=100)
    assert passed.args == [False]


def test_another_service_has_another_app(first: Single, tmp_path: Path) -> None:
    assert first.claim()
    other = Single("/tmp/demo/ginneld.sock", tmp_path)
    assert other.claim()
    other.close()


def test_what_a_dead_app_left_is_in_nobodys_way(first: Single, tmp_path: Path) -> None:
    assert first.claim()
    first.close()
    again = Single("/run/ginnel/ginneld.sock", tmp_path)
    assert again.claim()
    again.close()


@pytest.mark.parametrize("sent", [b"nonsense\n", b'{"files": 3}\n', b"x" * (MAX_MESSAGE_OCTETS + 1)])
def test_nonsense_is_hung_up_on(first: Single, tmp_path: Path, qtbot: QtBot, sent: bytes) -> None:
    assert first.claim()
    heard: list[Handover] = []
    first.asked.connect(heard.append)
    socket = QLocalSocket()
    with qtbot.waitSignal(socket.connected):
        socket.connectToServer(str(next(tmp_path.glob("*.sock"))))
    with qtbot.waitSignal(socket.disconnected):
        socket.write(sent)
    assert heard == []


def test_the_socket_is_for_the_person_alone(first: Single, tmp_path: Path) -> None:
    assert first.claim()
    assert next(tmp_path.glob("*.sock")).stat().st_mode & 0o077 == 0


def test_a_handover_raises_the_window_and_imports(
    start: StartApp, server: FakeServer, first: Single, tmp_path: Path, qtbot: QtBot
) -> None:
    app = start(server.path)
    assert first.claim()
    app.obey(first)
    app.window.hide()
    second = Single("/run/ginnel/ginneld.sock", tmp_path)
    with qtbot.waitSignal(app.window.import_requested) as wanted:
        second.pass_on(["/tmp/a.p12"])
    assert wanted.args == ["/tmp/a.p12"]
    assert app.window.isVisible()


def test_a_process_starts_shows_itself_and_takes_a_second_start(tmp_path: Path) -> None:
    started = time.monotonic()
    command = [sys.executable, "-m", "ginnel_gui", "--socket", str(tmp_path / "none.sock")]
    with subprocess.Popen(command, env=environment(tmp_path), stderr=subprocess.PIPE, text=True) as process:
        try:
            while not list((tmp_path / "runtime").glob("ginnel-gui-*.sock")):
                assert process.poll() is None
                assert time.monotonic() < started + BOUND_S
                time.sleep(0.01)
            second = subprocess.run(
                [*command, "some.sswan"],
                env=environment(tmp_path),
                check=False,
                timeout=BOUND_S,
                capture_output=True,
                text=True,
            )
            assert second.returncode == 0, second.stderr
            assert process.poll() is None
        finally:
            process.terminate()
            _, said = process.communicate(timeout=BOUND_S)
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_app_that_is_told_to_end_leaves_things_in_order(tmp_path: Path, number: signal.Signals) -> None:
    runtime, kept = tmp_path / "runtime", tmp_path / "kept.ini"
    command = [sys.executable, "-m", "ginnel_gui", "--settings", str(kept), "--socket", str(tmp_path / "no")]
    with subprocess.Popen(
        # whoever runs the tests may have ignored SIGINT, as a shell does for what runs in its background
        ["env", "--default-signal=INT", *command],
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + BOUND_S
        while not list(runtime.glob("ginnel-gui-*.sock")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=BOUND_S)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert list(runtime.iterdir()) == []
    assert "window=" in kept.read_text()


def test_help_does_not_wait_for_qt() -> None:
    code = (
        "import sys; from ginnel_gui.main import arguments\n"
        "try: arguments(['--help'])\n"
        "finally: sys.exit('PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=BOUND_S).returncode == 0


def test_the_socket_comes_from_the_command_line_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GINNEL_SOCKET", "/tmp/x.sock")
    assert arguments([]).socket == "/tmp/x.sock"
    assert arguments(["--socket", "/tmp/y.sock", "a", "b"]).file == ["a", "b"]


@pytest.mark.usefixtures("little_to_collect")
def test_a_thousand_profiles_stay_smooth(start: StartApp, server: FakeServer, qtbot: QtBot) -> None:
    server.add(f"site-{number:04}" for number in range(1000))
    app = start(server.path)
    qtbot.waitUntil(lambda: app.window.profile == "site-0000")
    sidebar = app.window.sidebar
    for act in (
        lambda: sidebar.filter.look_for("77"),
        lambda: sidebar.filter.look_for(""),
        lambda: sidebar.choose("site-0999"),
        app.desk.profiles_changed.emit,
        app.tray.refresh,
        sidebar.grab,
    ):
        began = time.thread_time()
        act()
        assert time.thread_time() - began < 0.1


def test_the_source_language_needs_no_catalogue(qapp: Application) -> None:
    assert language.install(qapp, "en").language() == QLocale.Language.English


def test_a_language_without_a_catalogue_is_not_half_spoken(qapp: Application, tmp_path: Path) -> None:
    assert language.install(qapp, "ar", tmp_path).language() == QLocale.Language.Arabic
    assert qapp.layoutDirection() == Qt.LayoutDirection.LeftToRight
    language.install(qapp, "en")


def test_qt_speaks_the_languages_that_we_do(qapp: Application) -> None:
    path = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    assert QTranslator(qapp).load(QLocale("de"), "qtbase", "_", path)


def test_settings_of_another_version_count_as_the_default(settings: Settings) -> None:
    for key, value in (("theme", "sepia"), ("units", "furlongs"), ("notifications", "false")):
        settings._store.setValue(key, value)
    assert (settings.theme, settings.units, settings.notifications) == ("system", "decimal", False)


def test_a_setting_is_told_when_it_is_new(settings: Settings, qtbot: QtBot) -> None:
    with qtbot.waitSignal(settings.changed) as heard:
        settings.theme = "dark"
    assert heard.args == ["theme"]
    with qtbot.assertNotEmitted(settings.changed):
        settings.theme = "dark"
