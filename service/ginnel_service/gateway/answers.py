"""What sessions ask of the world outside, such as a CRL: a task each, which brings back what it found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..ike.events import Fetch, Wanted
from ..ike.session import Session
from ..tunnel.fetch import Fetcher

log = logging.getLogger("ginnel.gateway")


class Answers:
    """Owns a task for each question. `answered` is told of the session that has got its answer."""

    def __init__(self, fetcher: Fetcher, answered: Callable[[Session], None]) -> None:
        self._fetcher = fetcher
        self._answered = answered
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, session: Session, wanted: Wanted) -> None:
        task = asyncio.get_running_loop().create_task(self._supply(session, wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _supply(self, session: Session, wanted: Wanted) -> None:
        """A gateway has nobody to ask for a password."""
        found = await self._fetcher.fetch(wanted.what) if isinstance(wanted.what, Fetch) else None
        now = asyncio.get_running_loop().time()
        try:
            session.supply(wanted.ticket, found, now)
        except Exception:
            log.exception("what was fetched was not taken")
            session.close(now)
        self._answered(session)
