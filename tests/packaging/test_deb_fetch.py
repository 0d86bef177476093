"""packaging/deb.sh in a clone of its own: what an earlier run or the environment left is no hindrance."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ginnel_packaging.tree import ROOT

#: As venv(1) and pip are: the environment is of one version, and has no pip where the making was interrupted.
PYTHON = """#!/bin/sh
case "$*" in
*version_info*) echo "$VERSION" ;;
"-m venv"*)
    for folder; do :; done
    case $* in *--clear*) rm -rf "$folder" ;; esac
    mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python"
    [ -z "${INTERRUPTED:-}" ] || exit 1
    echo "$VERSION" >"$folder/pip"
    ;;
*" download "*) [ "$(cat "${0%/bin/python}/pip")" = "$VERSION" ] && echo "$VERSION" >>"$CALLS" ;;
esac
"""


class Clone:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.calls = folder / "calls"
        (self.root / "packaging").mkdir(parents=True)
        for name in ("service", "requirements"):
            (self.root / name).symlink_to(ROOT / name)
        python = folder / "python3"
        python.write_text(PYTHON)
        python.chmod(0o755)
        text = (ROOT / "packaging/deb.sh").read_text().replace("/usr/bin/python3", str(python))
        (self.root / "packaging/deb.sh").write_text(text)

    def fetches(self, version: str, **environment: str) -> list[str]:
        """For which version of Python wheels were downloaded, a word a list. What comes after fails here."""
        self.calls.unlink(missing_ok=True)
        given = {"VERSION": version, "CALLS": str(self.calls), "SOURCE_DATE_EPOCH": "1700000000"}
        done = subprocess.run(
            ["sh", self.root / "packaging/deb.sh"],
            env={"PATH": os.environ["PATH"], "GINNEL_LIBCRYPTO": "system", **given, **environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode != 0
        return self.calls.read_text().split() if self.calls.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_wheels_are_fetched_once(clone: Clone) -> None:
    assert clone.fetches("3.11") == ["3.11", "3.11"]
    assert clone.fetches("3.11") == []


def test_an_environment_whose_making_was_interrupted_is_made_anew(clone: Clone) -> None:
    assert clone.fetches("3.11", INTERRUPTED="1") == []
    assert clone.fetches("3.11") == ["3.11", "3.11"]


def test_another_python_of_the_systems_gets_its_own_wheels(clone: Clone) -> None:
    clone.fetches("3.11")
    assert clone.fetches("3.13") == ["3.13", "3.13"]


def test_the_build_is_a_releases_whatever_the_environment_says(clone: Clone, tmp_path: Path) -> None:
    """Modules with sanitizers load nowhere by themselves."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (clone.root / "packaging/debian").mkdir()
    (clone.root / "packaging/debian/control").touch()
    for name, body in (
        ("git", "printf 'packaging/debian/control\\0'"),
        ("dpkg-buildpackage", f"env >{tmp_path}/environment; exit 1"),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    clone.fetches("3.11", GINNEL_DEBUG="1", PATH=f"{programs}:{os.environ['PATH']}")
    told = (tmp_path / "environment").read_text()
    assert "\nGINNEL_WHEELS=" in told
    assert "GINNEL_DEBUG" not in told
