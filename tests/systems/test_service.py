"""The service and the command as programs: started, asked, signalled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from systems.conftest import eventually, routes

pytestmark = [pytest.mark.darwin, pytest.mark.freebsd]

BIN = Path(sys.executable).parent


class Service:
    """A service in folders of its own, beside one that may be installed."""

    def __init__(self, folder: Path) -> None:
        self.runtime, self.state = folder / "run", folder / "state"
        self.log = folder / "log"
        command: list[str | Path] = [
            BIN / "ginneld",
            "--runtime-dir",
            self.runtime,
            "--state-dir",
            self.state,
        ]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--log-to", "stderr"], stderr=log, stdin=subprocess.DEVNULL
            )
        eventually((self.runtime / "ginneld.sock").exists, "the service listens")

    def ginnel(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"GINNEL_SOCKET": str(self.runtime / "ginneld.sock")}
        command = [str(BIN / "ginnel"), *words]
        return subprocess.run(
            command, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(20)


def test_it_answers_and_ends_when_told(service: Service) -> None:
    told = service.ginnel("status", "--json")
    assert told.returncode == 0, told.stderr + service.log.read_text()
    assert json.loads(told.stdout) is not None
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(20) == 0
    assert not (service.runtime / "ginneld.sock").exists()


def test_a_caller_is_known_by_the_kernel(service: Service) -> None:
    """Root may make profiles of the machine: the service has to learn who calls (LOCAL_PEERCRED)."""
    profile = ("office", "--system", "--server", "192.0.2.9", "--id", "a@example.org", "--psk-stdin")
    made = service.ginnel("create", *profile, given="a key that is long enough\n")
    told = service.ginnel("list", "--json")
    assert told.returncode == 0, told.stderr
    assert "office" in told.stdout, made.stderr


def test_diagnosis_names_nothing_that_is_wrong_with_the_service(service: Service) -> None:
    told = service.ginnel("doctor", "--json")
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in service.log.read_text()


def test_secrets_and_state_are_roots_alone(service: Service) -> None:
    assert service.ginnel("status").returncode == 0
    assert service.state.stat().st_mode & 0o777 == 0o700
    assert service.runtime.stat().st_mode & 0o022 == 0


def test_a_killed_service_leaves_nothing_that_the_next_one_minds(service: Service, tmp_path: Path) -> None:
    before = routes()
    service.process.kill()
    service.process.wait(10)
    again = Service(tmp_path)
    assert again.ginnel("status").returncode == 0
    again.process.terminate()
    assert again.process.wait(20) == 0
    assert routes() == before


def test_the_demo_plays_in_one_host() -> None:
    before = routes()
    done = subprocess.run(
        [BIN / "ginnel", "demo", "--megabytes", "5", "--json"],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    played = json.loads(done.stdout)
    assert [step["title"] for step in played["steps"]][-1] == "Disconnect"
    assert played["summary"]["octets"] == 5_000_000
    assert played["summary"]["lost_during_rekey"] == 0
    assert routes() == before
