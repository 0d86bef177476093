from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.windows.diagnosis_page import DiagnosisPage
from ginnel_service.ipc.schema import DiagnosisProgress, Finding, LogEntry
from ginnel_service.ipc.service import ServiceError
from ginnel_service.profiles.model import Local
from helpers.fake_server import FakeServer

Start = Callable[..., App]

OVERLAP = Finding(
    id="subnet_on_link",
    severity="warning",
    connection="office",
    params={"subnet": "10.0.0.0/8", "network": "10.0.0.0/24", "device": "wlan0"},
)
HINT = Finding(
    id="certificate_ends_soon", severity="note", params={"certificate": "own", "date": "2030-01-01"}
)
FINE = Finding(id="tcp_never", severity="ok", connection="office")


@pytest.fixture
def page(server: FakeServer, start: Start, qtbot: QtBot) -> DiagnosisPage:
    server.add(["office"])
    server.service.checks = {"name": (FINE,), "certificates": (HINT,), "routes": (OVERLAP,)}
    app = start(server.path)
    app.window.show_page("diagnosis")
    shown = app.window.page("diagnosis")
    assert isinstance(shown, DiagnosisPage)
    return shown


def examine(page: DiagnosisPage, qtbot: QtBot) -> None:
    QTest.mouseClick(page.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.save.isEnabled)


def test_findings_are_told_with_words_and_problems_first(page: DiagnosisPage, qtbot: QtBot) -> None:
    examine(page, qtbot)
    shown = [card.finding.id for card in page.findings._cards]
    assert shown == ["subnet_on_link", "certificate_ends_soon"]
    assert page.result.text() == "Problems found: 1"
    assert page.findings.more.text() == "Show what is in order (1)"


def test_what_is_in_order_can_be_seen(page: DiagnosisPage, qtbot: QtBot) -> None:
    examine(page, qtbot)
    QTest.mouseClick(page.findings.more, Qt.MouseButton.LeftButton)
    assert page.findings._below.isVisible()


def test_progress_is_shown_until_the_end(page: DiagnosisPage, server: FakeServer, qtbot: QtBot) -> None:
    page.begin.click()
    assert page.progress.isVisible()
    assert not page.begin.isEnabled()
    page._progressed(DiagnosisProgress(name="office", check="udp"))
    assert page.doing.text() == "The way to the gateway (UDP)"
    qtbot.waitUntil(page.save.isEnabled)
    assert not page.progress.isVisible()
    assert page.begin.isEnabled()


def test_a_refusal_is_told_with_its_remedy(page: DiagnosisPage, server: FakeServer, qtbot: QtBot) -> None:
    server.service.refuse["examine"] = ServiceError("diagnosis_running", name="office")
    page.begin.click()
    qtbot.waitUntil(page.trouble.isVisible)
    assert page.trouble.cause.text()
    assert not page.save.isEnabled()


def test_the_report_is_complete_private_and_masked(
    page: DiagnosisPage, server: FakeServer, tmp_path: Path, qtbot: QtBot
) -> None:
    server.service.entries = [
        LogEntry(
            at=1.0,
            level="info",
            logger="ginnel.ike",
            message="alice.smith comes from 8.8.8.8",
            connection="office",
        )
    ]
    office = server.service.profiles["office"]
    server.service.profiles["office"] = msgspec.structs.replace(
        office, local=Local(id="alice.smith@example.org")
    )
    examine(page, qtbot)
    file = tmp_path / "report.tar.gz"
    page.write(file)
    qtbot.waitUntil(file.exists, timeout=15_000)
    qtbot.waitUntil(lambda: "report.tar.gz" in page.doing.text() and page.doing.isVisible())
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(fileobj=io.BytesIO(file.read_bytes())) as archive:
        texts = {}
        for member in archive.getmembers():
            opened = archive.extractfile(member)
            assert opened is not None
            texts[member.name.removeprefix("ginnel-report/")] = opened.read().decode()
    assert {
        "README.txt",
        "versions.txt",
        "profile.toml",
        "network/addresses.txt",
        "network/resolv.conf",
    } <= texts.keys()
    assert "10.0.0.0/8 overlaps" in texts["findings.txt"]
    assert "[user] comes from [public-1]" in texts["log.txt"]
    assert not any("alice.smith" in text for text in texts.values())


def test_names_stay_in_a_report_where_one_asks_for_it(
    page: DiagnosisPage, server: FakeServer, tmp_path: Path, qtbot: QtBot
) -> None:
    examine(page, qtbot)
    page.full.setChecked(True)
    file = tmp_path / "report.tar.gz"
    page.write(file)
    qtbot.waitUntil(file.exists, timeout=15_000)
    with tarfile.open(file) as archive:
        opened = archive.extractfile("ginnel-report/profile.toml")
        assert opened is not None
        assert "alice@example.org" in opened.read().decode()


def test_another_profile_does_not_inherit_findings(
    page: DiagnosisPage, server: FakeServer, qtbot: QtBot
) -> None:
    examine(page, qtbot)
    page.follow("home")
    assert not page.findings.known
    assert not page.save.isEnabled()
