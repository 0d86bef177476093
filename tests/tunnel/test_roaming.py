"""A connection whose machine changes its network or sleeps, against the real responder in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ginnel_service.ike.events import Path, PathChanged
from ginnel_service.net.base import Way
from ginnel_service.tunnel.states import ConnectionState as S
from tunnel.fakes import CLIENT
from tunnel.scene import Scene, scene

CAFE = Way("192.0.2.77", 3, "192.0.2.65")


def connected(act: Callable[[Scene], Awaitable[None]]) -> None:
    async def run(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        await act(it)
        assert it.tunnel.state is S.CONNECTED
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]

    scene(run)


def gateway_paths(it: Scene) -> list[str]:
    return [event.path.remote.host for event in it.gateway.events if isinstance(event, PathChanged)]


def sent(it: Scene) -> list[float]:
    """When the client sends something, from now on."""
    times: list[float] = []
    loop, send = asyncio.get_running_loop(), it.host.link.send

    def tap(data: bytes, path: Path) -> None:
        times.append(loop.time())
        send(data, path)

    it.host.link.send = tap  # type: ignore[method-assign]
    return times


def test_another_address_moves_ike_and_esp_once_the_change_has_settled() -> None:
    async def act(it: Scene) -> None:
        link = it.host.link
        link.go_to(None)
        await asyncio.sleep(0.05)
        link.go_to(CAFE)
        await asyncio.sleep(0.04)
        assert link.plane.moves == []
        await asyncio.sleep(0.02)
        assert len(link.plane.moves) == 1
        await asyncio.sleep(0.2)
        path = it.tunnel.status().facts.path
        assert path is not None
        assert path.local.host == CAFE.local
        assert gateway_paths(it) == [CAFE.local]

    connected(act)


def test_news_that_change_no_way_of_ours_ask_nothing() -> None:
    async def act(it: Scene) -> None:
        before = len(it.gateway.events)
        for _ in range(10):
            it.host.link.go_to(Way(CLIENT.host, 2, "192.0.2.1"))
            await asyncio.sleep(0.3)
        assert len(it.gateway.events) == before
        assert it.host.link.plane.moves == []

    connected(act)


def test_another_router_is_told_of_although_the_address_stays() -> None:
    async def act(it: Scene) -> None:
        seen = sent(it)
        it.host.link.go_to(Way(CLIENT.host, 2, "192.0.2.2"))
        await asyncio.sleep(0.3)
        assert len(seen) == 1
        assert it.host.link.plane.moves == []

    connected(act)


def test_a_change_is_told_of_although_the_gateway_names_other_addresses_meanwhile() -> None:
    async def act(it: Scene) -> None:
        (session,) = it.gateway.responder.sessions
        session.config = replace(session.config, additional_addresses=("198.51.100.9",))
        seen = sent(it)
        it.host.link.go_to(Way(CLIENT.host, 2, "192.0.2.2"))
        session.mobility.announce(asyncio.get_running_loop().time())
        it.gateway.responder.touch(session)
        it.gateway.flush()
        await asyncio.sleep(0.05)
        assert it.course._session.mobility.peer_addresses == ("198.51.100.9",)
        assert len(seen) == 1  # our answer
        await asyncio.sleep(0.3)
        assert len(seen) == 2

    connected(act)


def test_a_tunnel_without_a_network_waits_and_goes_on() -> None:
    async def act(it: Scene) -> None:
        it.host.link.go_to(None)
        await asyncio.sleep(200)
        assert it.tunnel.state is S.CONNECTED
        it.host.link.go_to(CAFE)
        await asyncio.sleep(1)
        assert gateway_paths(it) == [CAFE.local]

    connected(act)


def test_waking_asks_the_gateway_at_once() -> None:
    async def act(it: Scene) -> None:
        seen = sent(it)
        woke = asyncio.get_running_loop().time()
        it.host.slept_s += 25.0
        await asyncio.sleep(3)
        assert seen
        assert seen[0] - woke <= 2.0

    connected(act)


def test_lifetimes_go_on_while_the_machine_sleeps() -> None:
    async def act(it: Scene) -> None:
        it.host.slept_s += it.tunnel.profile.esp.lifetime_s
        await asyncio.sleep(3)
        assert it.tunnel.status().facts.child_rekeys == 1

    connected(act)


def test_a_way_that_changed_while_asleep_is_found() -> None:
    async def act(it: Scene) -> None:
        it.host.slept_s += 60.0
        it.host.link.at = CAFE  # and nobody said so
        await asyncio.sleep(3)
        assert gateway_paths(it) == [CAFE.local]

    connected(act)
