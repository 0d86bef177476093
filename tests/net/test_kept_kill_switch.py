"""Who looks after a kill switch when calls meet, on a wall that says when they do."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from ginnel_service.demo.rig import eventually
from ginnel_service.net import vigil
from ginnel_service.net.base import KillSwitch
from ginnel_service.net.kill_switch import KeptKillSwitch
from ginnel_service.net.vigil import Vigil
from helpers.quiet_machine import QuietWall

WANTED = KillSwitch()
OTHER = KillSwitch(lan=True)


class Wire:
    """A `Watch` that tells of a change when it is pulled."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        self.closed = False

    def fileno(self) -> int:
        return self._reading

    def pull(self) -> None:
        os.write(self._writing, b"!")

    def drain(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._reading, 64)

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._writing)
        self.closed = True


class Wall(QuietWall):
    """Of links that change: `links` are part of what is due."""

    def __init__(self) -> None:
        self.links = 0
        self.up: object = None
        self.wires: list[Wire] = []
        self.before_watching: Callable[[], None] = lambda: None
        self.looking: Callable[[], None] = lambda: None

    def due(self, wanted: KillSwitch) -> object:
        return wanted, self.links

    def put_up(self, wanted: KillSwitch) -> object:
        self.up = self.due(wanted)
        return self.up

    def take_down(self) -> None:
        self.up = None

    def stands(self) -> bool:
        self.looking()
        return self.up is not None

    def vigil(self, look: Callable[[], bool]) -> Vigil:
        self.before_watching()
        self.wires.append(wire := Wire())
        return Vigil(look, (wire,), urgent=(wire,), name="wall")

    @property
    def watched(self) -> int:
        return sum(not wire.closed for wire in self.wires)


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_it_follows_and_is_put_back_until_nobody_keeps_it(wall: Wall) -> None:
    kept = KeptKillSwitch(wall)
    kept.set_to(WANTED)
    wall.links = 1
    wall.wires[0].pull()
    eventually(lambda: wall.up == (WANTED, 1), "the new links")
    wall.take_down()
    wall.wires[0].pull()
    eventually(lambda: wall.up == (WANTED, 1), "the wall")
    kept.close()
    kept.close()
    assert (wall.up, wall.watched) == ((WANTED, 1), 0)


def test_what_could_not_be_put_back_is_tried_again_without_a_word(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that is restarted may hold its tables for a moment, and nobody tells when it lets go."""
    monkeypatch.setattr(vigil, "_AGAIN_MS", 20)
    kept = KeptKillSwitch(wall)
    kept.set_to(WANTED)
    refusals = [OSError(16, "busy"), OSError(16, "busy")]

    def refuse() -> None:
        if refusals:
            raise refusals.pop()

    wall.looking = refuse
    wall.take_down()
    wall.wires[0].pull()
    eventually(lambda: wall.up == (WANTED, 0), "the wall")
    kept.close()


def test_links_that_change_before_the_first_watch_are_seen(wall: Wall) -> None:
    def change() -> None:
        wall.links = 1

    wall.before_watching = change
    kept = KeptKillSwitch(wall)
    kept.set_to(WANTED)
    assert wall.up == (WANTED, 1)
    kept.close()


def test_an_end_waits_for_a_look_that_waits_for_a_call(wall: Wall) -> None:
    """Each of the three locks the next one out, and none of them the one that it waits for."""
    kept = KeptKillSwitch(wall)
    kept.set_to(WANTED)
    looking, go = threading.Event(), threading.Event()

    def look() -> None:
        looking.set()
        assert go.wait(10)

    wall.looking = look
    wall.wires[0].pull()
    assert looking.wait(10)
    calls = [
        threading.Thread(target=kept.set_to, args=(OTHER,), daemon=True),
        threading.Thread(target=kept.close, daemon=True),
    ]
    for call in calls:
        call.start()
    go.set()
    for call in calls:
        call.join(10)
        assert not call.is_alive()
    assert wall.up == (OTHER, 0)
    kept.close()


def test_who_sets_it_while_another_lifts_it_has_it_looked_after(wall: Wall) -> None:
    kept = KeptKillSwitch(wall)
    kept.set_to(WANTED)
    setting = threading.Thread(target=kept.set_to, args=(OTHER,))
    wire, close = wall.wires[0], wall.wires[0].close

    def close_and_set() -> None:
        """The vigil ends: in the midst of being lifted."""
        setting.start()
        setting.join(0.2)  # it has to wait for that, and would be through by now if it did not
        close()

    wire.close = close_and_set  # type: ignore[method-assign]
    kept.set_to(None)
    setting.join()
    assert wall.up == (OTHER, 0)
    assert wall.watched == 1
    kept.close()


def test_who_cannot_watch_leaves_no_watch_open(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()

    def no_pipe() -> tuple[int, int]:
        raise OSError(24, "too many open files")

    monkeypatch.setattr(os, "pipe", no_pipe)
    with pytest.raises(OSError, match="too many"):
        Vigil(lambda: True, (wire,), name="wall")
    assert wire.closed
