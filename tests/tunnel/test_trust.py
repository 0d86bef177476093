"""A gateway for which no root vouches, and a person who is asked, against the real responder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ginnel_service.gateway.config import parse
from ginnel_service.profiles.certificates import load_certificates, pem_of
from ginnel_service.profiles.keys import KeyRing
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets, SecretStore
from ginnel_service.profiles.store import ProfileStore
from ginnel_service.supervisor.profile_desk import ProfileDesk
from ginnel_service.supervisor.shown import certificate_shown
from ginnel_service.tunnel.convert import session_config
from ginnel_service.tunnel.driver import Observer, Tunnel
from ginnel_service.tunnel.questions import fingerprint
from ginnel_service.tunnel.states import ConnectionState
from ginnel_service.tunnel.wants import OpenPrompt
from helpers.authority import SERVER, Authority, Issued, chain_pem, dns, in_latin_1
from tunnel.fakes import FakeGateway, FakeHost, play
from tunnel.test_prompts import FROM, TO

S = ConnectionState
PASSWORD = "rosebud rosebud"
ROOT, ANOTHER = Authority("Office Root", not_after=TO), Authority("Another")


def issued(name: str = "vpn.example.org", **more: Any) -> Issued:
    dates = {"not_before": FROM, "not_after": TO} | more
    return ROOT.issue("vpn", sans=[dns(name)], ekus=[SERVER], **dates)


def file_of(folder: Path, gateway: Issued) -> bytes:
    (folder / "gw.pem").write_bytes(gateway.pem())
    (folder / "gw.pem").chmod(0o600)
    return f"""identity = "vpn.example.org"
