"""What a person sees on a terminal, and what a pipe gets."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ginnel_service.cli.exits import Exit
from ginnel_service.ipc.schema import Finding
from ginnel_service.profiles.model import Local

from .conftest import Served, office

COLOUR = "\x1b[3"


def on_a_terminal(served: Served, *arguments: str, **more: str) -> str:
    """What `ginnel` writes to a pseudo-terminal, which is its stdout and stderr."""
    ours, theirs = pty.openpty()
    unset = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI")}
    try:
        running = subprocess.Popen(
            [sys.executable, "-m", "ginnel_service.cli.main", *arguments],
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
            env={**unset, "GINNEL_SOCKET": str(served.socket), "TERM": "xterm", "COLUMNS": "150", **more},
        )  # fmt: skip
    finally:
        os.close(theirs)
    seen = b""
    while True:
        try:
            got = os.read(ours, 65536)
        except OSError:  # EIO: the last writer has closed it
            break
        if not got:
            break
        seen += got
    os.close(ours)
    assert running.wait(20) == 0
    return seen.decode()


@pytest.mark.parametrize("command", ["doctor", "status", "list", "up office"])
def test_colours_are_for_terminals_that_want_them(with_office: Served, command: str) -> None:
    with_office.service.findings = (Finding(id="tun_missing", severity="warning"),)
    with_office.run("up", "office")
    words = command.split()
    assert COLOUR in on_a_terminal(with_office, *words)
    assert COLOUR not in on_a_terminal(with_office, *words, NO_COLOR="1")
    assert "\x1b" not in with_office.run(*words).stdout


def test_up_shows_the_steps_that_are_done_and_how_long_they_took(with_office: Served) -> None:
    text = on_a_terminal(with_office, "up", "office")
    steps = ("resolving the gateway's name", "agreeing on keys", "authenticating", "setting up device")
    places = [text.index(f" s  office: {step}") for step in steps]
    assert places == sorted(places)
    assert "10.9.0.1/32" in text[places[-1] :]


def test_json_has_neither_colours_nor_steps(with_office: Served) -> None:
    text = on_a_terminal(with_office, "up", "office", "--json")
    assert text.startswith("{")
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("create home --server vpn.example.org --username alice <&-", 0),
        ("create home --server vpn.example.org --username alice --save-password <&-", Exit.USAGE),
        ("up office <&-", 0),
        ("list >&-", 0),
        ("status nowhere 2>&-", Exit.UNKNOWN_PROFILE),
    ],
)
def test_a_closed_stream_is_like_an_empty_one(with_office: Served, line: str, status: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m ginnel_service.cli.main {line}"], capture_output=True, text=True,
        env={**os.environ, "GINNEL_SOCKET": str(with_office.socket)}, timeout=30, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == status


@pytest.mark.parametrize("line", ["list", "show office", "--json status", "completion bash"])
def test_a_full_disk_is_said(with_office: Served, line: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m ginnel_service.cli.main {line} > /dev/full"],
        capture_output=True, text=True, env={**os.environ, "GINNEL_SOCKET": str(with_office.socket)},
        timeout=30, check=False,
    )  # fmt: skip
    assert done.stderr == "Error: Not all was printed: No space left on device.\n"
    assert done.returncode == Exit.FAILED


def test_what_show_prints_is_utf_8_in_every_locale(with_office: Served) -> None:
    with_office.service.profiles["office"] = office(local=Local(id="jürgen@example.org"))
    done = subprocess.run(
        [sys.executable, "-m", "ginnel_service.cli.main", "show", "office"], capture_output=True, timeout=30,
        env={**os.environ, "GINNEL_SOCKET": str(with_office.socket), "PYTHONIOENCODING": "latin-1"},
        check=True,
    )  # fmt: skip
    assert "jürgen" in done.stdout.decode()


@pytest.mark.parametrize("line", ["export office --output", "doctor office --report"])
def test_half_a_file_is_not_left(with_office: Served, tmp_path: Path, line: str) -> None:
    file = tmp_path / "file"
    done = subprocess.run(  # no file may grow beyond half a kilobyte
        ["sh", "-c", f"ulimit -f 1; exec {sys.executable} -m ginnel_service.cli.main {line} {file}"],
        capture_output=True, text=True, env={**os.environ, "GINNEL_SOCKET": str(with_office.socket)},
        timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == Exit.FAILED
    assert "File too large" in done.stderr
    assert not file.exists()
