"""The kill switch: whose profiles stop traffic outside the tunnels, and what of ours passes.

It is one for the machine, the union of what profiles ask: `connecting` holds from `up` until a person's
`down`, `always` as long as the service knows the profile. It stands in the system, not in this process, so a
crash opens nothing. What is about to be stopped is written down first, and what is let go last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from ipaddress import ip_address
from typing import Final

from ..clock import utc_s
from ..ipc.schema import ErrorInfo, KillSwitchHold, KillSwitchStatus
from ..ipc.service import ServiceError
from ..net.base import KillSwitch, MachineNetwork
from ..profiles.model import Profile
from ..profiles.store import ProfileStore
from ..tunnel.errors import TunnelError, as_tunnel_error
from .wanted import MAX_GATEWAYS, Hold, WantedFile

log = logging.getLogger("ginnel.daemon")

_PORTAL_LOOK_S: Final = 5.0


def holds_of(profiles: ProfileStore, wanted: WantedFile) -> dict[str, Hold]:
    """Whose kill switch is on at a start. A profile that cannot be read holds what it held."""
    found: dict[str, Hold] = {}
    try:
        every = profiles.list()
    except OSError as error:
        log.error("no profile can be read: %s", error.strerror or error)
        return dict(wanted.now.holds)
    for listed in every:
        before = wanted.now.holds.get(listed.name)
        if listed.profile is None:
            if before is not None:
                found[listed.name] = before
            continue
        hold = hold_of(listed.profile)
        if hold is not None and (hold.mode == "always" or listed.name in wanted.now.up):
            found[listed.name] = hold
    return found


def hold_of(profile: Profile) -> Hold | None:
    mode = profile.kill_switch.mode
    return None if mode == "off" else Hold(mode, profile.network.lan)


def reinstall(network: MachineNetwork, profiles: ProfileStore, wanted: WantedFile) -> None:
    """The first thing that the service does: what stopped traffic before stops it again. Blocking.

    Raises NetworkError. Where nothing is held, nothing is touched unless something was.
    """
    holds = holds_of(profiles, wanted)
    if holds:
        network.set_kill_switch(switch(holds))
    elif wanted.now.holds:
        network.set_kill_switch(None)
    wanted.change(holds=holds, up=tuple(name for name in wanted.now.up if name in holds))


def switch(
    holds: dict[str, Hold],
    devices: Iterable[str] = (),
    gateways: Iterable[str] = (),
    *,
    portal: bool = False,
) -> KillSwitch | None:
    """The union: the LAN is open only where every one of them leaves it open."""
    if not holds:
        return None
    return KillSwitch(
        devices=tuple(sorted(set(devices))),
        gateways=tuple(map(ip_address, sorted(set(gateways)))),
        lan=all(hold.lan for hold in holds.values()),
        portal=portal,
    )


class KillSwitchKeeper:
    """Lives in one event loop; the system is told through the executor's one thread, in order."""

    def __init__(
        self,
        network: MachineNetwork,
        executor: Executor,
        wanted: WantedFile,
        told: Callable[[KillSwitchStatus], None],
        now: Callable[[], float],
        refused: TunnelError | None = None,
    ) -> None:
        """`reinstall` was called before, and `refused`, if it was. `now` is a clock that counts sleep."""
        self._network = network
        self._executor = executor
        self._file = wanted
        self._told = told
        self._now = now
        self._devices: dict[str, str] = {}
        self._gateways: dict[str, tuple[str, ...]] = {}
        self._loop = asyncio.get_running_loop()
        self._set: KillSwitch | None = switch(wanted.now.holds)  # the system was told so last
        self._latest: asyncio.Future[None] | None = None
        self._pending: set[asyncio.Future[None]] = set()
        self._portal: asyncio.TimerHandle | None = None
        self._portal_until: float | None = None
        self._portal_ends = 0.0  # by `now`
        self._error = refused

    @property
    def wanted_up(self) -> tuple[str, ...]:
        """Connections with a kill switch that somebody asked for."""
        return self._file.now.up

    @property
    def holders(self) -> tuple[str, ...]:
        return tuple(sorted(self._file.now.holds))

    @property
    def unwritten(self) -> OSError | None:
        """Why the next start may find another kill switch than the one that is on now."""
        return self._file.unwritten

    def status(self) -> KillSwitchStatus:
        holds = self._file.now.holds
        return KillSwitchStatus(
            blocking=bool(holds),
            profiles=tuple(KillSwitchHold(name=name, mode=holds[name].mode) for name in sorted(holds)),
            lan=bool(holds) and all(hold.lan for hold in holds.values()),
            portal_until=self._portal_until,
            error=None
            if self._error is None
            else ErrorInfo(code=self._error.code, params=self._error.params),
        )

    def barrier(self, name: str) -> ConnectionBarrier:
        return ConnectionBarrier(self, name)

    async def hold(self, profile: Profile) -> None:
        """Somebody wants `profile` up: nothing leaves before this returns. Raises ServiceError."""
        hold = hold_of(profile)
        if hold is None:
            return
        now, name = self._file.now, profile.name
        self._file.change(holds={**now.holds, name: hold}, up=tuple(dict.fromkeys((*now.up, name))))
        try:
            await self._apply(name)
        except ServiceError:
            if name not in now.holds:
                await self.forget(name)  # others may have changed the rest meanwhile
            raise

    async def release(self, name: str) -> None:
        """The person does not want it up any more. Raises ServiceError."""
        now = self._file.now
        hold = now.holds.get(name)
        stays = hold is not None and hold.mode == "always"
        await self._let_go([] if stays else [name], up=tuple(each for each in now.up if each != name))

    async def profile_changed(self, profile: Profile, *, active: bool) -> None:
        """It was stored, perhaps in the place of another; `active`: its connection is wanted up.

        Raises ServiceError.
        """
        hold, now, name = hold_of(profile), self._file.now, profile.name
        up = tuple(dict.fromkeys((*now.up, name))) if active else now.up
        if hold is None or (hold.mode == "connecting" and name not in up):
            await self.forget(name)
        else:
            self._file.change(holds={**now.holds, name: hold}, up=up)
            await self._apply(name)

    def rename(self, name: str, new_name: str) -> None:
        """What stops traffic for a profile that is not up goes on doing so."""
        self._file.rename(name, new_name)
        if new_name in self._file.now.holds:
            self._told(self.status())

    async def forget(self, *names: str, force: bool = False) -> None:
        """They are no more, or stop nothing any more; `force` tells the system again. Raises ServiceError."""
        up = tuple(each for each in self._file.now.up if each not in names)
        await self._let_go(names, up=up, again=force)

    async def open_portal(self, seconds: float) -> None:
        """Let a captive portal be reached for so long. Raises ServiceError."""
        if not self._file.now.holds:
            raise ServiceError("kill_switch_off")
        self._close_portal()
        self._portal_until = utc_s() + seconds
        self._portal_ends = self._now() + seconds
        self._watch_portal()
        log.warning("the kill switch lets a captive portal be reached for %g s", seconds)
        await self._apply("")

    async def close(self) -> None:
        """The tunnels are down: their devices' names mean nothing any more. What stops traffic stays."""
        self._close_portal()
        self._submit()
        while self._pending:
            await asyncio.wait(self._pending)

    # of a connection's barrier

    @property
    def needs_gateways(self) -> bool:
        """Whether our own sockets pass by where they send to: there are no marks."""
        return not self._network.socket_mark

    def opened(self, name: str, device: str, gateways: Sequence[str]) -> asyncio.Future[None] | None:
        self._devices[name] = device
        self._gateways[name] = tuple(gateways) if self.needs_gateways else ()
        return self._submit()

    def found_at(self, name: str, gateways: Sequence[str]) -> None:
        known = self._gateways.get(name)
        if known is not None and self.needs_gateways:
            self._gateways[name] = tuple(dict.fromkeys((*known, *gateways)))
            self._submit()

    async def closing(self, name: str) -> None:
        if self._devices.pop(name, None) is None:
            return
        self._gateways.pop(name, None)
        submitted = self._submit()
        if submitted is not None:
            await asyncio.wait({submitted})

    @property
    def stands(self) -> bool:
        return bool(self._file.now.holds)

    def known(self, server: str) -> tuple[str, ...]:
        return self._file.now.gateways.get(server, ()) if self.stands else ()

    def reached(self, server: str, host: str) -> None:
        """Kept where names may not resolve the next time; an address needs no name."""
        known = self._file.now.gateways
        if not self.stands or server == host or known.get(server) == (host,):
            return
        others = [(each, hosts) for each, hosts in known.items() if each != server]
        kept = dict([*others[-MAX_GATEWAYS + 1 :], (server, (host,))])
        self._keep(self._loop.run_in_executor(self._executor, lambda: self._file.change(gateways=kept)))

    # the system

    async def _let_go(self, names: Iterable[str], *, up: tuple[str, ...], again: bool = False) -> None:
        """First in the system, then on disk: what is only written comes back at the next start."""
        gone = set(names)
        holds = {name: hold for name, hold in self._file.now.holds.items() if name not in gone}
        submitted = self._submit(holds=holds, again=again)
        self._file.change(holds=holds, up=up)
        if not holds:
            self._close_portal()
        self._told(self.status())
        if submitted is not None:
            await _outcome(submitted, min(gone, default=""))

    async def _apply(self, name: str) -> None:
        """Raises ServiceError."""
        submitted = self._submit()
        if submitted is not None:
            await _outcome(submitted, name)
        self._told(self.status())

    def _submit(
        self, *, holds: dict[str, Hold] | None = None, again: bool = False
    ) -> asyncio.Future[None] | None:
        """In the order of the calls, so that it stands before what is asked of the network later."""
        wanted = switch(
            self._file.now.holds if holds is None else holds,
            self._devices.values(),
            (host for hosts in self._gateways.values() for host in hosts),
            portal=self._portal_until is not None,
        )
        if wanted == self._set and not again and self._error is None:
            return self._latest
        self._set = wanted
        work = self._loop.run_in_executor(self._executor, self._network.set_kill_switch, wanted)
        work.add_done_callback(self._done)
        self._latest = work
        return self._keep(work)

    def _keep(self, work: asyncio.Future[None]) -> asyncio.Future[None]:
        self._pending.add(work)
        work.add_done_callback(self._pending.discard)
        return work

    def _done(self, work: asyncio.Future[None]) -> None:
        if work.cancelled():
            return
        error = work.exception()
        before, self._error = self._error, None
        if isinstance(error, Exception):
            self._error = as_tunnel_error(error)
            log.error("the kill switch is not as it should be: %s", self._error)
        if (before is None) is not (self._error is None):
            self._told(self.status())

    def _watch_portal(self) -> None:
        """The loop's clock stands still while the machine sleeps, and it may wake up somewhere else."""
        left_s = self._portal_ends - self._now()
        if left_s > 0:
            self._portal = self._loop.call_later(min(left_s, _PORTAL_LOOK_S), self._watch_portal)
        else:
            self._portal_over()

    def _portal_over(self) -> None:
        self._close_portal()
        self._submit()
        log.info("the kill switch lets no captive portal be reached any more")
        self._told(self.status())

    def _close_portal(self) -> None:
        if self._portal is not None:
            self._portal.cancel()
        self._portal = self._portal_until = None


