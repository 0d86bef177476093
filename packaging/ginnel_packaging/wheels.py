"""What packages bundle of other people's Python: locked wheels, unpacked without running anything of them.

Versions and hashes are those of requirements/, so a package holds what the
tests ran with. `python -m ginnel_packaging.wheels` prints those of ONE_SIDED.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from typing import Final

from .tree import PACKAGING, ROOT

#: Of these PyPI has no wheel for Intel's Macs any more; a Mac builds it.
ONE_SIDED: Final = frozenset({"cryptography"})
#: What wheels link in or bring along without a word of it: our texts about it, by the wheel.
INSIDE: Final = {
    "cffi": ("libffi.txt",),
    "pyside6-essentials": ("icu.txt", "qt.txt"),
    "shiboken6": ("qt.txt",),
}
OWN: Final = PACKAGING / "licences"
#: Files' names.
LICENCE: Final = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)
#: What of a wheel is not installed: pip's records, byte code of another Python, its own tests.
_LEFT: Final = frozenset({"RECORD", "INSTALLER", "__pycache__", "tests"})
#: In a requirement's marker; what is for macOS alone has none of it.
_ELSEWHERE: Final = re.compile(r"sys_platform == '(?!darwin)")
_ENTRY: Final = re.compile(r"\n(?=\S)")
_PIN: Final = re.compile(r"([A-Za-z0-9._-]+)==(\S+)")


class WheelError(Exception):
    """What pip said, or what a wheel is not."""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    """The entries of a file in requirements/, whole, by canonical name."""
    entries = _ENTRY.split((ROOT / "requirements" / file).read_text())
    return {canonical(found[1]): entry for entry in entries if (found := _PIN.match(entry))}


def everything(app: bool) -> list[str]:
    """Canonical names of what the service needs on macOS, and of what the app and tokens add."""
    found = pins("app.txt" if app else "run.txt")
    return [name for name, entry in found.items() if not _ELSEWHERE.search(entry)]


def fetch(names: Iterable[str], folder: Path, platforms: Sequence[str] = ()) -> list[Path]:
    """Download the wheels of `names` for `platforms` (PEP 425), or pure ones. Raises WheelError."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    given = [f"--platform={platform}" for platform in platforms or ("any",)]
    _download(
        names, folder, "--only-binary=:all:", "--implementation=cp", f"--python-version={python}", *given
    )
    return sorted(folder.glob("*.whl"))


def source(name: str, folder: Path) -> Path:
    """The locked source of `name`, downloaded. Raises WheelError."""
    _download([name], folder, "--no-binary=:all:", "--no-build-isolation")
    return next(folder.glob("*.tar.gz"))


def _download(names: Iterable[str], folder: Path, *options: str) -> None:
    known = pins("app.txt")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text("\n".join(known[canonical(name)] for name in names) + "\n")
    command: list[str | Path] = [sys.executable, "-m", "pip", "download", "--quiet"]
    command += ["--disable-pip-version-check", "--no-deps", "--require-hashes", *options]
    command += ["--dest", folder, "--requirement", wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WheelError(done.stderr.strip())


def least(name: str) -> str:
    """The version of `name` that pyproject.toml asks for at least, or 0."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["gui"]]
    found = {match[1]: match[2] for text in wanted if (match := re.match(r"([\w.-]+)>=([\d.]+)", text))}
    return found.get(name, "0")


def unpacked(found: Iterable[Path], folder: Path) -> Path:
    """`folder`, with the content of the wheels. Raises WheelError for a path that leads out of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in found:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                path = PurePosixPath(name)
                if path.is_absolute() or ".." in path.parts:
                    raise WheelError(f"{wheel.name} has a member {name!r}")
            archive.extractall(folder)
    return folder


def files(folder: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    """What of unpacked wheels is installed, by its path below site-packages: no programs, no records."""
    for path in sorted(folder.rglob("*")):
        below = PurePosixPath(path.relative_to(folder).as_posix())
        leftover = below.parts[0].endswith(".data") or _LEFT.intersection(below.parts)
        if path.is_file() and not leftover:
            yield below, path


def texts(info: Path) -> dict[str, str]:
    """The licences in the .dist-info `info`, and ours about what the wheel has inside, by files' names."""
    found = {
        path.name: path.read_text(errors="replace")
        for path in sorted(info.rglob("*"))
        if path.is_file() and LICENCE.search(path.name)
    }
    inside = INSIDE.get(canonical(info.name.partition("-")[0]), ())
    return found | {text: (OWN / text).read_text() for text in inside}


def licences(folder: Path) -> dict[str, str]:
    """The licences of unpacked wheels, by the wheel's name; what has no file says so by its metadata.

    Raises WheelError for a wheel that says nothing of a licence.
    """
    found: dict[str, str] = {}
    for metadata in sorted(folder.glob("*.dist-info/METADATA")):
        about = HeaderParser().parsestr(metadata.read_text())
        there = texts(metadata.parent)
        said = [about.get("License-Expression") or about.get("License") or ""]
        said += [each for each in about.get_all("Classifier", []) if each.startswith("License ::")]
        words = "\n".join(filter(None, said))
        if not there and not words:
            raise WheelError(f"{about['Name']} {about['Version']} says nothing of its licence")
        name = f"{canonical(about['Name'])}-{about['Version']}"
        found[name] = "\n\n".join([f"{about['Name']} {about['Version']}: {words}".strip(), *there.values()])
    return found


def main() -> None:
    """Print the requirements of what PyPI has for one kind of Mac only, with their hashes."""
    print("\n".join(pins("run.txt")[name] for name in sorted(ONE_SIDED)))


if __name__ == "__main__":
    main()
