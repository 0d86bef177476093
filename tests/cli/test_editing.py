"""Editors that do what editors should not, and people who change their minds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import PSK, Served, office
from ginnel_service.cli import secret
from ginnel_service.cli.exits import Exit
from ginnel_service.profiles.secrets import Secrets


@pytest.fixture
def kept(with_office: Served) -> Served:
    with_office.service.secrets["office"] = Secrets(psk=PSK.encode())
    return with_office


def editor(tmp_path: Path, *lines: str) -> str:
    """A script that is given the file as $1; it writes that name down first."""
    script = tmp_path / "editor"
    script.write_text("\n".join(("#!/bin/sh", f'echo "$1" > "{tmp_path}/name"', *lines, "")))
    script.chmod(0o700)
    return str(script)


def edited(tmp_path: Path) -> Path:
    return Path((tmp_path / "name").read_text().strip())


def test_ctrl_c_is_for_the_editor_alone(kept: Served, tmp_path: Path) -> None:
    """A terminal sends it to both; many editors take it for one of their own keys."""
    script = editor(
        *(tmp_path, "trap '' INT", "kill -INT $PPID", "sleep 0.7", 'sed -i "s/^lan = .*/lan = true/" "$1"')
    )
    done = subprocess.run(
        [sys.executable, "-m", "ginnel_service.cli.main", "edit", "office"], capture_output=True, text=True,
        env={**os.environ, "GINNEL_SOCKET": str(kept.socket), "VISUAL": script},
        stdin=subprocess.DEVNULL, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert kept.service.profiles["office"].network.lan
    assert not edited(tmp_path).parent.exists()


def test_ctrl_c_ends_an_editor_that_has_no_use_for_it(kept: Served, tmp_path: Path) -> None:
    script = editor(tmp_path, "kill -INT $PPID", "kill -INT $$", "sleep 20")
    done = subprocess.run(
        [sys.executable, "-m", "ginnel_service.cli.main", "edit", "office"], capture_output=True, text=True,
        env={**os.environ, "GINNEL_SOCKET": str(kept.socket), "VISUAL": script},
        stdin=subprocess.DEVNULL, timeout=15, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert str(edited(tmp_path)) in done.stderr
    shutil.rmtree(edited(tmp_path).parent)


def test_who_gives_up_is_told_where_the_text_is(
    kept: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "can_ask", lambda: True)
    monkeypatch.setenv("VISUAL", editor(tmp_path, 'sed -i "s/^mtu = .*/mtu = 12/" "$1"'))
    result = kept.run("edit", "office", stdin="")  # Ctrl-D at the question
    assert result.exit_code == Exit.BAD_PROFILE
    assert str(edited(tmp_path)) in result.stderr
    assert "mtu = 12" in edited(tmp_path).read_text()
    shutil.rmtree(edited(tmp_path).parent)


def test_what_an_editor_leaves_beside_the_file_goes_with_it(
    kept: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = 'mkdir "$(dirname "$1")/.undo"; touch "$(dirname "$1")/.undo/1" "$1~"'
    monkeypatch.setenv("VISUAL", editor(tmp_path, 'sed -i "s/^lan = .*/lan = true/" "$1"', beside))
    assert kept.run("edit", "office").exit_code == 0
    assert kept.service.profiles["office"].network.lan
    assert not edited(tmp_path).parent.exists()


def test_an_editor_that_puts_the_file_elsewhere_is_said(
    kept: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, 'mv "$1" "$1~"'))
    result = kept.run("edit", "office")
    assert result.exit_code == 1
    assert f"{edited(tmp_path)} cannot be read" in result.stderr
    assert kept.service.profiles["office"] == office()
    shutil.rmtree(edited(tmp_path).parent)
