"""The modules that macOS and FreeBSD share, built for this machine."""

from __future__ import annotations

import ctypes
import importlib.util
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from project.tree import ROOT

CORE = ROOT / "core"
HERE = Path(__file__).parent


def _compile(source: Path, made: Path, *flags: str) -> None:
    command = ["cc", "-std=c11", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", *flags]
    subprocess.run([*command, "-o", str(made), str(source)], check=True)


def _extension(source: Path, folder: Path) -> ModuleType:
    """Build and import one Cython module, as of ginnel_core."""
    code = folder / f"{source.stem}.c"
    made = folder / f"{source.stem}{sysconfig.get_config_var('EXT_SUFFIX')}"
    module = f"ginnel_core.{source.stem}"
    cython = f"-m cython -3 -X cdivision=True --module-name {module}"
    command = [sys.executable, *shlex.split(cython), f"-I{CORE}", "-o", str(code), str(source)]
    subprocess.run(command, check=True, cwd=CORE)
    _compile(code, made, f"-I{CORE}/ginnel_core/csrc", f"-I{sysconfig.get_path('include')}")
    spec = importlib.util.spec_from_file_location(module, made)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("built")


@pytest.fixture(scope="session")
def seam(built: Path) -> ModuleType:
    """The packet path's seams, to be called from Python."""
    return _extension(HERE / "seam.pyx", built)


@pytest.fixture(scope="session")
def udp_bsd(built: Path) -> ModuleType:
    return _extension(CORE / "ginnel_core/udp_bsd.pyx", built)


@pytest.fixture(scope="session")
def _msg_x(built: Path) -> ctypes.CDLL:
    made = built / "msg_x.so"
    _compile(HERE / "msg_x.c", made)
    return ctypes.CDLL(str(made), mode=ctypes.RTLD_GLOBAL)


class MsgX:
    """Darwin's calls for several datagrams, where the modules find them from now on."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.set()

    def set(self, *, refusal: int = 0, atmost: int = 0) -> None:
        """What every call fails with; how many datagrams one takes."""
        ctypes.c_int.in_dll(self._library, "refusal").value = refusal
        ctypes.c_uint.in_dll(self._library, "atmost").value = atmost
        ctypes.c_uint.in_dll(self._library, "batches").value = 0

    @property
    def batches(self) -> int:
        """Calls that carried something."""
        return ctypes.c_uint.in_dll(self._library, "batches").value


@pytest.fixture
def msg_x(_msg_x: ctypes.CDLL) -> Iterator[MsgX]:
    made = MsgX(_msg_x)
    yield made
    made.set()
