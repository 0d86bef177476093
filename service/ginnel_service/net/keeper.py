"""Does plans, remembers who holds what, and keeps the journal ahead of the machine: for every system alike.

Knows which step belongs to which owners, not how a step is done: that is `Machine`'s, which each system has
its own of. A step that several owners hold is done for the first and undone for the last. Calls may come from
any thread; they exclude one another.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Protocol

from .base import KillSwitch, NetworkError, Wanted
from .dns.machine import MachineDns
from .journal import Before, Entry, Journal
from .kill_switch import KeptKillSwitch, Wall
from .plan import (
    AddAddress,
    AddBlock,
    AddGuard,
    AddRoute,
    AddThrow,
    Do,
    LastingStep,
    MachineStep,
    Plan,
    SetDns,
    SetLink,
    SetSysctl,
    Step,
)
from .refusal import in_use, refusal

log = logging.getLogger("ginnel.net")

_ROUTES = AddRoute | AddThrow | AddBlock


class Hands(Protocol):
    """One call's handles on the machine. What is asked about it may be remembered: a call sees it once.

    Every method raises OSError.
    """

    def plan(self, held: Iterable[Step], present: tuple[Step, ...], wanted: Wanted, *, guards: bool) -> Plan:
        """From what an owner has to what it wants; `held` are everybody's steps. ValueError: it cannot be.

        Without `guards` the packet filter takes none.
        """

    def index(self, device: str) -> int:
        """The number of a device; ENODEV where there is none."""

    def stands(self, step: MachineStep, before: Before) -> bool:
        """Whether nobody else took away what `step` did, be it along with its device."""

    def look(self, step: MachineStep) -> Before:
        """What undoing will need."""

    def do(self, step: MachineStep, before: Before, instead_of: Entry | None = None) -> None:
        """Do `step`, in place of one with the same key where there is one."""

    def undo(self, step: MachineStep, before: Before) -> bool:
        """Whether there was anything to undo. What somebody else has changed since is left alone."""


class Machine(Protocol):
    """What is one system's own."""

    #: The mark that keeps a socket's packets out of every tunnel, 0 where sockets are bound instead.
    socket_mark: int

    def era(self) -> str:
        """What changes end with: this boot, and whatever else bounds them. Raises OSError."""

    def open(self) -> AbstractContextManager[Hands]:
        """Raises OSError."""

    def wall(self) -> Wall:
        """What its kill switch is made of."""


@dataclass(slots=True)
class _Held:
    entry: Entry
    owners: set[str] = field(default_factory=set)


