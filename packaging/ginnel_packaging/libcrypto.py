"""The libcrypto in packages for macOS and FreeBSD: OpenSSL's LTS, cross-built out of Debian's source.

macOS has none that programs may use, FreeBSD 14 has 3.0, which is slow at what the packet path does. It is
built as the .deb's is: without what the packet path does not use, without loadable modules, and reading no
configuration, for one in a folder that others may write to would run their code as root. It stands beside the
modules that need it. `python -m ginnel_packaging.libcrypto` prints what OpenSSL is configured with.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Final

from .cross import Target, write_compiler, zig
from .openssl import KEY, OPTIONS, compiled, fresh, source, version_of
from .tree import ROOT

CACHE: Final = ROOT / "build/openssl"
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
    made = cache / f"built-{KEY}-{version_of(description)}-{target.triple}"
    if made.exists():
        return made
    work = fresh(cache / "cross" / target.triple)
    # zig notes whole paths of sources.
    write_compiler(work / "cc", target, f"-g0 {shlex.quote(f'-ffile-prefix-map={work}=.')}")
    words = [_CONFIGURATIONS[target.machine, target.platform], "CC=cc"]
    words += [f"AR={zig()} ar", f"RANLIB={zig()} ranlib"]
    # Whoever needs it on macOS finds it beside itself.
    part = compiled(description, work, file_name(target), words, ["libdir=@loader_path"])
    part.rename(made)
    shutil.rmtree(work)
    return made


if __name__ == "__main__":
    print(shlex.join(OPTIONS))
