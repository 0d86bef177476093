"""Which file goes where on macOS and FreeBSD: one list for the packages, and for what checks them.

Everything is root's, and nobody else may write it. A folder is listed where the package makes it; those that
the system has are not. Modules come byte-compiled, without a look at their sources' dates, so that nothing is
ever written beside them: what a package does not list would stay when it goes.
"""

from __future__ import annotations

import gzip
import importlib.util
import py_compile
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from ginnel_service.paths import defaults

from .tree import ROOT, VERSION
from .wheels import files

System = Literal["darwin", "freebsd"]
Kind = Literal["file", "folder", "link"]

PROGRAMS: Final = {"ginnel": "ginnel_service.cli.main", "ginneld": "ginnel_service.process.launch"}
APP: Final = {"ginnel-gui": "ginnel_gui.main"}
_PACKAGES: Final = {"ginnel_core": "core", "ginnel_service": "service", "ginnel_gui": "gui"}
#: What a freedesktop.org desktop takes from below share/, by its folder in assets.
_DESKTOP: Final = {
    "applications": "applications",
    "icons": "icons",
    "mime": "mime/packages",
    "metainfo": "metainfo",
}
_OURS: Final = (".py", ".ts")
_MEASURED: Final = "probe_"  # modules for tests and benchmarks


