"""Linux's `MachineNetwork`: rtnetlink, settings under /proc/sys, nftables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..base import Wanted
from ..dns.keepers import Choice
from ..dns.machine import MachineDns
from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..journal import Before, Entry
from ..keeper import Keeper
from ..plan import MARK, LastingStep, MachineStep, Plan, Step, make_plan
from . import facts, steps
from .kill_switch import KillSwitchTable
from .netlink import Netlink, find_link, need_link
from .sight import Sight


class LinuxNetwork(Keeper):
    """That of the network namespace of whichever thread calls.

    `dns` names who looks after the machine's DNS, where that should not be found out.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        dns: Choice = "auto",
        checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(LinuxMachine(), state_dir, MachineDns(state_dir, dns), checkpoint=checkpoint)

    def recover(self) -> list[str]:
        with suppress(NftablesError):  # now, so that no connection waits for it; who needs it hears why
            libnftables.load()
        return super().recover()


class LinuxMachine:
    socket_mark = MARK

    def era(self) -> str:
        return facts.era()

    @contextmanager
    def open(self) -> Iterator[LinuxHands]:
        with Netlink() as netlink:
            yield LinuxHands(netlink)

    def wall(self) -> KillSwitchTable:
        return KillSwitchTable()


class LinuxHands:
    """A netlink socket, and what was seen through it."""

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink
        self._sight = Sight(netlink)
        self._devices: dict[int, str] = {}  # "" for one that is gone
        self._stands: dict[int, set[tuple[str, ...]] | None] = {}  # None for one that is down

    def plan(self, held: Iterable[Step], present: tuple[Step, ...], wanted: Wanted, *, guards: bool) -> Plan:
        return make_plan(present, wanted, facts.learn(self._sight, held, guards=guards))

    def index(self, device: str) -> int:
        return need_link(self._netlink, device).index

    def stands(self, step: MachineStep, before: Before) -> bool:
        """A device that has vanished took addresses, routes and settings along, even if its name is back.

        One that was set down took its routes and IPv6 addresses (fib_sync_down_dev(), addrconf_ifdown()),
        which can come back only when it is up.
        """
        if isinstance(step, LastingStep):
            return steps.is_there(self._sight, step)
        index = before.ifindex
        if not index:
            return True
        if index not in self._devices:
            link = find_link(self._netlink, index=index)
            self._devices[index] = link.name if link is not None else ""
            self._stands[index] = (
                steps.standing(self._netlink, self._sight, index) if link is not None and link.up else None
            )
        there = self._stands[index]
        return self._devices[index] == step.device and (there is None or not steps.has_gone(step, there))

    def look(self, step: MachineStep) -> Before:
        return steps.look(self._netlink, step)

    def do(self, step: MachineStep, before: Before, instead_of: Entry | None = None) -> None:
        steps.do(self._netlink, step, before, instead_of)

    def undo(self, step: MachineStep, before: Before) -> bool:
        return steps.undo(self._netlink, step, before)
