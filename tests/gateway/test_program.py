"""A gateway's process: the secret that outlives a crash, and signals that come early."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ginnel_service.gateway.program import keep_secret


def test_the_secret_is_made_once_and_is_the_gateways_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "crash-secret"
    secret = keep_secret(path)
    assert len(secret) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keep_secret(path) == secret
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("octets", "mode"), [(31, 0o600), (33, 0o600), (0, 0o600), (32, 0o644)])
def test_what_is_no_secret_is_made_anew(tmp_path: Path, octets: int, mode: int) -> None:
    path = tmp_path / "crash-secret"
    path.write_bytes(bytes(octets))
    path.chmod(mode)
    secret = keep_secret(path)
    assert secret != bytes(32)
    assert keep_secret(path) == secret


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "crash-secret", tmp_path / "elsewhere"
    elsewhere.write_bytes(bytes(32))
    path.symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic"):
        keep_secret(path)


_EARLY = """
import os, pathlib, signal, sys
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.gateway.program import run_gateway

class File(type(pathlib.Path())):
    def __fspath__(self):  # the file is about to be read
        os.kill(os.getpid(), int(sys.argv[2]))
        return super().__fspath__()

try:
    run_gateway(File(sys.argv[1]), pathlib.Path(sys.argv[1]), print)
except GatewayError as error:
    print(error.code)
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
def test_a_signal_does_not_end_a_gateway_that_is_still_starting(tmp_path: Path, number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EARLY, str(tmp_path / "none.toml"), str(int(number))],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "config_unreadable\n"), done.stderr
