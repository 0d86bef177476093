"""What is in macOS' package and where it goes: packaging/macos/build.sh lays it out on a Mac by this.

    python -m ginnel_packaging.macos stage ... ROOT     everything but Python's runtime
    python -m ginnel_packaging.macos pages FOLDER ROOT  what Installer shows and demands

The package that Linux can make of the same list is `mac_twin`'s.
"""

from __future__ import annotations

import argparse
import plistlib
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any, Final

from . import assets, payload, wheels
from .icns import icns
from .mac_wheels import bundled
from .payload import MAC_BASE, Item, Parts
from .tree import PACKAGING, ROOT, VERSION

HERE: Final = PACKAGING / "macos"
PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
IDENTIFIER: Final = "org.ginnel.pkg"
#: The oldest that PySide6's modules of 6.11.3 are built for; its wheel's name says 13.
MINIMUM: Final = "15.0"
BUNDLE: Final = PurePosixPath("/Applications/Ginnel.app")
BUNDLE_ID: Final = "org.ginnel.gui"
DAEMON: Final = PurePosixPath("/Library/LaunchDaemons/org.ginnel.ginneld.plist")
MANUAL: Final = PurePosixPath("/private/etc/manpaths.d/ginnel")
LANGUAGES: Final = ("en", "de")
LIBRARY: Final = "libcrypto.3.dylib"
#: What Qt's licence asks to come with it; Debian has these texts for everybody.
_GNU: Final = ("gpl-3.0.txt", "lgpl-3.0.txt")
#: Folders that every Mac has, whose owners and modes are macOS' business.
STANDING: Final = frozenset(
    map(
        PurePosixPath,
        (
            "/Applications",
            "/Library",
            "/Library/LaunchDaemons",
            "/private",
            "/private/etc",
            "/private/etc/manpaths.d",
        ),
    )
)


def python_home(version: str) -> PurePosixPath:
    return MAC_BASE / f"Python.framework/Versions/{version}"


def information() -> dict[str, Any]:
    """The bundle's Info.plist."""
    profile = {
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",  # System Settings opens .mobileconfig, until a person chooses
    }
    return {
        "CFBundleIdentifier": BUNDLE_ID,
        "CFBundleName": "Ginnel",
        "CFBundleDisplayName": "Ginnel",
        "CFBundleExecutable": "Ginnel",
        "CFBundleIconFile": "Ginnel",
        "CFBundlePackageType": "APPL",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleShortVersionString": VERSION,
        "CFBundleVersion": VERSION,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": list(LANGUAGES),
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Configuration profile",
                "LSItemContentTypes": ["com.apple.mobileconfig"],
                **profile,
            },
            {
                "CFBundleTypeName": "strongSwan profile",
                "LSItemContentTypes": ["org.strongswan.sswan"],
                **profile,
                "LSHandlerRank": "Default",
            },
        ],
        "UTImportedTypeDeclarations": [
            _type("com.apple.mobileconfig", "Configuration profile", "mobileconfig", "public.data"),
            _type("org.strongswan.sswan", "strongSwan profile", "sswan", "public.json"),
        ],
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": MINIMUM,
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
    }


def _type(identifier: str, description: str, extension: str, like: str) -> dict[str, Any]:
    return {
        "UTTypeIdentifier": identifier,
        "UTTypeDescription": description,
        "UTTypeConformsTo": [like],
        "UTTypeTagSpecification": {"public.filename-extension": [extension]},
    }


def items(parts: Parts, program: bytes) -> list[Item]:
    """The package's files and folders, by path; `program` is the app's. Raises WheelError, ValueError."""
    layout = payload.darwin(PYTHON)
    contents = BUNDLE / "Contents"
    plist = PACKAGING / "launchd" / DAEMON.name
    texts = wheels.licences(parts.wheels) | {name: (wheels.OWN / name).read_text() for name in _GNU}
    found = [
        *payload.common(layout, parts, texts, app=True),
        Item(layout.programs / "ginnel-uninstall", HERE / "ginnel-uninstall", 0o755),
        Item(DAEMON, plist),
        # Where the private Python finds what is not its own (site), isolated or not.
        Item(
            python_home(PYTHON) / f"lib/python{PYTHON}/site-packages/ginnel.pth", f"{layout.site}\n".encode()
        ),
        Item(MANUAL, f"{layout.share}/man\n".encode()),
        Item(contents / "Info.plist", plistlib.dumps(information())),
        Item(contents / "PkgInfo", b"APPL????"),
        Item(contents / "MacOS/Ginnel", program, 0o755),
        Item(contents / "Resources/Ginnel.icns", icns(parts.assets / "iconset")),
        *(Item(contents / f"Resources/{each}.lproj", mode=0o755, kind="folder") for each in LANGUAGES),
    ]
    return payload.with_folders(payload.unique(found), STANDING)


def filled(text: str, kib: int) -> str:
    for name, value in (
        ("IDENTIFIER", IDENTIFIER),
        ("VERSION", VERSION),
        ("MINIMUM", MINIMUM),
        ("KIB", str(kib)),
    ):
        text = text.replace(f"@{name}@", value)
    return text


def resources() -> dict[str, bytes]:
    """Installer's pages and words, by language."""
    found = {}
    for language in LANGUAGES:
        folder = f"{language}.lproj"
        found[f"{folder}/LICENSE.txt"] = (ROOT / "LICENSE").read_bytes()
        for page in sorted((HERE / "resources" / folder).iterdir()):
            found[f"{folder}/{page.name}"] = page.read_bytes()
    return found


def stage(modules: Path, openssl: Path, program: Path, own: Path, root: Path) -> None:
    """On a Mac: lay out what was built there, and the rest, below `root`. Raises WheelError, OSError."""
    with tempfile.TemporaryDirectory() as working:
        place = Path(working)
        assets.write(place / "assets")
        parts = Parts(
            modules=tuple(sorted(modules.glob("*.so"))),
            library=openssl / "lib" / LIBRARY,
            library_licence=(openssl / "LICENSE.txt").read_text(),
            assets=place / "assets",
            wheels=bundled(wheels.everything(app=True), place, own),
        )
        payload.write(items(parts, program.read_bytes()), root)


def pages(folder: Path, root: Path) -> None:
    """On a Mac: write what productbuild(1) wants beside the package of `root`. Raises OSError."""
    octets = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file())
    for name, content in resources().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    text = filled((HERE / "distribution.xml.in").read_text(), -(-octets // 1024))
    (folder / "distribution.xml").write_text(text)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_packaging.macos", description="Lay out a package."
    )
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    staging = steps.add_parser("stage", help="lay out what was built on a Mac")
    for name in ("modules", "openssl", "launcher", "own-wheels"):
        staging.add_argument(f"--{name}", type=Path, required=True)
    staging.add_argument("root", type=Path)
    writing = steps.add_parser("pages", help="write Installer's pages and rules")
    writing.add_argument("folder", type=Path)
    writing.add_argument("root", type=Path)
    found = parser.parse_args(arguments)
    try:
        if found.step == "stage":
            stage(found.modules, found.openssl, found.launcher, found.own_wheels, found.root)
        else:
            pages(found.folder, found.root)
    except (wheels.WheelError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
