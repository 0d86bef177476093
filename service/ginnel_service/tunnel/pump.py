"""What keeps an attempt's sessions going: datagrams in, decisions and datagrams out, and the next timer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..ike.events import Event, Path, State
from ..ike.session import Session
from .dataplane import WATCH_S
from .errors import TunnelError, as_tunnel_error
from .host import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What an attempt does for its pump."""

    sessions: Callable[[], Sequence[Session]]  # those there are by now
    said: Callable[[Session, Event], None]
    look: Callable[[], None]  # at what may have happened unheard, when a timer goes off
    watches: Callable[[], bool]  # whether there is something to look at every `WATCH_S`
    failed: Callable[[TunnelError], None]
    now: Callable[[], float]


class Pump:
    """Lives in one event loop; call `close` in the end."""

    def __init__(self, link: Link, hooks: Hooks, log: logging.LoggerAdapter[logging.Logger]) -> None:
        self._link = link
        self._hooks = hooks
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def received(self, data: bytes, path: Path) -> None:
        for session in self._hooks.sessions():  # each knows its own by the SPI
            try:
                session.receive(data, path, self._hooks.now())
            except Exception as error:
                # Anybody may have sent it: what stands does not fall by it, and has its upkeep.
                if session.state is State.ESTABLISHED:
                    self._log.error("a datagram was not taken", exc_info=error)
                else:  # what it was waiting for may never come again
                    self._failed("a datagram was not taken", error)
        self.run()

    def supply(self, session: Session, ticket: int, answer: bytes | str | None) -> None:
        """What the session had asked for."""
        try:
            session.supply(ticket, answer, self._hooks.now())
        except Exception as error:
            self._failed("an answer was not taken", error)
        self.run()

    def run(self) -> None:
        """Carry out what the sessions decided. Events first: an SA stands before its message leaves."""
        try:
            busy = True
            while busy:
                busy = False
                for session in self._hooks.sessions():
                    events = session.events()
                    for event in events:
                        self._hooks.said(session, event)
                    datagrams = session.datagrams()
                    for data, path in datagrams:
                        self._link.send(data, path)
                    busy = busy or bool(events or datagrams)
        except Exception as error:
            self._failed("a session's event was not carried out", error)
        deadlines = [session.deadline() for session in self._hooks.sessions()]
        deadline = min((found for found in deadlines if found is not None), default=None)
        if deadline is not None and self._hooks.watches():
            deadline = min(deadline, self._hooks.now() + WATCH_S)
        self._arm(deadline)

    def run_soon(self) -> None:
        """As if a timer had gone off: look, then run."""
        self._arm(self._hooks.now())

    def close(self) -> None:
        self._arm(None)

    def _arm(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if deadline is not None:
            self._timer = self._loop.call_later(max(0.0, deadline - self._hooks.now()), self._tick)

    def _tick(self) -> None:
        try:
            self._hooks.look()
            now = self._hooks.now()
            for session in self._hooks.sessions():
                session.advance(now)
        except Exception as error:
            self._failed("what was due was not done", error)
            self.run()
            self._arm(self._hooks.now() + WATCH_S)  # it is due still, and would be at once, and for ever
        else:
            self.run()

    def _failed(self, what: str, error: Exception) -> None:
        self._log.error(what, exc_info=error)
        self._hooks.failed(as_tunnel_error(error))
