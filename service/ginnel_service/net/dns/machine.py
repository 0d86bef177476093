"""The DNS of a Linux machine: finds who looks after it, and has them do and undo a step.

Who that is is remembered beside each step (`Before.dns`), as it may be somebody else by the time of undoing.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, assert_never

from ..plan import SetDns
from . import resolved
from .bus import running
from .file import FileDns, look
from .keepers import SPLITTERS, Choice, Keeper
from .resolv_conf import parse
from .resolved import ResolvedDns
from .saved import SavedDns

log = logging.getLogger("ginnel.net")

NSSWITCH: Final = Path("/etc/nsswitch.conf")


class MachineDns:
    """`state_dir` holds what outlives a reboot. Every method raises OSError."""

    def __init__(self, state_dir: Path, choice: Choice = "auto") -> None:
        self._choice = choice
        self._file = FileDns(SavedDns(state_dir))
        self._resolved = ResolvedDns()
        self._left = True  # a predecessor may have left something

    def keeper(self) -> Keeper:
        """Who looks after this machine's DNS, or who was said to."""
        return find_keeper() if self._choice == "auto" else self._choice

    def set(self, step: SetDns, keeper: Keeper, ifindex: int) -> None:
        self.recover()
        match keeper:
            case "resolved":
                self._resolved.set(step, ifindex)
            case "file":
                self._file.set(step)
            case _:
                assert_never(keeper)
        if not step.everything and keeper not in SPLITTERS:
            log.warning(
                "%s cannot tell the tunnel's names from others: %s gets them all, and the machine's own "
                "servers those that it does not answer. systemd-resolved can",
                keeper, ", ".join(step.servers),
            )  # fmt: skip

    def unset(self, step: SetDns, keeper: Keeper, ifindex: int) -> bool:
        """Whether there was anything to undo."""
        match keeper:
            case "resolved":
                return self._resolved.unset(ifindex)
            case "file":
                return self._file.unset(step.device)
            case _:
                assert_never(keeper)

    def stands(self, step: SetDns, keeper: Keeper, ifindex: int) -> bool:
        match keeper:
            case "resolved":
                return self._resolved.stands(step, ifindex)
            case "file":
                return self._file.stands(step)
            case _:
                assert_never(keeper)

    def recover(self) -> list[str]:
        """Put back, once, what a predecessor of an earlier boot left; what it put back, in words."""
        if not self._left:
            return []
        words = ["undone: the DNS servers of a tunnel that is gone"] if self._file.recover() else []
        self._left = False
        return words


def find_keeper() -> Keeper:
    """Who looks after /etc/resolv.conf; nobody does where the file is all there is."""
    services = running([resolved.SERVICE])
    now = look()
    conf = parse((now.content or b"").decode(errors="replace"))
    if resolved.SERVICE in services and (asks_resolved(nsswitch()) or resolved.STUBS & set(conf.servers)):
        return "resolved"
    return "file"


def nsswitch() -> str:
    """nsswitch.conf(5), empty where there is none."""
    try:
        return NSSWITCH.read_text("utf-8", "replace")[: 1 << 16]
    except OSError:
        return ""


def asks_resolved(text: str) -> bool:
    """Whether the C library's `hosts` go to resolved itself, by nss-resolve(8)."""
    for line in text.splitlines():
        name, _, sources = line.partition("#")[0].partition(":")
        if name.strip() == "hosts":
            return "resolve" in sources.split()
    return False