pool_ipv4 = "10.0.0.0/24"
[certificates]
certificate = "gw.pem"
[eap]
methods = ["mschapv2"]
[[users]]
id = "alice"
password = "{PASSWORD}"
""".encode()


def profile(**remote: Any) -> Profile:
    return msgspec.convert(
        {
            "name": "office",
            "server": "vpn.example.org",
            "remote": remote,
            "certificates": {"ca": pem_of(chain_pem([ANOTHER.certificate]))},
            "authentication": {"username": "alice", "eap": ["mschapv2"]},
        },
        Profile,
    )


@dataclass
class Scene:
    host: FakeHost
    tunnel: Tunnel
    gateway: FakeGateway
    folder: Path
    asked: list[OpenPrompt] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)

    async def settled(self) -> ConnectionState:
        """Once it is connected, has failed, or asks."""
        while self.tunnel.state not in (S.CONNECTED, S.FAILED) and not self.tunnel.wants.open:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return self.tunnel.state

    async def until(self, *states: ConnectionState) -> None:
        while self.tunnel.state not in states:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def say(self, text: str | None, *, remember: bool = False) -> None:
        assert self.tunnel.wants.answer(self.asked[-1].id, text, remember=remember)
        await asyncio.sleep(0)
        await self.settled()


def stage(folder: Path, gateway: Issued, act: Callable[[Scene], Awaitable[None]], **remote: Any) -> None:
    async def run() -> None:
        asked: list[OpenPrompt] = []
        kept: list[bytes] = []
        observer = Observer(
            prompted=lambda tunnel, prompt, is_open: asked.append(prompt) if is_open else None,
            trusted=lambda tunnel, certificate: kept.append(certificate),
        )
        responder = FakeGateway(parse(file_of(folder, gateway), folder))
        host = FakeHost(responder)
        config = session_config(profile(**remote), Secrets(password=PASSWORD))
        tunnel = Tunnel(profile(**remote), config, host, observer=observer)
        await act(Scene(host, tunnel, responder, folder, asked, kept))
        await tunnel.down()
        assert host.clean
        assert tunnel.wants.open == ()

    play(run)


@pytest.mark.parametrize("remember", [False, True])
def test_a_person_who_is_there_may_trust_the_certificate(tmp_path: Path, remember: bool) -> None:
    gateway = issued()

    async def act(it: Scene) -> None:
        it.tunnel.up(attended=True)
        await it.settled()
        (asked,) = it.asked
        assert (asked.prompt.kind, asked.prompt.certificate) == ("certificate", gateway.der)
        assert it.tunnel.status().waits_for == "person"
        assert not it.host.network.owners
        await asyncio.sleep(120)  # nothing waits for the answer but us
        await it.say(fingerprint(gateway.der), remember=remember)
        assert it.tunnel.state is S.CONNECTED, it.tunnel.status().error
        assert it.kept == ([gateway.der] if remember else [])
        # and a reconnect asks nobody
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED, S.FAILED)
        assert await it.settled() is S.CONNECTED
        assert len(it.asked) == 1

    stage(tmp_path, gateway, act)


@pytest.mark.parametrize("answer", [None, "yes", "", PASSWORD])
def test_only_the_fingerprint_trusts(tmp_path: Path, answer: str | None) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(attended=True)
        await it.settled()
        await it.say(answer, remember=True)
        assert it.tunnel.state is S.FAILED
        assert it.tunnel.status().error_code == "certificate_untrusted"
        assert (len(it.asked), it.kept) == (1, [])

    stage(tmp_path, issued(), act)


def test_nobody_answers_and_it_is_not_trusted(tmp_path: Path) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(attended=True)
        await it.settled()
        while it.tunnel.state is not S.FAILED:  # noqa: ASYNC110
            await asyncio.sleep(1)
        assert it.tunnel.status().error_code == "certificate_untrusted"

    stage(tmp_path, issued(), act)


@pytest.mark.parametrize(
    ("remote", "attended"),
    [({}, False), ({"ask_trust": False}, True), ({"ca": ["ca"]}, True), ({"pin": "ca"}, True)],
)
def test_nobody_is_asked_who_is_not_there_or_has_said_whom_to_trust(
    tmp_path: Path, remote: dict[str, Any], attended: bool
) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(attended=attended)
        assert await it.settled() is S.FAILED
        assert it.tunnel.status().error_code == "certificate_untrusted"
        assert it.asked == []

    stage(tmp_path, issued(), act, **remote)


@pytest.mark.parametrize(
    ("gateway", "code"),
    [
        (issued("other.example.org"), "certificate_identity"),
        (issued(not_after=FROM + 60.0), "certificate_untrusted"),
        (in_latin_1(ROOT, issued(), name=b"vpn"), "certificate_untrusted"),
    ],
)
def test_what_lacks_more_than_a_root_is_no_question(tmp_path: Path, gateway: Issued, code: str) -> None:
    """A wrong name, or a date that has passed, is not made good by trust; nor is what cannot be shown."""

    async def act(it: Scene) -> None:
        it.tunnel.up(attended=True)
        assert await it.settled() is S.FAILED
        assert it.tunnel.status().error_code == code
        assert it.asked == []

    stage(tmp_path, gateway, act)


def test_another_certificate_after_the_connection_stood_is_no_question(tmp_path: Path) -> None:
    gateway = issued()

    async def act(it: Scene) -> None:
        it.tunnel.up(attended=True)
        await it.settled()
        await it.say(fingerprint(gateway.der))
        assert it.tunnel.state is S.CONNECTED
        it.gateway.restart(parse(file_of(it.folder, issued()), it.folder))
        while it.tunnel.status().error_code != "certificate_untrusted":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert len(it.asked) == 1

    stage(tmp_path, gateway, act)


def test_a_gateway_that_shows_one_certificate_after_another_is_given_up(tmp_path: Path) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up(attended=True)
        await it.settled()
        for _ in range(3):
            it.gateway.restart(parse(file_of(it.folder, issued()), it.folder))
            await it.say(fingerprint(it.asked[-1].prompt.certificate))
        assert it.tunnel.state is S.FAILED
        assert len(it.asked) == 3

    stage(tmp_path, issued(), act)


def test_what_is_trusted_for_good_is_pinned(tmp_path: Path) -> None:
    keys = KeyRing(tmp_path / "keys", None)
    desk = ProfileDesk(ProfileStore(tmp_path / "profiles"), SecretStore(tmp_path / "secrets", keys))
    desk.create(profile(), Secrets(password=PASSWORD), replace=False, keep_secrets=False)
    gateway = issued()
    pinned = desk.pin(desk.get("office"), gateway.der)
    assert desk.get("office") == pinned
    assert pinned.remote.pin == "gateway"
    assert load_certificates(pinned.certificates["gateway"]) == (gateway.certificate,)
    assert desk.secrets_of("office").password == PASSWORD
    desk.remember(pinned, password="another")
    assert desk.secrets_of("office").password == "another"
    # one that was replaced meanwhile keeps what it says
    assert desk.pin(profile(), issued().der) == profile()
    assert desk.get("office") == pinned


def test_a_certificate_is_shown_printable_and_bounded() -> None:
    hostile = ROOT.issue("vpn\x1b[2J\u202e" + "x" * 40, sans=[dns(f"n{n}.example.org") for n in range(40)])
    shown = certificate_shown(hostile.der)
    assert shown.subject.isprintable()
    assert len(shown.names) == 16
    assert shown.sha256 == fingerprint(hostile.der)
    assert not shown.self_signed
    assert shown.not_before < shown.not_after
    itself = certificate_shown(ROOT.certificate.public_bytes(Encoding.DER))
    assert itself.self_signed
    assert itself.names == ()
