"""A package for FreeBSD's pkg(8), made without it: `python -m ginnel_packaging.freebsd [--machine aarch64]`.

A tar archive under zstd, whose first members are +COMPACT_MANIFEST and +MANIFEST: JSON, as libucl reads it
(pkg-create(8); pkg's libpkg/pkg_manifest.c). The longer one adds the files with their SHA-256 sums and the
scripts, in which what is not ASCII, and every per cent sign, stands as in a URL. Files are named by their
whole path.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from . import assets, libcrypto, payload, wheels
from .cross import TARGETS, Refused, Target, Toolchain
from .openssl import NotBuiltError
from .payload import Item, Parts
from .tree import COMMENT, MAINTAINER, PACKAGING, ROOT, VERSION, WWW, epoch

HERE: Final = PACKAGING / "freebsd"
PREFIX: Final = PurePosixPath("/usr/local")
PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
FLAVOUR: Final = f"py{sys.version_info.major}{sys.version_info.minor}"
ORIGIN: Final = "security/ginnel"
RELEASE: Final = 14
SAMPLE: Final = PREFIX / "etc/ginnel/pf.conf.sample"
#: By pkg's names, what each is made of.
SCRIPTS: Final = {
    "pre-install": ("pre-install",),
    "post-install": ("sample-install",),
    "pre-deinstall": ("pre-deinstall", "sample-deinstall"),
    "post-deinstall": ("post-deinstall",),
}
#: What pkg shows, by the occasion (pkg-create(8)). No script could start the service: pkg kills what that
#: leaves running (libpkg's pkg_script_run).
MESSAGES: Final = {"install": "pkg-message.in", "upgrade": "pkg-message-upgrade.in"}
#: What ports have of our dependencies, by their names at PyPI; what they lack is bundled.
PORTS: Final = {
    "asn1crypto": "devel/py-asn1crypto",
    "click": "devel/py-click",
    "cryptography": "security/py-cryptography",
    "defusedxml": "devel/py-defusedxml",
    "dnspython": "dns/py-dnspython",
    "jeepney": "devel/py-jeepney",
    "msgspec": "devel/py-msgspec",
    "netaddr": "net/py-netaddr",  # of pyrad
    "pyOpenSSL": "security/py-openssl",
    "rich": "textproc/py-rich",
    "tomli-w": "textproc/py-tomli-w",
}
APP_PORTS: Final = {"PySide6-Essentials": "devel/pyside6", "keyring": "security/py-keyring"}
BUNDLED: Final = ("pyrad",)

#: pkg's own words for a machine, in `abi` and in the former `arch`.
_MACHINES: Final = {"x86_64": ("amd64", "x86:64"), "aarch64": ("aarch64", "aarch64:64")}


class Dependency(NamedTuple):
    name: str
    origin: str
    version: str


def dependencies(app: bool) -> list[Dependency]:
    """What pkg has to install before; versions are the least that pyproject.toml takes."""
    python = Dependency(f"python{PYTHON.replace('.', '')}", f"lang/python{PYTHON.replace('.', '')}", PYTHON)
    ports = PORTS | (APP_PORTS if app else {})
    return [
        python,
        *(
            Dependency(
                f"{FLAVOUR}-{origin.partition('/')[2].removeprefix('py-')}", origin, wheels.least(name)
            )
            for name, origin in ports.items()
        ),
    ]


def script(name: str) -> str:
    """One of SCRIPTS, filled in."""
    return "".join(filled((HERE / f"{part}.in").read_text()) for part in SCRIPTS[name])


def filled(text: str) -> str:
    return text.replace("%%SAMPLE%%", str(SAMPLE)).replace("%%PREFIX%%", str(PREFIX))


def items(parts: Parts, app: bool = True) -> list[Item]:
    """The package's files, by path. Raises WheelError, and ValueError for two with one path."""
    found = [
        *payload.common(payload.freebsd(PYTHON, PREFIX), parts, wheels.licences(parts.wheels), app),
        Item(PREFIX / "etc/rc.d/ginneld", filled((HERE / "ginneld.in").read_text()).encode(), 0o555),
        Item(SAMPLE, filled((HERE / "pf.conf.sample").read_text()).encode()),
    ]
    return sorted(payload.unique(found), key=lambda item: item.path)


