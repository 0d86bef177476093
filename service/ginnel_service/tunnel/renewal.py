"""Authenticating anew, make before break (RFC 4478): a second session beside the one that carries traffic.

    current ---- due ----> current, next ---- next can send ----> next in its place, old ----> old is closed

What the next session says of itself is held back until it can send, for until then it is the other that
people ask about. Both install their SAs on the same packet path, which sends along the newest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..ike.errors import SessionError
from ..ike.events import (
    ChildSa,
    Closed,
    Event,
    InboundReady,
    InboundRetired,
    OutboundReady,
    OutboundRetired,
    Wanted,
)
from ..ike.session import Session
from .dataplane import Associations

#: How long the old session stays for packets that were under way.
LINGER_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What an attempt does for its renewal."""

    begin: Callable[[], Session]  # a session as the one in use, which has begun
    replace: Callable[[Session, list[Event]], None]  # use it from now on; its events so far
    retired: Callable[[ChildSa], None]  # nothing is sent with it any more
    asked: Callable[[Session, Wanted], None]
    redirected: Callable[[Closed], None]
    failed: Callable[[SessionError | None], None]  # the next session came to nothing
    now: Callable[[], float]
    pump: Callable[[], None]


class Renewal:
    """The sessions beside the one in use: one that shall take its place, and those whose place was taken."""

    def __init__(self, sas: Associations, hooks: Hooks, log: logging.LoggerAdapter[logging.Logger]) -> None:
        self._sas = sas
        self._hooks = hooks
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._next: Session | None = None
        self._held: list[Event] = []
        self._old: list[Session] = []  # all but the last are closed already, and wait for the answer
        self._timer: asyncio.TimerHandle | None = None

    @property
    def sessions(self) -> tuple[Session, ...]:
        return (*self._old,) if self._next is None else (self._next, *self._old)

    def begin(self) -> None:
        """It is time to authenticate anew."""
        if self._next is None:
            self._close_old()
            self._log.info("authenticating anew")
            self._next, self._held = self._hooks.begin(), []

    def said(self, session: Session, event: Event) -> None:
        """Carry out what one of `sessions` decided."""
        if session not in self.sessions:
            return
        match event:
            case InboundReady():
                self._sas.install_inbound(event.child)
            case OutboundRetired():
                self._hooks.retired(event.child)
            case InboundRetired():
                self._sas.retire_inbound(event.child)
            case Wanted():
                self._hooks.asked(session, event)
            case Closed():
                self._closed(session, event)
            case _ if session is self._next:
                self._held.append(event)
                if isinstance(event, OutboundReady):
                    self._take_place(session)

    def end(self) -> None:
        """Neither session is wanted any more; nobody waits for what the gateway says to that."""
        self._next = None
        self._close_old()

    def _take_place(self, session: Session) -> None:
        held, self._held, self._next = self._held, [], None
        self._hooks.replace(session, held)

    def replaced(self, old: Session) -> None:
        """Let `old` linger, then close it: "SHOULD delete the old IKE SA within a reasonable time"."""
        self._old.append(old)
        self._timer = self._loop.call_later(LINGER_S, self._linger_ends)

    def _linger_ends(self) -> None:
        self._close_old()
        self._hooks.pump()

    def _close_old(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for old in self._old:
            old.close(self._hooks.now())

    def _closed(self, session: Session, event: Closed) -> None:
        if session in self._old:
            self._old.remove(session)
            return
        self._next, self._held = None, []
        if event.redirect:
            self._hooks.redirected(event)
        else:
            self._log.warning("authenticating anew came to nothing: %s", event.error or "closed")
            self._hooks.failed(event.error if isinstance(event.error, SessionError) else None)
