"""`ginnel doctor --repair`: what a service that was killed left on the machine is undone without starting it.

A service does much the same at its next start. It must not run meanwhile: it holds the journal. Where the
service has a user of its own, this is done as that user: root believes nothing that the user has written.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from .net.base import NetworkError
from .net.machine import repair as undo
from .paths import StatePaths
from .process.privileges import become

_NOT_PERMITTED = (errno.EPERM, errno.EACCES)


class RepairError(Exception):
    """`code` is an error of the command line, `detail` technical."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def repair(state: Path) -> list[str]:
    """What was undone, in words; a kill switch is lifted, too.

    Raises RepairError `service_running`, `repair_not_permitted` or `repair_failed`.
    """
    paths = StatePaths(state)
    try:
        paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = paths.root.stat()
        if os.geteuid() == 0 != owner.st_uid:
            become(owner.st_uid, owner.st_gid)
        return undo(paths.journal)
    except NetworkError as error:
        if error.code == "already_running":
            raise RepairError("service_running") from None
        raise _refusal(f"{error.step}: {error.code}", error.errno) from None
    except OSError as error:
        raise _refusal(f"{error.filename or paths.root}", error.errno or 0) from None


def _refusal(step: str, number: int) -> RepairError:
    code = "repair_not_permitted" if number in _NOT_PERMITTED else "repair_failed"
    return RepairError(code, f"{step}, {os.strerror(number)}" if number else step)
