"""FreeBSD's port of a release, and its tarball: `python -m ginnel_packaging.port FOLDER`.

    ginnel-VERSION.tar.gz        the commit's files, and what is made out of them for the desktop
    security/ginnel/...          Makefile, distinfo, pkg-descr, pkg-plist, files/
    net/py-pyrad/...             what ports lack and Ginnel needs

They are made, as they name the release's version and its tarball's sum. Python's files are listed by the
ports themselves (USE_PYTHON=autoplist), the rest in pkg-plist, out of the list that the ready package has.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from . import assets, payload, wheels
from .freebsd import (
    APP_PORTS,
    HERE,
    MESSAGES,
    PORTS,
    PREFIX,
    PYTHON,
    SAMPLE,
    Dependency,
    dependencies,
)
from .tree import COMMENT, MAINTAINER, ROOT, VERSION, WWW, epoch

PYRAD: Final = "net/py-pyrad"
_LINE: Final = " \\\n\t\t"


def port_of(dependency: Dependency) -> str:
    """A line of RUN_DEPENDS (Porter's Handbook, 5.8)."""
    name = dependency.origin.partition("/")[2].removeprefix("py-")
    least = f">={dependency.version}" if dependency.version != "0" else ">0"
    return f"${{PYTHON_PKGNAMEPREFIX}}{name}{least}:{dependency.origin}@${{PY_FLAVOR}}"


def makefile() -> str:
    by_origin = {each.origin: each for each in dependencies(app=True)}
    ours = [by_origin[origin] for origin in PORTS.values() if origin != "net/py-netaddr"]
    ours.append(Dependency("", PYRAD, wheels.least("pyrad")))
    app = [by_origin[origin] for origin in APP_PORTS.values()]
    text = _filled((HERE / "port/Makefile.in").read_text(), VERSION)
    text = text.replace(
        "%%RUN_DEPENDS%%", _LINE.join(map(port_of, sorted(ours, key=lambda each: each.origin)))
    )
    return text.replace("%%GUI_RUN_DEPENDS%%", _LINE.join(map(port_of, app)))


def _filled(text: str, version: str) -> str:
    address = MAINTAINER.partition("<")[2].rstrip(">")
    for name, value in (("VERSION", version), ("MAINTAINER", address), ("COMMENT", COMMENT), ("WWW", WWW)):
        text = text.replace(f"%%{name}%%", value)
    return text


def plist(made: Path) -> str:
    """What is installed and is not listed by the ports themselves; `made` has the assets."""
    layout = payload.freebsd(PYTHON, PREFIX)
    with_app = {item.path for item in payload.documents(layout, made, app=True)}
    without = {item.path for item in payload.documents(layout, made, app=False)}
    lines = [f"{'' if path in without else '%%GUI%%'}{path.relative_to(PREFIX)}" for path in sorted(with_app)]
    return "\n".join([f"@sample {SAMPLE.relative_to(PREFIX)}", *lines]) + "\n"


def pkg_deinstall() -> str:
    """The ports' script for both ends of a de-installation (Porter's Handbook, 9.3)."""
    before, after = ((HERE / f"{name}.in").read_text() for name in ("pre-deinstall", "post-deinstall"))
    return f"#!/bin/sh\nset -eu\ncase $2 in\nDEINSTALL)\n{before};;\nPOST-DEINSTALL)\n{after};;\nesac\n"


def tarball(made: Path) -> bytes:
    """The release: the commit's files, and `made` as its assets/. Raises OSError, CalledProcessError."""
    root = f"ginnel-{VERSION}"
    command: list[str | Path] = ["git", "-C", ROOT, "archive", "--format=tar", f"--prefix={root}/", "HEAD"]
    octets = io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)
    with tarfile.open(fileobj=octets, mode="a") as tar:
        for path in sorted(path for path in made.rglob("*") if path.is_file()):
            member = tarfile.TarInfo(f"{root}/assets/{path.relative_to(made)}")
            member.size, member.mtime, member.mode = path.stat().st_size, epoch(), 0o644
            with path.open("rb") as file:
                tar.addfile(member, file)
    return gzip.compress(octets.getvalue(), 9, mtime=0)


def distinfo(archive: Path) -> str:
    content = archive.read_bytes()
    return (
        f"TIMESTAMP = {epoch()}\n"
        f"SHA256 ({archive.name}) = {hashlib.sha256(content).hexdigest()}\n"
        f"SIZE ({archive.name}) = {len(content)}\n"
    )


def ginnel_port(made: Path, archive: Path) -> Iterator[tuple[PurePosixPath, str]]:
    """The files of security/ginnel, by their paths in it."""
    yield PurePosixPath("Makefile"), makefile()
    yield PurePosixPath("distinfo"), distinfo(archive)
    yield PurePosixPath("pkg-descr"), (HERE / "port/pkg-descr").read_text()
    yield PurePosixPath("pkg-plist"), plist(made)
    yield PurePosixPath("files/ginneld.in"), (HERE / "ginneld.in").read_text()
    yield PurePosixPath("files/pf.conf.sample.in"), (HERE / "pf.conf.sample").read_text()
    yield PurePosixPath("files/pkg-deinstall.in"), pkg_deinstall()
    messages = [
        f"{{ type: {kind}\n  message: <<EOM\n{(HERE / name).read_text()}EOM\n}}\n"
        for kind, name in MESSAGES.items()
    ]
    yield PurePosixPath("files/pkg-message.in"), f"[\n{''.join(messages)}]\n"


def pyrad_port(archive: Path) -> Iterator[tuple[PurePosixPath, str]]:
    """The files of net/py-pyrad, by their paths in it."""
    version = archive.name.removeprefix("pyrad-").removesuffix(".tar.gz")
    yield PurePosixPath("Makefile"), _filled((HERE / "port-pyrad/Makefile.in").read_text(), version)
    yield PurePosixPath("distinfo"), distinfo(archive)
    yield PurePosixPath("pkg-descr"), (HERE / "port-pyrad/pkg-descr").read_text()


def write(files: Iterable[tuple[PurePosixPath, str]], folder: Path) -> None:
    """A port anew in `folder`. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_packaging.port", description="Write FreeBSD's ports of this release."
    )
    parser.add_argument("folder", type=Path, help="where to")
    folder = parser.parse_args(arguments).folder
    try:
        with tempfile.TemporaryDirectory() as working:
            place = Path(working)
            assets.write(place / "assets")
            archive = folder / f"ginnel-{VERSION}.tar.gz"
            folder.mkdir(parents=True, exist_ok=True)
            archive.write_bytes(tarball(place / "assets"))
            write(ginnel_port(place / "assets", archive), folder / "security/ginnel")
            write(pyrad_port(wheels.source("pyrad", place / "sources")), folder / PYRAD)
    except (wheels.WheelError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{parser.prog}: {error}")
    print(folder)


if __name__ == "__main__":
    main()
