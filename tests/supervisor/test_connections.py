"""What people ask for in quick succession."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ginnel_service.ipc.schema import ConnectionStatus, Event
from ginnel_service.ipc.service import ServiceError
from ginnel_service.profiles.model import KillSwitch

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
