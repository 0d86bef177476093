"""The wheels in macOS' package: for both processors in one, and of PySide6 no more than the app uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from . import universal, wheels
from .qt import MODULES
from .wheels import ONE_SIDED

MACHINES: Final = ("arm64", "x86_64")
#: Wheels that may be installed there, newest first (PEP 425).
_RELEASES: Final = ("15_0", "14_0", "13_0", "12_0", "11_0", "10_15", "10_14", "10_13", "10_12", "10_9")
_LIBRARY: Final = "libpyside6.abi3"
_PLUGINS: Final = (
    *("iconengines/libqsvgicon.dylib", "imageformats/libqsvg.dylib", "platforms/libqcocoa.dylib"),
    *("platforms/libqoffscreen.dylib", "styles/libqmacstyle.dylib"),
)


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


def prune(site: Path) -> None:
    """Remove of the wheels unpacked in `site` what of PySide6 the app does without. Raises OSError."""
    for path in sorted((site / "PySide6").rglob("*")):
        if path.is_file() and not _is_used(PurePosixPath(path.relative_to(site / "PySide6").as_posix())):
            path.unlink()


def _is_used(below: PurePosixPath) -> bool:
    match below.parts:
        case ("Qt", "lib", framework, *_):
            return framework.partition(".")[0] in MODULES
        case ("Qt", "plugins", *rest):
            return "/".join(rest) in _PLUGINS
        case ("Qt", "translations", name):
            return name.startswith("qtbase_")
        case (name,):
            module = name.partition(".")[0]
            return below.suffix == ".py" or (module in MODULES and below.suffix == ".so") or _LIBRARY in name
        case _:
            return below.parts[0] == "support"