def manifest(found: Sequence[Item], target: Target, app: bool = True) -> dict[str, Any]:
    abi, arch = _MACHINES[target.machine]
    return {
        "name": "ginnel" if app else "ginnel-nox11",
        "origin": ORIGIN,
        "version": VERSION,
        "comment": COMMENT,
        "maintainer": MAINTAINER.partition("<")[2].rstrip(">"),
        "www": WWW,
        "abi": f"FreeBSD:{RELEASE}:{abi}",
        "arch": f"freebsd:{RELEASE}:{arch}",
        "prefix": str(PREFIX),
        "flatsize": sum(item.size for item in found),
        "licenselogic": "multi",
        "licenses": ["APACHE20", "BSD3CLAUSE"],
        "desc": encoded((HERE / "port/pkg-descr").read_text().strip()),
        "categories": ["security", "net"],
        "groups": ["ginnel"],
        "deps": {each.name: {"origin": each.origin, "version": each.version} for each in dependencies(app)},
        "annotations": {"flavor": FLAVOUR},
        "messages": [
            {"message": filled((HERE / name).read_text()), "type": kind} for kind, name in MESSAGES.items()
        ],
    }


def encoded(text: str) -> str:
    """As libpkg decodes descriptions, scripts and names."""
    return "".join(f"%{octet:02x}" if octet > 126 or octet == 37 else chr(octet) for octet in text.encode())


def archive(found: Sequence[Item], about: Mapping[str, Any], date: int) -> bytes:
    """The package's octets, before compression."""
    whole = {
        **about,
        "files": {encoded(str(item.path)): f"1${hashlib.sha256(item.read()).hexdigest()}" for item in found},
        "scripts": {name: encoded(script(name)) for name in SCRIPTS},
    }
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in (("+COMPACT_MANIFEST", about), ("+MANIFEST", whole)):
            text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
            _add(tar, name, text, 0o644, date)
        for item in found:
            _add(tar, str(item.path), item.read(), item.mode, date)
    return octets.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, mode: int, date: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), mode, date
    member.uname, member.gname = "root", "wheel"
    tar.addfile(member, io.BytesIO(content))


def compressed(octets: bytes) -> bytes:
    """By zstd(1). Raises OSError, subprocess.CalledProcessError."""
    return subprocess.run(["zstd", "-q", "-12", "-c"], input=octets, capture_output=True, check=True).stdout


def write(found: Sequence[Item], target: Target, folder: Path, app: bool = True) -> Path:
    """Make the package of `found` in `folder`, and say where. Raises OSError, CalledProcessError."""
    about = manifest(found, target, app)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{about['name']}-{VERSION}.FreeBSD-{RELEASE}-{_MACHINES[target.machine][0]}.pkg"
    file.write_bytes(compressed(archive(found, about, epoch())))
    return file


def prepare(target: Target, folder: Path) -> Parts:
    """Build and fetch, below `folder`. Raises Refused, NotBuiltError, WheelError, OSError."""
    openssl = libcrypto.built(target)
    assets.write(folder / "assets")
    return Parts(
        modules=tuple(Toolchain(target, folder / "cross" / target.triple, openssl).build()),
        library=openssl / "lib" / libcrypto.file_name(target),
        library_licence=(openssl / "LICENSE.txt").read_text(),
        assets=folder / "assets",
        wheels=wheels.unpacked(wheels.fetch(BUNDLED, folder / "wheels"), folder / "unpacked"),
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ginnel_packaging.freebsd", description="Make a package.")
    parser.add_argument("--machine", choices=sorted(_MACHINES), default="x86_64", help="[%(default)s]")
    parser.add_argument("--without-app", action="store_true", help="the service and the command line alone")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="[dist]")
    found = parser.parse_args(arguments)
    app = not found.without_app
    target = next(each for each in TARGETS if (each.machine, each.platform) == (found.machine, "freebsd"))
    try:
        with tempfile.TemporaryDirectory() as working:
            parts = prepare(target, Path(working))
            print(write(items(parts, app), target, found.output, app))
    except (
        Refused,
        NotBuiltError,
        wheels.WheelError,
        OSError,
        subprocess.CalledProcessError,
    ) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
