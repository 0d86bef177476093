"""What a tunnel under test must be able to do."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Protocol

from ginnel_service.demo.lab import Host, environment

from ..topology import INSIDE, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """A way from the client to `address` at the server, and the processes that make it."""

    client: Host
    server: Host
    address: str = INSIDE
    client_pids: tuple[int, ...] = ()
    server_pids: tuple[int, ...] = ()


class Peer(Protocol):
    """A kind of tunnel. Everything that it starts ends with the link's lab."""

    @property
    def key(self) -> str:
        """A word for the command line and the JSON file."""

    @property
    def title(self) -> str:
        """What a reader is told."""

    def missing(self) -> str | None:
        """Why it cannot be measured on this machine and what to do about it, or None."""

    def start(self, link: Link) -> Tunnel:
        """Bring it up. Raises LabError with the words of what failed."""


def why_missing(*programs: str, package: str) -> str | None:
    """None when all `programs` are there."""
    path = environment()["PATH"]
    absent = [name for name in programs if shutil.which(name, path=path) is None]
    return f"{', '.join(absent)} not installed: apt install {package}" if absent else None
