"""The libcrypto in packages for macOS and FreeBSD: OpenSSL's LTS, cross-built out of Debian's source.

macOS has none that programs may use, FreeBSD 14 has 3.0, which is slow at what the packet path does. It is
built as the .deb's is: without what the packet path does not use, without loadable modules, and reading no
configuration, for one in a folder that others may write to would run their code as root. It stands beside the
modules that need it. `python -m ginnel_packaging.libcrypto` prints what OpenSSL is configured with.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import Final

from .cross import Target, write_compiler, zig
from .openssl import NOWHERE, WITHOUT, run, source, unpack, version_of
from .tree import ROOT

CACHE: Final = ROOT / "build/openssl"
OPTIONS: Final = (f"--prefix={NOWHERE}", f"--openssldir={NOWHERE}", *(f"no-{what}" for what in WITHOUT))
#: OpenSSL's own names (Configurations/10-main.conf).
_CONFIGURATIONS: Final = {
    ("aarch64", "darwin"): "darwin64-arm64-cc",
    ("x86_64", "darwin"): "darwin64-x86_64-cc",
    ("aarch64", "freebsd"): "BSD-aarch64",
    ("x86_64", "freebsd"): "BSD-x86_64",
}
_FILE: Final = {"darwin": "libcrypto.3.dylib", "freebsd": "libcrypto.so.3"}


def file_name(target: Target) -> str:
    """The library's, where it stands beside the modules."""
    return _FILE[target.platform]


def built(target: Target, cache: Path = CACHE) -> Path:
    """A folder with include/, lib/ and LICENSE.txt for `target`, built when it is not there yet.

    Raises NotBuiltError.
    """
    description = source(cache)
    made = cache / f"built-{version_of(description)}-{target.triple}"
    if made.exists():
        return made
    work = cache / "cross" / target.triple
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    tree = work / "source"
    unpack(description, tree)
    compiler = work / "cc"
    write_compiler(compiler, target, f"-g0 {shlex.quote(f'-ffile-prefix-map={tree}=.')}")
    tools = [f"CC={compiler}", f"AR={zig()} ar", f"RANLIB={zig()} ranlib"]
    named = _CONFIGURATIONS[target.machine, target.platform]
    # The build notes its date, unless it is told one, and zig its folders.
    environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "LC_ALL": "C"}
    run(["perl", "Configure", named, "shared", *OPTIONS, *tools], tree, environment)
    # Whoever needs it on macOS finds it beside itself.
    for wanted in (
        ["build_generated"],
        [f"-j{os.cpu_count() or 1}", "libdir=@loader_path", file_name(target)],
    ):
        run(["make", "-s", *wanted], tree, environment)
    part = work / "part"
    shutil.copytree(tree / "include/openssl", part / "include/openssl", ignore=shutil.ignore_patterns("*.in"))
    (part / "lib").mkdir()
    shutil.copy(tree / file_name(target), part / "lib")
    (part / f"lib/libcrypto.{target.suffix}").symlink_to(file_name(target))  # what -lcrypto finds
    shutil.copy(tree / "LICENSE.txt", part)
    part.rename(made)
    shutil.rmtree(work)
    return made


if __name__ == "__main__":
    print(shlex.join(OPTIONS))
