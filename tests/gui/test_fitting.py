"""No text is cut off on pages and in dialogs: in English, in a longer language, from right to left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.application import Application
from ginnel_gui.catalogue import Catalogue
from ginnel_gui.windows.diagnosis_page import DiagnosisPage
from ginnel_gui.windows.kill_switch_page import KillSwitchPage
from ginnel_gui.windows.on_demand_page import OnDemandPage
from ginnel_gui.windows.profile_edit import ProfileEdit
from ginnel_gui.windows.split_page import SplitPage
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    ErrorInfo,
    Finding,
    KillSwitchHold,
    KillSwitchStatus,
    LogEntry,
    OnDemandStatus,
)
from ginnel_service.profiles.model import KillSwitch, Network, OnDemand, OnDemandRule
from helpers.catalogues import write_pseudo
from helpers.clipped import clipped
from helpers.fake_server import FakeServer

from .dialog_scenery import DIALOGS

Start = Callable[..., App]

RULES = (
    OnDemandRule(action="disconnect", interface="wifi", ssids=("Office", "Office guests")),
    OnDemandRule(
        action="evaluate", domains=("corp.example.org",), probe="https://intranet.corp.example.org/"
    ),
    OnDemandRule(action="connect"),
)


STATES = (
    ConnectionStatus(name="office", state="connecting", step="auth"),
    ConnectionStatus(
        name="office",
        state="reconnecting",
        next_try_s=30.0,
        error=ErrorInfo(code="peer_vanished", params={"name": "office", "server": "vpn.example.org"}),
    ),
    ConnectionStatus(
        name="office",
        state="failed",
        blocked=True,
        error=ErrorInfo(code="certificate_untrusted", params={"detail": "CN=Root"}),
    ),
    ConnectionStatus(name="office", state="down"),
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


def is_so(app: App, status: ConnectionStatus) -> bool:
    found = app.desk.status(status.name)
    return found is not None and (found.state, found.step) == (status.state, status.step)


def with_profile(edit: ProfileEdit, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: edit.profile is not None)


@pytest.mark.parametrize("size", [(1040, 720), (0, 0)], ids=["usual", "smallest"])
def test_pages_fit(app: App, size: tuple[int, int], qtbot: QtBot) -> None:
    for name in ("split", "kill_switch", "on_demand", "diagnosis", "log"):
        page = shown(app, name)
        if isinstance(page, SplitPage | OnDemandPage):
            with_profile(page.edit, qtbot)
        if isinstance(page, DiagnosisPage):
            page.examine()
            qtbot.waitUntil(page.save.isEnabled)
            page.findings.more.click()
        app.window.resize(*size)
        settle()
        assert not clipped(page), name


def test_dialogs_fit(app: App) -> None:
    for name, make in DIALOGS.items():
        dialog = make(app.context, app.window)
        dialog.show()
        settle()
        found = clipped(dialog)
        dialog.hide()
        dialog.deleteLater()
        assert not found, name


@pytest.mark.parametrize("size", [(1040, 720), (0, 0), (1600, 900)], ids=["usual", "smallest", "wide"])
def test_states_fit(app: App, server: FakeServer, size: tuple[int, int], qtbot: QtBot) -> None:
    window = app.window
    window.show_page("connection")
    for status in STATES:
        server.publish(status)
        qtbot.waitUntil(partial(is_so, app, status))
        window.resize(*size)
        settle()
        assert not clipped(window), status.state


@pytest.mark.parametrize("portal", [False, True], ids=["at work", "login page"])
def test_the_kill_switch_fits(app: App, server: FakeServer, portal: bool, qtbot: QtBot) -> None:
    until = time.time() + 280 if portal else None
    hold = KillSwitchHold(name="office", mode="always")
    server.publish(KillSwitchStatus(blocking=True, portal_until=until, profiles=(hold,)))
    qtbot.waitUntil(lambda: app.desk.mirror.kill_switch.profiles == (hold,))
    page = shown(app, "kill_switch")
    assert isinstance(page, KillSwitchPage)
    with_profile(page.edit, qtbot)
    app.window.resize(0, 0)
    settle()
    assert not clipped(page)


@pytest.mark.parametrize("rules", [(), RULES], ids=["none", "paused"])
def test_on_demand_fits_without_rules_and_paused(
    app: App, server: FakeServer, rules: tuple[OnDemandRule, ...], qtbot: QtBot
) -> None:
    profile = server.service.profiles["office"]
    changed = msgspec.structs.replace(profile, on_demand=OnDemand(enabled=bool(rules), rules=rules))

    def change() -> None:
        server.service.profiles["office"] = changed
        server.service.on_demand["office"] = OnDemandStatus(state="paused" if rules else "off")
        server.service._tell_of("office")

    server.do(change)
    page = shown(app, "on_demand")
    assert isinstance(page, OnDemandPage)
    qtbot.waitUntil(lambda: page.edit.profile == changed)
    app.window.resize(0, 0)
    settle()
    assert not clipped(page)
