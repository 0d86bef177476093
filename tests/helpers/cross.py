"""What is cross-built for tests: once a run, whichever worker comes first."""

from __future__ import annotations

import fcntl
import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path

from ginnel_packaging import libcrypto
from ginnel_packaging.cross import QUICK, Target, Toolchain, crypto_names

#: What a stand-in for a shipped libcrypto calls itself, as the real one does; it names no folder of a build.
_CALLED = {
    "darwin": ("-install_name", "@loader_path/libcrypto.3.dylib", "-g0"),
    "freebsd": ("-Wl,-soname,libcrypto.so.3", "-g0"),
}


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """`folder`, made by one of the workers that want it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.with_suffix(".done")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


def stand_in_openssl(target: Target, folder: Path) -> Path:
    """A folder as ginnel_packaging.libcrypto makes it, whose library has names and nothing behind them."""
    toolchain = Toolchain(target, folder / "toolchain")
    made = toolchain.stand_in("crypto", crypto_names(), *_CALLED[target.platform])
    openssl = folder / "openssl"
    machine = Path("/usr/include", sysconfig.get_config_var("MULTIARCH") or "", "openssl")
    for source in (Path("/usr/include/openssl"), machine):
        if source.is_dir():
            shutil.copytree(source, openssl / "include/openssl", dirs_exist_ok=True)
    (openssl / "lib").mkdir()
    library = openssl / "lib" / libcrypto.file_name(target)
    shutil.copy(made, library)
    (openssl / "lib" / f"libcrypto.{target.suffix}").symlink_to(library.name)
    return openssl


def shipped(target: Target, folder: Path) -> tuple[list[Path], Path]:
    """Modules built as packages have them, but for speed, and the libcrypto that they want beside them."""

    def make(place: Path) -> None:
        openssl = stand_in_openssl(target, place)
        Toolchain(target, place / "shipped" / target.triple, openssl, QUICK).build()

    made = once(folder / target.triple, make)
    modules = sorted((made / "shipped" / target.triple / "built/ginnel_core").iterdir())
    return modules, made / "openssl/lib" / libcrypto.file_name(target)
