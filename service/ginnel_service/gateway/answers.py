"""What sessions ask of the world outside, such as a CRL or a verdict: a task each, which brings it back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..ike.eap.outcome import Supplied
from ..ike.errors import IkeError
from ..ike.events import Consult, Fetch, Wanted
from ..ike.session import Session
from ..tunnel.dataplane import Traffic
from ..tunnel.fetch import Fetcher
from .peers import Peer
from .radius.accounts import Accounts
from .radius.client import Conversation, RadiusClient
from .radius.config import RadiusConfig

log = logging.getLogger("ginnel.gateway")


class Answers:
    """Owns a task for each question. `answered` is told of the session that has got its answer."""

    def __init__(
        self, fetcher: Fetcher, radius: RadiusConfig | None, answered: Callable[[Session], None]
    ) -> None:
        self._fetcher = fetcher
        self.consult(radius)
        self._conversations: dict[Session, Conversation] = {}
        self._accounts = Accounts()
        self._answered = answered
        self._tasks: set[asyncio.Task[None]] = set()

    def consult(self, radius: RadiusConfig | None) -> None:
        """Ask these servers about users from now on."""
        self.radius = None if radius is None else RadiusClient(radius)

    def begin(self, session: Session, wanted: Wanted) -> None:
        if isinstance(wanted.what, Consult):
            self._conversations.setdefault(session, Conversation(session.path.remote.host))
        task = asyncio.get_running_loop().create_task(self._supply(session, wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def established(self, session: Session, peer: Peer) -> None:
        """A session stands: whoever let its user in may want an account of it."""
        conversation = self._conversations.get(session)
        if conversation is not None and self.radius is not None:
            self._accounts.begin(session, self.radius, conversation, peer.sas.traffic, peer.addresses)

    def closed(self, session: Session, traffic: Traffic, error: IkeError | None) -> None:
        """A session is over, and whatever was said about it."""
        self._conversations.pop(session, None)
        self._accounts.end(session, traffic, lost=error is not None)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._accounts.close()

    async def _supply(self, session: Session, wanted: Wanted) -> None:
        found = await self._find(session, wanted)
        now = asyncio.get_running_loop().time()
        try:
            session.supply(wanted.ticket, found, now)
        except Exception:
            log.exception("what was fetched was not taken")
            session.close(now)
        self._answered(session)

    async def _find(self, session: Session, wanted: Wanted) -> Supplied:
        """None where there is no answer: a gateway has nobody to ask for a password."""
        match wanted.what:
            case Fetch():
                return await self._fetcher.fetch(wanted.what)
            case Consult(user, packet):
                conversation = self._conversations.get(session)  # None: it is over already
                if self.radius is not None and conversation is not None:
                    return await self.radius.ask(conversation, user, packet)
        return None
