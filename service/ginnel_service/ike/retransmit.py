"""When a request is sent again (RFC 7296 section 2.1): exponentially rarer, then never."""

from __future__ import annotations

from .config import Timing
from .events import Path


class Transmission:
    """One request on its way: the datagram, where it goes, and when it goes again."""

    def __init__(self, datagram: bytes, path: Path, timing: Timing, now: float) -> None:
        self.datagram = datagram
        self.path = path
        self.first_sent = now
        self.sent = 1
        self._timing = timing
        self._pause = timing.retransmit_s
        self.deadline = now + self._pause

    @property
    def exhausted(self) -> bool:
        """Whether the next deadline means giving up rather than sending again."""
        return self.sent > self._timing.retransmit_tries

    def again(self, now: float) -> None:
        """Note that the datagram is sent once more at `now`."""
        self.sent += 1
        self._pause *= self._timing.retransmit_factor
        self.deadline = now + self._pause
