"""The machine's network as far as one attempt changes it: addresses and routes of its device.

Everything goes through the executor's one thread, in order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from ..net.base import Wanted
from .errors import TunnelError, as_tunnel_error
from .facts import Facts, Watcher
from .host import Host, Link

#: Between two looks at a DNS that changes, so that two programs that both insist do not busy the machine.
DNS_SETTLE_S: Final = 1.0
#: Before such a look: a file that somebody else writes is empty first, and nobody's wish then.
DNS_WRITTEN_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHooks:
    """What an attempt is told."""

    ready: Callable[[], None]  # the network is as the session needs it, after the watcher heard so
    failed: Callable[[TunnelError], None]


class Machine:
    """`withdraw` in the end, whatever was asked for."""

    def __init__(
        self,
        name: str,
        host: Host,
        link: Link,
        facts: Facts,
        watcher: Watcher,
        hooks: MachineHooks,
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self.announced = False  # that the network is as the session needs it
        self._name = name
        self._host = host
        self._link = link
        self._facts = facts
        self._watcher = watcher
        self._hooks = hooks
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._wanted: Wanted | None = None
        self._left = False  # it is restored, or about to be
        self._configuring: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._restoring: set[asyncio.Task[None]] = set()
        self._dns_pause: asyncio.TimerHandle | None = None
        self._dns_again = False  # it changed during the pause

    def want(self, wanted: Wanted) -> None:
        """Bring the network to what is `wanted` by now."""
        if self._left:
            return
        self._wanted = wanted
        if wanted == self._facts.wanted:
            self._announce()
        elif self._configuring is None or self._configuring.done():
            self._configuring = self._loop.create_task(self._apply())

    def refresh(self) -> None:
        """Do the same again: the links and bridges at hand, which a part of it follows, may be others."""
        if self._left or not self.announced or self._facts.wanted is None or self._facts.device_down:
            return
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = self._begin_restoring(self._again(self._facts.wanted))

    async def withdraw(self) -> None:
        """Restore the network. Whatever is wanted from now on comes too late."""
        self._left = True
        if self._dns_pause is not None:
            self._dns_pause.cancel()
        if self._configuring is None:
            return
        under_way = {self._configuring, *self._restoring}
        for task in under_way:
            task.cancel()
        await asyncio.wait(under_way)
        # After a cancelled `apply` too: the executor's one thread does them in order.
        try:
            await self._loop.run_in_executor(self._host.executor, self._host.network.withdraw, self._name)
        except Exception as error:
            self._log.error("the machine's network was not fully restored", exc_info=error)

    async def _apply(self) -> None:
        while (wanted := self._wanted) is not None and wanted != self._facts.wanted:
            had = self._facts.wanted
            try:
                await self._run(wanted)
            except Exception as error:
                if had is None or not self.announced or wanted.addresses != had.addresses:
                    self._hooks.failed(as_tunnel_error(error))
                else:  # of an MTU: the packet path says "too big" where the device does not
                    self._log.warning("the machine's network stays as it was: %s", as_tunnel_error(error))
                return
            self._facts.wanted = wanted
            self._announce()
            if had is None:
                self.device_changed()  # what happened while it was made ready

    async def _run(self, wanted: Wanted) -> None:
        await self._loop.run_in_executor(self._host.executor, self._host.network.apply, self._name, wanted)

    def _announce(self) -> None:
        first, self.announced = not self.announced, True
        if first:
            self._watcher.configured()
            self._hooks.ready()
        else:
            self._watcher.changed()

    def device_changed(self) -> None:
        """Set down, a device loses its routes and IPv6 addresses; they come back when it is set up again."""
        facts = self._facts
        state = self._link.device_state()
        if self._left or state is None or facts.wanted is None or facts.device_down is not state.up:
            return
        facts.device_down = not state.up
        if facts.device_down:
            self._log.warning("%s was set down: nothing passes until it is up again", facts.device)
        else:
            self._log.info("%s is up again", facts.device)
            self._begin_restoring(self._restore(facts.wanted))
        self._watcher.changed()

    def dns_changed(self) -> None:
        """Somebody else may have said whom the machine asks, as at a renewed lease: ours come back."""
        wanted = self._facts.wanted
        if self._left or wanted is None or wanted.dns is None:
            return
        if self._dns_pause is not None:
            self._dns_again = True
            return
        self._dns_again = False
        self._dns_pause = self._loop.call_later(DNS_WRITTEN_S, self._dns_written)

    def _dns_written(self) -> None:
        self._dns_pause = self._loop.call_later(DNS_SETTLE_S, self._dns_settled)
        if (wanted := self._facts.wanted) is not None:
            self._begin_restoring(self._restore_dns(wanted))

    def _dns_settled(self) -> None:
        self._dns_pause = None
        if self._dns_again:
            self.dns_changed()

    def _begin_restoring(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._restoring.add(task)
        task.add_done_callback(self._restoring.discard)
        return task

    async def _restore(self, wanted: Wanted) -> None:
        try:
            await self._run(wanted)
        except Exception as error:
            self._hooks.failed(as_tunnel_error(error))

    async def _again(self, wanted: Wanted) -> None:
        try:
            await self._run(wanted)
        except Exception as error:
            self._log.warning("the machine's network does not follow its links: %s", as_tunnel_error(error))

    async def _restore_dns(self, wanted: Wanted) -> None:
        """A machine that does not take it keeps its tunnel: `ginnel doctor` tells whom its programs ask."""
        try:
            await self._run(wanted)
        except Exception as error:
            self._log.error("the machine's DNS is not the tunnel's any more: %s", as_tunnel_error(error))
