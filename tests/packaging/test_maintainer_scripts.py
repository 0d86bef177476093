"""The Debian package's scripts on a scratch root, for what the whole package would not show."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ginnel_packaging.tree import ROOT


def purged(folder: Path, home: str) -> list[str]:
    """How the account `ginnel`, whose home is `home`, is taken away when the package is purged."""
    programs, calls = folder / "programs", folder / "calls"
    programs.mkdir()
    bodies = {
        "getent": f'[ "$1" = group ] && echo ginnel:x:990: || echo "ginnel:x:990:990::{home}:/bin/sh"',
        "userdel": f'echo "userdel $*" >>{calls}',
        "groupdel": f'echo "groupdel $*" >>{calls}',
    }
    for name, body in bodies.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    text = (ROOT / "packaging/debian/ginnel.postrm").read_text()
    for path in ("/var/lib/", "/run/"):
        assert path in text
        text = text.replace(path, f"{folder}{path}")
    subprocess.run(
        ["sh", "-c", text, "postrm", "purge"],
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        timeout=20,
    )
    return calls.read_text().splitlines() if calls.exists() else []


def test_a_purge_takes_the_services_user_and_group(tmp_path: Path) -> None:
    (tmp_path / "var/lib/ginnel/profiles").mkdir(parents=True)
    assert purged(tmp_path, f"{tmp_path}/var/lib/ginnel") == ["userdel ginnel", "groupdel ginnel"]
    assert not (tmp_path / "var/lib/ginnel").exists()


@pytest.mark.parametrize("home", ["/srv/people/ginnel", "/"])
def test_a_purge_leaves_a_person_of_that_name(tmp_path: Path, home: str) -> None:
    """systemd-sysusers takes an account that is there already, whoever it is for."""
    assert purged(tmp_path, home) == []
