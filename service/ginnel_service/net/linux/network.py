"""Linux's `MachineNetwork`: does plans, remembers who holds what, and keeps the journal ahead of the machine.

Knows which step belongs to which owners, not how a step is done. A step that several owners hold is done for
the first and undone for the last. Calls may come from any thread; they exclude one another.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from ..base import KillSwitch, NetworkError, Wanted
from ..dns.keepers import Choice
from ..dns.machine import MachineDns
from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..journal import Before, Entry, Journal
from ..plan import (
    MARK,
    AddBlock,
    AddGuard,
    AddRoute,
    AddThrow,
    Do,
    LastingStep,
    SetDns,
    SetLink,
    SetSysctl,
    Step,
    make_plan,
)
from . import facts, steps
from .kill_switch import KillSwitchTable
from .netlink import Netlink, find_link
from .sight import Sight

log = logging.getLogger("ginnel.net")

_ROUTES = AddRoute | AddThrow | AddBlock


@dataclass(slots=True)
class _Held:
    entry: Entry
    owners: set[str] = field(default_factory=set)


class LinuxNetwork:
    """`state_dir` belongs to the service's user alone; one process at a time holds it.

    `checkpoint` is called with "journalled", "done", "undone" and "struck" around each step: the places where
    a process can die. The first call also raises what `Journal.open` does. `dns` names who looks after the
    machine's DNS, where that should not be found out.
    """

    socket_mark = MARK

    def __init__(
        self,
        state_dir: Path,
        *,
        dns: Choice = "auto",
        checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._state_dir = state_dir
        self._dns = MachineDns(state_dir, dns)
        self._checkpoint = checkpoint
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._held: dict[Step, _Held] = {}  # in the order they were done
        self._stale: list[Entry] = []  # of a predecessor, not undone yet
        self._kill_switch = KillSwitchTable()
        self._guards = True  # until the packet filter has refused one

    def apply(self, owner: str, wanted: Wanted) -> None:
        with self._call("change the network") as (netlink, journal):
            self._recover(netlink, journal)
            try:
                sight = Sight(netlink)
                self._forget_lost(netlink, journal, sight, owner)
                self._restore_lost(netlink, sight, owner)
                held = [step for step, it in self._held.items() if owner in it.owners]
                known = facts.learn(sight, self._held, guards=self._guards)
                plan = make_plan(tuple(held), wanted, known)
            except ValueError as error:
                raise NetworkError("invalid", str(error)) from error
            self._do_all(netlink, journal, owner, plan.do)
            for left in self._undo_all(netlink, journal, owner, plan.undo):
                log.warning("%s: could not undo: %s", owner, left)

    def withdraw(self, owner: str) -> None:
        with self._lock:
            if not any(owner in it.owners for it in self._held.values()):
                return
        with self._call("undo changes to the network") as (netlink, journal):
            held = [step for step, it in self._held.items() if owner in it.owners]
            errors = self._undo_all(netlink, journal, owner, held[::-1])
        if errors:
            raise errors[0]

    def recover(self) -> list[str]:
        with suppress(NftablesError):  # now, so that no connection waits for it; who needs it hears why
            libnftables.load()
        with self._call("undo what was left behind") as (netlink, journal):
            return self._recover(netlink, journal)

    def set_kill_switch(self, wanted: KillSwitch | None) -> None:
        self._kill_switch.set_to(wanted)

    def close(self) -> None:
        self._kill_switch.close()
        owners = sorted({owner for it in self._held.values() for owner in it.owners})
        for owner in owners:
            try:
                self.withdraw(owner)
            except NetworkError as error:
                log.error("%s: could not undo: %s", owner, error)
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            self._held.clear()
            self._stale.clear()

    @contextmanager
    def _call(self, purpose: str) -> Iterator[tuple[Netlink, Journal]]:
        """One call at a time, with the journal open and a netlink socket of its own."""
        with self._lock:
            try:
                if self._journal is None:
                    journal = Journal(self._state_dir, facts.era())
                    journal.open()
                    self._journal, self._stale = journal, list(journal.live)
                with Netlink() as netlink:
                    yield netlink, self._journal
            except OSError as error:
                raise NetworkError("os_refused", purpose, error.errno or 0) from error

    def _recover(self, netlink: Netlink, journal: Journal) -> list[str]:
        words: list[str] = []
        if journal.damaged:
            log.warning("the undo log had %d damaged lines", journal.damaged)
            words.append(f"passed over {journal.damaged} damaged lines of the undo log")
            journal.damaged = 0
        for entry in self._stale[::-1]:
            try:
                if steps.undo(netlink, self._dns, entry.step, entry.before):
                    words.append(f"undone: {entry.step}")
            except OSError as error:
                log.error("could not undo: %s: errno %s", entry.step, error.errno)
                words.append(f"could not undo: {entry.step}")
                continue
            self._checkpoint("undone")
            journal.undone([entry])
            self._stale.remove(entry)
            self._checkpoint("struck")
        try:
            words += self._dns.recover()
        except OSError as error:
            log.error("could not put the DNS settings back: errno %s", error.errno)
            words.append("could not undo: the DNS servers of a tunnel that is gone")
        return words

    def _forget_lost(self, netlink: Netlink, journal: Journal, sight: Sight, owner: str) -> None:
        """A device that has vanished took addresses, routes and settings along, even if its name is back.

        One that was set down took its routes and IPv6 addresses (fib_sync_down_dev(), addrconf_ifdown()),
        which can come back only when it is up.
        """
        indices: dict[int, str | None] = {}
        stands: dict[int, set[tuple[str, ...]] | None] = {}
        for step, it in list(self._held.items()):
            index = it.entry.before.ifindex
            if owner not in it.owners:
                continue
            if isinstance(step, SetDns) and not self._renew_dns(step, it.entry.before):
                del self._held[step]
                journal.undone([it.entry])
                continue
            if not index:
                continue
            if index not in indices:
                link = find_link(netlink, index=index)
                indices[index] = link.name if link else None
                stands[index] = (
                    steps.standing(netlink, sight, index) if link is not None and link.up else None
                )
            there = stands[index]
            if indices[index] != getattr(step, "device", None) or (
                there is not None and steps.has_gone(step, there)
            ):
                del self._held[step]
                journal.undone([it.entry])

    def _restore_lost(self, netlink: Netlink, sight: Sight, owner: str) -> None:
        """Do again what somebody else has taken away meanwhile: a network manager may clear foreign rules.

        It is in the journal still, and stays its owners'.
        """
        for step, it in self._held.items():
            if owner not in it.owners or not isinstance(step, LastingStep):
                continue
            try:
                if not steps.is_there(sight, step):
                    steps.do(netlink, self._dns, step, it.entry.before)
                    log.warning("somebody undid this, it is done again: %s", step)
            except OSError as error:
                refusal = steps.refusal(step, error.errno or 0)
                if not isinstance(step, AddGuard):
                    raise refusal from error
                log.warning("%s: %s", owner, refusal)

    def _renew_dns(self, step: SetDns, before: Before) -> bool:
        """Whether `step` is in force, or nobody can tell. If it is not, it is undone, to be done anew."""
        assert before.dns is not None
        try:
            if self._dns.stands(step, before.dns, before.ifindex):
                return True
            self._dns.unset(step, before.dns, before.ifindex)
        except OSError as error:
            log.warning("could not look at the DNS settings of %s: errno %s", step.device, error.errno)
            return True
        return False

    def _do_all(self, netlink: Netlink, journal: Journal, owner: str, todo: Sequence[Do]) -> None:
        """All of `todo`, or none of it. Runs of routes share one write."""
        made: list[Do] = []
        try:
            for together, run in groupby(todo, lambda item: isinstance(item.step, _ROUTES)):
                items = list(run)
                for group in [items] if together else [[item] for item in items]:
                    if isinstance(group[0].step, AddGuard):
                        self._do_guard(netlink, journal, owner, group, made)
                    else:
                        self._do_group(netlink, journal, owner, group, made)
        except NetworkError:
            for item in reversed(made):
                self._take_back(netlink, journal, owner, item)
            raise

    def _do_guard(
        self, netlink: Netlink, journal: Journal, owner: str, group: Sequence[Do], made: list[Do]
    ) -> None:
        """A guard is a second wall: a machine that cannot have one gets its tunnel nevertheless."""
        try:
            self._do_group(netlink, journal, owner, group, made)
        except NetworkError as error:
            if error.code.startswith("journal"):
                raise
            self._guards = False
            log.warning(
                "%s: the tunnel's addresses are not guarded against the machine's other links, as nftables "
                "cannot be used (%s)",
                owner,
                error,
            )

    def _do_group(
        self, netlink: Netlink, journal: Journal, owner: str, group: Sequence[Do], made: list[Do]
    ) -> None:
        new: list[tuple[Do, Before]] = []
        for item in group:
            if item.step in self._held:  # done for another owner already
                self._held[item.step].owners.add(owner)
                made.append(item)
            else:
                new.append((item, self._look(netlink, owner, item)))
        if not new:
            return
        entries = journal.write([(item.step, before) for item, before in new])
        for number, ((item, before), entry) in enumerate(zip(new, entries, strict=True)):
            self._checkpoint("journalled")
            old = self._held.get(item.instead_of) if item.instead_of is not None else None
            try:
                replaced = (old.entry.step, old.entry.before) if old else None
                steps.do(netlink, self._dns, item.step, before, replaced)
            except OSError as error:
                journal.undone(entries[number:])
                raise steps.refusal(item.step, error.errno or 0) from error
            self._checkpoint("done")
            self._held[item.step] = _Held(entry, {owner})
            made.append(item)
            if old is not None:
                del self._held[old.entry.step]
                journal.undone([old.entry])
                self._checkpoint("struck")

    def _look(self, netlink: Netlink, owner: str, item: Do) -> Before:
        """What undoing `item` will need: of replaced settings, what was there before the first of ours."""
        old = self._held.get(item.instead_of) if item.instead_of is not None else None
        rivals = [it for step, it in self._held.items() if step.key == item.step.key]
        if any(it.owners != {owner} for it in rivals):
            raise NetworkError(steps.in_use(item.step), str(item.step))
        try:
            before = steps.look(netlink, self._dns, item.step)
        except OSError as error:
            raise steps.refusal(item.step, error.errno or 0) from error
        keeps = isinstance(item.step, SetSysctl | SetLink)
        if old is not None and keeps and old.entry.before.ifindex == before.ifindex:
            return old.entry.before
        return before

    def _take_back(self, netlink: Netlink, journal: Journal, owner: str, item: Do) -> None:
        """Undo one step of a call that failed, or put back what it replaced. What resists stays `owner`'s."""
        try:
            if item.instead_of is not None:
                self._do_group(netlink, journal, owner, [Do(item.instead_of, item.step)], [])
            else:
                for left in self._undo_all(netlink, journal, owner, [item.step]):
                    log.warning("%s: could not roll back: %s", owner, left)
        except NetworkError as error:
            log.warning("%s: could not roll back: %s", owner, error)

    def _undo_all(
        self, netlink: Netlink, journal: Journal, owner: str, undo: Sequence[Step]
    ) -> list[NetworkError]:
        """Let `owner` go of every step; what the OS refuses to undo stays held, and is returned as errors."""
        errors: list[NetworkError] = []
        for step in undo:
            it = self._held[step]
            if it.owners - {owner}:
                it.owners.discard(owner)
                continue
            try:
                steps.undo(netlink, self._dns, step, it.entry.before)
            except OSError as error:
                errors.append(steps.refusal(step, error.errno or 0))
                continue
            self._checkpoint("undone")
            journal.undone([it.entry])
            del self._held[step]
            self._checkpoint("struck")
        return errors
