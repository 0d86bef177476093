"""IKE fragmentation (RFC 7383): one message in several datagrams, each protected by itself.

`Parcel` is what goes out, `Reassembly` what comes in; sizes are octets of whole IP packets where they speak
of packets, and of IKE messages where they speak of messages.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from .events import Path
from .protect import Opened

#: What every path carries: there is nothing smaller to fall back to (RFC 7383 section 2.5.1).
LEAST_IPV4: Final = 576
LEAST_IPV6: Final = 1280
#: Bounds of what a peer may have us keep; 64 KiB in the smallest IPv4 packets are 130 fragments.
MAX_FRAGMENTS: Final = 255
MAX_OCTETS: Final = 65536
FORGET_S: Final = 30.0  # an incomplete message, after its last new fragment

_UDP, _MARKER = 8, 4


def message_octets(path: Path, packet: int) -> int:
    """How long an IKE message on `path` may be in a packet of `packet` octets, and at least."""
    return max(packet, least_packet(path)) - _ip_octets(path) - _UDP - _MARKER * path.encapsulated


def least_packet(path: Path) -> int:
    return LEAST_IPV6 if _is_ipv6(path) else LEAST_IPV4


def _ip_octets(path: Path) -> int:
    return 40 if _is_ipv6(path) else 20


def _is_ipv6(path: Path) -> bool:
    return ":" in path.remote.host


class Parcel:
    """The datagrams of one message, the same ones whenever it is sent, until it is cut smaller, once."""

    __slots__ = ("_smaller", "datagrams", "shrunk")

    def __init__(
        self, datagrams: tuple[bytes, ...], smaller: Callable[[], tuple[bytes, ...]] | None = None
    ) -> None:
        self.datagrams = datagrams
        self.shrunk = False
        self._smaller = smaller

    def shrink(self) -> None:
        """Cut it anew, if it can get smaller (section 2.5.2)."""
        if self._smaller is not None:
            self.datagrams = self._smaller()
            self.shrunk = True
            self._smaller = None


class Reassembly:
    """The message under assembly from one peer in one direction (section 2.6). Takes authentic fragments."""

    __slots__ = ("_first", "_message_id", "_octets", "_pieces", "_total", "deadline")

    def __init__(self) -> None:
        self.deadline = math.inf
        self._message_id = 0
        self._total = 0
        self._octets = 0
        self._first = 0
        self._pieces: dict[int, bytes] = {}

    def lacks(self, message_id: int, number: int, total: int) -> bool:
        """Whether such a fragment, once verified, would bring the message on."""
        if total > MAX_FRAGMENTS:
            return False
        if message_id != self._message_id or total > self._total:
            return True
        return total == self._total and number not in self._pieces

    def add(self, message_id: int, opened: Opened, now: float) -> Opened | None:
        """Keep a fragment that `lacks` asked for; returns the message when it is the last one missing."""
        if message_id != self._message_id or opened.total > self._total:
            # For a larger total "MUST discard all received fragments" and start over (section 2.6)
            self.clear()
            self._message_id, self._total = message_id, opened.total
        if self._octets + len(opened.inner) > MAX_OCTETS:
            return None
        self._pieces[opened.number] = opened.inner
        self._octets += len(opened.inner)
        self.deadline = now + FORGET_S
        if opened.number == 1:
            self._first = opened.first
        if len(self._pieces) < self._total:
            return None
        whole = b"".join(self._pieces[number] for number in range(1, self._total + 1))
        first = self._first
        self.clear()
        return Opened(first, whole)

    def advance(self, now: float) -> None:
        """Forget what stayed incomplete for too long."""
        if self.deadline <= now:
            self.clear()

    def clear(self) -> None:
        self._message_id = self._total = self._octets = self._first = 0
        self._pieces = {}
        self.deadline = math.inf
