"""`make system` on a Mac and on FreeBSD: it finds its tests with what is installed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKLIST = (ROOT / "docs/porting-checklist.md").read_text()

#: What packaging/bootstrap.sh leaves out on FreeBSD, or what has no wheel for either.
_LACKS = (
    "PySide6",
    "shiboken6",
    "pytestqt",
    "atheris",
    "ziglang",
    "pkcs11",
    "keyring",
    "mypy",
    "importlinter",
)
_WITHOUT = f"""
import sys
from importlib.abc import MetaPathFinder

class Lacks(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {_LACKS}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Lacks())
import pytest
sys.exit(pytest.main(["-p", "no:pytest-qt", "--collect-only", "--quiet", *sys.argv[1:]]))
"""


def words_for(system: str) -> list[str]:
    """What `make system` tells pytest there."""
    of_a_make_above = ("MAKEFLAGS", "MAKEOVERRIDES", "PYTEST_ARGS")
    told = subprocess.run(
        ["make", "--dry-run", f"OS={system}", "system"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in of_a_make_above},
        capture_output=True,
        text=True,
        check=True,
    )
    (words,) = re.findall(r"-m pytest (.*)", told.stdout)
    return str(words).split()


@pytest.mark.parametrize("system", ["Darwin", "FreeBSD"])
def test_its_tests_are_found_and_the_checklist_explains_each(system: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, *words_for(system)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.findall(r"^tests/systems/\S+::(\w+)", done.stdout, re.MULTILINE)
    assert f" {len(found)} passed in " in CHECKLIST
    explained = re.findall(r"`(test_\w+)`", CHECKLIST)
    assert set(found) == set(explained)