class ConnectionBarrier:
    """A `tunnel.barrier.Barrier`."""

    def __init__(self, keeper: KillSwitchKeeper, name: str) -> None:
        self._keeper = keeper
        self._name = name

    @property
    def stands(self) -> bool:
        return self._keeper.stands

    def known(self, server: str) -> tuple[str, ...]:
        return self._keeper.known(server)

    def reached(self, server: str, host: str) -> None:
        self._keeper.reached(server, host)

    async def opened(
        self, device: str, gateways: Sequence[str], failed: Callable[[TunnelError], None]
    ) -> None:
        """With marks nobody has to wait: the executor does it before it makes the routes."""
        work = self._keeper.opened(self._name, device, gateways)
        if work is None:
            return

        def done(work: asyncio.Future[None]) -> None:
            error = None if work.cancelled() else work.exception()
            if isinstance(error, Exception):
                failed(as_tunnel_error(error))

        work.add_done_callback(done)
        if self._keeper.needs_gateways:
            await asyncio.wait({work})

    def found_at(self, gateways: Sequence[str]) -> None:
        self._keeper.found_at(self._name, gateways)

    async def closing(self) -> None:
        await self._keeper.closing(self._name)


async def _outcome(work: asyncio.Future[None], name: str) -> None:
    """Raises ServiceError."""
    await asyncio.wait({work})
    error = work.exception()
    if isinstance(error, Exception):
        refused = as_tunnel_error(error)
        raise ServiceError(refused.code, name=name, **refused.params)
