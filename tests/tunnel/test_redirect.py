"""A connection that its gateway sends to another one (RFC 5685), in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ginnel_service.gateway.config import parse
from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.ike.message import parse_message
from ginnel_service.ike.redirect import parse as parse_redirect
from ginnel_service.profiles.model import Local, Profile, Remote, Timing
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.tunnel.convert import session_config
from ginnel_service.tunnel.driver import Observer, Tunnel
from ginnel_service.tunnel.reconnect import MAX_REDIRECTS, REDIRECT_PERIOD_S, Redirects
from ginnel_service.tunnel.states import ConnectionState
from tunnel.fakes import FakeGateway, FakeHost, play

S = ConnectionState
FIRST, SECOND = "198.51.100.2", "198.51.100.3"
TEXT = """
identity = "vpn.example.org"
pool_ipv4 = "10.77.0.0/29"
users = [{ id = "alice@example.org", psk = "correct horse" }]
"""
PROFILE = Profile(
    name="office",
    server="vpn.example.org",
    local=Local(id="alice@example.org"),
    remote=Remote(id="vpn.example.org"),
    timing=Timing(retransmit_s=0.5, retransmit_tries=2),
)


@dataclass
class Scene:
    first: FakeGateway
    second: FakeGateway
    host: FakeHost
    tunnel: Tunnel
    seen: list[ConnectionState] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)  # gateway, REDIRECTED_FROM

    async def until(self, *states: ConnectionState) -> None:
        while self.tunnel.state not in states:  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(0.01)

    async def until_at(self, host: str) -> None:
        while not (self.tunnel.state is S.CONNECTED and self.at == host):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    @property
    def at(self) -> str:
        remote = self.tunnel.status().facts.remote
        return remote.host if remote is not None else ""


def gateway(redirect_to: str = "") -> FakeGateway:
    return FakeGateway(parse(f'redirect_to = "{redirect_to}"\n{TEXT}'.encode()))


def scene(
    act: Callable[[Scene], Awaitable[None]],
    *,
    first: str = "",
    second: str = "",
) -> None:
    async def run() -> None:
        near, far = gateway(first), gateway(second)
        host = FakeHost(near)
        host.others[SECOND] = far
        for address in (FIRST, SECOND):
            host.names[address] = (Endpoint(address, 500),)
        host.names["gw2.example.org"] = host.names[SECOND]
        seen: list[ConnectionState] = []
        tunnel = Tunnel(
            PROFILE,
            session_config(PROFILE, Secrets(psk=b"correct horse")),
            host,
            observer=Observer(changed=lambda tunnel: seen.append(tunnel.state)),
        )
        it = Scene(near, far, host, tunnel, seen)
        for peer in (near, far):
            _listen(it, peer)
        await act(it)
        await tunnel.down()
        assert host.clean

    play(run)


def _listen(it: Scene, peer: FakeGateway) -> None:
    take = peer.take

    def listening(data: bytes, path: Path) -> None:
        if data[16:19] == b"\x21\x20\x22":  # an IKE_SA_INIT begins with its SA payload
            said = parse_message(data).notify(NotifyType.REDIRECTED_FROM)
            it.asked.append((path.remote.host, parse_redirect(said.data).gateway if said else ""))
        take(data, path)

    peer.take = listening  # type: ignore[method-assign]


def test_a_newcomer_goes_where_it_is_sent() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.at == SECOND
        assert it.asked == [(FIRST, ""), (SECOND, FIRST)]
        assert S.RECONNECTING not in it.seen
        assert it.tunnel.status().server == "vpn.example.org"
        assert not it.first.responder.sessions

    scene(act, first="gw2.example.org")


def test_a_connected_tunnel_goes_where_it_is_sent_at_once() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        (session,) = it.first.responder.sessions
        before = asyncio.get_running_loop().time()
        session.redirect(SECOND, before)
        it.first.responder.touch(session)
        it.first.flush()
        await it.until_at(SECOND)
        assert asyncio.get_running_loop().time() - before < 1.0
        assert it.asked == [(FIRST, ""), (SECOND, FIRST)]
        assert not it.first.responder.sessions

    scene(act)


def test_who_was_sent_elsewhere_begins_at_the_first_server_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until_at(SECOND)
        it.first.policy.redirect_to = ""
        it.second.close()
        await it.until(S.RECONNECTING)
        await it.until_at(FIRST)
        assert it.asked[-1] == (FIRST, "")

    scene(act, first=SECOND)


def test_the_new_gateway_has_to_be_the_one_that_was_asked_for() -> None:
    """Section 3: the client "MUST use the same PAD and SPD entries as ... with the original gateway"."""

    async def act(it: Scene) -> None:
        it.host.others[SECOND] = FakeGateway(
            parse(TEXT.replace('"vpn.example.org"', '"evil.example.org"').encode())
        )
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "authentication_failed"

    scene(act, first=SECOND)


def test_gateways_that_send_us_in_circles_are_left_alone() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "redirect_loop"
        assert len(it.asked) == MAX_REDIRECTS + 1
        assert it.tunnel.state is S.FAILED

    scene(act, first=SECOND, second=FIRST)


def test_redirects_are_counted_over_a_while() -> None:
    redirects = Redirects()
    assert all(redirects.allows(float(at)) for at in range(MAX_REDIRECTS))
    assert not redirects.allows(float(MAX_REDIRECTS))
    assert redirects.allows(REDIRECT_PERIOD_S)
    assert not redirects.allows(REDIRECT_PERIOD_S + 0.5)


def test_a_ticket_is_shown_to_nobody_but_the_gateway_that_gave_it() -> None:
    """Whoever sends us elsewhere in IKE_SA_INIT has proved nothing yet; and it is of use there alone."""

    async def act(it: Scene) -> None:
        shown: list[str] = []
        for peer in (it.first, it.second):
            _note_tickets(peer, shown)
        it.tunnel.up()
        await it.until_at(FIRST)
        it.first.policy.redirect_to = SECOND
        (session,) = it.first.responder.sessions
        session.redirect(SECOND, asyncio.get_running_loop().time())
        it.first.responder.touch(session)
        it.first.flush()
        await it.until_at(SECOND)
        assert shown == []
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        await it.until_at(SECOND)  # by way of the first, which needs to see no ticket of the second
        assert shown == [SECOND]
        assert it.tunnel.status().facts.resumed

    scene(act)


def _note_tickets(peer: FakeGateway, shown: list[str]) -> None:
    take = peer.take

    def noting(data: bytes, path: Path) -> None:
        if data[18] == ExchangeType.IKE_SESSION_RESUME:
            shown.append(path.remote.host)
        take(data, path)

    peer.take = noting  # type: ignore[method-assign]
