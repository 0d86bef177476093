"""A package for macOS' Installer, made on Linux: `python -m ginnel_packaging.mac_twin`.

It is the structural twin of what packaging/macos/build.sh makes on a Mac, out of the same list. What needs a
Mac is left out of it, and nothing else: a Python to run on, signatures, and Intel's half of what bundled
wheels have for Apple's processors alone. build.sh says where those come from.

    Distribution                 what Installer shows and demands
    Resources/LANGUAGE.lproj     its pages
    ginnel.pkg/PackageInfo       what the package is, for receipts and upgrades
    ginnel.pkg/Bom               the bill of materials
    ginnel.pkg/Payload, Scripts  cpio archives
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree

from . import archives, assets, bom, libcrypto, universal, wheels
from .cross import SHIPPED, TARGETS, Refused, Target, Toolchain, run, write_compiler
from .mac_wheels import bundled, merged
from .macos import (
    BUNDLE,
    BUNDLE_ID,
    HERE,
    IDENTIFIER,
    PYTHON,
    STANDING,
    filled,
    items,
    python_home,
    resources,
)
from .openssl import NotBuiltError
from .payload import Item, Parts
from .tree import ROOT, VERSION, epoch

SCRIPTS: Final = ("preinstall", "postinstall")


def targets() -> list[Target]:
    return [target for target in TARGETS if target.platform == "darwin"]


def package_info(found: Sequence[Item]) -> bytes:
    """What pkgbuild(1) writes: a package of root's, never moved to where a person dragged the app."""
    root = ElementTree.Element(
        "pkg-info",
        {
            "format-version": "2",
            "identifier": IDENTIFIER,
            "version": VERSION,
            "install-location": "/",
            "auth": "root",
            "overwrite-permissions": "true",
            "relocatable": "false",
            "postinstall-action": "none",
        },
    )
    size = {"numberOfFiles": str(len(found) + 1), "installKBytes": str(_kib(found))}
    ElementTree.SubElement(root, "payload", size)
    bundle = {
        "path": f".{BUNDLE}",
        "id": BUNDLE_ID,
        "CFBundleShortVersionString": VERSION,
        "CFBundleVersion": VERSION,
    }
    ElementTree.SubElement(root, "bundle", bundle)
    for rule in ("bundle-version", "upgrade-bundle"):
        ElementTree.SubElement(ElementTree.SubElement(root, rule), "bundle", id=BUNDLE_ID)
    for rule in ("update-bundle", "atomic-update-bundle", "strict-identifier", "relocate"):
        ElementTree.SubElement(root, rule)
    scripts = ElementTree.SubElement(root, "scripts")
    for name in SCRIPTS:
        ElementTree.SubElement(scripts, name, file=f"./{name}")
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _kib(found: Iterable[Item]) -> int:
    return sum(-(-item.size // 1024) for item in found)


def package(found: Sequence[Item], date: int) -> bytes:
    """The whole package's octets."""
    root = Item(PurePosixPath("/"), mode=0o755, kind="folder")
    above = [Item(path, mode=0o755, kind="folder") for path in sorted(STANDING)]
    everything = [root, *sorted([*above, *found], key=lambda item: item.path)]
    scripts = [Item(PurePosixPath("/") / name, HERE / "scripts" / name, 0o755) for name in SCRIPTS]
    members = {
        "Distribution": filled((HERE / "distribution.xml.in").read_text(), _kib(found)).encode(),
        "ginnel.pkg/PackageInfo": package_info(found),
        "ginnel.pkg/Bom": bom.bill(map(_entry, everything[1:]), date),
        "ginnel.pkg/Payload": archives.cpio(everything, date),
        "ginnel.pkg/Scripts": archives.cpio([root, *scripts], date),
    }
    members |= {f"Resources/{name}": content for name, content in resources().items()}
    return archives.xar({PurePosixPath(name): content for name, content in members.items()}, date)


def _entry(item: Item) -> bom.Entry:
    kind = {"file": bom.FILE, "folder": bom.FOLDER, "link": bom.LINK}[item.kind]
    content = item.target.encode() if item.kind == "link" else item.read()
    checksum = 0 if item.kind == "folder" else bom.cksum(content)
    path = item.path.relative_to("/")
    return bom.Entry(path, kind, item.mode, len(content), checksum, item.target)


def launcher(target: Target, folder: Path) -> bytes:
    """The app's program for one processor. Raises Refused."""
    place = folder / "launcher" / target.triple
    place.mkdir(parents=True)
    write_compiler(place / "cc", target, SHIPPED)
    framework = python_home(PYTHON)
    defined = {"FRAMEWORK": framework / "Python", "PYTHON": framework / f"bin/python{PYTHON}"}
    names = [f'-DGINNEL_{name}="{path}"' for name, path in defined.items()]
    run([place / "cc", "-s", *names, "-o", place / "Ginnel", HERE / "launcher.c"])
    return (place / "Ginnel").read_bytes()


def prepare(folder: Path) -> tuple[Parts, bytes]:
    """Build and fetch, below `folder`. Raises Refused, NotBuiltError, WheelError, OSError."""
    modules, libraries, licence = [], [], ""
    for target in targets():
        openssl = libcrypto.built(target)
        modules.append(Toolchain(target, folder / "cross" / target.triple, openssl).build()[0].parent)
        libraries.append((openssl / "lib" / libcrypto.file_name(target)).read_bytes())
        licence = (openssl / "LICENSE.txt").read_text()
    assets.write(folder / "assets")
    library = folder / libcrypto.file_name(targets()[0])
    library.write_bytes(universal.merge(libraries))
    parts = Parts(
        modules=tuple(merged(modules, folder / "modules")),
        library=library,
        library_licence=licence,
        assets=folder / "assets",
        wheels=bundled(wheels.everything(app=True), folder),
    )
    return parts, universal.merge([launcher(target, folder) for target in targets()])


def write(found: Sequence[Item], folder: Path) -> Path:
    """Make the package of `found` in `folder`; returns its file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"Ginnel-{VERSION}-unsigned-without-python.pkg"
    file.write_bytes(package(found, epoch()))
    return file


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_packaging.mac_twin", description="Make a package of what can be made on Linux."
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="[dist]")
    found = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as working:
            print(write(items(*prepare(Path(working))), found.output))
    except (Refused, NotBuiltError, wheels.WheelError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{parser.prog}: {error}")
    print("It is for looking at: without signatures and a Python it installs and does not run.")


if __name__ == "__main__":
    main()
