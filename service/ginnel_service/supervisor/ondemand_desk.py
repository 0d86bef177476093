"""Connections that come and go by the rules of their profiles, as the machine changes its network.

Rules are looked at when the service starts, when a profile changes, and when the machine is elsewhere: then
only, so that what a person does meanwhile stands. A person's `down` puts a profile's rules off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

from ..ipc.schema import OnDemandChange, OnDemandStatus
from ..ipc.service import ServiceError
from ..net.base import Dns, Way
from ..profiles.model import Profile, ProfileError
from ..tunnel.host import Host
from ..tunnel.ondemand import Asks, Decision, Place, decide
from .connections import Connections
from .profile_desk import ProfileDesk
from .wanted import WantedFile

log = logging.getLogger("ginnel.daemon")

#: A network comes up in many steps, of which its name servers are the last.
SETTLE_S: Final = 1.0
#: How long one person's rules may ask servers, all together; nobody's are waited for by others.
ASKING_S: Final = 20.0


class OnDemandDesk:
    """Call `start` once and `close` in the end."""

    def __init__(
        self,
        host: Host,
        desk: ProfileDesk,
        connections: Connections,
        wanted: WantedFile,
        asks: Asks,
        told: Callable[[str], None],
    ) -> None:
        """`told` hears of every profile whose `status` may be another by now."""
        self._host = host
        self._desk = desk
        self._connections = connections
        self._file = wanted
        self._asks = asks
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._place: Place | None = None  # where the rules were looked at last
        self._decisions: dict[str, Decision] = {}
        self._settling: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._again = False
        self._fresh: set[str] = set()  # profiles to look at although the machine is where it was
        self._stop: Callable[[], None] | None = None

    def start(self) -> None:
        self.profiles_changed(*(profile.name for profile in self._desk.all()))

    async def close(self) -> None:
        self._unwatch()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    def statuses(self) -> dict[str, OnDemandStatus]:
        return {
            profile.name: self.status(profile) for profile in self._desk.all() if profile.on_demand.enabled
        }

    def status(self, profile: Profile) -> OnDemandStatus:
        if not profile.on_demand.enabled:
            return OnDemandStatus()
        decision = self._decisions.get(profile.name, Decision(""))
        paused = profile.name in self._file.now.paused
        return OnDemandStatus(state="paused" if paused else "on", action=decision.action, rule=decision.rule)

    def change(self, name: str, change: OnDemandChange) -> OnDemandStatus:
        """Raises ServiceError and ProfileError."""
        profile = self._desk.get(name)
        if change in ("on", "off"):
            on_demand = msgspec.structs.replace(profile.on_demand, enabled=change == "on")
            profile = msgspec.structs.replace(profile, on_demand=on_demand)
            self._desk.change(profile)
        elif not profile.on_demand.enabled:
            raise ServiceError("on_demand_off", name=name)
        if change == "pause":
            self.pause(name)
        else:
            self.resume(name)
            self.profiles_changed(name)
        return self.status(profile)

    def pause(self, name: str) -> None:
        self._file.change(paused=tuple(dict.fromkeys((*self._file.now.paused, name))))
        self._told(name)

    def resume(self, name: str) -> None:
        if name in self._file.now.paused:
            self._file.change(paused=tuple(each for each in self._file.now.paused if each != name))
            self._told(name)

    def profiles_changed(self, *names: str) -> None:
        self._fresh |= set(names)
        for name in names:
            self._decisions.pop(name, None)
        if not any(profile.on_demand.enabled for profile in self._desk.all()):
            self._unwatch()
        else:
            if self._stop is None:
                self._stop = self._host.watch_network(self._changed)
            self._look_soon(0.0)

    def _unwatch(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _changed(self) -> None:
        self._look_soon(SETTLE_S)

    def _look_soon(self, delay_s: float) -> None:
        if self._settling is not None:
            if delay_s:
                return
            self._settling.cancel()
        self._settling = self._loop.call_later(delay_s, self._settled)

    def _settled(self) -> None:
        self._settling = None
        if self._looking is not None and not self._looking.done():
            self._again = True
            return
        self._looking = self._loop.create_task(self._look())

    async def _look(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            place = self._where()
            moved, self._place = place != self._place, place
            fresh, self._fresh = self._fresh, set()
            theirs: dict[int, list[Profile]] = {}
            for profile in self._desk.all():
                if profile.on_demand.enabled and (moved or profile.name in fresh):
                    theirs.setdefault(profile.owner_uid, []).append(profile)
            await asyncio.gather(*(self._follow_one_by_one(each, place) for each in theirs.values()))

    def _where(self) -> Place:
        """What our own tunnels say of names is not the network's word."""
        place, before = self._host.place(), self._place
        place = replace(place, ways=tuple(dict.fromkeys(map(_lasting, place.ways))))
        ours = tuple(self._dns_of_tunnels())
        if not ours:
            return place
        if before is not None and before.ways == place.ways:
            return replace(place, search=before.search, dns_servers=before.dns_servers)
        servers = {str(server) for dns in ours for server in dns.servers}
        search = {domain for dns in ours for domain in (*dns.search, *dns.match)}
        return replace(
            place,
            search=tuple(each for each in place.search if each not in search),
            dns_servers=tuple(each for each in place.dns_servers if each not in servers),
        )

    def _dns_of_tunnels(self) -> Iterable[Dns]:
        for tunnel in self._connections.tunnels.values():
            wanted = tunnel.status().facts.wanted
            if tunnel.state.active and wanted is not None and wanted.dns is not None:
                yield wanted.dns

    async def _follow_one_by_one(self, profiles: Sequence[Profile], place: Place) -> None:
        deadline = self._loop.time() + ASKING_S
        for profile in profiles:
            await self._follow(profile, place, deadline)

    async def _follow(self, profile: Profile, place: Place, deadline: float) -> None:
        name = profile.name
        before = self._connections.is_active(name)
        try:
            async with asyncio.timeout_at(deadline):
                decision = await decide(profile.on_demand.rules, place, self._asks)
            if self._desk.get(name) != profile:
                return  # the rules were changed meanwhile, and are looked at again
            if self._decisions.get(name) != decision:
                self._decisions[name] = decision
                self._told(name)
            if name in self._file.now.paused:
                return
            active = self._connections.is_active(name)
            if decision.action == "connect" and not active:
                log.info("rule %d connects", decision.rule, extra={"connection": name})
                await self._connections.up(name, by_itself=True)
            elif decision.action == "disconnect" and active and before:  # else a person connected meanwhile
                log.info("rule %d disconnects", decision.rule, extra={"connection": name})
                await self._connections.down(name)
        except TimeoutError:
            log.warning(
                "its rules were not followed: what they ask takes too long", extra={"connection": name}
            )
        except (ServiceError, ProfileError) as error:
            log.warning("its rules were not followed: %s", error.code, extra={"connection": name})


def _lasting(way: Way) -> Way:
    """Without what changes by the day where the machine stays: its temporary address (RFC 8981)."""
    local = ip_address(way.local)
    if local.version == 4:
        return way
    return way._replace(local=str(IPv6Address(int(local) >> 64 << 64)))
