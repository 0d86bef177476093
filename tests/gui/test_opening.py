"""A double click on a file of another client: the desktop starts `ginnel-gui FILE`, which imports it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.settings import Settings
from ginnel_gui.single import Single
from ginnel_gui.windows.import_dialog import ImportDialog
from helpers.fake_server import FakeServer
from helpers.import_files import FOLDER

from .conftest import StartApp

BOUND_MS = 30_000
#: Of the kinds that the desktop entry names.
FILES = [str(FOLDER / name) for name in ("eap.mobileconfig", "eap.sswan")]


def shown(app: App) -> ImportDialog | None:
    """The import that is open, with what it makes of its file."""
    found = [each for each in app.window.findChildren(ImportDialog) if each.isVisible() and each.views]
    return found[0] if found else None


def keep(app: App, server: FakeServer, qtbot: QtBot) -> str:
    """Agree to all of it; returns the server that the one profile leads to."""
    dialog = shown(app)
    assert dialog is not None
    if dialog.head._agree is not None:
        dialog.head._agree.setChecked(True)
    for view in dialog.views:
        if view._roots:
            view.trust.setChecked(True)
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.keep()
    return server.service.profiles[imported.args[0][0]].server


@pytest.mark.parametrize("file", FILES, ids=os.path.basename)
def test_the_app_starts_with_the_import_of_the_file(
    qtbot: QtBot, qapp: Application, settings: Settings, server: FakeServer, file: str
) -> None:
    app = App(qapp, settings, QLocale("en"), str(server.path))
    try:
        app.begin(files=[file])
        qtbot.waitUntil(lambda: app.desk.has_contact and shown(app) is not None, timeout=BOUND_MS)
        assert keep(app, server, qtbot) == "vpn.example.org"
    finally:
        app.link.close()
        app.window.hide()
        app.deleteLater()


@pytest.mark.parametrize("file", FILES, ids=os.path.basename)
def test_the_app_that_runs_takes_the_file(
    start: StartApp, server: FakeServer, tmp_path: Path, qtbot: QtBot, file: str
) -> None:
    runtime = tmp_path / "runtime"
    first = Single(str(server.path), runtime)
    app = start(server.path)
    assert first.claim()
    app.obey(first)
    app.window.hide()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime)}
    argv = [sys.executable, "-m", "ginnel_gui", "--socket", str(server.path), Path(file).name]
    with subprocess.Popen(argv, env=environment, cwd=FOLDER) as second:
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=BOUND_MS)
    assert second.returncode == 0
    qtbot.waitUntil(lambda: shown(app) is not None, timeout=BOUND_MS)
    assert app.window.isVisible()
    assert keep(app, server, qtbot) == "vpn.example.org"
    first.close()
