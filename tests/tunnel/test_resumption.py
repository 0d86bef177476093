"""A session that was lost comes back by its ticket: in the same attempt where it can, else in the next."""

from __future__ import annotations

import asyncio

from ginnel_service.gateway.config import parse
from ginnel_service.ike.events import IkeEstablished
from ginnel_service.net.base import Way
from ginnel_service.tunnel.states import ConnectionState as S
from tunnel.scene import GATEWAY, Scene, scene


def resumed(it: Scene) -> list[bool]:
    """Of every session that the gateway had."""
    return [event.resumed for event in it.gateway.events if isinstance(event, IkeEstablished)]


async def until_down_and_up(it: Scene) -> float:
    """Until the next connection; how long there was none."""
    loop = asyncio.get_running_loop()
    await it.until(S.RECONNECTING)
    began = loop.time()
    await it.until(S.CONNECTED)
    return loop.time() - began


def test_a_restarted_gateway_has_us_back_at_once() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        before = it.host.network.owners["office"]
        it.gateway.restart(parse(GATEWAY.encode()))
        took = await until_down_and_up(it)
        assert took < 0.2
        # it has other ticket keys, so that this was a whole beginning; and nothing of the machine changed
        assert resumed(it) == [False, False]
        assert it.host.network.owners["office"] is before
        assert len(it.gateway.links) == 1
        plane = it.host.link.plane
        assert len(plane.inbound_sas) == len(plane.outbound_sas) == 1
        assert it.tunnel.status().error is None
        assert not it.tunnel.status().facts.resumed

    scene(act)


def test_a_gateway_that_forgot_us_is_asked_and_resumes() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        before = it.host.network.owners["office"]
        (session,) = it.gateway.responder.sessions
        session.unanswered()  # as when we slept for long
        it.gateway.responder.touch(session)
        assert await until_down_and_up(it) < 0.2
        assert resumed(it) == [False, True]
        assert it.tunnel.status().facts.resumed
        assert it.host.network.owners["office"] is before
        assert len(it.gateway.links) == 1

    scene(act)


def test_a_network_that_was_gone_for_a_moment_leaves_the_machine_as_it_is() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        before = it.host.network.owners["office"]
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        assert it.host.network.owners["office"] is before  # nothing leaks meanwhile
        it.gateway.silent = False
        await it.until(S.CONNECTED)
        assert resumed(it) == [False, True]
        assert len(it.gateway.responder.sessions) == 1
        assert len(it.gateway.links) == 1

    scene(act)


def test_a_session_that_comes_back_goes_on_in_another_network() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        it.host.link.go_to(None)
        await asyncio.sleep(2)  # a repetition is due meanwhile, and has no way to go
        it.gateway.silent = False
        it.host.link.go_to(Way("192.0.2.77", 3, "192.0.2.65"))
        async with asyncio.timeout(1):
            await it.until(S.CONNECTED)
        assert resumed(it) == [False, True]
        assert len(it.gateway.links) == 1

    scene(act)


def test_a_network_that_was_gone_for_long_needs_another_attempt() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        while it.tunnel.status().next_try_s is None:  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(0.01)
        it.gateway.silent = False
        await it.until(S.CONNECTED)
        assert resumed(it) == [False, True]
        assert len(it.gateway.responder.sessions) == 1
        assert len(it.gateway.links) == 2

    scene(act)


def test_a_lost_device_costs_no_login() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED)
        assert resumed(it) == [False, True]

    scene(act)


def test_down_forgets_the_ticket() -> None:
    """ "a user [...] logs out" (RFC 5723 section 6.2)."""

    async def act(it: Scene) -> None:
        for _ in range(2):
            it.tunnel.up()
            await it.until(S.CONNECTED)
            await it.tunnel.down()
        assert resumed(it) == [False, False]

    scene(act)


def test_a_gateway_without_tickets_is_met_anew() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        it.gateway.silent = False
        await it.until(S.CONNECTED)
        assert resumed(it) == [False, False]
        assert len(it.gateway.links) == 2

    scene(act, gateway=GATEWAY + "resumption = false\n")


def test_a_connection_that_is_refused_when_it_comes_back_is_tried_gently() -> None:
    """The restarted gateway knows the user no more."""

    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.restart(parse(GATEWAY.replace("correct horse", "another").encode()))
        await it.until(S.RECONNECTING)
        while it.tunnel.status().next_try_s is None:  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(0.01)
        status = it.tunnel.status()
        assert status.error_code == "authentication_failed"
        assert 8 <= (status.next_try_s or 0) <= 12
        assert it.host.clean
        it.gateway.restart(parse(GATEWAY.encode()))
        await it.until(S.CONNECTED)

    scene(act)


def test_down_while_it_comes_back_leaves_nothing() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        await it.tunnel.down()

    scene(act)


def test_a_goodbye_that_finds_a_restarted_gateway_is_the_last_word() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.restart(parse(GATEWAY.encode()))
        await it.tunnel.down()
        assert resumed(it) == [False]

    scene(act)
