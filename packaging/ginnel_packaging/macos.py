"""A package for macOS' Installer, made on Linux: `python -m ginnel_packaging.macos`.

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
import plistlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final
from xml.etree import ElementTree

from . import archives, assets, bom, libcrypto, payload, universal, wheels
from .cross import TARGETS, Refused, Target, Toolchain
from .icns import icns
from .openssl import NotBuiltError
from .payload import MAC_BASE, Item, Parts
from .tree import PACKAGING, ROOT, VERSION, epoch
from .wheels import ONE_SIDED

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
SCRIPTS: Final = ("preinstall", "postinstall")
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
MACHINES: Final = ("arm64", "x86_64")
#: Wheels that may be installed there, newest first (PEP 425).
_RELEASES: Final = ("15_0", "14_0", "13_0", "12_0", "11_0", "10_15", "10_14", "10_13", "10_12", "10_9")
#: Of Qt what the app needs; the rest of PySide6 (tools, QML, databases) is not shipped.
_QT: Final = ("QtCore", "QtDBus", "QtGui", "QtNetwork", "QtSvg", "QtWidgets")
_LIBRARY: Final = "libpyside6.abi3"
_PLUGINS: Final = (
    *("iconengines/libqsvgicon.dylib", "imageformats/libqsvg.dylib", "platforms/libqcocoa.dylib"),
    *("platforms/libqoffscreen.dylib", "styles/libqmacstyle.dylib"),
)


def targets() -> list[Target]:
    return [target for target in TARGETS if target.platform == "darwin"]


def _python(version: str) -> PurePosixPath:
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
    found = [
        *payload.common(layout, parts, wheels.licences(parts.wheels), app=True),
        Item(layout.programs / "ginnel-uninstall", HERE / "ginnel-uninstall", 0o755),
        Item(DAEMON, plist),
        # Where the private Python finds what is not its own (site), isolated or not.
        Item(_python(PYTHON) / f"lib/python{PYTHON}/site-packages/ginnel.pth", f"{layout.site}\n".encode()),
        Item(MANUAL, f"{layout.share}/man\n".encode()),
        Item(contents / "Info.plist", plistlib.dumps(information())),
        Item(contents / "PkgInfo", b"APPL????"),
        Item(contents / "MacOS/Ginnel", program, 0o755),
        Item(contents / "Resources/Ginnel.icns", icns(parts.assets / "iconset")),
        *(Item(contents / f"Resources/{each}.lproj", mode=0o755, kind="folder") for each in LANGUAGES),
    ]
    return payload.with_folders(payload.unique(found), STANDING)


def prune(site: Path) -> None:
    """Remove of the wheels unpacked in `site` what of PySide6 the app does without. Raises OSError."""
    for path in sorted((site / "PySide6").rglob("*")):
        if path.is_file() and not _is_used(PurePosixPath(path.relative_to(site / "PySide6").as_posix())):
            path.unlink()


def _is_used(below: PurePosixPath) -> bool:
    match below.parts:
        case ("Qt", "lib", framework, *_):
            return framework.partition(".")[0] in _QT
        case ("Qt", "plugins", *rest):
            return "/".join(rest) in _PLUGINS
        case ("Qt", "translations", name):
            return name.startswith("qtbase_")
        case (name,):
            module = name.partition(".")[0]
            return below.suffix == ".py" or (module in _QT and below.suffix == ".so") or _LIBRARY in name
        case _:
            return below.parts[0] == "support"


def filled(text: str, kib: int) -> str:
    for name, value in (
        ("IDENTIFIER", IDENTIFIER),
        ("VERSION", VERSION),
        ("MINIMUM", MINIMUM),
        ("KIB", str(kib)),
    ):
        text = text.replace(f"@{name}@", value)
    return text


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


def resources() -> dict[str, bytes]:
    """Installer's pages and words, by language."""
    found = {}
    for language in LANGUAGES:
        folder = f"{language}.lproj"
        found[f"{folder}/LICENSE.txt"] = (ROOT / "LICENSE").read_bytes()
        for page in sorted((HERE / "resources" / folder).iterdir()):
            found[f"{folder}/{page.name}"] = page.read_bytes()
    return found