@dataclass(frozen=True, slots=True)
class Item:
    """One file, folder or symbolic link of a package."""

    path: PurePosixPath  # absolute, there
    content: bytes | Path = b""  # of a file
    mode: int = 0o644
    kind: Kind = "file"
    target: str = ""  # of a link

    def read(self) -> bytes:
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content

    @property
    def size(self) -> int:
        """Octets."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a package is made of beside the source tree."""

    modules: tuple[Path, ...]  # built
    library: Path  # libcrypto, by the name that it is installed as
    library_licence: str
    assets: Path  # as ginnel_packaging.assets writes them
    wheels: Path  # as ginnel_packaging.wheels unpacks them


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a system wants what."""

    system: System
    site: PurePosixPath
    programs: PurePosixPath
    python: PurePosixPath
    share: PurePosixPath
    licences: PurePosixPath
    completions: Mapping[str, PurePosixPath]  # file's name in assets -> path


def freebsd(python: str, prefix: PurePosixPath) -> Layout:
    """As hier(7) and ports have it; `python` is such as 3.11."""
    share = prefix / "share"
    return Layout(
        system="freebsd",
        site=prefix / f"lib/python{python}/site-packages",
        programs=prefix / "bin",
        python=prefix / f"bin/python{python}",
        share=share,
        licences=share / f"licenses/ginnel-{VERSION}",
        completions={
            "ginnel.bash": share / "bash-completion/completions/ginnel",
            "_ginnel": share / "zsh/site-functions/_ginnel",
            "ginnel.fish": share / "fish/vendor_completions.d/ginnel.fish",
        },
    )


#: Of root alone: no tool of a person's (Homebrew) makes it its own, as happens to /usr/local on macOS.
MAC_BASE: Final = PurePosixPath("/Library/Ginnel")


def darwin(python: str) -> Layout:
    """A folder of our own, with a private Python; see packaging/macos."""
    share = MAC_BASE / "share"
    return Layout(
        system="darwin",
        site=MAC_BASE / "site",
        programs=MAC_BASE / "bin",
        python=MAC_BASE / f"Python.framework/Versions/{python}/bin/python{python}",
        share=share,
        licences=share / "licences",
        completions={
            "ginnel.bash": share / "bash-completion/completions/ginnel",
            "_ginnel": share / "zsh/site-functions/_ginnel",
            "ginnel.fish": share / "fish/vendor_completions.d/ginnel.fish",
        },
    )


def launcher(python: PurePosixPath, module: str) -> bytes:
    """A program: isolated from whoever calls it (python(1), -I)."""
    return f"#!{python} -I\nfrom {module} import main\n\nmain()\n".encode()


def sources(app: bool = True) -> Iterator[tuple[PurePosixPath, Path]]:
    """Our Python files and catalogues, by their paths below site-packages."""
    for package, room in _PACKAGES.items():
        if package == "ginnel_gui" and not app:
            continue
        for path in sorted((ROOT / room / package).rglob("*")):
            if path.suffix in _OURS or path.name == "py.typed":
                yield PurePosixPath(path.relative_to(ROOT / room).as_posix()), path


def compiled(path: PurePosixPath, source: Path) -> Item:
    """The byte code of `source`, which is taken there whatever date that has (PEP 552).

    It is that of the Python that runs this. Raises py_compile.PyCompileError.
    """
    with tempfile.NamedTemporaryFile() as made:
        py_compile.compile(
            str(source),
            made.name,
            str(path),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        octets = Path(made.name).read_bytes()
    return Item(PurePosixPath(importlib.util.cache_from_source(str(path))), octets)


def modules(layout: Layout, found: Iterable[tuple[PurePosixPath, Path]]) -> Iterator[Item]:
    """Files below site-packages, with the byte code of those that are Python."""
    for below, source in found:
        path = layout.site / below
        yield Item(path, source, 0o755 if path.suffix in (".so", ".dylib") else 0o644)
        if path.suffix == ".py":
            yield compiled(path, source)


def common(layout: Layout, parts: Parts, texts: Mapping[str, str], app: bool) -> Iterator[Item]:
    """What both systems install; `texts` are the licences of what is in `parts.wheels`, by name."""
    yield from modules(layout, sources(app))
    yield from modules(layout, files(parts.wheels))
    yield from _packet_path(layout, parts)
    yield from programs(layout, app)
    yield from documents(layout, parts.assets, app)
    yield from licences(layout, {**texts, "openssl": parts.library_licence})


def _packet_path(layout: Layout, parts: Parts) -> Iterator[Item]:
    """The built modules, and the libcrypto beside them."""
    folder = layout.site / "ginnel_core"
    for module in parts.modules:
        if not module.name.startswith(_MEASURED):
            yield Item(folder / module.name, module, 0o755)
    yield Item(folder / parts.library.name, parts.library, 0o755)


def programs(layout: Layout, app: bool = True) -> Iterator[Item]:
    for name, module in (PROGRAMS | (APP if app else {})).items():
        yield Item(layout.programs / name, launcher(layout.python, module), 0o755)


def documents(layout: Layout, assets: Path, app: bool = True) -> Iterator[Item]:
    """Manual pages (compressed, as the system has its own), completions, and what a desktop shows."""
    for page in sorted((assets / "man").rglob("*.[0-9]")):
        if app or page.stem != "ginnel-gui":
            packed = gzip.compress(_of_there(page.read_text(), layout).encode(), 9, mtime=0)
            yield Item(layout.share / f"man/{page.parent.name}/{page.name}.gz", packed)
    for name, path in layout.completions.items():
        yield Item(path, assets / "completions" / name)
    if layout.system == "freebsd" and app:
        for folder, place in _DESKTOP.items():
            for file in sorted(path for path in (assets / folder).rglob("*") if path.is_file()):
                yield Item(layout.share / place / file.relative_to(assets / folder).as_posix(), file)


def _of_there(text: str, layout: Layout) -> str:
    """A manual page with the folders of the system that it is for, not of the one that made it."""
    runtime, state = defaults(sys.platform)
    there_runtime, there_state = defaults(layout.system)
    return text.replace(str(state), str(there_state)).replace(str(runtime), str(there_runtime))


def licences(layout: Layout, bundled: Mapping[str, str]) -> Iterator[Item]:
    """Ours, and those of what is bundled, by its name."""
    yield Item(layout.licences / "LICENSE", ROOT / "LICENSE")
    for name, text in sorted(bundled.items()):
        yield Item(layout.licences / name, text.encode())


def with_folders(items: Iterable[Item], standing: Iterable[PurePosixPath]) -> list[Item]:
    """`items` by path, with every folder above them that is not in `standing`."""
    given = {item.path: item for item in items}
    there = set(standing)
    for path in list(given):
        for above in path.parents:
            if above != PurePosixPath("/") and above not in there:
                given.setdefault(above, Item(above, mode=0o755, kind="folder"))
    return [given[path] for path in sorted(given)]


def unique(items: Sequence[Item]) -> Sequence[Item]:
    """`items`, unless two have one path. Raises ValueError."""
    paths = [item.path for item in items]
    if doubles := {str(path) for path in paths if paths.count(path) > 1}:
        raise ValueError(f"in the package twice: {', '.join(sorted(doubles))}")
    return items


def write(items: Iterable[Item], root: Path) -> None:
    """Make `items` below the folder `root`; owners are whoever runs this. Raises OSError."""
    for item in items:
        path = root / item.path.relative_to("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if item.kind == "folder":
            path.mkdir(exist_ok=True)
        elif item.kind == "link":
            path.symlink_to(item.target)
            continue
        elif isinstance(item.content, Path):
            shutil.copyfile(item.content, path)
        else:
            path.write_bytes(item.content)
        path.chmod(item.mode)
