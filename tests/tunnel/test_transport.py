"""UDP, TCP when it stays silent, and UDP again: a connection to the real responder in virtual time."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
import pytest

from ginnel_service.ike.events import Path
from ginnel_service.profiles.model import Profile, Timing, Transport
from ginnel_service.tunnel.host import Link
from ginnel_service.tunnel.transport import ASK_S, CONFIRM_S, FALLBACK_S, question
from tunnel.scene import PROFILE, S, Scene, scene

PATIENT = msgspec.structs.replace(
    PROFILE, timing=Timing(retransmit_s=2.0, retransmit_tries=6, liveness_s=30.0)
)


def over(tcp: Literal["auto", "always", "never"], profile: Profile = PATIENT, **more: Any) -> Profile:
    return msgspec.structs.replace(profile, transport=Transport(tcp=tcp, **more))


def path_of(it: Scene) -> Path:
    found = it.tunnel.status().facts.path
    assert found is not None
    return found


async def up(it: Scene) -> float:
    """Connect; the seconds that it took."""
    begun = asyncio.get_running_loop().time()
    it.tunnel.up()
    await it.until(S.CONNECTED, S.FAILED)
    return asyncio.get_running_loop().time() - begun


async def until_on(it: Scene, stream: bool, limit_s: float) -> None:
    async with asyncio.timeout(limit_s):
        while path_of(it).stream is not stream:  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(0.05)


def test_tcp_takes_over_when_udp_stays_silent() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        taken = await up(it)
        assert it.tunnel.state is S.CONNECTED
        assert FALLBACK_S <= taken < FALLBACK_S + 1
        assert path_of(it).stream
        assert path_of(it).remote.port == 4500
        assert len(it.gateway.responder.sessions) == 1
        (sa,) = it.host.link.plane.outbound_sas.values()
        assert tuple(sa["peer"]) == ("198.51.100.2", 4500)

    scene(act, profile=over("auto"))


def test_udp_that_works_is_used_and_no_stream_opened() -> None:
    async def act(it: Scene) -> None:
        it.gateway.streams = True
        assert await up(it) < 1
        await asyncio.sleep(60)
        assert it.gateway.ports == 0
        assert not path_of(it).stream

    scene(act, profile=over("auto"))


def test_udp_wins_when_its_answer_comes_first_after_all() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        it.gateway.silent = True
        it.tunnel.up()
        await asyncio.sleep(FALLBACK_S + 0.5)  # both sessions wait by now
        assert it.gateway.ports == 1
        it.gateway.silent = it.gateway.silent_udp = False
        await it.until(S.CONNECTED)
        used = path_of(it).stream
        assert len(it.gateway.responder.sessions) <= 2
        assert bool(it.host.link.open) is used  # the other way is closed

    scene(act, profile=over("auto"))


def test_always_begins_with_tcp() -> None:
    async def act(it: Scene) -> None:
        it.gateway.streams = True
        assert await up(it) < 1
        assert path_of(it).stream
        assert path_of(it).remote.port == 443

    scene(act, profile=over("always", tcp_port=443, tls=True))


def test_always_fails_at_once_when_tcp_is_refused() -> None:
    async def act(it: Scene) -> None:
        assert await up(it) < 1
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"
        assert error.params["detail"] == "TCP port 4500: refused"

    scene(act, profile=over("always"))


@pytest.mark.parametrize("tcp", ["auto", "never"])
def test_silence_everywhere_is_unreachable(tcp: Literal["auto", "never"]) -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent = True
        await up(it)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"

    scene(act, profile=over(tcp))


def test_never_stays_with_udp() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        assert it.tunnel.state is S.FAILED
        assert it.gateway.ports == 0

    scene(act, profile=over("never"))


def test_udp_given_up_early_leaves_the_field_to_tcp() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        assert await up(it) < FALLBACK_S
        assert path_of(it).stream

    scene(act, profile=over("auto", PROFILE))  # its retransmissions end before the fallback is due


def test_a_wrong_key_is_told_over_tcp_too() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "authentication_failed"

    scene(act, profile=over("auto"), psk=b"wrong horse")


def test_a_broken_stream_is_made_anew_under_the_same_session() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        (session,) = it.gateway.responder.sessions
        before = path_of(it)
        it.host.link.break_streams()
        await asyncio.sleep(1)
        assert it.tunnel.state is S.CONNECTED
        assert path_of(it).stream
        assert path_of(it).local.port != before.local.port
        assert it.gateway.responder.sessions == (session,)
        assert session.path.remote == path_of(it).local
        assert list(it.host.link.open) == [path_of(it)]

    scene(act, profile=over("auto"))


def test_a_stream_that_cannot_be_made_anew_ends_the_connection_in_time() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        it.gateway.streams = False
        it.host.link.break_streams()
        await it.until(S.RECONNECTING)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "peer_vanished"

    scene(act, profile=over("auto"))


def test_udp_is_used_again_when_it_works() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        await asyncio.sleep(3 * ASK_S)
        assert path_of(it).stream
        it.gateway.silent_udp = False
        await until_on(it, False, ASK_S + 1)
        assert path_of(it).remote == ("198.51.100.2", 4500)
        await asyncio.sleep(CONFIRM_S + 1)
        assert not path_of(it).stream
        assert not it.host.link.open
        (session,) = it.gateway.responder.sessions
        assert not session.path.stream

    scene(act, profile=over("auto"))


def test_a_search_for_the_paths_mtu_does_not_speak_against_udp() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        it.gateway.carries = 1450  # so that many sizes are asked for
        await up(it)
        it.gateway.delay_s = 0.3
        it.gateway.silent_udp = False
        await until_on(it, False, ASK_S + 1)
        await asyncio.sleep(CONFIRM_S + 1)
        assert not path_of(it).stream
        assert not it.host.link.open

    scene(act, profile=over("auto"))


def test_udp_that_only_seemed_to_work_gives_way_to_the_stream() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        spis: list[bytes] = []
        link = it.host.link
        send = link.send

        def spy(data: bytes, path: Path) -> None:
            if not path.stream and data[17] == 0x30:
                spis.append(data[:8])
            send(data, path)

        link.send = spy  # type: ignore[method-assign]
        await asyncio.sleep(ASK_S + 1)
        # Anyone on the way can answer the question
        link.received(question(spis[-1]), Path(link.float_local, path_of(it).remote, True))
        assert not path_of(it).stream
        await until_on(it, True, CONFIRM_S + 1)
        await asyncio.sleep(2)
        assert it.tunnel.state is S.CONNECTED
        (session,) = it.gateway.responder.sessions
        assert session.path.stream

    scene(act, profile=over("auto"))


def test_without_mobike_the_session_stays_on_tcp() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        it.course._session.mobike = False
        it.gateway.silent_udp = False
        await asyncio.sleep(5 * ASK_S)
        assert path_of(it).stream

    scene(act, profile=over("auto"))


def test_no_keepalive_and_no_size_probe_goes_through_a_stream() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        sent: list[bytes] = []
        link: Link = it.host.link
        send = link.send

        def spy(data: bytes, path: Path) -> None:
            if path.stream:
                sent.append(data)
            send(data, path)

        link.send = spy  # type: ignore[method-assign]
        await asyncio.sleep(25)
        assert b"\xff" not in sent
        assert all(len(data) < 200 for data in sent)

    scene(act, profile=over("auto"))


def test_udp_that_falls_silent_gives_way_to_tcp_under_the_same_session() -> None:
    async def act(it: Scene) -> None:
        it.gateway.streams = True
        await up(it)
        (session,) = it.gateway.responder.sessions
        it.gateway.silent_udp = True
        await until_on(it, True, PATIENT.timing.liveness_s + 2 * FALLBACK_S)
        await asyncio.sleep(60)
        assert it.tunnel.state is S.CONNECTED
        assert path_of(it).stream
        assert it.gateway.responder.sessions == (session,)
        assert session.path.stream
        it.gateway.silent_udp = False
        await until_on(it, False, ASK_S + 1)

    scene(act, profile=over("auto"))


def test_a_gateway_that_vanishes_is_looked_for_over_tcp_now_and_then_and_given_up() -> None:
    async def act(it: Scene) -> None:
        await up(it)
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "peer_vanished"
        assert it.gateway.ports == 0

    scene(act, profile=over("auto"))


def test_something_else_behind_the_tcp_port_does_not_hide_that_udp_is_silent() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.dead_streams = True
        await up(it)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"
        assert it.gateway.ports == 1

    scene(act, profile=over("auto"))


def test_a_slow_gateway_gets_through_over_udp_while_tcp_leads_nowhere() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.dead_streams = True
        it.tunnel.up()
        await asyncio.sleep(FALLBACK_S + 1)
        it.gateway.silent_udp = False
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED
        assert not path_of(it).stream

    scene(act, profile=over("auto"))


def test_a_stream_that_breaks_on_the_way_back_to_udp_is_made_anew() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        it.gateway.silent_udp = False
        await until_on(it, False, ASK_S + 1)
        it.gateway.silent_udp = True
        it.host.link.break_streams()
        await until_on(it, True, PATIENT.timing.liveness_s + 2 * FALLBACK_S)
        await asyncio.sleep(2)
        assert it.tunnel.state is S.CONNECTED
        assert len(it.host.link.known) == 1
        assert it.host.link.open.keys() == it.host.link.known

    scene(act, profile=over("auto"))


def test_a_stream_that_breaks_while_it_is_made_anew_is_made_anew_once() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        carrier, link = it.course._carrier, it.host.link
        carrier._lost(path_of(it))  # as it is taken for lost in another network
        link.break_streams()
        await asyncio.sleep(2)
        assert link.open.keys() == link.known == {path_of(it)}
        assert it.tunnel.state is S.CONNECTED

    scene(act, profile=over("always"))


def test_a_stream_that_breaks_during_the_goodbye_is_not_made_anew() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent_udp = it.gateway.streams = True
        await up(it)
        link, ports = it.host.link, it.gateway.ports
        it.gateway.silent = True
        asyncio.get_running_loop().call_later(1.0, link.break_streams)
        await it.tunnel.down()
        await asyncio.sleep(10)
        assert it.gateway.ports == ports
        assert not link.open

    scene(act, profile=over("always"))
