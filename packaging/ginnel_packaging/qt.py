"""What of Qt is shipped: `python -m ginnel_packaging.qt SITE` removes the rest from unpacked wheels.

PySide6-Essentials brings designers, QML and a hundred megabytes that the app never loads. What stays is found
from its imports: their modules, the plug-ins of some kinds, and every library that these link to (ELF's
NEEDED), which a test compares with what the loader finds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: The app's, and what Qt's own plug-ins of a desktop need beside them.
MODULES: Final = ("QtCore", "QtDBus", "QtGui", "QtNetwork", "QtSvg", "QtWidgets")
#: Kinds of plug-ins, and how the names of those begin that are wanted. GTK's theme would bring all of GTK
#: along; its file dialogs come through the desktop's portal.
PLUGINS: Final = {
    "iconengines": ("qsvgicon",),
    "imageformats": ("qgif", "qico", "qjpeg", "qsvg"),
    "platforminputcontexts": ("compose", "ibus"),
    "platforms": ("qminimal", "qoffscreen", "qwayland", "qxcb"),
    "platformthemes": ("qxdgdesktopportal",),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-graphics-integration-client": ("qt-plugin-wayland-egl", "shm-emulation-server"),
    "wayland-shell-integration": ("xdg-shell",),
    "xcbglintegrations": ("qxcb",),
}
_CATALOGUE: Final = re.compile(r"qtbase_\w+\.qm")
_NEEDED: Final = re.compile(r"\(NEEDED\).*\[(.+)\]")


def prune(site: Path) -> None:
    """Remove from `site`/PySide6 what the app does not use. Raises OSError, CalledProcessError."""
    package = site / "PySide6"
    kept = set(_roots(package))
    libraries = {path.name: path for path in [*(package / "Qt/lib").iterdir(), *package.glob("lib*.so*")]}
    waiting = list(kept)
    while waiting:
        for name in needed(waiting.pop()):
            found = libraries.get(name)
            if found is not None and found not in kept:
                kept.add(found)
                waiting.append(found)
    kept |= {path for path in (package / "Qt/translations").iterdir() if _CATALOGUE.fullmatch(path.name)}
    kept |= set(package.glob("*.py"))
    for path in sorted(package.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
    for headers in ("docs", "include"):
        shutil.rmtree(site / "shiboken6" / headers, ignore_errors=True)


def needed(file: Path) -> list[str]:
    """The libraries that an ELF file links to, by their sonames."""
    told = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
    return _NEEDED.findall(told)


def _roots(package: Path) -> Iterator[Path]:
    """What is loaded by name: modules and plug-ins."""
    for module in MODULES:
        yield from package.glob(f"{module}.abi3.so")
    for kind, names in PLUGINS.items():
        for plugin in sorted((package / "Qt/plugins" / kind).glob("*.so")):
            if plugin.stem.removeprefix("lib").startswith(names):
                yield plugin


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_packaging.qt", description="Remove what of Qt the app does not use."
    )
    parser.add_argument("site", type=Path, help="the folder of unpacked wheels")
    try:
        prune(parser.parse_args(arguments).site)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
