"""A machine's DNS: finds who looks after it, and has them do and undo a step.

Who that is is remembered beside each step (`Before.dns`), as it may be somebody else by the time of undoing.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Final

from ..plan import SetDns
from . import freebsd, linux
from .commands import Runner, run
from .darwin import ScutilDns
from .file import FileDns
from .freebsd import LocalUnboundDns
from .keepers import Choice, Keeper, KeepsDns
from .networkmanager import NetworkManagerDns
from .resolvconf import ResolvconfDns, asks_local_resolver
from .resolved import ResolvedDns
from .saved import Saved, SavedDns

log = logging.getLogger("ginnel.net")

#: Who can have some names asked of one server, and all others of another.
_SPLITS: Final = frozenset({"resolved", "unbound", "scutil"})


class MachineDns:
    """`state_dir` holds what outlives a reboot; `system` and `run` for tests alone. Methods raise OSError."""

    def __init__(
        self, state_dir: Path, choice: Choice = "auto", *, system: str = sys.platform, run: Runner = run
    ) -> None:
        self._choice = choice
        self._system = system
        self._run = run
        self._saved = SavedDns(state_dir)
        self._file = FileDns(self._saved)
        self._networkmanager = NetworkManagerDns(self._saved)
        self._resolvconf = ResolvconfDns(run)
        self._resolved = ResolvedDns()
        self._others: dict[Keeper, KeepsDns] = {
            "networkmanager": self._networkmanager,
            "resolvconf": self._resolvconf,
            "unbound": LocalUnboundDns(run),
            "scutil": ScutilDns(run),
            "file": self._file,
        }
        self._left: set[Keeper] = {"file", "networkmanager"}  # where a predecessor may have left something

    def keeper(self, step: SetDns) -> Keeper:
        """Who is to do `step`: who looks after this machine's DNS, or who was said to."""
        if self._choice != "auto":
            return self._choice
        if self._system == "darwin":
            return "scutil"
        if self._system.startswith("freebsd"):
            return freebsd.find(self._run)
        return linux.find(step, self._resolvconf)

    def set(self, step: SetDns, keeper: Keeper, ifindex: int) -> None:
        try:
            self.recover()
        except OSError:
            if keeper in self._left:
                raise
        if keeper == "resolved":
            self._resolved.set(step, ifindex)
        else:
            self._others[keeper].set(step)
        self._say_what_it_cannot(step, keeper)

    def unset(self, step: SetDns, keeper: Keeper, ifindex: int) -> bool:
        """Whether there was anything to undo."""
        return self._resolved.unset(ifindex) if keeper == "resolved" else self._others[keeper].unset(step)

    def stands(self, step: SetDns, keeper: Keeper, ifindex: int) -> bool:
        """Whether `step` is in force as it was done, by the keeper that would do it now."""
        if self.keeper(step) != keeper:
            return False
        if keeper == "resolved":
            return self._resolved.stands(step, ifindex)
        return self._others[keeper].stands(step)

    def recover(self) -> list[str]:
        """Put back, once, what a predecessor of whatever boot left; what was put back, in words.

        Raises OSError where somebody who kept it is away: the next call tries again.
        """
        found, failure = False, None
        for keeper in sorted(self._left):
            try:
                found |= (self._file if keeper == "file" else self._networkmanager).recover()
            except OSError as error:
                failure = error
                continue
            self._left.discard(keeper)
            if self._saved.read() == Saved():
                self._saved.remove()  # what was begun and never read
        if failure is not None:
            raise failure
        return ["undone: ask the servers of a tunnel that is gone"] if found else []

    def _say_what_it_cannot(self, step: SetDns, keeper: Keeper) -> None:
        servers = ", ".join(step.servers)
        splits = keeper in _SPLITS or (keeper == "resolvconf" and asks_local_resolver())
        if not step.everything and not splits:
            log.warning(
                "%s gets all names, and the machine's own servers those that it does not answer: %s cannot "
                "part the tunnel's names from others; systemd-resolved can",
                servers,
                keeper,
            )
        elif step.everything and keeper == "resolvconf" and not self._resolvconf.is_open():
            log.warning(
                "%s gets all names, but the machine's own servers are asked where it does not answer: "
                "Debian's resolvconf cannot keep them out; openresolv can, and so can --dns-manager file",
                servers,
            )
