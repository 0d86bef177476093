"""No text is cut off on pages and in dialogs: in English, in a longer language, from right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.autostart import DesktopEntry
from ginnel_gui.catalogue import Catalogue
from ginnel_gui.windows.diagnosis_page import DiagnosisPage
from ginnel_gui.windows.editor import Editor
from ginnel_gui.windows.import_dialog import ImportDialog
from ginnel_gui.windows.on_demand_page import OnDemandPage
from ginnel_gui.windows.preferences import Preferences
from ginnel_gui.windows.split_page import SplitPage
from ginnel_service.ipc.schema import Finding, KillSwitchHold, KillSwitchStatus, LogEntry, OnDemandStatus
from ginnel_service.profiles.model import KillSwitch, Network, OnDemand, OnDemandRule
from helpers.catalogues import write_pseudo
from helpers.clipped import clipped
from helpers.fake_server import FakeServer

Start = Callable[..., App]

RULES = (
    OnDemandRule(action="disconnect", interface="wifi", ssids=("Office", "Office guests")),
    OnDemandRule(
        action="evaluate", domains=("corp.example.org",), probe="https://intranet.corp.example.org/"
    ),
    OnDemandRule(action="connect"),
)


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pseudo(tmp_path_factory.mktemp("pseudo") / "ginnel_xx.ts")


@pytest.fixture(params=["english", "longer", "right to left"])
def manner(request: pytest.FixtureRequest, qapp: Application, pseudo: Path) -> Iterator[str]:
    catalogue = Catalogue(pseudo)
    if request.param != "english":
        qapp.installTranslator(catalogue)
    if request.param == "right to left":
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield request.param
    qapp.removeTranslator(catalogue)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def app(server: FakeServer, start: Start, manner: str) -> App:
    server.add(["office"])
    service = server.service
    service.profiles["office"] = msgspec.structs.replace(
        service.profiles["office"],
        network=Network(subnets=("10.0.0.0/8", "fd00::/8"), bypass=("10.9.0.0/16",)),
        kill_switch=KillSwitch(mode="connecting"),
        on_demand=OnDemand(enabled=True, rules=RULES),
    )
    service.on_demand["office"] = OnDemandStatus(state="on", action="connect", rule=3)
    service.kill_switch = KillSwitchStatus(
        blocking=True, profiles=(KillSwitchHold(name="office", mode="connecting"),)
    )
    service.checks = {
        "udp": (Finding(id="udp_silent", severity="warning", params={"address": "192.0.2.9", "port": 500}),),
        "tcp": (Finding(id="tcp_never", severity="ok"),),
    }
    service.entries = [LogEntry(at=1.0, level="warning", logger="ginnel.ike", message="x" * 500)]
    return start(server.path)


def settle() -> None:
    """Let layouts do what they have put off; one thing may lead to another."""
    for _ in range(6):
        QApplication.processEvents()


def shown(app: App, name: str) -> QWidget:
    app.window.show_page(name)
    settle()
    return app.window.page(name)


@pytest.mark.parametrize("size", [(1040, 720), (0, 0)], ids=["usual", "smallest"])
def test_pages_fit(app: App, size: tuple[int, int], qtbot: QtBot) -> None:
    for name in ("split", "kill_switch", "on_demand", "diagnosis", "log"):
        page = shown(app, name)
        if isinstance(page, SplitPage | OnDemandPage):
            edit = page.edit
            qtbot.waitUntil(lambda edit=edit: edit.profile is not None)
        if isinstance(page, DiagnosisPage):
            page.examine()
            qtbot.waitUntil(page.save.isEnabled)
            page.findings.more.click()
        app.window.resize(*size)
        settle()
        assert not clipped(page), name


def dialogs(app: App, server: FakeServer, folder: Path) -> Iterator[QDialog]:
    yield Preferences(app.context, DesktopEntry(("ginnel-gui",), folder), app.window)
    yield Editor(app.context, server.service.profiles["office"], app.window)
    yield ImportDialog(app.context, app.window)


def test_dialogs_fit(app: App, server: FakeServer, tmp_path: Path) -> None:
    for dialog in dialogs(app, server, tmp_path):
        dialog.show()
        settle()
        found = clipped(dialog)
        dialog.hide()
        dialog.deleteLater()
        assert not found, type(dialog).__name__
