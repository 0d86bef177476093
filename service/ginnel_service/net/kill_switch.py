"""A kill switch that stands whoever ends, and is looked after while this process lives.

What it leaves open of the LAN follows the machine's links, and when somebody takes it away it is put back.
What it is made of is `Wall`'s, which each system has its own of.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

from .base import KillSwitch, NetworkError
from .vigil import Vigil

log = logging.getLogger("ginnel.net")

_STEP: Final = "set the kill switch"


class Wall(Protocol):
    """What stops traffic on one system. Raises OSError, and ValueError where it cannot be as wanted."""

    def due(self, wanted: KillSwitch) -> object:
        """What it would be by now, to be compared: the machine's links are part of it."""

    def put_up(self, wanted: KillSwitch) -> object:
        """At once, in the place of one that stands: what is `due`. The old one stands when it raises."""

    def take_down(self) -> None: ...

    def stands(self) -> bool:
        """Whether nobody else took it away."""

    def refused(self, error: OSError) -> str:
        """In words, what could not be done; "" leaves it to the errno."""

    def vigil(self, look: Callable[[], bool]) -> Vigil:
        """Has `look` called when it may have to be another, or was taken away."""


class KeptKillSwitch:
    """Its calls come from any thread; they exclude one another.

    The vigil's thread takes `_lock` alone, and nobody waits for its end with that in hand.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._calls = threading.Lock()  # held through a whole call, its vigil's beginning or end included
        self._lock = threading.Lock()  # held while the wall is looked at or changed
        self._wanted: KillSwitch | None = None
        self._standing: object = None  # what was due when it was put up
        self._failing = False
        self._vigil: Vigil | None = None

    def set_to(self, wanted: KillSwitch | None) -> None:
        """Raises NetworkError: firewall_unavailable, not_permitted, invalid; the old one stands then."""
        with self._calls:
            self._change(wanted)
            if wanted is None:
                self._end()
            elif self._vigil is None:
                self._begin()

    def close(self) -> None:
        """Keep it no longer. What stands stays as it is."""
        with self._calls:
            self._end()

    def _change(self, wanted: KillSwitch | None) -> None:
        try:
            with self._lock:
                if wanted is None:
                    self._wall.take_down()
                else:
                    self._standing = self._wall.put_up(wanted)
                self._wanted = wanted
        except ValueError as error:
            raise NetworkError("invalid", str(error)) from error
        except OSError as error:
            number = error.errno or 0
            if number in (errno.EPERM, errno.EACCES):
                raise NetworkError("not_permitted", _STEP, number) from error
            raise NetworkError("firewall_unavailable", self._wall.refused(error) or _STEP, number) from error

    def _begin(self) -> None:
        try:
            self._vigil = self._wall.vigil(self._look_after)
        except OSError as error:
            log.warning("the kill switch is set, and nobody watches over it: errno %s", error.errno)
        else:
            self._look_after()  # nobody told of what has changed until now

    def _end(self) -> None:
        if self._vigil is not None:
            self._vigil.close()
            self._vigil = None

    def _look_after(self) -> bool:
        """Whether it is as it should be."""
        with self._lock:
            if self._wanted is None:
                return True
            try:
                lost = not self._wall.stands()
                if lost or self._wall.due(self._wanted) != self._standing:
                    self._standing = self._wall.put_up(self._wanted)
            except (OSError, ValueError) as error:
                if not self._failing:
                    log.error("the kill switch could not be kept as it should be", exc_info=error)
                self._failing = True
                return False
            self._failing = False
        if lost:
            log.warning("somebody took the kill switch away: it was put back")
        return True
