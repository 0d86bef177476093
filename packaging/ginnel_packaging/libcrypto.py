"""The libcrypto in packages for macOS and FreeBSD: OpenSSL's 3.5 LTS, cross-built out of Debian's source.

macOS has none that programs may use, FreeBSD 14 one of 2021's line (3.0), whose fetches cost a packet path a
fifth of its speed. It is built without what the packet path does not use, without loadable modules, and it
reads no configuration: one in a folder that others may write to would run their code as root.

GINNEL_OPENSSL_SOURCE names OpenSSL's tarball where apt-get(8) cannot bring it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from .cross import Target, write_compiler, zig
from .tree import ROOT

SERIES: Final = "3.5"
CACHE: Final = ROOT / "build/libcrypto"
#: OpenSSL's own names (Configurations/10-main.conf).
_CONFIGURATIONS: Final = {
    ("aarch64", "darwin"): "darwin64-arm64-cc",
    ("x86_64", "darwin"): "darwin64-x86_64-cc",
    ("aarch64", "freebsd"): "BSD-aarch64",
    ("x86_64", "freebsd"): "BSD-x86_64",
}
#: What the packet path has no use for; IKE's algorithms are those of the Python package `cryptography`.
_WITHOUT: Final = (
    *("apps", "argon2", "aria", "async", "autoload-config", "bf", "blake2", "camellia", "cast", "cmp", "cms"),
    *(
        "ct",
        "deprecated",
        "dh",
        "docs",
        "dsa",
        "dso",
        "ec",
        "engine",
        "gost",
        "idea",
        "legacy",
        "md4",
        "mdc2",
    ),
    *("ml-dsa", "ml-kem", "module", "ocsp", "quic", "rc2", "rc4", "rmd160", "seed", "slh-dsa", "sm2", "sm3"),
    *("sm4", "sock", "srp", "tests", "ts", "ui-console", "whirlpool"),
)
#: A folder that no system has and nobody but root can make.
_NOWHERE: Final = "/var/empty/ginnel"
_FILE: Final = {"darwin": "libcrypto.3.dylib", "freebsd": "libcrypto.so.3"}


class NotBuiltError(Exception):
    """What was missing, or what the build said."""


def file_name(target: Target) -> str:
    """The library's, where it stands beside the modules."""
    return _FILE[target.platform]


def built(target: Target, cache: Path = CACHE) -> Path:
    """A folder with include/ and lib/ for `target`, built when it is not there yet. Raises NotBuiltError."""
    source = tarball(cache)
    folder = cache / f"{source.name.removesuffix('.orig.tar.gz')}-{target.triple}"
    if not folder.exists():
        making = cache / "making" / target.triple
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        _build(target, source, making)
        (making / "made").rename(folder)
        shutil.rmtree(making)
    return folder


def licence(cache: Path = CACHE) -> str:
    """OpenSSL's, as its source has it."""
    with tarfile.open(tarball(cache)) as archive:
        name = next(
            name for name in archive.getnames() if name.count("/") == 1 and name.endswith("/LICENSE.txt")
        )
        file = archive.extractfile(name)
        assert file is not None
        return file.read().decode()


def tarball(cache: Path = CACHE) -> Path:
    """OpenSSL's source, fetched once. Raises NotBuiltError."""
    if named := os.environ.get("GINNEL_OPENSSL_SOURCE"):
        return Path(named)
    if found := sorted(cache.glob(f"openssl_{SERIES}.*.orig.tar.gz")):
        return found[-1]
    cache.mkdir(parents=True, exist_ok=True)
    for version in _offered(cache):
        done = _apt(cache, "apt-get", "source", "--download-only", f"openssl={version}")
        if done.returncode == 0 and (found := sorted(cache.glob(f"openssl_{SERIES}.*.orig.tar.gz"))):
            return found[-1]
    raise NotBuiltError(
        f"no source of OpenSSL {SERIES} could be fetched with apt-get; "
        "download its tarball and name it: GINNEL_OPENSSL_SOURCE=/path/to/openssl-3.5.x.tar.gz"
    )


def _offered(cache: Path) -> list[str]:
    """Debian's versions of the series, newest first; a mirror need not have all that it lists."""
    (cache / "apt/lists/partial").mkdir(parents=True, exist_ok=True)
    signed = "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org"
    (cache / "apt/sources.list").write_text(
        f"{signed}/debian trixie main\n{signed}/debian-security trixie-security main\n"
    )
    if not shutil.which("apt-get"):
        return []
    _apt(cache, "apt-get", "update", "-qq")
    shown = _apt(cache, "apt-cache", "showsrc", "--only-source", "openssl").stdout
    found = re.findall(r"^Version: (\S+)$", shown, re.MULTILINE)
    return sorted((each for each in set(found) if each.startswith(f"{SERIES}.")), key=_ordered, reverse=True)


def _ordered(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _apt(cache: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """With sources of its own: this machine's stay as they are."""
    options = {
        "Dir::Etc::sourcelist": cache / "apt/sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": cache / "apt/lists",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return subprocess.run([*command, *given], cwd=cache, capture_output=True, text=True, check=False)


def _build(target: Target, source: Path, folder: Path) -> None:
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    tree = next(folder.glob("openssl-*"))
    compiler = folder / "cc"
    write_compiler(compiler, target, f"-g0 {shlex.quote(f'-ffile-prefix-map={folder}=.')}")
    tools = [f"CC={compiler}", f"AR={zig()} ar", f"RANLIB={zig()} ranlib"]
    named = _CONFIGURATIONS[target.machine, target.platform]
    options = [f"--prefix={_NOWHERE}", f"--openssldir={_NOWHERE}", *(f"no-{what}" for what in _WITHOUT)]
    # The build notes its date, unless it is told one.
    environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "LC_ALL": "C"}
    jobs = f"-j{os.cpu_count() or 1}"
    for command in (
        ["perl", "Configure", named, "shared", *options, *tools],
        ["make", "-s", "build_generated"],
        # Whoever needs it on macOS finds it beside itself.
        ["make", "-s", jobs, "libdir=@loader_path", file_name(target)],
    ):
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotBuiltError(f"{shlex.join(command[:3])}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    made = folder / "made"
    shutil.copytree(tree / "include/openssl", made / "include/openssl", ignore=shutil.ignore_patterns("*.in"))
    (made / "lib").mkdir()
    _take(target, compiler, tree / file_name(target), made / "lib")


def _take(target: Target, compiler: Path, library: Path, folder: Path) -> None:
    shutil.copy(library, folder / library.name)
    (folder / f"libcrypto.{target.suffix}").symlink_to(library.name)