def _entry(item: Item) -> bom.Entry:
    kind = {"file": bom.FILE, "folder": bom.FOLDER, "link": bom.LINK}[item.kind]
    content = item.target.encode() if item.kind == "link" else item.read()
    checksum = 0 if item.kind == "folder" else bom.cksum(content)
    path = item.path.relative_to("/")
    return bom.Entry(path, kind, item.mode, len(content), checksum, item.target)


def launcher(target: Target, folder: Path) -> bytes:
    """The app's program for one processor. Raises Refused."""
    framework = _python(PYTHON)
    toolchain = Toolchain(target, folder / "launcher" / target.triple)
    made = folder / f"launcher-{target.machine}"
    toolchain.run(
        "-s",
        f'-DGINNEL_FRAMEWORK="{framework}/Python"',
        f'-DGINNEL_PYTHON="{framework}/bin/python{PYTHON}"',
        "-o",
        str(made),
        str(HERE / "launcher.c"),
    )
    return made.read_bytes()


def merged(halves: Sequence[Path], folder: Path) -> list[Path]:
    """Files that each of `halves` has, in `folder`: what is for one processor becomes one for both.

    What only one half has is taken as it is. Raises ValueError where the halves differ in anything else.
    """
    names = sorted({path.relative_to(half) for half in halves for path in half.rglob("*") if path.is_file()})
    for name in names:
        contents = list(
            dict.fromkeys((half / name).read_bytes() for half in halves if (half / name).exists())
        )
        if len(contents) > 1:
            if name.name in ("WHEEL", "RECORD"):  # which name the platform, and the hashes of what is merged
                contents = contents[:1]
            elif all(map(universal.is_thin, contents)):
                contents = [universal.merge(contents)]
            else:
                raise ValueError(f"{name} is not the same for both processors")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(contents[0])
    return [folder / name for name in names]


def platforms(machine: str) -> list[str]:
    return [f"macosx_{release}_{kind}" for release in _RELEASES for kind in (machine, "universal2")]


def bundled(names: Iterable[str], folder: Path, own: Path | None = None) -> Path:
    """The wheels of `names` for both processors, unpacked and merged, below `folder`. Raises WheelError.

    `own` has those of ONE_SIDED, built for each processor in a folder; else they are for Apple's alone.
    """
    halves = []
    for machine in MACHINES:
        wanted = [name for name in names if name not in ONE_SIDED or not (own or machine != MACHINES[0])]
        found = wheels.fetch(wanted, folder / f"wheels-{machine}", platforms(machine))
        built = sorted((own / machine).glob("*.whl")) if own else []
        halves.append(wheels.unpacked([*found, *built], folder / f"unpacked-{machine}"))
    merged(halves, folder / "site")
    prune(folder / "site")
    return folder / "site"


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


def stage(modules: Path, openssl: Path, program: Path, own: Path, root: Path) -> None:
    """On a Mac: lay out what was built there, and the rest, below `root`. Raises WheelError, OSError."""
    with tempfile.TemporaryDirectory() as working:
        place = Path(working)
        assets.write(place / "assets")
        parts = Parts(
            modules=tuple(sorted(modules.glob("*.so"))),
            library=openssl / "lib" / libcrypto.file_name(targets()[0]),
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
    parser = argparse.ArgumentParser(prog="python -m ginnel_packaging.macos", description="Make a package.")
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    twin = steps.add_parser("twin", help="a package of what can be made on Linux")
    twin.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="[dist]")
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
        elif found.step == "pages":
            pages(found.folder, found.root)
        else:
            with tempfile.TemporaryDirectory() as working:
                print(write(items(*prepare(Path(working))), found.output))
            print("It is for looking at: without signatures and a Python it installs and does not run.")
    except (Refused, NotBuiltError, wheels.WheelError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
