"""Packages for other systems, made once a run: whole, but that their libcrypto has names alone.

With GINNEL_DIST=FOLDER the packages in that folder are looked at instead, as `make freebsd-pkg` and
`make macos-pkg` do with what they made.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ginnel_packaging import assets, freebsd, wheels
from ginnel_packaging.cross import TARGETS
from ginnel_packaging.payload import Item, Parts
from ginnel_packaging.tree import ROOT
from helpers.cross import once, shipped
from helpers.pkg_reader import Package

BSD = next(target for target in TARGETS if (target.platform, target.machine) == ("freebsd", "x86_64"))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "packages"


@pytest.fixture(scope="session")
def made_assets(shared: Path) -> Path:
    return once(shared / "assets", assets.write)


@pytest.fixture(scope="session")
def freebsd_parts(shared: Path, made_assets: Path) -> Parts:
    modules, library = shipped(BSD, shared / "cross")

    def bundle(folder: Path) -> None:
        wheels.unpacked(wheels.fetch(freebsd.BUNDLED, folder / "wheels"), folder / "site")

    return Parts(
        modules=tuple(modules),
        library=library,
        library_licence=(ROOT / "LICENSE").read_text(),
        assets=made_assets,
        wheels=once(shared / "freebsd-wheels", bundle) / "site",
    )


@pytest.fixture(scope="session")
def freebsd_items(freebsd_parts: Parts) -> list[Item]:
    return freebsd.items(freebsd_parts)


@pytest.fixture(scope="session")
def freebsd_package(
    shared: Path, freebsd_items: list[Item], tmp_path_factory: pytest.TempPathFactory
) -> Package:
    if dist := os.environ.get("GINNEL_DIST"):
        return Package(next(Path(dist).glob("ginnel-*.FreeBSD-*.pkg")))
    return Package(freebsd.write(freebsd_items, BSD, tmp_path_factory.mktemp("dist")))


@pytest.fixture(scope="session")
def shellcheck() -> str:
    found = shutil.which("shellcheck")
    assert found is not None
    return found