class Keeper:
    """A `MachineNetwork`. `state_dir` belongs to the service's user alone; one process at a time holds it.

    `checkpoint` is called with "journalled", "done", "undone" and "struck" around each step: the places where
    a process can die. The first call also raises what `Journal.open` does.
    """

    def __init__(
        self,
        machine: Machine,
        state_dir: Path,
        dns: MachineDns,
        *,
        checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.socket_mark = machine.socket_mark
        self._machine = machine
        self._state_dir = state_dir
        self._dns = dns
        self._checkpoint = checkpoint
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._held: dict[Step, _Held] = {}  # in the order they were done
        self._stale: list[Entry] = []  # of a predecessor, not undone yet
        self._kill_switch = KeptKillSwitch(machine.wall())
        self._guards = True  # until the packet filter has refused one for good

    def apply(self, owner: str, wanted: Wanted) -> None:
        with self._call("change the network") as (hands, journal):
            self._recover(hands, journal)
            try:
                self._forget_lost(hands, journal, owner)
                self._restore_lost(hands, owner)
                present = tuple(step for step, it in self._held.items() if owner in it.owners)
                plan = hands.plan(self._held, present, wanted, guards=self._guards)
            except ValueError as error:
                raise NetworkError("invalid", str(error)) from error
            self._do_all(hands, journal, owner, plan.do)
            for left in self._undo_all(hands, journal, owner, plan.undo):
                log.warning("%s: could not undo: %s", owner, left)

    def withdraw(self, owner: str) -> None:
        with self._lock:
            if not any(owner in it.owners for it in self._held.values()):
                return
        with self._call("undo changes to the network") as (hands, journal):
            held = [step for step, it in self._held.items() if owner in it.owners]
            errors = self._undo_all(hands, journal, owner, held[::-1])
        if errors:
            raise errors[0]

    def recover(self) -> list[str]:
        with self._call("undo what was left behind") as (hands, journal):
            return self._recover(hands, journal)

    def set_kill_switch(self, wanted: KillSwitch | None) -> None:
        self._kill_switch.set_to(wanted)

    def close(self) -> None:
        self._kill_switch.close()
        with self._lock:
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
    def _call(self, purpose: str) -> Iterator[tuple[Hands, Journal]]:
        """One call at a time, with the journal open and handles of its own."""
        with self._lock:
            try:
                if self._journal is None:
                    journal = Journal(self._state_dir, self._machine.era())
                    journal.open()
                    self._journal, self._stale = journal, list(journal.live)
                with self._machine.open() as hands:
                    yield hands, self._journal
            except OSError as error:
                raise NetworkError("os_refused", purpose, error.errno or 0) from error

    def _recover(self, hands: Hands, journal: Journal) -> list[str]:
        words: list[str] = []
        if journal.damaged:
            log.warning("the undo log had %d damaged lines", journal.damaged)
            words.append(f"passed over {journal.damaged} damaged lines of the undo log")
            journal.damaged = 0
        for entry in self._stale[::-1]:
            try:
                if self._undo(hands, entry.step, entry.before):
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

    def _forget_lost(self, hands: Hands, journal: Journal, owner: str) -> None:
        """What went with a device is no more, even if the device's name is back; it is planned anew.

        A route in whose place it stood comes back first: nobody else remembers that one.
        """
        for step, it in list(self._held.items()):
            if owner not in it.owners or isinstance(step, LastingStep):
                continue
            if isinstance(step, SetDns):
                there = self._renew_dns(hands, step, it.entry.before)
            else:
                there = hands.stands(step, it.entry.before)
            if not there:
                if it.entry.before.stood is not None:
                    self._undo(hands, step, it.entry.before)
                del self._held[step]
                journal.undone([it.entry])

    def _restore_lost(self, hands: Hands, owner: str) -> None:
        """Do again what somebody else has taken away meanwhile: a network manager may clear foreign rules.

        It is in the journal still, and stays its owners'.
        """
        for step, it in self._held.items():
            if owner not in it.owners or not isinstance(step, LastingStep):
                continue
            try:
                if not hands.stands(step, it.entry.before):
                    hands.do(step, it.entry.before)
                    log.warning("this was not in force any more, it is done again: %s", step)
            except OSError as error:
                refused = refusal(step, error.errno or 0)
                if not isinstance(step, AddGuard):
                    raise refused from error
                log.warning("%s: %s", owner, refused)

    def _renew_dns(self, hands: Hands, step: SetDns, before: Before) -> bool:
        """Whether `step` is in force, or nobody can tell. If it is not, it is undone, to be done anew."""
        assert before.dns is not None
        try:
            if self._dns.stands(step, before.dns, before.ifindex):
                return not before.ifindex or _is(hands, step.device, before.ifindex)
            self._dns.unset(step, before.dns, before.ifindex)
        except OSError as error:
            log.warning("could not look at the DNS settings of %s: errno %s", step.device, error.errno)
            return True
        return False

    def _do_all(self, hands: Hands, journal: Journal, owner: str, todo: Sequence[Do]) -> None:
        """All of `todo`, or none of it. Runs of routes share one write."""
        made: list[Do] = []
        try:
            for together, run in groupby(todo, lambda item: isinstance(item.step, _ROUTES)):
                items = list(run)
                for group in [items] if together else [[item] for item in items]:
                    if isinstance(group[0].step, AddGuard):
                        self._do_guard(hands, journal, owner, group, made)
                    else:
                        self._do_group(hands, journal, owner, group, made)
        except NetworkError:
            for item in reversed(made):
                self._take_back(hands, journal, owner, item)
            raise

    def _do_guard(
        self, hands: Hands, journal: Journal, owner: str, group: Sequence[Do], made: list[Do]
    ) -> None:
        """A guard is a second wall: a machine that cannot have one gets its tunnel nevertheless."""
        try:
            self._do_group(hands, journal, owner, group, made)
        except NetworkError as error:
            if error.code.startswith("journal"):
                raise
            if error.code in ("not_permitted", "not_supported"):  # all else may pass by the next time
                self._guards = False
            log.warning(
                "%s: the tunnel's addresses are not guarded against the machine's other links, as the "
                "packet filter cannot be used (%s)",
                owner,
                error,
            )

    def _do_group(
        self, hands: Hands, journal: Journal, owner: str, group: Sequence[Do], made: list[Do]
    ) -> None:
        new: list[tuple[Do, Before]] = []
        for item in group:
            if item.step in self._held:  # done for another owner already
                self._held[item.step].owners.add(owner)
                made.append(item)
            else:
                new.append((item, self._look(hands, owner, item)))
        if not new:
            return
        entries = journal.write([(item.step, before) for item, before in new])
        for number, ((item, before), entry) in enumerate(zip(new, entries, strict=True)):
            self._checkpoint("journalled")
            old = self._held.get(item.instead_of) if item.instead_of is not None else None
            try:
                self._do(hands, item.step, before, old.entry if old else None)
            except OSError as error:
                journal.undone(entries[number:])
                raise refusal(item.step, error.errno or 0) from error
            self._checkpoint("done")
            self._held[item.step] = _Held(entry, {owner})
            made.append(item)
            if old is not None:
                del self._held[old.entry.step]
                journal.undone([old.entry])
                self._checkpoint("struck")

    def _look(self, hands: Hands, owner: str, item: Do) -> Before:
        """What undoing `item` will need: of replaced settings, what was there before the first of ours."""
        old = self._held.get(item.instead_of) if item.instead_of is not None else None
        rivals = [it for step, it in self._held.items() if _clash(step, item.step)]
        if any(it.owners != {owner} for it in rivals):
            raise NetworkError(in_use(item.step), str(item.step), errno.EEXIST)
        try:
            before = self._look_at(hands, item.step)
        except OSError as error:
            raise refusal(item.step, error.errno or 0) from error
        keeps = isinstance(item.step, SetSysctl | SetLink | AddRoute)
        if old is not None and keeps and old.entry.before.ifindex == before.ifindex:
            return old.entry.before
        return before

    def _take_back(self, hands: Hands, journal: Journal, owner: str, item: Do) -> None:
        """Undo one step of a call that failed, or put back what it replaced. What resists stays `owner`'s."""
        try:
            if item.instead_of is not None:
                self._do_group(hands, journal, owner, [Do(item.instead_of, item.step)], [])
            else:
                for left in self._undo_all(hands, journal, owner, [item.step]):
                    log.warning("%s: could not roll back: %s", owner, left)
        except NetworkError as error:
            log.warning("%s: could not roll back: %s", owner, error)

    def _undo_all(
        self, hands: Hands, journal: Journal, owner: str, undo: Sequence[Step]
    ) -> list[NetworkError]:
        """Let `owner` go of every step; what the OS refuses to undo stays held, and is returned as errors."""
        errors: list[NetworkError] = []
        for step in undo:
            it = self._held[step]
            if it.owners - {owner}:
                it.owners.discard(owner)
                continue
            try:
                self._undo(hands, step, it.entry.before)
            except OSError as error:
                errors.append(refusal(step, error.errno or 0))
                continue
            self._checkpoint("undone")
            journal.undone([it.entry])
            del self._held[step]
            self._checkpoint("struck")
        return errors

    # One step: the DNS is asked of whoever looks after it, all else is the machine's

    def _look_at(self, hands: Hands, step: Step) -> Before:
        if not isinstance(step, SetDns):
            return hands.look(step)
        keeper, index = self._dns.keeper(step), hands.index(step.device)
        # What resolved was told of a device goes with it; what others were told stays and is undone.
        return Before(ifindex=index if keeper == "resolved" else 0, dns=keeper)

    def _do(self, hands: Hands, step: Step, before: Before, instead_of: Entry | None = None) -> None:
        if not isinstance(step, SetDns):
            hands.do(step, before, instead_of)
            return
        assert before.dns is not None
        if instead_of is not None and instead_of.before.dns != before.dns:
            self._undo(hands, instead_of.step, instead_of.before)
        try:
            self._dns.set(step, before.dns, before.ifindex)
        except OSError:
            # Others do the work: it may be done in part, or after all
            with suppress(OSError):
                self._undo(hands, step, before)
                if instead_of is not None:
                    self._do(hands, instead_of.step, instead_of.before)
            raise

    def _undo(self, hands: Hands, step: Step, before: Before) -> bool:
        if not isinstance(step, SetDns):
            return hands.undo(step, before)
        return before.dns is not None and self._dns.unset(step, before.dns, before.ifindex)


def _clash(one: Step, other: Step) -> bool:
    """Whether they cannot stand together. What is for an address is let in from one device alone."""
    if isinstance(one, AddAddress) and isinstance(other, AddAddress):
        return one.key[2] == other.key[2]
    return one.key == other.key


def _is(hands: Hands, device: str, index: int) -> bool:
    """Whether the device of that name is the one that it was."""
    try:
        return hands.index(device) == index
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise
        return False
