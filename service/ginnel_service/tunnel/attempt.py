"""One try to connect, from the gateway's name to the last word, with everything that it opens on the machine.

Whatever way `run` ends (success, error, cancellation) nothing of the attempt is left: the peer was told,
the machine's network is as it was, the packet path has stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine
from typing import Any, Final

from ..ike.config import SessionConfig
from ..ike.events import Endpoint, Ticket
from ..profiles.model import Profile
from .course import Course
from .dataplane import Traffic
from .errors import TunnelError, as_tunnel_error
from .facts import Facts, Watcher
from .host import Host, Link
from .transport import FALLBACK_S
from .wants import Wants

#: How long an address of several may stay silent: UDP was given up by then, and TCP had a moment.
SILENCE_S: Final = FALLBACK_S + 3.0


class Attempt:
    """Call `run` once. `facts`, `traffic` and `counters` may be read at any time, also after the end."""

    def __init__(
        self,
        profile: Profile,
        config: SessionConfig,
        host: Host,
        watcher: Watcher,
        wants: Wants,
        turn: int = 0,
        ticket: Ticket | None = None,
        passed: Collection[str] = (),
    ) -> None:
        """`turn` says which of the gateway's addresses is first; those `passed` have just stayed silent."""
        self.elsewhere = False  # other addresses are left that may answer
        self.facts = Facts()
        self._profile = profile
        self._config = config
        self._host = host
        self._watcher = watcher
        self._wants = wants
        self._turn = turn
        self._passed = passed
        self._ticket = ticket
        self._log = logging.LoggerAdapter(logging.getLogger("ginnel.tunnel"), {"connection": profile.name})
        self._course: Course | None = None

    async def run(self) -> TunnelError | None:
        """Until the session is over: why, or None when the peer closed it. Raises only when cancelled."""
        loop = asyncio.get_running_loop()
        impatience: asyncio.TimerHandle | None = None
        try:
            try:
                remotes = await self._resolve()
                self._course = course = self._open(remotes)
                await self._watcher.barrier.opened(
                    self.facts.device, tuple(each.host for each in remotes), course.end
                )
                await course.begin()
                if self.elsewhere:
                    impatience = loop.call_later(SILENCE_S, self._give_way, course)
                return await course.ended
            finally:
                if impatience is not None:
                    impatience.cancel()
                await _whole(self._tear_down())
        except Exception as error:
            found = as_tunnel_error(error)
            if found.code == "internal_error":
                self._log.error("an attempt broke off", exc_info=error)
            return found

    def rekey_ike(self) -> None:
        if self._course is not None:
            self._course.rekey_ike()

    def rekey_children(self) -> None:
        if self._course is not None:
            self._course.rekey_children()

    @property
    def link(self) -> Link | None:
        """While it is open."""
        return self._course.link if self._course is not None and self._course.is_open else None

    @property
    def redirect(self) -> str:
        """The gateway to go on with, in the end; "" where none was named."""
        return "" if self._course is None else self._course.redirect

    @property
    def ticket(self) -> Ticket | None:
        """What the next session can begin with, as of now."""
        return self._ticket if self._course is None else self._course.ticket

    def counters(self) -> dict[str, int]:
        """Of the packet path, since the attempt began."""
        return {} if self._course is None else self._course.counters()

    def last_used_s(self) -> float:
        """When the last inner packet passed, by the loop's clock; 0 when none did."""
        return 0.0 if self._course is None else self._course.last_used_s()

    def traffic(self) -> Traffic:
        return Traffic() if self._course is None else self._course.traffic()

    async def _resolve(self) -> tuple[Endpoint, ...]:
        """Behind a kill switch the gateway's last addresses will do where nobody knows better."""
        server, port = self._profile.server, self._profile.port
        barrier = self._watcher.barrier
        try:
            return await self._host.resolve(server, port, outside=barrier.stands)
        except TunnelError:
            known = tuple(Endpoint(host, port) for host in barrier.known(server))
            if not known:
                raise
            self._log.warning("%s does not resolve: trying its last addresses", server)
            return known

    def _open(self, remotes: tuple[Endpoint, ...]) -> Course:
        """A link to the first address, from ours in turn, that there is a way to. Raises TunnelError."""
        start = self._turn % len(remotes)
        failure: TunnelError | None = None
        left = [each for each in remotes[start:] + remotes[:start] if each.host not in self._passed]
        while left:
            remote = left.pop(0)
            try:
                link = self._host.open_link(remote)
            except TunnelError as error:
                if error.code != "unreachable":
                    raise
                failure = failure or error
                continue
            self.elsewhere = any(self._host.has_way(each) for each in left)
            self.facts.remote, self.facts.path, self.facts.device = remote, link.path, link.device
            return Course(
                self._profile,
                self._config,
                self._host,
                self._watcher,
                self._wants,
                link=link,
                remote=remote,
                facts=self.facts,
                ticket=self._ticket,
                log=self._log,
            )
        raise failure or TunnelError("unreachable", server=self._profile.server)

    def _give_way(self, course: Course) -> None:
        if not course.answered and self.facts.remote is not None:
            silent = self.facts.remote.host
            self._log.info("%s stays silent: another address of the gateway is tried", silent)
            course.end(TunnelError("unreachable", server=self._profile.server, detail=silent))

    async def _tear_down(self) -> None:
        try:
            await self._wants.end()
        finally:
            if self._course is not None:
                await self._course.close()


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """`work` to its end: a cancellation that comes meanwhile has to wait for it."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
