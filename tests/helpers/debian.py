"""Makes the Debian package, and roots of Debian's to install it in."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from project.tree import ROOT

#: Of a root that systemd boots, and that somebody works in.
BASE = ("dbus", "iproute2", "iputils-ping", "nftables", "polkitd", "procps", "systemd", "systemd-sysv")
WORK = ROOT / "build/deb"
BOUND_S = 1500
#: Of a package that is only looked at.
QUICK = {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}


def run(*argv: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """What `argv` prints; AssertionError with all its words where it fails."""
    done = subprocess.run(
        argv, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{argv}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def build(work: Path, out: Path, **more: str) -> Path:
    """Make the package in `work`; returns it, in `out`."""
    return Path(run("packaging/deb.sh", work, out, env=more).split()[-1])


def libcrypto() -> dict[str, str]:
    """What has the package made with the system's libcrypto, unless one to be shipped is built already."""
    built = any((ROOT / "build/openssl").glob("built-*/lib/libcrypto-ginnel.so.3"))
    return {} if built or os.environ.get("GINNEL_SHIPPED") == "1" else {"GINNEL_LIBCRYPTO": "system"}


def why_not() -> str | None:
    """Why no package can be made and looked at here, or None."""
    wanted = ("dh", "dh_python3", "dpkg-deb", "lintian", "mmdebstrap")
    missing = [name for name in wanted if shutil.which(name) is None]
    return f"{', '.join(missing)} missing: packaging/bootstrap.sh test" if missing else None


def depends(deb: Path) -> list[str]:
    """The packages that it depends on; of alternatives the first."""
    field = run("dpkg-deb", "--field", deb, "Depends")
    return [re.split(r"[ :(|]", each.strip())[0] for each in field.split(",")]


def root_with(packages: Sequence[str]) -> Path:
    """A minimal Debian with `packages`, made once and kept below build/."""
    codename = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    assert codename is not None
    names = ",".join(sorted(set(packages)))
    key = hashlib.sha256(f"{codename[1]} {names}".encode()).hexdigest()[:16]
    root = WORK / "roots" / key
    if not root.exists():
        shutil.rmtree(root.parent, ignore_errors=True)  # those of former packages
        root.parent.mkdir(parents=True)
        part = root.with_suffix(".part")
        options = ["--quiet", "--variant=minbase", f"--include={names}"]
        run("mmdebstrap", *options, codename[1], part, "http://deb.debian.org/debian")
        part.rename(root)
    return root
