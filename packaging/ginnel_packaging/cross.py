"""Builds the packet path for macOS and FreeBSD on Linux, by setup.py itself.

zig (PyPI `ziglang`) brings both systems' C headers and the names that their libc exports. Python's and
OpenSSL's headers are this machine's, which say the same everywhere but for pyconfig.h. So are the names that
stand-ins for their libraries export: the linker refuses a name that neither they nor the target's libc have.
That is how a build is checked; what is shipped links to the libcrypto that is shipped beside it, and finds
Python's names in the program that loads it.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .tree import ROOT

#: What checks compile with: for speed alone; what the optimiser finds to warn of is the Linux build's part.
QUICK = "-O0 -fno-sanitize=undefined"
#: What is shipped: without this machine's paths, without symbols.
SHIPPED = "-O3 -g0 -fno-sanitize=undefined"
LIBRARIES = ("crypto", "python_names")


class Refused(Exception):
    """What the compiler or the linker said."""


class Target(NamedTuple):
    """What zig calls a system, and what setup.py calls it."""

    triple: str
    platform: str

    @property
    def machine(self) -> str:
        return self.triple.partition("-")[0]

    @property
    def suffix(self) -> str:
        return "dylib" if self.platform == "darwin" else "so"

    @property
    def module_suffix(self) -> str:
        """What Python looks for there (PEP 3149); FreeBSD's ports name no machine."""
        python = f".cpython-{sys.version_info.major}{sys.version_info.minor}"
        return f"{python}-darwin.so" if self.platform == "darwin" else f"{python}.so"


TARGETS = (
    Target("aarch64-macos.11.0", "darwin"),
    Target("x86_64-macos.11.0", "darwin"),
    Target("aarch64-freebsd.14.0", "freebsd"),
    Target("x86_64-freebsd.14.0", "freebsd"),
)


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> None:
    """In the clone. Raises Refused."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"{done.stdout}\n{done.stderr}")


def exported(library: str | Path) -> list[str]:
    """The names that a shared object of this machine exports."""
    lines = _output("nm", "-D", "--defined-only", library).splitlines()
    names = {line.split()[-1].partition("@")[0] for line in lines}
    return sorted(name for name in names if name.isidentifier())  # and not that of a version


def python_names() -> list[str]:
    shared = sysconfig.get_config_var("LDLIBRARY") if sysconfig.get_config_var("Py_ENABLE_SHARED") else None
    found = exported(Path(sysconfig.get_config_var("LIBDIR")) / shared if shared else sys.executable)
    return [name for name in found if name.startswith(("Py", "_Py"))]


def crypto_names() -> list[str]:
    return exported(_output("cc", "-print-file-name=libcrypto.so").strip())


def zig() -> Path:
    """The program. PyPI's `ziglang` has it."""
    package = importlib.util.find_spec("ziglang")
    assert package is not None, "zig is missing: python -m pip install ziglang"
    assert package.origin is not None
    return Path(package.origin).with_name("zig")


def write_compiler(script: Path, target: Target, flags: str = "") -> None:
    """Make `script` a C compiler for `target`; `flags` come last. Its cache stands beside it."""
    cache = shlex.quote(str(script.parent.parent / "zig-cache"))
    script.write_text(
        f"#!/bin/sh\nZIG_GLOBAL_CACHE_DIR={cache} ZIG_LOCAL_CACHE_DIR={cache} "
        f'exec {shlex.quote(str(zig()))} cc -target {target.triple} "$@" {flags}\n'
    )
    script.chmod(0o755)


