"""What pyproject.toml asks for is locked: one version each, with hashes, the same in all files."""

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
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    asked = {
        "run.txt": project["dependencies"],
        "dev.txt": groups["dev"] + PROJECT["build-system"]["requires"],
        "app.txt": project["dependencies"] + extras,
        "build.txt": groups["build"],
    }
    return [(file, text) for file, texts in asked.items() for text in texts]


@pytest.mark.parametrize(("file", "text"), wanted())
def test_a_locked_version_satisfies_what_is_asked_for(file: str, text: str) -> None:
    requirement = Requirement(text)
    assert pins(file)[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("file", ["run.txt", "app.txt", "build.txt"])
def test_packages_have_what_the_tests_run_with(file: str) -> None:
    there, tested = pins(file), pins("dev.txt")
    shared = there.keys() & tested.keys()
    assert shared
    assert {package: there[package] for package in shared} == {package: tested[package] for package in shared}


def test_packages_have_what_runs_from_a_clone() -> None:
    run = pins("run.txt")
    assert run.items() <= pins("app.txt").items()
