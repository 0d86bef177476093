"""The wait between two attempts: until it is time, somebody wants it now, or the machine is elsewhere.

Without a network there is nothing to wait for but one: no time passes then, and none is counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from .host import Host

#: A network comes up in many steps: address, routes, name servers.
SETTLE_S: Final = 0.3

#: What a connection waits for that is not under way: nothing but time, a network, or the person.
WaitsFor = Literal["", "network", "person"]


class Pause:
    """Of one connection; `hurry` ends the wait that is under way, and no other."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._news: asyncio.Event | None = None  # while somebody waits
        self._hurried = False

    def hurry(self) -> bool:
        """Whether there was a wait to end."""
        if self._news is None:
            return False
        self._hurried = True
        self._news.set()
        return True

    async def until_wanted(self) -> None:
        """As long as it takes until `hurry`."""
        with self._waiting() as news:
            await news.wait()

    async def until_due(
        self, delay_s: float, remotes: Sequence[str], told: Callable[[WaitsFor], None]
    ) -> bool:
        """At most `delay_s` with a network. `told` hears what is waited for, at once and when it changes.

        Returns whether there was a network when it began.
        """
        loop = asyncio.get_running_loop()
        due = loop.time() + delay_s

        with self._waiting() as news:
            stop = self._host.watch_network(news.set)
            try:
                return await self._elsewhere_or(due, news, remotes, told)
            finally:
                stop()

    async def _elsewhere_or(
        self, due: float, news: asyncio.Event, remotes: Sequence[str], told: Callable[[WaitsFor], None]
    ) -> bool:
        way_out = self._host.outlook(remotes)
        had_one = bool(way_out)
        told("" if way_out else "network")
        while True:
            try:
                async with asyncio.timeout_at(due if way_out else None):
                    await news.wait()
            except TimeoutError:
                return had_one
            if self._hurried:
                return had_one
            await asyncio.sleep(SETTLE_S)
            if not self._hurried:
                news.clear()
            now = self._host.outlook(remotes)
            if now and now != way_out:
                return had_one  # what failed there may work here
            if bool(now) is not bool(way_out):
                told("network")
            way_out = now

    @contextmanager
    def _waiting(self) -> Iterator[asyncio.Event]:
        self._news, self._hurried = asyncio.Event(), False
        try:
            yield self._news
        finally:
            self._news = None
