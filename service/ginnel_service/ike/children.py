"""The CHILD SAs of one session: made, found, switched over and retired.

Emits the events that drive the packet path. An inbound SA outlives its Delete by `retire_s`, for packets
that were under way (RFC 7296 section 2.8).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from .config import RandomBytes, Timing
from .events import (
    ChildSa,
    Event,
    InboundReady,
    InboundRetired,
    OutboundReady,
    OutboundRetired,
)
from .sa import ChildRecord, ChildState

HARD_AFTER = 1.1  # the hard lifetime as a multiple of the soft one


def soft_lifetime(lifetime_s: float, timing: Timing, random: RandomBytes) -> float:
    """`lifetime_s` less a random share of it, so that two sides rarely rekey at once."""
    share = int.from_bytes(random(2), "big") / 0xFFFF
    return lifetime_s * (1 - timing.lifetime_jitter * share)


class Children:
    """The set of CHILD SAs, keyed by the SPI we receive on."""

    def __init__(self, timing: Timing, random: RandomBytes, emit: Callable[[Event], None]) -> None:
        self._timing = timing
        self._random = random
        self._emit = emit
        self._records: dict[bytes, ChildRecord] = {}
        self._lingering: list[tuple[float, ChildSa]] = []

    def __iter__(self) -> Iterator[ChildRecord]:
        return iter(tuple(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def knows(self, record: ChildRecord) -> bool:
        return self._records.get(record.sa.spi_in) is record

    def by_spi_in(self, spi: bytes) -> ChildRecord | None:
        return self._records.get(spi)

    def by_spi_out(self, spi: bytes) -> ChildRecord | None:
        return next((r for r in self._records.values() if r.sa.spi_out == spi), None)

    def unconfirmed(self, record: ChildRecord) -> bool:
        """Whether the peer has yet to show, by deleting the old pair, that it has `record`."""
        return any(old.successor is record and not record.outbound for old in self._records.values())

    @property
    def deleting(self) -> bool:
        """Whether a Delete of ours is under way."""
        return any(record.state is ChildState.DELETING for record in self._records.values())

    @property
    def spis_in(self) -> set[bytes]:
        """Inbound SPIs that the packet path still knows."""
        return set(self._records) | {sa.spi_in for _, sa in self._lingering}

    def add(self, sa: ChildSa, now: float, *, send: bool) -> ChildRecord:
        """Take a new pair in; `send` switches our traffic to it at once."""
        soft = soft_lifetime(self._timing.child_lifetime_s, self._timing, self._random)
        record = ChildRecord(sa, now + soft, now + self._timing.child_lifetime_s * HARD_AFTER)
        self._records[sa.spi_in] = record
        self._emit(InboundReady(sa))
        if send:
            self.send_with(record)
        return record

    def send_with(self, record: ChildRecord) -> None:
        if not record.outbound and self.knows(record):
            record.outbound = True
            self._emit(OutboundReady(record.sa))

    def retire(self, record: ChildRecord, now: float) -> None:
        """Forget the pair: its successor sends from now on, its inbound SA lingers."""
        if self._records.get(record.sa.spi_in) is not record:
            return
        del self._records[record.sa.spi_in]
        if record.successor is not None:
            self.send_with(record.successor)
        if record.outbound:
            self._emit(OutboundRetired(record.sa))
        self._lingering.append((now + self._timing.retire_s, record.sa))

    def clear(self) -> None:
        """The session is over: everything goes at once."""
        for record in self:
            if record.outbound:
                self._emit(OutboundRetired(record.sa))
            self._emit(InboundRetired(record.sa))
        for _, sa in self._lingering:
            self._emit(InboundRetired(sa))
        self._records.clear()
        self._lingering.clear()

    def advance(self, now: float) -> None:
        """Let inbound SAs go whose time to linger is over."""
        while self._lingering and self._lingering[0][0] <= now:
            self._emit(InboundRetired(self._lingering.pop(0)[1]))

    def due_for_rekey(self, now: float) -> list[ChildRecord]:
        return [r for r in self if r.state is ChildState.INSTALLED and r.rekey_at <= now]

    def deadline(self) -> float:
        times = [r.rekey_at for r in self._records.values() if r.state is ChildState.INSTALLED]
        times += [r.hard_at for r in self._records.values()]
        times += [at for at, _ in self._lingering[:1]]
        return min(times, default=math.inf)
