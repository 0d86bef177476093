"""OpenSSL's source, and the libcrypto of it that the .deb ships: `python -m ginnel_packaging.openssl FOLDER`.

The packet path is made of libcrypto's AES-GCM, which OpenSSL 3.5 does in half the time of 3.0. A machine that
builds a package may have the older one. Then Debian's source package of the newest 3.5 (LTS) is built: with
Debian's patches, which carry the fixes of security that the release itself has not. apt-get checks its origin
by Debian's keys. GINNEL_OPENSSL_VERSION names one of Debian's versions, to build the bytes of that day again.

The library gets a name and symbol versions of its own (`libcrypto-ginnel.so.3`, OpenSSL's `shlib_variant`),
so that it and the system's live in one process and neither is taken for the other. It reads no configuration
file and loads no module.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

#: What is built; a system's libcrypto of this series or a newer one is as good.
SERIES: Final = "3.5"
LIBRARY: Final = "libcrypto-ginnel.so.3"
_TARGET: Final = "ginnel"
#: What the packet path has no use for; IKE's algorithms are those of the Python package `cryptography`.
WITHOUT: Final = (
    *("apps", "autoload-config", "cmp", "cms", "comp", "ct", "dh", "docs", "dsa", "dtls", "ec", "engine"),
    *("gost", "legacy", "ml-dsa", "ml-kem", "module", "quic", "slh-dsa", "sm2", "sm3", "sm4", "sock", "srp"),
    *("tests", "tls", "ts", "ui-console", "zlib", "zstd"),
)
#: A folder that no system has and nobody but root can make.
NOWHERE: Final = "/usr/lib/ginnel/none"
#: What it is configured with for every system.
OPTIONS: Final = (f"--prefix={NOWHERE}", f"--openssldir={NOWHERE}", *(f"no-{what}" for what in WITHOUT))
#: In the name of what was built: other options make another folder.
KEY: Final = hashlib.sha256(repr(OPTIONS).encode()).hexdigest()[:8]
_SUITES: Final = (("debian", "trixie"), ("debian-security", "trixie-security"))
#: A line of Checksums-Sha256: in a description (deb-src-control(5)).
_SUM: Final = re.compile(r"^ [0-9a-f]{64} (\d+) ([^\s/]+)$", re.MULTILINE)
_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"


class NotBuiltError(Exception):
    """What was missing, or what the build said."""


def is_new_enough() -> bool:
    """Whether what this machine's compiler finds is the series or a newer one."""
    probe = "#include <openssl/opensslv.h>\nVERSION OPENSSL_VERSION_MAJOR OPENSSL_VERSION_MINOR\n"
    done = subprocess.run(
        ["cc", "-E", "-P", "-x", "c", "-"], input=probe, capture_output=True, text=True, check=False
    )
    found = re.search(r"VERSION (\d+) (\d+)", done.stdout)
    return found is not None and [int(found[1]), int(found[2])] >= ordered(SERIES)


def source(cache: Path) -> Path:
    """The description (.dsc) of Debian's newest source package of the series, below `cache` with its files.

    Raises NotBuiltError.
    """
    cache.mkdir(parents=True, exist_ok=True)
    wanted = os.environ.get("GINNEL_OPENSSL_VERSION")
    if there := [path for path in cache.glob(f"openssl_{wanted or SERIES + '.*'}.dsc") if _is_whole(path)]:
        return max(there, key=lambda path: ordered(path.name))
    for version in [wanted] if wanted else _offered(cache):
        # A mirror need not have all that it lists.
        if _apt(cache, "apt-get", "source", "--download-only", f"openssl={version}").returncode == 0:
            return cache / f"openssl_{version}.dsc"
    raise NotBuiltError(
        f"no source of OpenSSL {wanted or SERIES} could be had with apt-get from Debian's mirror; "
        "GINNEL_OPENSSL_VERSION names another version, and a machine whose libssl-dev is as new needs none"
    )


def _is_whole(description: Path) -> bool:
    """Whether all that it names has come: a download may be interrupted, or a mirror have a part alone."""
    named = _SUM.findall(description.read_text(errors="replace"))
    paths = [(description.with_name(name), int(octets)) for octets, name in named]
    return bool(paths) and all(path.is_file() and path.stat().st_size == octets for path, octets in paths)


def version_of(description: Path) -> str:
    """Debian's version."""
    return description.name.removeprefix("openssl_").removesuffix(".dsc")


def version_built(made: Path) -> str:
    """Debian's version of what `build` has made."""
    return made.name.split("-", 2)[2]


