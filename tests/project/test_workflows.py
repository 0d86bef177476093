"""GitHub's workflows: clean in actionlint's eyes, and nothing of others runs in them but what is pinned."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project.tree import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_there_is_one_for_changes_and_one_for_releases() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_their_commits(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text(), re.MULTILINE)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", action), action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_who_fetches_what_another_job_made_may_read_it(path: Path) -> None:
    """`gh run download` is refused without (403), and a job's permissions replace the workflow's."""
    given = re.findall(r"^ *permissions:\n((?: +[a-z-]+: .*\n)+)", path.read_text(), re.MULTILINE)
    assert given
    if "gh run download" in path.read_text():
        assert all("actions: read" in block for block in given)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_commands_of_make_that_they_run_are_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    found = re.findall(r"\bg?make ((?:[a-z-]+ ?)+)", path.read_text())
    assert found
    for words in found:
        named = {word for word in words.split() if word != "python"}
        assert named <= targets or "apt-get" in words, words


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_programs_of_ours_that_they_run_are_there(path: Path) -> None:
    for name in re.findall(r"(?:packaging|\.ci)/[\w./-]+", path.read_text()):
        assert os.access(ROOT / name, os.X_OK), name


def test_actionlint_finds_nothing() -> None:
    program = shutil.which("actionlint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("actionlint is not installed")
    assert program is not None
    done = subprocess.run([program, "-no-color", *WORKFLOWS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
