"""packaging/bootstrap.sh in a clone of its own, with a stand-in for Python: what is built anew, and when."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ginnel_packaging.tree import ROOT

#: It translates and compiles as the real one does: a file that is newer than its source stays as it is.
PYTHON = """#!/bin/sh
case "$*" in
*_base_executable*) echo "$0" ;;
*base_prefix*) echo /usr ;;
*get_path*) echo . ;;
*sys.version*) echo 3.11 ;;
*--require-hashes*) for last; do :; done; cp "$last" installed ;;
"-m venv"*) rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
*" -e ." | *build_ext*)
    mkdir -p build/temp.x
    for source in core/ginnel_core/*.pyx; do
        [ -e "${source%.pyx}.c" ] || echo "debug=${GINNEL_DEBUG:-0}" >"${source%.pyx}.c"
        [ -e "${source%.pyx}.x.so" ] || cp "${source%.pyx}.c" "${source%.pyx}.x.so"
    done
    ;;
esac
"""
#: Where a package has got another name, and says that it is the former too: Debian 13, Ubuntu 24.04.
DPKG_QUERY = """#!/bin/sh
case $4 in
'') printf 'installed \\ninstalled libglib2.0-0 (= 2.84.4-3), libglib2.0-bin-any (= 2)\\n' ;;
libglib2.0-0) exit 1 ;;
*) printf installed ;;
esac
"""
#: All of the machine's programs that it may have: no package manager.
TOOLS = ("awk", "cat", "cksum", "cp", "dirname", "find", "id", "mkdir", "mv", "rm", "sh", "tail", "uname")


class Clone:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "a clone"
        for name in ("packaging", "requirements", "core/ginnel_core"):
            (self.root / name).mkdir(parents=True)
        shutil.copy(ROOT / "packaging/bootstrap.sh", self.root / "packaging")
        for name in ("requirements/run.txt", "requirements/dev.txt", "setup.py", "pyproject.toml"):
            (self.root / name).touch()
        (self.root / "core/ginnel_core/sa.pyx").touch()
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in TOOLS:
            (self.programs / name).symlink_to(shutil.which(name) or name)
        self.stand_in("python3", PYTHON)

    def stand_in(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def run(self, level: str, **environment: str) -> None:
        subprocess.run(
            ["sh", self.root / "packaging/bootstrap.sh", level],
            env={"PATH": str(self.programs), **environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )

    def built(self, **environment: str) -> str:
        """How the extension that is there after a run was translated."""
        self.run("run", **environment)
        return (self.root / "core/ginnel_core/sa.x.so").read_text().strip()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_other_options_translate_everything_anew(clone: Clone) -> None:
    assert clone.built() == "debug=0"
    assert clone.built(GINNEL_DEBUG="1") == "debug=1"
    assert clone.built() == "debug=0"


def test_other_options_and_another_environment_at_once_do_too(clone: Clone) -> None:
    assert clone.built(GINNEL_DEBUG="1") == "debug=1"
    (clone.root / "requirements/run.txt").write_text("click==9\n")
    assert clone.built() == "debug=0"


def test_a_package_under_another_name_is_there(clone: Clone) -> None:
    (clone.root / "Python.h").touch()
    clone.stand_in("dpkg-query", DPKG_QUERY)
    clone.stand_in("apt-get", "#!/bin/sh\nexit 100\n")
    clone.run("gui")


@pytest.mark.parametrize(
    ("machine", "glibc", "qt"),
    [("aarch64", "2.36", False), ("aarch64", "2.41", True), ("x86_64", "2.36", True)],
)
def test_where_there_is_no_qt_the_rest_is_installed(clone: Clone, machine: str, glibc: str, qt: bool) -> None:
    shutil.copy(ROOT / "requirements/dev.txt", clone.root / "requirements/dev.txt")
    (clone.programs / "uname").unlink()
    clone.stand_in("uname", f"#!/bin/sh\ncase $1 in -m) echo {machine} ;; *) echo Linux ;; esac\n")
    clone.stand_in("getconf", f"#!/bin/sh\necho glibc {glibc}\n")
    clone.run("run")
    installed = (clone.root / "installed").read_text()
    assert ("\npyside6-essentials==" in installed) is qt
    assert ("\nshiboken6==" in installed) is qt
    assert "\npytest==" in installed
    assert qt or len(installed) < (clone.root / "requirements/dev.txt").stat().st_size
