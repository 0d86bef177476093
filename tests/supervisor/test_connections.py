"""What people ask for in quick succession, and what it costs the others."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from ginnel_service.ipc.schema import ConnectionStatus, Event
from ginnel_service.ipc.service import ServiceError
from ginnel_service.profiles.model import KillSwitch
from ginnel_service.profiles.secrets import SecretStore
from ginnel_service.supervisor.status import MAX_NETWORKS

from .scene import World, serve


def test_up_right_behind_down_is_a_connection_that_can_be_ended(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(name="other", kill_switch=KillSwitch(mode="always"))
        await it.create()
        await it.supervisor.up("office")
        await it.until("up")
        begun: list[asyncio.Task[ConnectionStatus]] = []

        def heard(event: Event) -> None:
            if isinstance(event, ConnectionStatus) and event.state == "down" and not begun:
                begun.append(asyncio.create_task(it.supervisor.up("office")))

        it.supervisor.attach(heard)
        await it.supervisor.down("office")
        await begun[0]
        async with asyncio.timeout(10):
            await it.until("up")
        await it.supervisor.down("office")
        assert it.state() == "down"
        await it.supervisor.close()

    serve(tmp_path, act)


def test_down_ends_what_is_just_beginning(tmp_path: Path) -> None:
    """Otherwise it came up with the kill switch let go of."""

    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=KillSwitch(mode="connecting"))
        beginning = asyncio.create_task(it.supervisor.up("office"))
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match="not_up"):
            await it.supervisor.down("office")
        with pytest.raises(ServiceError, match="not_up"):
            await beginning
        assert it.state() == "down"
        assert not it.kill_switch.blocking
        assert world.network.told[-1] is None
        await it.supervisor.up("office")
        await it.until("up")
        assert it.kill_switch.blocking
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_look_at_every_secret_holds_up_no_tunnel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def locked(store: SecretStore) -> tuple[str, ...]:
        looked.append(threading.get_ident())
        return ("office",)

    async def act() -> None:
        it = World(tmp_path).start()
        found = await it.supervisor.diagnose("")
        assert "secrets_locked" in {finding.id for finding in found.findings}
        assert looked
        assert threading.get_ident() not in looked
        await it.supervisor.close()

    monkeypatch.setattr(SecretStore, "locked", locked)
    asyncio.run(act())  # with threads, so in real time


def test_of_ten_thousand_networks_a_status_spells_the_first(tmp_path: Path) -> None:
    """A range of a gateway's comes to as many as 254, and every snapshot holds every status."""

    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        await it.supervisor.up("office")
        await it.until("up")
        tunnel = it.supervisor._connections.tunnels["office"]
        facts = tunnel.status().facts
        assert facts.wanted is not None
        assert it.status().routes == tuple(map(str, facts.wanted.routes))
        many = tuple(ip_network((0x20010DB8 << 96 | n, 128)) for n in range(10_000))
        facts.wanted = replace(facts.wanted, routes=many)
        assert it.status().routes == tuple(map(str, many[:MAX_NETWORKS]))
        await it.supervisor.close()

    serve(tmp_path, act)
