"""Builds the Cython extensions of the packet path; everything else stands in pyproject.toml.

`GINNEL_DEBUG=1` makes the checked build: bounds checks, assertions, AddressSanitizer and UBSan.
`GINNEL_OPENSSL=DIR` builds against another libcrypto than the system's.
`GINNEL_PLATFORM=darwin|freebsd` builds another system's modules; see packaging/ginnel_packaging/cross.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

PACKAGE = Path("core/ginnel_core")
DEBUG = os.environ.get("GINNEL_DEBUG") == "1"
OPENSSL = os.environ.get("GINNEL_OPENSSL")
PLATFORM = os.environ.get("GINNEL_PLATFORM", sys.platform)

compile_args = ["-std=c11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers"]
link_args: list[str] = []
if DEBUG:
    compile_args += ["-O1", "-g", "-UNDEBUG", "-fsanitize=address,undefined", "-fno-omit-frame-pointer"]
    link_args += ["-fsanitize=address,undefined"]
else:
    compile_args += ["-O3"] if PLATFORM == "darwin" else ["-O3", "-fno-plt"]  # Mach-O has no PLT

include_dirs = [str(PACKAGE / "csrc")]
library_dirs: list[str] = []
if OPENSSL:
    include_dirs.append(f"{OPENSSL}/include")
    library_dirs.append(f"{OPENSSL}/lib")

#: Modules that not every operating system compiles, by the end of their name; every other .pyx is portable.
ONLY_ON = {
    "_linux": ("linux",),
    "_darwin": ("darwin",),
    "_freebsd": ("freebsd",),
    "_bsd": ("darwin", "freebsd"),
}


def wanted(source: Path) -> bool:
    """Whether the operating system that is built for compiles `source`."""
    for suffix, platforms in ONLY_ON.items():
        if source.stem.endswith(suffix):
            return PLATFORM.startswith(platforms)
    return True


extensions = [
    Extension(
        f"ginnel_core.{source.stem}",
        [str(source)],
        include_dirs=include_dirs,
        library_dirs=library_dirs,
        libraries=["crypto"],
        extra_compile_args=compile_args,
        extra_link_args=link_args,
    )
    for source in sorted(PACKAGE.glob("*.pyx"))
    if wanted(source)
]

setup(
    ext_modules=cythonize(
        extensions,
        include_path=["core"],
        compiler_directives={
            "language_level": 3,
            "boundscheck": DEBUG,
            "wraparound": False,
            "initializedcheck": DEBUG,
            "cdivision": True,
            "embedsignature": True,
            "binding": True,
        },
    ),
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
    packages=[
        "ginnel_core",
        *sorted(
            ".".join(path.parent.relative_to(root).parts)
            for root, package in (("gui", "ginnel_gui"), ("service", "ginnel_service"))
            for path in Path(root, package).rglob("__init__.py")
        ),
    ],
)
