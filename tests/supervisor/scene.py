"""A supervisor over the tunnels' fake world: real profiles and files, a gateway in memory, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from ginnel_service.gateway.config import parse
from ginnel_service.ipc.schema import ConnectionStatus, Event, KillSwitchStatus, OnDemandStatus
from ginnel_service.logs import RingHandler
from ginnel_service.net.base import FakeNetwork, KillSwitch, NetworkError, Wanted
from ginnel_service.profiles.keys import KeyRing
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets, SecretStore
from ginnel_service.profiles.store import ProfileStore
from ginnel_service.supervisor.killswitch import reinstall
from ginnel_service.supervisor.supervisor import Supervisor
from ginnel_service.supervisor.wanted import WantedFile
from ginnel_service.tunnel.errors import as_tunnel_error
from tunnel.fakes import FakeGateway, FakeHost, play
from tunnel.scene import GATEWAY, PROFILE

PSK = Secrets(psk=b"correct horse")


class Diary(FakeNetwork):
    """Remembers what it was told, in order."""

    socket_mark = 1

    def __init__(self) -> None:
        super().__init__()
        self.told: list[KillSwitch | Wanted | str | None] = []

    def apply(self, owner: str, wanted: Wanted) -> None:
        super().apply(owner, wanted)
        self.told.append(wanted)

    def withdraw(self, owner: str) -> None:
        super().withdraw(owner)
        self.told.append(owner)

    def set_kill_switch(self, wanted: KillSwitch | None) -> None:
        super().set_kill_switch(wanted)
        self.told.append(wanted)


class World:
    """What outlives the service: the disk, the system's firewall, the gateway."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.network = Diary()
        self.gateway = FakeGateway(parse(GATEWAY.encode()))

    def start(self, ring: RingHandler | None = None) -> Served:
        """What ginneld does at its start."""
        profiles, wanted = ProfileStore(self.root / "profiles"), WantedFile(self.root / "wanted")
        refused = None
        try:
            reinstall(self.network, profiles, wanted)
        except NetworkError as error:
            refused = as_tunnel_error(error)
        host = FakeHost(self.gateway)
        host.network = self.network
        secrets = SecretStore(self.root / "secrets", KeyRing(self.root / "keys"))
        return Served(
            host, Supervisor(host, profiles, secrets, ring or RingHandler(), wanted, refused=refused)
        )


class Served:
    def __init__(self, host: FakeHost, supervisor: Supervisor) -> None:
        self.host = host
        self.supervisor = supervisor
        self.events: list[Event] = []
        supervisor.attach(self.events.append)

    async def create(self, profile: Profile | None = None, **tables: Any) -> None:
        made = msgspec.structs.replace(profile or PROFILE, **tables)
        await self.supervisor.create_profile(made, PSK, replace=True)

    def state(self, name: str = "office") -> str:
        return next(
            (each.state for each in self.supervisor.snapshot().connections if each.name == name), "down"
        )

    def status(self, name: str = "office") -> ConnectionStatus:
        return next(each for each in self.supervisor.snapshot().connections if each.name == name)

    def rules(self, name: str = "office") -> OnDemandStatus:
        found = self.supervisor.snapshot().profiles
        return next(each.on_demand for each in found if each.name == name)

    @property
    def kill_switch(self) -> KillSwitchStatus:
        return self.supervisor.snapshot().kill_switch

    async def until(self, *states: str, name: str = "office") -> None:
        while self.state(name) not in states:  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(0.01)


def serve(root: Path, act: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        await act(World(root))

    play(run)
