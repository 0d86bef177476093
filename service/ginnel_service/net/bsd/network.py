"""The `MachineNetwork` of macOS and FreeBSD: route(4), ioctls of netintro(4), pf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..base import NetworkError
from ..dns.keepers import Choice
from ..dns.machine import MachineDns
from ..firewall.pfctl import PacketFilter
from ..keeper import Keeper
from ..plan import MachineStep, Step
from ..refusal import in_use, refusal
from .guards import Guards
from .hands import BsdHands
from .kernel import Kernel, SystemKernel
from .kill_switch import PfKillSwitch
from .talk import RouteTalk


class BsdNetwork(Keeper):
    """The routing table of the FIB that this process is in (setfib(1)); macOS has one."""

    def __init__(
        self,
        state_dir: Path,
        *,
        kernel: Kernel | None = None,
        packet_filter: PacketFilter | None = None,
        dns: Choice = "auto",
        checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Raises OSError ENOSYS where there is no route(4)."""
        kernel = kernel if kernel is not None else SystemKernel()
        if packet_filter is None:
            packet_filter = PacketFilter(kernel.layout.system, state_dir)
        super().__init__(
            BsdMachine(kernel, packet_filter), state_dir, MachineDns(state_dir, dns), checkpoint=checkpoint
        )


class BsdMachine:
    """Sockets bear no mark here: a route of its own keeps what goes to a gateway out of the tunnel."""

    socket_mark = 0

    def __init__(self, kernel: Kernel, packet_filter: PacketFilter) -> None:
        self._kernel = kernel
        self._filter = packet_filter
        self._guards = Guards(packet_filter)

    def era(self) -> str:
        return self._kernel.era()

    @contextmanager
    def open(self) -> Iterator[BsdHands]:
        with RouteTalk(self._kernel) as talk:
            yield BsdHands(self._kernel, talk, self._guards)

    def kill_switch(self) -> PfKillSwitch:
        return PfKillSwitch(self._kernel, self._filter)

    def in_use(self, step: Step) -> str:
        return in_use(step)

    def refusal(self, step: MachineStep, number: int) -> NetworkError:
        return refusal(step, number)
