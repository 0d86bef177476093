"""What pyproject.toml asks for is locked: one version each, with hashes, the same in both files."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from project.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(file: str) -> dict[str, str]:
    """Version by name, of every entry of a requirements file; each must have a hash."""
    text = (ROOT / "requirements" / file).read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    found: dict[str, str] = {}
    for entry in entries:
        pin = PIN.match(entry)
        assert pin is not None, f"{file}: not pinned: {entry.splitlines()[0]}"
        assert "--hash=sha256:" in entry, f"{file}: no hash: {pin[1]}"
        found[canonicalize_name(pin[1])] = pin[2]
    return found


def wanted() -> list[tuple[str, str]]:
    return [("run.txt", text) for text in PROJECT["project"]["dependencies"]] + [
        ("dev.txt", text)
        for text in PROJECT["dependency-groups"]["dev"] + PROJECT["build-system"]["requires"]
    ]


@pytest.mark.parametrize(("file", "text"), wanted())
def test_a_locked_version_satisfies_what_is_asked_for(file: str, text: str) -> None:
    requirement = Requirement(text)
    assert pins(file)[canonicalize_name(requirement.name)] in requirement.specifier


def test_both_files_agree() -> None:
    run, dev = pins("run.txt"), pins("dev.txt")
    assert {package: run[package] for package in run.keys() & dev.keys()} == {
        package: dev[package] for package in run.keys() & dev.keys()
    }
