"""When a session hears of the machine's network: other routes to the gateway, or the end of a sleep.

A change comes in many pieces, so what follows waits `SETTLE_S` for the rest. What leaves every route to the
gateway as it was is nobody's business.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ..ike.session import Session
from .host import Host, Link, Route

SETTLE_S: Final = 0.1
#: Clocks that part by so much tell that the machine slept.
SLEPT_S: Final = 20.0


class Roaming:
    """`told` is called after the session was, `settled` after any change; call `close` in the end."""

    def __init__(
        self,
        session: Callable[[], Session],
        host: Host,
        link: Link,
        told: Callable[[], None],
        settled: Callable[[], None],
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self._session = session
        self._host = host
        self._link = link
        self._told = told
        self._settled = settled
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._routes: tuple[Route, ...] | None = None  # None until there is a tunnel to keep
        self._settling: asyncio.TimerHandle | None = None
        self._asleep_s = self.asleep_s()

    def asleep_s(self) -> float:
        """What the loop's clock has not counted of the machine's life."""
        return self._host.now() - self._loop.time()

    def learn(self) -> None:
        """The tunnel stands, or the gateway has other addresses: know the routes for the day one fails."""
        session = self._session()
        routes = self._link.routes(session.mobility.remotes)
        session.mobility.know_ways(tuple(route.path for route in routes))
        if self._settling is None or self._routes is None:  # else the session has to hear of them yet
            self._routes = routes

    def network_changed(self) -> None:
        if self._settling is None:
            self._settling = self._loop.call_later(SETTLE_S, self._look)

    def look_at_the_clocks(self) -> None:
        """Whoever slept may be elsewhere by now, and a NAT has forgotten it."""
        asleep_s = self.asleep_s()
        slept, self._asleep_s = asleep_s - self._asleep_s >= SLEPT_S, asleep_s
        if slept:
            self._log.info("the machine slept: looking for the gateway")
            self._look(woken=True)

    def close(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None

    def _look(self, *, woken: bool = False) -> None:
        self.close()
        if self._routes is None:
            return
        self._settled()
        session = self._session()
        routes = self._link.routes(session.mobility.remotes)
        if routes == self._routes and not woken:
            return
        if bool(routes) is not bool(self._routes):
            self._log.info("there is %s way to the gateway", "again a" if routes else "no")
        self._routes = routes
        session.mobility.network_changed(tuple(route.path for route in routes), self._host.now())
        self._told()
