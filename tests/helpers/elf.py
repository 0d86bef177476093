"""What a shared object of FreeBSD or Linux says of itself (elf(5)), by readelf(1) and nm(1) of binutils."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass

X86_64 = "Advanced Micro Devices X86-64"
AARCH64 = "AArch64"


@dataclass(frozen=True, slots=True)
class Shared:
    machine: str
    needed: tuple[str, ...]
    runpath: str
    defined: frozenset[str]
    undefined: frozenset[str]


def read(content: bytes) -> Shared:
    """Raises subprocess.CalledProcessError for what is no ELF file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        header = _output("readelf", "-hdW", file.name)
        symbols = _output("readelf", "--dyn-syms", "-W", file.name)
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for line in symbols.splitlines():
        columns = line.split()
        if len(columns) >= 8 and columns[4] in ("GLOBAL", "WEAK"):
            names[columns[6] != "UND"].add(columns[7].partition("@")[0])
    machine = re.search(r"Machine:\s+(.*)", header)
    runpath = re.search(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", header)
    assert machine is not None
    return Shared(
        machine=machine[1].strip(),
        needed=tuple(re.findall(r"\(NEEDED\).*\[(.*)\]", header)),
        runpath=runpath[1] if runpath else "",
        defined=frozenset(names[True]),
        undefined=frozenset(names[False]),
    )


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
