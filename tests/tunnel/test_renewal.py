"""A tunnel that authenticates anew while it carries traffic (RFC 4478), against the real responder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_interface
from typing import Any

import msgspec
import pytest

from ginnel_core import Endpoint as PlaneEndpoint
from ginnel_core import PathTooBig
from ginnel_service.ike.events import IkeEstablished, Path, PathChanged
from ginnel_service.profiles.model import Ike
from ginnel_service.tunnel.renewal import LINGER_S
from tunnel import scene as stage
from tunnel.scene import GATEWAY, PROFILE, S, Scene
from tunnel.test_driver import PATIENT
from tunnel.test_roaming import CAFE

RENEWED_S = 100.0
TIMED = f"{GATEWAY}\n[timing]\nreauth_s = {RENEWED_S}\n"


def scene(act: Callable[[Scene], Awaitable[None]], gateway: str = TIMED, **more: Any) -> None:
    async def acting(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED
        it.seen.clear()
        await act(it)

    stage.scene(acting, gateway=gateway, **more)


async def renewed(it: Scene, *, count: int = 1) -> None:
    """Wait until the gateway has seen so many more sessions than the first."""
    while sum(isinstance(event, IkeEstablished) for event in it.gateway.events) <= count:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    await asyncio.sleep(LINGER_S + 1.0)


def spis(it: Scene) -> tuple[set[int], set[int]]:
    plane = it.host.link.plane
    return set(plane.inbound_sas), {each["spi"] for each in plane.outbound_sas.values()}


def test_another_session_takes_the_place_of_the_first() -> None:
    async def act(it: Scene) -> None:
        (first,) = it.gateway.responder.sessions
        old, wanted = spis(it), it.host.network.owners["office"]
        for count in (1, 2, 3):
            await renewed(it, count=count)
            (second,) = it.gateway.responder.sessions
            assert second is not first
            assert len(spis(it)[0]) == len(spis(it)[1]) == 1
            assert not spis(it)[0] & old[0]
            assert it.host.network.owners["office"] == wanted
        it.host.link.happen(PathTooBig(PlaneEndpoint("198.51.100.2", 4500), 1300))
        await asyncio.sleep(5.0)
        narrower = it.host.network.owners["office"]
        assert narrower.mtu < wanted.mtu
        assert narrower.routes == wanted.routes
        assert {state for state, _ in it.seen} <= {S.CONNECTED}

    scene(act)


def test_the_new_pair_stands_before_the_old_one_goes() -> None:
    async def act(it: Scene) -> None:
        plane = it.host.link.plane
        seen: list[str] = []
        for name in ("install_inbound", "install_outbound", "retire_inbound", "retire_outbound"):
            setattr(plane, name, _noting(seen, name, getattr(plane, name)))
        await renewed(it)
        assert seen == ["install_inbound", "install_outbound", "retire_outbound", "retire_inbound"]

    scene(act)


def _noting(seen: list[str], name: str, do: Callable[..., Any]) -> Callable[..., Any]:
    def noting(*args: Any, **kwargs: Any) -> Any:
        seen.append(name)
        return do(*args, **kwargs)

    return noting


def test_those_before_are_let_go_although_the_gateway_never_answers_their_goodbye() -> None:
    async def act(it: Scene) -> None:
        take = it.gateway.take

        def forgetful(data: bytes, path: Path) -> None:
            older = it.gateway.responder.sessions[:-1]
            if not any(data[8:16] in session.talk.spis for session in older):
                take(data, path)

        it.gateway.take = forgetful  # type: ignore[method-assign]
        for count in range(1, 6):
            await renewed(it, count=count)
            assert len(spis(it)[0]) == len(spis(it)[1]) <= 3

    scene(act, GATEWAY, profile=msgspec.structs.replace(PATIENT, ike=Ike(reauth_s=60.0)))


def test_other_addresses_are_taken_up() -> None:
    async def act(it: Scene) -> None:
        it.gateway.responder._find_older = lambda newer, peer: None  # type: ignore[method-assign]
        await renewed(it)
        wanted = it.host.network.owners["office"]
        assert wanted.addresses == (ip_interface("10.77.0.3/32"), ip_interface("fd77::3/128"))
        assert it.tunnel.status().facts.configuration.addresses == wanted.addresses
        assert {state for state, _ in it.seen} <= {S.CONNECTED}

    scene(act)


def test_the_new_session_follows_its_machine_to_another_network() -> None:
    async def act(it: Scene) -> None:
        await renewed(it)
        it.host.link.go_to(CAFE)
        await asyncio.sleep(1.0)
        moved = [event.path.remote.host for event in it.gateway.events if isinstance(event, PathChanged)]
        assert moved == [CAFE.local]
        assert len(it.host.link.plane.moves) == 1

    scene(act)


def test_a_profile_may_ask_for_it() -> None:
    async def act(it: Scene) -> None:
        await renewed(it, count=2)
        assert len(it.gateway.responder.sessions) == 1

    scene(act, GATEWAY, profile=msgspec.structs.replace(PROFILE, ike=Ike(reauth_s=60.0)))


def test_without_a_lifetime_nothing_changes() -> None:
    async def act(it: Scene) -> None:
        (first,) = it.gateway.responder.sessions
        await asyncio.sleep(3000.0)
        assert it.gateway.responder.sessions == (first,)

    scene(act, GATEWAY)


def test_an_attempt_in_vain_is_repeated_and_harms_nobody() -> None:
    """Its first requests are lost: the tunnel stays, and the next attempt succeeds in time."""

    async def act(it: Scene) -> None:
        take = it.gateway.take
        (first,) = it.gateway.responder.sessions

        def losing(data: bytes, path: Any) -> None:
            if not (data[18] == 34 and len(data) > 28 and it.tunnel.status().state is S.CONNECTED):
                take(data, path)

        it.gateway.take = losing  # type: ignore[method-assign]
        await asyncio.sleep(600.0)
        assert it.gateway.responder.sessions == (first,)
        it.gateway.take = take  # type: ignore[method-assign]
        await renewed(it)
        (second,) = it.gateway.responder.sessions
        assert second is not first
        assert {state for state, _ in it.seen} <= {S.CONNECTED}

    long = TIMED.replace(f"reauth_s = {RENEWED_S}", "reauth_s = 1000")
    scene(act, long, profile=msgspec.structs.replace(PROFILE, ike=Ike(reauth_s=300.0)))


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.015, 0.025, 0.035, 0.045, 0.5, 1.005, 1.015, 1.025])
def test_down_at_any_moment_leaves_nothing(after_s: float) -> None:
    async def act(it: Scene) -> None:
        course, (first,) = it.course, it.gateway.responder.sessions
        course._renewal.begin()
        course._pump.run()
        await asyncio.sleep(after_s)
        await it.tunnel.down()
        assert it.host.clean
        assert first not in it.gateway.responder.sessions

    scene(act, GATEWAY)


def test_a_gateway_that_would_have_us_elsewhere_is_followed() -> None:
    async def act(it: Scene) -> None:
        it.host.names["gw2.example.org"] = it.host.names["vpn.example.org"]
        it.gateway.policy.redirect_to = "gw2.example.org"
        while it.gateway.responder.sessions:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        it.gateway.policy.redirect_to = ""
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_an_end_while_the_old_session_lingers_is_the_end_of_that_too() -> None:
    async def act(it: Scene) -> None:
        failed: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: failed.append(context))
        course, (first,) = it.course, it.gateway.responder.sessions
        course._renewal.begin()
        course._pump.run()
        await asyncio.sleep(0.2)
        assert first in it.gateway.responder.sessions
        it.host.link.lose_device()
        await asyncio.sleep(LINGER_S + 0.5)
        assert failed == []
        assert first not in it.gateway.responder.sessions

    scene(act, GATEWAY)