def build(cache: Path) -> Path:
    """A folder with include/, lib/ and LICENSE.txt, built when it is not there yet.

    Raises NotBuiltError.
    """
    description = source(cache)
    made = cache / f"built-{KEY}-{version_of(description)}"
    if made.exists():
        return made
    work = fresh(cache / "work")
    settings = work / "target.conf"
    settings.write_text(
        f'my %targets = ("{_TARGET}" => '
        f'{{ inherit_from => ["{_configuration()}"], shlib_variant => "-ginnel" }});\n'
    )
    part = compiled(description, work, LIBRARY, [f"--config={settings}", _TARGET, "--libdir=lib", "-g0"])
    part.rename(made)
    shutil.rmtree(work)
    return made


def fresh(folder: Path) -> Path:
    """`folder`, made empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def compiled(
    description: Path, work: Path, library: str, configure: Sequence[str], variables: Sequence[str] = ()
) -> Path:
    """A new folder in `work` with include/, lib/ and LICENSE.txt, of the source with Debian's patches.

    `configure` has the target and words of its own, `variables` are make's. The library notes how it was
    compiled: a compiler in `work` is found by its name, so that no folder stands there. Raises NotBuiltError.
    """
    tree, part = work / "source", work / "part"
    # apt-get has checked the files against the signed index; a person's keyring need not know their author.
    run(["dpkg-source", "--no-check", "--extract", description, tree], description.parent)
    # The build notes a date: that of the source, as Debian's changelog has it.
    dated = subprocess.run(
        ["dpkg-parsechangelog", "--show-field", "Timestamp"], cwd=tree, capture_output=True, check=True
    )
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": dated.stdout.decode().strip(),
        "LC_ALL": "C",
        "PATH": f"{work}:{os.environ['PATH']}",
    }
    run(["perl", "Configure", *configure, "shared", *OPTIONS], tree, environment)
    for goal in (["build_generated"], [f"-j{os.cpu_count() or 1}", *variables, library]):
        run(["make", "-s", *goal], tree, environment)
    shutil.copytree(tree / "include/openssl", part / "include/openssl", ignore=shutil.ignore_patterns("*.in"))
    (part / "lib").mkdir()
    shutil.copy(tree / library, part / "lib")
    sought = "libcrypto.dylib" if library.endswith(".dylib") else "libcrypto.so"  # by -lcrypto
    (part / "lib" / sought).symlink_to(library)
    shutil.copy(tree / "LICENSE.txt", part)
    return part


def ordered(version: str) -> list[int]:
    """What Debian's versions of one series sort by."""
    return [int(number) for number in re.findall(r"\d+", version)]


def run(command: Sequence[str | Path], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Raises NotBuiltError, with the command's words."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = f"{done.stdout[-2000:]}{done.stderr[-4000:]}"
        raise NotBuiltError(f"{shlex.join(str(word) for word in command[:3])}: {words}")


def _configuration() -> str:
    """OpenSSL's own name of this machine (Configurations/10-main.conf)."""
    machine = os.uname().machine
    return {"x86_64": "linux-x86_64", "aarch64": "linux-aarch64"}.get(machine, "linux-generic64")


def _offered(cache: Path) -> list[str]:
    """Debian's versions of the series, newest first."""
    (cache / "apt/lists/partial").mkdir(parents=True, exist_ok=True)
    (cache / "apt/sources.list").write_text(
        "".join(
            f"deb-src [signed-by={_KEYRING}] http://deb.debian.org/{archive} {suite} main\n"
            for archive, suite in _SUITES
        )
    )
    _apt(cache, "apt-get", "update", "-qq")
    shown = _apt(cache, "apt-cache", "showsrc", "--only-source", "openssl").stdout
    found = set(re.findall(rf"^Version: ({re.escape(SERIES)}\.\S+)$", shown, re.MULTILINE))
    return sorted(found, key=ordered, reverse=True)


def _apt(cache: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """With sources of its own: this machine's stay as they are."""
    options = {
        "Dir::Etc::sourcelist": cache / "apt/sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": cache / "apt/lists",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",  # who may write below `cache`
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    argv = [*command, *given]
    return subprocess.run(argv, cwd=cache, capture_output=True, text=True, check=False)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_packaging.openssl",
        description="Build libcrypto where this machine's is older than 3.5; print its folder, or nothing.",
    )
    parser.add_argument("cache", type=Path, help="where source and library are kept")
    cache: Path = parser.parse_args(arguments).cache
    if is_new_enough():
        return
    try:
        print(build(cache.resolve()))
    except (NotBuiltError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
