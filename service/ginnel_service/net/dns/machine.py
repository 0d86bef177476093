"""The DNS of a Linux machine: finds who looks after it, and has them do and undo a step.

Who that is is remembered beside each step (`Before.dns`), as it may be somebody else by the time of undoing.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final, assert_never

from ..plan import SetDns
from . import commands, networkmanager, resolvconf, resolved
from .bus import running
from .file import RESOLV_CONF, FileDns, read_resolv_conf
from .keepers import Choice, Keeper
from .networkmanager import NetworkManagerDns
from .nss import asks_resolved, nsswitch
from .resolvconf import ResolvconfDns, asks_local_resolver
from .resolved import ResolvedDns
from .saved import SavedDns

log = logging.getLogger("ginnel.net")

#: Where the link of each keeper leads.
_RESOLVCONF_LINKS: Final = ("/run/resolvconf/", "/etc/resolvconf/run/")
_NETWORKMANAGER_LINKS: Final = ("/run/NetworkManager/",)


class MachineDns:
    """`state_dir` holds what outlives a reboot. Every method raises OSError."""

    def __init__(self, state_dir: Path, choice: Choice = "auto") -> None:
        self._choice = choice
        self._saved = SavedDns(state_dir)
        self._file = FileDns(self._saved)
        self._networkmanager = NetworkManagerDns(self._saved)
        self._resolvconf = ResolvconfDns()
        self._resolved = ResolvedDns()
        self._left = True  # a predecessor may have left something

    def keeper(self, step: SetDns) -> Keeper:
        """Who is to do `step`: who looks after this machine's DNS, or who was said to."""
        return self._find(step) if self._choice == "auto" else self._choice

    def set(self, step: SetDns, keeper: Keeper, ifindex: int) -> None:
        self.recover()
        match keeper:
            case "resolved":
                self._resolved.set(step, ifindex)
            case "networkmanager":
                self._networkmanager.set(step, read_resolv_conf())
            case "resolvconf":
                self._resolvconf.set(step)
            case "file":
                self._file.set(step)
            case _:
                assert_never(keeper)
        self._say_what_it_cannot(step, keeper)

    def unset(self, step: SetDns, keeper: Keeper, ifindex: int) -> bool:
        """Whether there was anything to undo."""
        match keeper:
            case "resolved":
                return self._resolved.unset(ifindex)
            case "networkmanager":
                return self._networkmanager.unset(step.device)
            case "resolvconf":
                return self._resolvconf.unset(step.device)
            case "file":
                return self._file.unset(step.device)
            case _:
                assert_never(keeper)

    def stands(self, step: SetDns, keeper: Keeper, ifindex: int) -> bool:
        """Whether `step` is in force as it was done, by the keeper that would do it now."""
        if self.keeper(step) != keeper:
            return False
        match keeper:
            case "resolved":
                return self._resolved.stands(step, ifindex)
            case "networkmanager":
                return self._networkmanager.stands(step)
            case "resolvconf":
                return self._resolvconf.stands(step)
            case "file":
                return self._file.stands(step)
            case _:
                assert_never(keeper)

    def recover(self) -> list[str]:
        """Put back, once, what a predecessor of whatever boot left; what was put back, in words."""
        if not self._left:
            return []
        left = [self._file.recover(), self._networkmanager.recover()]
        self._saved.remove()
        self._left = False
        return ["undone: ask the servers of a tunnel that is gone"] if any(left) else []

    def _find(self, step: SetDns) -> Keeper:
        """resolved, where programs come to it; then whoever wrote /etc/resolv.conf; else the file itself.

        NetworkManager and Debian's resolvconf cannot part names, or not keep others out: the one that can do
        what `step` wants does it, else the file, which can for all names.
        """
        conf = read_resolv_conf()
        target = os.path.realpath(RESOLV_CONF)
        services = running([resolved.SERVICE, networkmanager.SERVICE])
        if resolved.SERVICE in services and (asks_resolved(nsswitch()) or resolved.STUBS & set(conf.servers)):
            return "resolved"
        if conf.header == networkmanager.HEADER or target.startswith(_NETWORKMANAGER_LINKS):
            asked = networkmanager.SERVICE in services
            # A service that is not root may ask, where it may not write.
            may_write = os.access(RESOLV_CONF.parent, os.W_OK, effective_ids=True)
            return "networkmanager" if asked and (step.everything or not may_write) else "file"
        if conf.header == resolvconf.HEADER or target.startswith(_RESOLVCONF_LINKS):
            program = commands.find("resolvconf")
            # systemd has a program of that name, which speaks to resolved alone.
            if program is not None and not os.path.realpath(program).endswith("resolvectl"):
                return "resolvconf" if not step.everything or self._resolvconf.is_open() else "file"
        return "file"

    def _say_what_it_cannot(self, step: SetDns, keeper: Keeper) -> None:
        servers = ", ".join(step.servers)
        splits = keeper == "resolved" or (keeper == "resolvconf" and asks_local_resolver())
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
