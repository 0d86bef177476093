"""The service on macOS and FreeBSD as far as Linux can play them: types, imports, start and end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ginnel_service.demo.rig import eventually

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("elsewhere.py")
SYSTEMS = ("darwin", "freebsd14")


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_the_programs_call_is_there_on_that_system(system: str, tmp_path: Path) -> None:
    """By the types of Python's library for it, which know what each system's Python has."""
    programs = ("daemon", "repair", "gateway.program", "cli.main", "demo.pinging")
    modules = [part for name in programs for part in ("-m", f"ginnel_service.{name}")]
    command = [sys.executable, "-m", "mypy", "--platform", system, "--cache-dir", str(tmp_path), *modules]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="there the service needs root")
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_service_starts_listens_and_ends(system: str, tmp_path: Path) -> None:
    text = played(system, tmp_path)
    assert ("System keychain is not used" in text) is (system == "darwin")  # there is no security(1) here
    assert text.rstrip().endswith("anchors:")


@pytest.mark.skipif(os.geteuid() != 0, reason="there the service needs root")
@pytest.mark.parametrize(
    ("system", "anchor"),
    [("darwin", "com.apple/ginnel.killswitch"), ("freebsd14", "ginnel/killswitch")],
)
def test_what_stopped_traffic_stops_it_again_and_stays(system: str, anchor: str, tmp_path: Path) -> None:
    """A profile that cannot be read holds what it held."""
    profiles = tmp_path / "state" / "profiles"
    profiles.mkdir(mode=0o700, parents=True)
    wanted = tmp_path / "state" / "wanted"
    wanted.mkdir(mode=0o700)
    for file, content in (
        (profiles / "office.toml", "no profile"),
        (wanted / "wanted.json", json.dumps({"holds": {"office": {"mode": "always"}}})),
    ):
        file.write_text(content)
        file.chmod(0o600)
    assert played(system, tmp_path).rstrip().endswith(f"anchors: {anchor}")


def played(system: str, root: Path) -> str:
    """What a service said that was started, left to itself and told to end."""
    log, socket = root / "log", root / "run" / "ginneld.sock"
    command = [sys.executable, "-W", "error", str(PROGRAM), system, "--runtime-dir", str(socket.parent)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--state-dir", str(root / "state"), "--log-to", "stderr"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            eventually(lambda: socket.exists() or process.poll() is not None, "the socket", timeout_s=60)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()
    text = log.read_text()
    assert "listens at" in text
    assert "Traceback" not in text
    return text
