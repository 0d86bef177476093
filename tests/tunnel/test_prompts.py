"""A tunnel that has to ask the person, against the real responder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ginnel_service.clock import utc_s
from ginnel_service.gateway.config import parse
from ginnel_service.ike.events import IkeEstablished
from ginnel_service.profiles.certificates import pem_of
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.tunnel.convert import session_config
from ginnel_service.tunnel.driver import Observer, Tunnel
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.states import ConnectionState
from ginnel_service.tunnel.wants import OpenPrompt
from helpers.authority import DAY_S, NOW, SERVER, Authority, chain_pem, dns
from tunnel.fakes import FakeGateway, FakeHost, play

S = ConnectionState
PASSWORD = "rosebud rosebud"
FROM, TO = NOW - DAY_S, NOW + 20 * 365 * DAY_S
ROOT = Authority(not_after=TO)
GATEWAY = ROOT.issue("vpn", sans=[dns("vpn.example.org")], ekus=[SERVER], not_before=FROM, not_after=TO)
FILE = f"""identity = "vpn.example.org"
pool_ipv4 = "10.0.0.0/24"
[certificates]
certificate = "gw.pem"
[eap]
methods = ["mschapv2"]
[[users]]
id = "alice"
password = "{PASSWORD}"
"""

TIMED = "[timing]\nreauth_s = 300\n"


@dataclass
class Scene:
    host: FakeHost
    tunnel: Tunnel
    gateway: FakeGateway
    news: list[tuple[OpenPrompt, bool]]
    kept: list[str] = field(default_factory=list)

    async def until(self, *states: ConnectionState) -> None:
        while self.tunnel.state not in states:  # noqa: ASYNC110  (the clock is virtual)
            await asyncio.sleep(0.01)

    async def asked(self) -> OpenPrompt:
        while not self.tunnel.wants.open:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return self.tunnel.wants.open[0]

    async def say(self, text: str | None, *, remember: bool = False) -> None:
        asked = await self.asked()
        assert self.tunnel.wants.answer(asked.id, text, remember=remember)


@pytest.fixture
def scene(tmp_path: Path) -> Callable[..., None]:
    (tmp_path / "gw.pem").write_bytes(GATEWAY.pem())
    (tmp_path / "gw.pem").chmod(0o600)

    def stage(
        act: Callable[[Scene], Awaitable[None]], password: str = "", timing: str = "", **authentication: Any
    ) -> None:
        async def run() -> None:
            profile = msgspec.convert(
                {
                    "name": "office",
                    "server": "vpn.example.org",
                    "remote": {"ca": ["ca"]},
                    "certificates": {"ca": pem_of(chain_pem([ROOT.certificate]))},
                    "authentication": {"username": "alice", "eap": ["mschapv2"], **authentication},
                },
                Profile,
            )
            gateway = FakeGateway(parse((FILE + timing).encode(), tmp_path))
            host = FakeHost(gateway)
            news: list[tuple[OpenPrompt, bool]] = []
            kept: list[str] = []
            observer = Observer(
                prompted=lambda tunnel, asked, is_open: news.append((asked, is_open)),
                remember=lambda tunnel, said: kept.append(said),
            )
            config = session_config(profile, Secrets(password=password))
            tunnel = Tunnel(profile, config, host, observer=observer)
            await act(Scene(host, tunnel, gateway, news, kept))
            await tunnel.down()
            assert host.clean
            assert tunnel.wants.open == ()

        play(run)

    assert FROM < utc_s() < TO
    return stage


def test_a_stored_password_is_used_without_a_question(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED, it.tunnel.status().error
        assert it.news == []

    scene(act, PASSWORD)


def test_a_missing_password_is_asked_for_before_the_gateway_is(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        asked = await it.asked()
        assert (asked.prompt.kind, asked.prompt.username) == ("password", "alice")
        await asyncio.sleep(100)
        assert it.gateway.links == []
        await it.say(PASSWORD, remember=True)
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED, it.tunnel.status().error
        assert it.kept == [PASSWORD]
        assert len(it.news) == 2

    scene(act)


def test_a_reconnect_asks_nobody(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say(PASSWORD)
        await it.until(S.CONNECTED)
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED
        assert len(it.news) == 2
        assert it.kept == []

    scene(act)


def test_a_refusal_ends_the_attempt_and_down_closes_the_question(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say(None)
        await it.until(S.FAILED)
        assert it.tunnel.status().error_code == "prompt_unanswered"
        it.tunnel.up()
        await it.asked()

    scene(act)


def test_a_wrong_password_is_asked_for_again_and_not_kept(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say("wrong")
        while it.tunnel.state is not S.FAILED and len(it.news) < 10:
            if it.tunnel.wants.open:
                await it.say("wrong again", remember=True)
            await asyncio.sleep(0.01)
        assert it.tunnel.status().error_code == "wrong_password"
        assert it.tunnel.wants.password is None
        assert it.kept == []
        it.tunnel.up()
        await it.say(PASSWORD)
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_a_password_is_said_once_however_often_the_gateway_wants_the_proof_anew(
    scene: Callable[..., None],
) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say(PASSWORD)
        await it.until(S.CONNECTED, S.FAILED)
        await asyncio.sleep(300.0)
        established = [event for event in it.gateway.events if isinstance(event, IkeEstablished)]
        assert len(established) >= 5
        assert len(it.news) == 2  # opened, and closed
        assert it.tunnel.state is S.CONNECTED

    scene(act, timing="[timing]\nreauth_s = 60\n")


@pytest.mark.parametrize("stored", [False, True])
def test_a_password_that_is_refused_later_is_asked_for_before_it_is_said_again(
    scene: Callable[..., None], tmp_path: Path, stored: bool
) -> None:
    """Saying it again and again would lock the account."""

    async def act(it: Scene) -> None:
        it.tunnel.up()
        if not stored:
            await it.say(PASSWORD)
        await it.until(S.CONNECTED, S.FAILED)
        changed = (FILE + TIMED).replace(PASSWORD, "another one")
        it.gateway.policy._config = parse(changed.encode(), tmp_path)
        asked = await it.asked()
        assert asked.prompt.message == "Authentication failed"
        await it.say(None)
        await asyncio.sleep(1.0)
        asked = await it.asked()
        assert asked.prompt.message == ""  # the gateway was not told the old one again
        assert it.tunnel.state is S.CONNECTED
        await it.say("another one")
        while len([e for e in it.gateway.events if isinstance(e, IkeEstablished)]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert it.tunnel.state is S.CONNECTED

    scene(act, PASSWORD if stored else "", timing=TIMED)


@pytest.mark.parametrize("fails", [False, True])
def test_a_password_is_forgotten_when_the_connection_is_over(scene: Callable[..., None], fails: bool) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say(PASSWORD)
        await it.until(S.CONNECTED)
        assert it.tunnel.wants.password == PASSWORD
        if fails:
            it.host.refuse = TunnelError("tun_not_permitted")
            it.host.link.lose_device()
            await it.until(S.FAILED)
        else:
            await it.tunnel.down()
        assert it.tunnel.wants.password is None

    scene(act)


def test_nothing_is_counted_twice_while_a_person_is_asked_between_two_attempts(
    scene: Callable[..., None],
) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say(PASSWORD)
        await it.until(S.CONNECTED)
        before = it.tunnel.traffic()
        assert before.octets_in
        it.tunnel.wants.failed("wrong_password")  # as when a renewal found it refused
        it.host.link.lose_device()
        await it.asked()
        assert it.tunnel.traffic() == before
        await it.say(PASSWORD)
        await it.until(S.CONNECTED)
        assert it.tunnel.traffic().octets_in == 2 * before.octets_in

    scene(act)


def test_what_nobody_asked_for_asks_once_and_waits_for_the_person(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(stubborn=True)
        asked = await it.asked()
        await asyncio.sleep(10 * 3600)
        assert it.tunnel.wants.open == (asked,)
        assert it.tunnel.status().waits_for == "person"
        assert it.gateway.links == []
        await it.say(PASSWORD)
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_a_stored_password_that_is_wrong_leads_to_one_question(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(stubborn=True)
        await asyncio.sleep(10 * 3600)
        (asked,) = it.tunnel.wants.open
        assert it.tunnel.status().waits_for == "person"
        assert len(it.gateway.links) == 1
        before = len(it.news)
        await asyncio.sleep(10 * 3600)
        assert (it.tunnel.wants.open, len(it.news)) == ((asked,), before)
        await it.say(PASSWORD)
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED

    scene(act, "not the password")


def test_who_does_not_want_to_answer_is_not_asked_again(scene: Callable[..., None]) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(stubborn=True)
        await it.say(None)
        await it.until(S.FAILED)
        await asyncio.sleep(3600)
        assert it.tunnel.wants.open == ()
        it.tunnel.up(stubborn=True)
        await it.asked()

    scene(act)


def test_a_password_that_worked_is_said_again_when_the_gateway_is_out_of_sorts(
    scene: Callable[..., None], tmp_path: Path
) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.say(PASSWORD)
        await it.until(S.CONNECTED)
        closed = FILE.replace('[eap]\nmethods = ["mschapv2"]\n', "").replace("password =", "psk =")
        it.gateway.restart(parse(closed.encode(), tmp_path))
        while it.tunnel.status().error_code != "authentication_failed":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        it.gateway.restart(parse(FILE.encode(), tmp_path))
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED
        assert len(it.news) == 2  # asked once, at the beginning

    scene(act)
