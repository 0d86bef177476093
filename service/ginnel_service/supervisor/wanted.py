"""What people want of the machine beyond the service's own life: whose traffic is stopped, and what is up.

One small file, read before anything else at the start. A profile's own file says how its kill switch is
meant; this one says what stood when the service ended, also where that file cannot be read any more.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from ..ipc.schema import KillSwitchMode
from ..net import machine
from ..profiles.files import PrivateDirectory

log = logging.getLogger("ginnel.daemon")

FILE: Final = "wanted.json"
MAX_OCTETS: Final = 1 << 20
MAX_GATEWAYS: Final = 64


class Hold(Struct, frozen=True):
    """That a profile's kill switch is on."""

    mode: KillSwitchMode
    lan: bool = False


class Wanted(Struct, frozen=True, kw_only=True):
    """`up` are connections with a kill switch that somebody asked for, `gateways` the last addresses by name.

    `paused` are profiles whose on-demand rules a person has put off, until the boot after `boot`.
    """

    holds: dict[str, Hold] = {}
    up: tuple[str, ...] = ()
    gateways: dict[str, tuple[str, ...]] = {}
    paused: tuple[str, ...] = ()
    boot: str = ""


class WantedFile:
    """`now` is what stands; `change` writes it, on disk before it returns. Blocking, from any thread."""

    def __init__(self, directory: Path) -> None:
        self._lock = threading.Lock()
        self._directory = PrivateDirectory(directory)
        self.unwritten: OSError | None = None  # why the file is not as `now`
        self.now = self._read()

    def change(self, **fields: object) -> None:
        """What the disk refuses is logged: the machine is as it should be, until the next start.

        The next call tries again.
        """
        with self._lock:  # neither a change nor a file may be half another thread's
            changed = msgspec.structs.replace(self.now, **fields)
            if changed == self.now and self.unwritten is None:
                return
            self.now = changed
            try:
                self._directory.write(FILE, msgspec.json.encode(changed), replace=True)
                self.unwritten = None
            except OSError as error:
                self.unwritten = error
                log.error("what is wanted was not written: %s", error.strerror or error)

    def rename(self, name: str, new_name: str) -> None:
        """What is wanted of the profile `name` is wanted of `new_name`."""

        def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new_name if each == name else each for each in names)

        now = self.now
        holds = {new_name if each == name else each: hold for each, hold in now.holds.items()}
        self.change(holds=holds, up=renamed(now.up), paused=renamed(now.paused))

    def _read(self) -> Wanted:
        """A file that cannot be read wants nothing, and says so; the profiles still say what is always on."""
        found = Wanted()
        try:
            found = msgspec.json.decode(self._directory.read(FILE, MAX_OCTETS), type=Wanted)
        except FileNotFoundError:
            pass
        except (OSError, msgspec.MsgspecError, ValueError) as error:
            log.error("what was wanted cannot be read: %s", type(error).__name__)
        boot = boot_id()
        return found if found.boot == boot else msgspec.structs.replace(found, paused=(), boot=boot)


def boot_id() -> str:
    """Of this boot; empty where the system does not tell."""
    with suppress(OSError):
        return machine.boot_id()
    return ""
