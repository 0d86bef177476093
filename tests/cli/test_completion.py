"""What real shells make of `ginnel completion`, with a service to ask and without one."""

from __future__ import annotations

import os
import pty
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from ginnel_service.cli.completion import SHELLS, VARIABLE
from ginnel_service.ipc.schema import ErrorInfo

from .conftest import Served, office

PATIENCE_S = 20.0


@pytest.fixture
def homes(served: Served) -> Served:
    served.service.profiles = {
        name: msgspec.structs.replace(office(), name=name) for name in ("office", "official", "home")
    }
    served.service.broken["offal"] = ErrorInfo(code="profile_corrupt")
    return served


def completed(words: str, served: Served | None, path: Path | None = None) -> list[str]:
    """What click answers bash for the words of a command line, the last of which is to be completed."""
    at = str(served.socket) if served is not None else str(path)
    parts = words.split(" ")
    done = subprocess.run(
        [sys.executable, "-m", "ginnel_service.cli.main"],
        env={
            **os.environ, VARIABLE: "bash_complete", "GINNEL_SOCKET": at,
            "COMP_WORDS": words, "COMP_CWORD": str(len(parts) - 1),
        },
        capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_names_commands_and_options_are_completed(homes: Served) -> None:
    assert completed("ginnel up of", homes) == ["offal", "office", "official"]
    assert completed("ginnel down h", homes) == ["home"]
    assert completed("ginnel rename off", homes) == ["offal", "office", "official"]
    assert "doctor" in completed("ginnel d", homes)
    assert completed("ginnel doctor --re", homes) == ["--report", "--repair"]
    assert completed("ginnel completion ", homes) == list(SHELLS)


def test_without_a_service_there_are_no_names_and_no_noise(tmp_path: Path) -> None:
    assert completed("ginnel up of", None, tmp_path / "none") == []


def test_a_service_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen()
        began = time.monotonic()
        assert completed("ginnel up of", None, tmp_path / "deaf") == []
        assert time.monotonic() - began < 15  # other commands wait for half a minute


class Terminal:
    """An interactive shell in a pseudo-terminal."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def wait_for(self, text: str) -> None:
        """Until it shows `text`, which is taken out of what was seen."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no {text!r} in {self.seen!r}"
            self.seen += os.read(self._fd, 65536).decode(errors="replace")
        self.seen = self.seen.partition(text)[2]

    def close(self) -> None:
        os.close(self._fd)  # SIGHUP
        os.waitpid(self.pid, 0)


Start = Callable[[list[str]], Terminal]


@pytest.fixture
def start(homes: Served, tmp_path: Path) -> Iterator[Start]:
    """Shells in which `ginnel` is this one, and which say READY when they have read the script."""
    program = tmp_path / "bin" / "ginnel"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m ginnel_service.cli.main "$@"\n')
    program.chmod(0o755)
    for shell in SHELLS:
        result = homes.run("completion", shell)
        assert result.exit_code == 0
        assert homes.json("completion", shell)["script"] + "\n" == result.stdout
        (tmp_path / f"script.{shell}").write_text(result.stdout)
    env = {
        **os.environ,
        "GINNEL_SOCKET": str(homes.socket),
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "PS1": "$ ",
    }
    started: list[Terminal] = []

    def run(argv: list[str]) -> Terminal:
        started.append(Terminal(argv, env))
        return started[-1]

    yield run
    for terminal in started:
        terminal.close()


def needs(shell: str) -> pytest.MarkDecorator:
    missing = shutil.which(shell) is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"{shell} is not installed")


@needs("bash")
def test_bash_completes(start: Start, tmp_path: Path) -> None:
    shell = start(["bash", "--norc", "--noprofile", "-i"])
    shell.type(f". {tmp_path}/script.bash; echo RE''ADY\n")
    shell.wait_for("READY")
    shell.type("ginnel up hom\t")
    shell.wait_for("ginnel up home")
    shell.type("\x15ginnel doc\t")
    shell.wait_for("ginnel doctor")
    shell.type("\x15ginnel up offi\t")
    shell.wait_for("ginnel up offi")
    shell.wait_for("c")  # as far as the two have it in common
    shell.type("\t\t")
    shell.wait_for("official")


@needs("zsh")
def test_zsh_completes(start: Start, tmp_path: Path) -> None:
    shell = start(["zsh", "-f", "-i"])
    shell.type(f"autoload -Uz compinit; compinit -D; . {tmp_path}/script.zsh; echo RE''ADY\n")
    shell.wait_for("READY")
    shell.type("ginnel up hom\t")
    shell.wait_for("ginnel up hom")
    shell.wait_for("e")
    shell.type("\x15ginnel up offi\t\t")
    shell.wait_for("official")


@needs("fish")
def test_fish_completes(homes: Served, start: Start, tmp_path: Path) -> None:
    env = {
        **os.environ, "GINNEL_SOCKET": str(homes.socket), "HOME": str(tmp_path),
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    }  # fmt: skip
    for line, expected in (
        ("ginnel up off", ["offal", "office", "official"]),
        ("ginnel demo --k", ["--keep"]),
    ):
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {tmp_path}/script.fish; complete -C '{line}'"],
            capture_output=True, text=True, check=True, env=env, timeout=PATIENCE_S,
        )  # fmt: skip
        assert [each.split("\t")[0] for each in done.stdout.splitlines()] == expected
