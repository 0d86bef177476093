"""The log of a running service: its file, what SIGHUP does, and levels that change."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Lab, LabError
from ginnel_service.demo.rig import CommandError, Service, eventually

pytestmark = pytest.mark.netns


def test_the_log_file_is_opened_anew_and_levels_change_on_demand(lab: Lab) -> None:
    host = lab.host("client")
    folder = lab.directory / "logs"
    folder.mkdir(mode=0o700)
    file = folder / "log"
    service = Service(host, "--log-file", str(file))
    eventually(lambda: "listens at" in file.read_text(), "its first line")
    assert service.process.log.read_text() == ""
    file.rename(folder / "old")
    service.process.popen.send_signal(signal.SIGHUP)
    eventually(file.exists, "a new log file", alive=[service.process])

    service.ginnel("log", "--set-level", "error")
    before = file.read_text()
    create = ("create", "office", "--server", "192.0.2.9", "--id", "alice", "--psk-stdin", "--replace")
    service.ginnel(*create, stdin="a key for the office")
    assert file.read_text() == before
    service.ginnel("log", "--set-level", "info", "--logger", "ginnel.daemon")
    service.ginnel(*create, stdin="a key for the office")
    assert "profile office stored" in file.read_text()
    with pytest.raises(CommandError) as caught:
        service.ginnel("log", "--set-level", "debug", "--logger", "ginnel.kitchen")
    assert caught.value.code == "unknown_logger"
    assert "ginnel.daemon" in str(caught.value)
    assert "a key for the office" not in file.read_text()


def test_a_place_for_the_log_that_others_can_change_is_refused(lab: Lab) -> None:
    folder = lab.directory / "logs"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(LabError, match="others may write"):
        Service(lab.host("client"), "--log-file", str(folder / "log"))
    assert list(Path(folder).iterdir()) == []
