"""A machine on which every step but DNS is a line in a list, for tests of what keeps the steps."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from ginnel_service.net.base import KillSwitch, Wanted
from ginnel_service.net.journal import Before, Entry
from ginnel_service.net.plan import Facts, MachineStep, Plan, Step, make_plan
from ginnel_service.net.vigil import Vigil


class QuietWall:
    """A `Wall` that nobody takes down."""

    def due(self, wanted: KillSwitch) -> object:
        return wanted

    put_up = due

    def take_down(self) -> None:
        pass

    def stands(self) -> bool:
        return True

    def refused(self, error: OSError) -> str:
        return ""

    def vigil(self, look: Callable[[], bool]) -> Vigil:
        return Vigil(look, (), name="quiet")


class QuietMachine:
    """A `Machine` and its `Hands`. `done` are the steps in force; `boot` is its era."""

    socket_mark = 0

    def __init__(self, *devices: str) -> None:
        self.devices = {name: number for number, name in enumerate(devices, 10)}
        self.done: list[MachineStep] = []
        self.boot = 1

    def era(self) -> str:
        return f"boot {self.boot}"

    @contextmanager
    def open(self) -> Iterator[QuietMachine]:
        yield self

    def wall(self) -> QuietWall:
        return QuietWall()

    def plan(self, held: Iterable[Step], present: tuple[Step, ...], wanted: Wanted, *, guards: bool) -> Plan:
        return make_plan(present, wanted, Facts(guards=guards))

    def index(self, device: str) -> int:
        if device not in self.devices:
            raise OSError(errno.ENODEV, "no such device")
        return self.devices[device]

    def stands(self, step: MachineStep, before: Before) -> bool:
        return step in self.done

    def look(self, step: MachineStep) -> Before:
        return Before()

    def do(self, step: MachineStep, before: Before, instead_of: Entry | None = None) -> None:
        self.done = [each for each in self.done if instead_of is None or each != instead_of.step]
        self.done.append(step)

    def undo(self, step: MachineStep, before: Before) -> bool:
        if step not in self.done:
            return False
        self.done.remove(step)
        return True
