"""Coming back, waiting and leaving by itself, against the real responder in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from ginnel_service.net.base import Way
from ginnel_service.profiles.model import Profile, Reconnect
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.states import ConnectionState as S
from tunnel.fakes import CLIENT
from tunnel.scene import PROFILE, Scene, scene

HOME = Way(CLIENT.host, 2, "192.0.2.1")
CAFE = Way("192.0.2.77", 3, "192.0.2.65")


def changed(**tables: Any) -> Profile:
    return msgspec.structs.replace(PROFILE, **tables)


async def waiting(it: Scene, waits_for: str = "") -> None:
    while True:
        status = it.tunnel.status()
        reached = status.state is S.RECONNECTING and status.waits_for == waits_for
        if reached and (waits_for or status.next_try_s is not None):
            return
        await asyncio.sleep(0.01)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_what_nobody_asked_for_goes_on_until_it_works() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent = True
        it.tunnel.up(stubborn=True)
        for _ in range(3):
            await waiting(it)
            await it.until(S.RESOLVING)
        it.gateway.silent = False
        await it.until(S.CONNECTED)
        assert S.FAILED not in it.states

    scene(act)


def test_what_cannot_get_better_ends_even_if_nobody_asked_for_it() -> None:
    async def act(it: Scene) -> None:
        it.host.refuse = TunnelError("tun_not_permitted")
        it.tunnel.up(stubborn=True)
        await it.until(S.FAILED)

    scene(act)


def test_a_profile_may_forbid_to_reconnect() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.lose_device()
        await it.until(S.FAILED)
        assert it.tunnel.status().error_code == "device_lost"
        await asyncio.sleep(1)
        assert it.gateway.responder.sessions == ()  # nobody comes back to it

    scene(act, profile=changed(reconnect=Reconnect(enabled=False)))


def test_tries_may_be_limited() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent = True
        it.tunnel.up(stubborn=True)
        await it.until(S.FAILED)
        assert len(it.gateway.links) == 3

    scene(act, profile=changed(reconnect=Reconnect(tries=2)))


def test_without_a_network_it_waits_for_one_and_counts_no_tries() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.unreachable.add("198.51.100.2")
        it.host.go_to()
        it.host.link.lose_device()
        await waiting(it, "network")
        assert it.tunnel.status().next_try_s is None
        await asyncio.sleep(5000)
        assert it.tunnel.status().waits_for == "network"
        it.host.unreachable.clear()
        it.host.go_to(CAFE)
        begun = now()
        await it.until(S.CONNECTED)
        assert now() - begun < 1.0
        assert it.tunnel.status().waits_for == ""

    scene(act, profile=changed(reconnect=Reconnect(tries=1)))


def test_another_network_is_tried_at_once_and_the_same_one_is_not() -> None:
    async def act(it: Scene) -> None:
        it.host.names.clear()
        it.tunnel.up(stubborn=True)
        await waiting(it)
        due = now() + (it.tunnel.status().next_try_s or 0)
        it.host.go_to(HOME)
        await asyncio.sleep(1)
        assert it.tunnel.state is S.RECONNECTING
        assert now() + (it.tunnel.status().next_try_s or 0) == pytest.approx(due)
        before = len(it.host.asked)
        it.host.go_to(CAFE)
        await asyncio.sleep(0.5)
        assert len(it.host.asked) == before + 1
        await waiting(it)

    scene(act)


def test_a_person_need_not_wait() -> None:
    async def act(it: Scene) -> None:
        with pytest.raises(TunnelError, match="not_up"):
            it.tunnel.retry()
        it.host.names.clear()
        it.tunnel.up(stubborn=True)
        it.tunnel.retry()  # under way already
        for _ in range(4):
            await waiting(it)
            await it.until(S.RESOLVING)
        await waiting(it)
        before, begun = len(it.host.asked), now()
        it.tunnel.retry()
        await asyncio.sleep(0.1)
        assert len(it.host.asked) == before + 1
        assert now() - begun < 0.2

    scene(act)


def test_down_ends_any_wait_and_no_watch_stays() -> None:
    async def act(it: Scene) -> None:
        it.host.names.clear()
        it.tunnel.up(stubborn=True)
        await waiting(it)
        assert it.host.watching
        await it.tunnel.down()
        assert not it.host.watching

    scene(act)


def idle(act: Callable[[Scene], Awaitable[None]]) -> None:
    scene(act, profile=changed(timing=msgspec.structs.replace(PROFILE.timing, idle_s=60.0)))


def test_a_connection_that_nobody_uses_ends() -> None:
    """Although keepalives and liveness checks go on all the time."""

    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        begun = now()
        await it.until(S.DISCONNECTED)
        assert 60 <= now() - begun <= 62
        assert it.tunnel.status().error is None
        assert it.host.clean
        it.tunnel.up()
        await it.until(S.CONNECTED)

    idle(act)


@pytest.mark.parametrize("way", ["last_used_s", "last_sent_s"])
def test_a_connection_that_is_used_in_either_direction_stays(way: str) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        for _ in range(10):
            await asyncio.sleep(50)
            setattr(it.host.link.plane, way, now())
        assert it.tunnel.state is S.CONNECTED
        last = now()
        await it.until(S.DISCONNECTED)
        assert 60 <= now() - last <= 62

    idle(act)