class Toolchain:
    """Headers, stand-in libraries and a compiler for one target, below `folder`.

    With `openssl`, a folder with include/ and lib/, what it builds is to be shipped beside that libcrypto.
    """

    def __init__(
        self, target: Target, folder: Path, openssl: Path | None = None, flags: str | None = None
    ) -> None:
        self.target = target
        self.folder = folder
        self.openssl = openssl
        self.cc = folder / "cc"
        folder.mkdir(parents=True)
        write_compiler(self.cc, target, flags or (SHIPPED if openssl else QUICK))
        self._link_headers()
        if not openssl:
            for library, names in (("crypto", crypto_names()), ("python_names", python_names())):
                self.stand_in(library, names)

    def _link_headers(self) -> None:
        """Debian parts pyconfig.h and OpenSSL's configuration.h from the rest, by machine."""
        machine = Path("/usr/include", sysconfig.get_config_var("MULTIARCH") or "")
        python = Path(sysconfig.get_path("include"))
        openssl = self.openssl or Path(os.environ.get("GINNEL_OPENSSL", "/usr"))
        for folder, sources in (
            ("include/python", (machine / python.name, python)),
            (
                "include/openssl",
                (*(() if self.openssl else (machine / "openssl",)), openssl / "include/openssl"),
            ),
        ):
            (self.folder / folder).mkdir(parents=True)
            for source in sources:
                for header in source.iterdir() if source.is_dir() else ():
                    link = self.folder / folder / header.name
                    if not link.exists():
                        link.symlink_to(header.resolve())

    def stand_in(self, library: str, names: list[str], *flags: str) -> Path:
        """A library that exports `names` and has nothing behind them."""
        source = self.folder / f"{library}.c"
        source.write_text("".join(f"char {name};\n" for name in names))
        (self.folder / "lib").mkdir(exist_ok=True)
        made = self.folder / "lib" / f"lib{library}.{self.target.suffix}"
        self.run("-shared", "-fno-builtin", "-w", *flags, "-o", str(made), str(source))
        return made

    def run(self, *arguments: str) -> None:
        """Compile or link. Raises Refused."""
        run([self.cc, *arguments])

    @property
    def compile_flags(self) -> list[str]:
        include = self.folder / "include"
        nowhere = f"-ffile-prefix-map={self.folder}=."  # two folders make the same bytes
        return ["-Werror", nowhere, f"-I{include}/python", f"-I{include}"]

    @property
    def link_flags(self) -> list[str]:
        darwin = self.target.platform == "darwin"
        if self.openssl:
            shipped = ["-shared", "-fPIC", "-s", f"-L{self.openssl}/lib"]
            if darwin:
                # Nobody looks for a module by its install name, which would be the path of the build.
                named = "-Wl,-install_name,ginnel_core"
                return [*shipped, named, "-Wl,-undefined,dynamic_lookup", "-Wl,-dead_strip_dylibs"]
            return [*shipped, "-Wl,-rpath,$ORIGIN", "-Wl,--as-needed"]
        strict = [] if darwin else ["-Wl,--no-undefined"]  # which Mach-O's linker always is
        return ["-shared", "-fPIC", f"-L{self.folder}/lib", *(f"-l{name}" for name in LIBRARIES), *strict]

    def check(self, source: Path) -> None:
        """Compile one file that speaks of os_compat.h. Raises Refused."""
        made = self.folder / f"{source.stem}.o"
        flags = [*self.compile_flags, f"-I{ROOT}/core/ginnel_core/csrc", "-std=c11"]
        self.run(*flags, "-c", "-o", str(made), str(source))

    def build(self) -> list[Path]:
        """Compile and link every module by setup.py, named as Python there wants them. Raises Refused."""
        made = self.folder / "built"
        environment = os.environ | {
            "GINNEL_PLATFORM": self.target.platform,
            "CC": shlex.quote(str(self.cc)),
            "CFLAGS": shlex.join(self.compile_flags),
            "LDSHARED": shlex.join([str(self.cc), *self.link_flags]),
        }
        environment.pop("GINNEL_DEBUG", None)
        environment.pop("GINNEL_OPENSSL", None)
        command: list[str | Path] = [sys.executable, "setup.py", "--quiet", "build_ext", "--force"]
        run([*command, "--build-lib", made, "--build-temp", self.folder / "objects"], environment)
        modules = sorted((made / "ginnel_core").iterdir())
        return [path.rename(path.with_name(stem(path) + self.target.module_suffix)) for path in modules]


def stem(module: Path) -> str:
    """The module's name, without what its file's name says of Python and machine."""
    return module.name.partition(".")[0]
