"""Packages, made once a run: for Debian, and whole but for their libcrypto for other systems.

With GINNEL_DIST=FOLDER the packages in that folder are looked at instead, as `make freebsd-pkg` and
`make macos-pkg` do with what they made.
"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ginnel_packaging import assets, freebsd, mac_twin, mac_wheels, macos, universal, wheels
from ginnel_packaging.cross import TARGETS
from ginnel_packaging.payload import Item, Parts
from ginnel_packaging.tree import ROOT
from helpers import debian as making
from helpers.cross import once, shipped
from helpers.mac_reader import MacPackage
from helpers.pkg_reader import Package

BSD = next(target for target in TARGETS if (target.platform, target.machine) == ("freebsd", "x86_64"))


def newest(folder: str, pattern: str) -> Path:
    return max(Path(folder).glob(pattern), key=lambda path: path.stat().st_mtime)


def listed(folder: Path, make: Callable[[], list[Item]]) -> list[Item]:
    """What `make` lists, which takes a while, once a run."""

    def write(place: Path) -> None:
        place.mkdir()
        (place / "items").write_bytes(pickle.dumps(make()))

    found: list[Item] = pickle.loads((once(folder, write) / "items").read_bytes())
    return found


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
def freebsd_items(shared: Path, freebsd_parts: Parts) -> list[Item]:
    return listed(shared / "freebsd-items", lambda: freebsd.items(freebsd_parts))


@pytest.fixture(scope="session")
def freebsd_package(shared: Path, request: pytest.FixtureRequest) -> Package:
    if dist := os.environ.get("GINNEL_DIST"):
        return Package(newest(dist, "ginnel-*.FreeBSD-*.pkg"))
    items: list[Item] = request.getfixturevalue("freebsd_items")
    made = once(shared / "freebsd", lambda folder: freebsd.write(items, BSD, folder))
    return Package(next(made.iterdir()))


@pytest.fixture(scope="session")
def shellcheck() -> str:
    found = shutil.which("shellcheck")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def mac_parts(shared: Path, made_assets: Path) -> tuple[Parts, bytes]:
    """Without the app's wheels, which are a hundred megabytes; the whole is for `make macos-pkg`."""

    def make(folder: Path) -> None:
        built = {target: shipped(target, shared / "cross") for target in mac_twin.targets()}
        mac_wheels.merged([modules[0].parent for modules, _ in built.values()], folder / "modules")
        library = universal.merge([library.read_bytes() for _, library in built.values()])
        (folder / "libcrypto.3.dylib").write_bytes(library)
        program = universal.merge([mac_twin.launcher(target, folder) for target in built])
        (folder / "Ginnel").write_bytes(program)
        mac_wheels.bundled(wheels.everything(app=False), folder)

    made = once(shared / "macos", make)
    parts = Parts(
        modules=tuple(sorted((made / "modules").iterdir())),
        library=made / "libcrypto.3.dylib",
        library_licence=(ROOT / "LICENSE").read_text(),
        assets=made_assets,
        wheels=made / "site",
    )
    return parts, (made / "Ginnel").read_bytes()


@pytest.fixture(scope="session")
def mac_items(shared: Path, mac_parts: tuple[Parts, bytes]) -> list[Item]:
    return listed(shared / "mac-items", lambda: macos.items(*mac_parts))


@pytest.fixture(scope="session")
def mac_package(
    shared: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> MacPackage:
    folder = tmp_path_factory.mktemp("mac")
    if dist := os.environ.get("GINNEL_DIST"):
        return MacPackage(newest(dist, "Ginnel-*.pkg"), folder / "unpacked")
    items: list[Item] = request.getfixturevalue("mac_items")
    made = once(shared / "mac", lambda place: mac_twin.write(items, place))
    return MacPackage(next(made.iterdir()), folder / "unpacked")


@pytest.fixture(scope="session")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian's package. Where no libcrypto has been built to be shipped, it is made with the system's."""
    if dist := os.environ.get("GINNEL_DIST"):
        return next(Path(dist).resolve().glob("ginnel_*.deb"))
    if (reason := making.why_not()) is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return making.build(making.WORK, tmp_path_factory.mktemp("deb"), **making.QUICK, **making.libcrypto())


@pytest.fixture(scope="session")
def unpacked(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the package would install, and its scripts in DEBIAN/."""
    folder = tmp_path_factory.mktemp("unpacked") / "root"
    making.run("dpkg-deb", "--raw-extract", deb, folder)
    return folder


@pytest.fixture(scope="session")
def debian(deb: Path) -> Path:
    """A root with what the package depends on. Nobody may write to it."""
    return making.root_with([*making.BASE, *making.depends(deb)])
