"""`ginnel doctor --repair`: what a service that was killed left on the machine is undone without starting it.

The service does the same at its next start. It must not run meanwhile: it holds the journal's lock.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from .net.base import NetworkError
from .net.linux.network import LinuxNetwork
from .paths import StatePaths


class RepairError(Exception):
    """`code` is an error of the command line; `detail` is technical."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def repair(state: Path) -> list[str]:
    """What was undone, in words. Raises RepairError `service_running`, `repair_not_permitted`,
    `repair_failed`."""
    paths = StatePaths(state)
    try:
        if not paths.root.exists():
            return []
        lock = os.open(paths.root / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        code = "repair_not_permitted" if isinstance(error, PermissionError) else "repair_failed"
        raise RepairError(code, f"{paths.root}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        network = LinuxNetwork(paths.journal)
        try:
            return network.recover()
        finally:
            network.close()
    except BlockingIOError:
        raise RepairError("service_running") from None
    except PermissionError as error:
        raise RepairError("repair_not_permitted", error.strerror or "") from None
    except NetworkError as error:
        code = "repair_not_permitted" if error.errno in (1, 13) else "repair_failed"
        raise RepairError(
            code, f"{error.step}: {os.strerror(error.errno) if error.errno else error.code}"
        ) from None
    except OSError as error:
        raise RepairError("repair_failed", error.strerror or str(error)) from None
    finally:
        os.close(lock)
