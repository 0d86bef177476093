"""Reads a package of FreeBSD's pkg(8), with nothing of what writes ours.

As libpkg does: the manifests come first, names and scripts are decoded as in a URL, each file has to be there
with its sum, and nothing else may be.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote


class Package:
    """A package's manifests and members. Raises ValueError for one that pkg would refuse."""

    def __init__(self, file: Path) -> None:
        octets = subprocess.run(["zstd", "-dqc", file], capture_output=True, check=True).stdout
        self.members: dict[str, tarfile.TarInfo] = {}
        self.contents: dict[str, bytes] = {}
        names: list[str] = []
        with tarfile.open(fileobj=io.BytesIO(octets)) as tar:
            for member in tar:
                content = tar.extractfile(member)
                names.append(member.name)
                self.members[member.name] = member
                self.contents[member.name] = content.read() if content is not None else b""
        if names[:2] != ["+COMPACT_MANIFEST", "+MANIFEST"] or len(set(names)) != len(names):
            raise ValueError(f"members begin with {names[:2]}, or come twice")
        self.compact: dict[str, Any] = json.loads(self.contents.pop("+COMPACT_MANIFEST"))
        self.manifest: dict[str, Any] = json.loads(self.contents.pop("+MANIFEST"))
        self.scripts = {name: unquote(text) for name, text in self.manifest["scripts"].items()}
        self.files = {unquote(name): str(summed) for name, summed in self.manifest["files"].items()}
        self.order = names[2:]

    def check(self) -> None:
        """What `pkg check -s` and the installation look at."""
        if set(self.files) != set(self.contents):
            raise ValueError(f"files and members differ: {set(self.files) ^ set(self.contents)}")
        for name, content in self.contents.items():
            if self.files[name] != f"1${hashlib.sha256(content).hexdigest()}":
                raise ValueError(f"{name} has another sum")
        if self.manifest["flatsize"] != sum(map(len, self.contents.values())):
            raise ValueError("flatsize is not the files' size")
        for key, value in self.compact.items():
            if self.manifest[key] != value:
                raise ValueError(f"the manifests differ in {key}")

    def install(self, root: Path) -> None:
        """Lay out the files below `root`."""
        for name, content in self.contents.items():
            path = root / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(self.members[name].mode)
