"""Where the service keeps its things; `ginneld`'s flags override both roots."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


def defaults(system: str) -> tuple[Path, Path]:
    """Where `system`, as sys.platform names it, wants what goes with a reboot, and what stays (hier(7))."""
    if system == "darwin":
        return Path("/var/run/ginnel"), Path("/Library/Application Support/Ginnel")
    if system.startswith("freebsd"):
        return Path("/var/run/ginnel"), Path("/var/db/ginnel")
    return Path("/run/ginnel"), Path("/var/lib/ginnel")


DEFAULT_RUNTIME, DEFAULT_STATE = defaults(sys.platform)


@dataclass(frozen=True, slots=True)
class RuntimePaths:
    """What need not survive a reboot: a directory that everyone may enter and only the service may write."""

    root: Path = DEFAULT_RUNTIME

    @property
    def socket(self) -> Path:
        return self.root / "ginneld.sock"

    @property
    def lock(self) -> Path:
        return self.root / "ginneld.lock"


@dataclass(frozen=True, slots=True)
class StatePaths:
    """What survives a reboot: for the service's eyes only."""

    root: Path = DEFAULT_STATE

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def profiles(self) -> Path:
        return self.root / "profiles"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def keys(self) -> Path:
        """What locks the secrets where the system keeps no key for us."""
        return self.root / "keys"

    @property
    def wanted(self) -> Path:
        """Whose traffic is stopped, and what is up."""
        return self.root / "wanted"

    @property
    def journal(self) -> Path:
        """The undo journal of the machine's network."""
        return self.root / "journal"
