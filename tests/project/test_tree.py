"""Habits of the tree itself: one version, no loose ends, rooms that keep to themselves."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from ginnel_service import __version__
from project.tree import ROOT, name, sources

#: Marks of what is not finished, and places that are one machine's alone. Spelled so that this file has none.
UNFINISHED = re.compile("\\b(?:TO" "DO|FIX" "ME|XX" "X|HA" "CK)\\b")  # fmt: skip
ONE_MACHINE = re.compile("(?<![\\w.])/(?:home/[a-z]|wo" "rk/|ro" "ot/|Users/[A-Z])")  # fmt: skip

CIMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+cimport|cimport\s+([\w.]+))", re.MULTILINE)
MAY_CIMPORT = ("ginnel_core", "libc", "cpython", "posix", "cython")


def test_version_stands_in_one_place() -> None:
    literal = re.compile(rf"\b{re.escape(__version__)}\b")
    found = [
        name(path)
        for path in sources("core", "service", "packaging", "pyproject.toml", "setup.py", "Makefile")
        if literal.search(path.read_text())
    ]
    assert found == ["service/ginnel_service/__init__.py"]
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"]


def test_changelog_begins_with_this_version_or_what_comes_next() -> None:
    first = re.search(r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] in (__version__, "Unreleased")


@pytest.mark.parametrize("pattern", [UNFINISHED, ONE_MACHINE], ids=["unfinished", "one machine"])
def test_nothing_is_left_lying_about(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_a_clone_may_have_a_blank_in_its_path() -> None:
    """What the shell is given of make's own path is one word."""
    quoted = re.sub(r'"[^"\n]*"', "", (ROOT / "Makefile").read_text())
    assert "$(CURDIR)" not in quoted


def test_every_folder_of_tests_mirrors_a_room_or_is_explained() -> None:
    rooms = {path.parent.name for path in (ROOT / "service/ginnel_service").glob("*/__init__.py")} | {"core"}
    page = (ROOT / "docs/testing.md").read_text().partition("\n## ")[0]
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith("_")
    }
    assert folders <= rooms | explained
    assert explained <= folders


def test_the_packet_path_uses_nothing_of_the_service() -> None:
    for path in sources("core/ginnel_core"):
        text = path.read_text()
        assert "ginnel_service" not in text, name(path)
        if path.suffix in (".pyx", ".pxd"):
            taken = {a or b for a, b in CIMPORT.findall(text)}
            foreign = {module for module in taken if module.split(".")[0] not in MAY_CIMPORT}
            assert not foreign, name(path)


def test_no_os_is_asked_for_outside_the_compatibility_header() -> None:
    conditional = re.compile(r"^\s*#\s*if.*__(?:linux|APPLE|FreeBSD)", re.MULTILINE)
    found = {path.name for path in sources("core/ginnel_core") if conditional.search(path.read_text())}
    assert found <= {"os_compat.h"}


@pytest.mark.parametrize(
    "script", ["packaging/bootstrap.sh", "packaging/lock.sh", "packaging/macos/build.sh", ".ci/run"]
)
def test_scripts_can_be_run_and_parsed(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = Path(path.read_text().splitlines()[0].split("/")[-1]).name.split()[-1]
    subprocess.run([shell, "-n", path], check=True)
