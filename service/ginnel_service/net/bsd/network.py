"""The `MachineNetwork` of macOS and FreeBSD: route(4), ioctls of netintro(4), pf."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..dns.keepers import Choice
from ..dns.machine import MachineDns
from ..firewall.pfctl import PacketFilter, Runner, run_pfctl
from ..keeper import Keeper
from . import links
from .guards import Guards
from .hands import BsdHands
from .kernel import Kernel, SystemKernel
from .kill_switch import KillSwitchAnchor
from .nat import Nat
from .sight import Sight
from .talk import RouteTalk

log = logging.getLogger("ginnel.net")

_OURS: Final = re.compile(r"ginnel[0-9]+")  # as devices are named on FreeBSD


class BsdNetwork(Keeper):
    """The routing table of the FIB that this process is in (setfib(1)); macOS has one.

    `dns` names who looks after the machine's DNS, where that should not be found out. `kernel` and `pfctl`
    are for tests alone.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        dns: Choice = "auto",
        checkpoint: Callable[[str], None] = lambda _: None,
        kernel: Kernel | None = None,
        pfctl: Runner = run_pfctl,
    ) -> None:
        """Raises OSError ENOSYS where there is no route(4)."""
        kernel = kernel if kernel is not None else SystemKernel()
        machine = BsdMachine(kernel, PacketFilter(kernel.layout.system, state_dir, pfctl))
        super().__init__(machine, state_dir, MachineDns(state_dir, dns), checkpoint=checkpoint)
        self._kernel = kernel

    def recover(self) -> list[str]:
        words = super().recover()
        try:
            return [*words, *_destroy_orphans(self._kernel)]
        except OSError as error:
            log.warning("could not look for devices that were left behind: errno %s", error.errno)
            return words


def _destroy_orphans(kernel: Kernel) -> list[str]:
    """Before 15, FreeBSD keeps the device of a process that was killed (TUNSTRANSIENT of tun(4))."""
    if kernel.layout.system != "freebsd":
        return []
    words = []
    for device in Sight(kernel).devices.values():
        if _OURS.fullmatch(device.name) and not links.is_open(kernel, device.name):
            links.destroy(kernel, device.name)
            words.append(f"destroyed: {device.name}")
    return words


class BsdMachine:
    """No socket bears a mark here: macOS binds ours to a link, FreeBSD has a route to each gateway."""

    socket_mark = 0

    def __init__(self, kernel: Kernel, packet_filter: PacketFilter) -> None:
        self._kernel = kernel
        self._filter = packet_filter
        self._guards = Guards(packet_filter)
        self._nat = Nat(packet_filter)

    def era(self) -> str:
        return self._kernel.era()

    @contextmanager
    def open(self) -> Iterator[BsdHands]:
        with RouteTalk(self._kernel) as talk:
            yield BsdHands(self._kernel, talk, self._guards, self._nat)

    def wall(self) -> KillSwitchAnchor:
        return KillSwitchAnchor(self._kernel, self._filter)
