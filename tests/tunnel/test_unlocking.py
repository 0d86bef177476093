"""A profile whose certificate lies in a PKCS#12 file that a person has to unlock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asn1crypto import pkcs12

from ginnel_service.clock import utc_s
from ginnel_service.gateway.config import parse
from ginnel_service.ike.config import SessionConfig
from ginnel_service.profiles.certificates import UnusableError, check_locked_pkcs12, pem_of
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import MAX_PKCS12_OCTETS, Secrets, validate_secrets
from ginnel_service.profiles.validation import validate
from ginnel_service.tunnel.convert import session_config
from ginnel_service.tunnel.driver import Observer, Tunnel
from ginnel_service.tunnel.questions import Locked
from ginnel_service.tunnel.unlocking import unlocked_config
from ginnel_service.tunnel.wants import OpenPrompt
from helpers.authority import CLIENT, SERVER, Authority, chain_pem, dns, mail
from tunnel.fakes import FakeGateway, FakeHost, play
from tunnel.test_prompts import FROM, TO
from tunnel.test_trust import Scene

PASSWORD = "sesame sesame"
ROOT = Authority("Office Root", not_after=TO)
DATES: dict[str, Any] = {"not_before": FROM, "not_after": TO}
GATEWAY = ROOT.issue("vpn", sans=[dns("vpn.example.org")], ekus=[SERVER], **DATES)
ALICE = ROOT.issue("alice", sans=[mail("alice@example.org")], ekus=[CLIENT], **DATES)
P12 = ALICE.pkcs12(PASSWORD)


def profile(**authentication: Any) -> Profile:
    return msgspec.convert(
        {
            "name": "office",
            "server": "vpn.example.org",
            "remote": {"ca": ["ca"]},
            "certificates": {"ca": pem_of(chain_pem([ROOT.certificate]))},
            "authentication": {"pkcs12": True, **authentication},
        },
        Profile,
    )


def stage(folder: Path, act: Callable[[Scene, list[str]], Awaitable[None]], secrets: Secrets) -> None:
    (folder / "gw.pem").write_bytes(GATEWAY.pem())
    (folder / "gw.pem").chmod(0o600)
    (folder / "ca.pem").write_bytes(chain_pem([ROOT.certificate]))
    file = """identity = "vpn.example.org"
pool_ipv4 = "10.0.0.0/24"
[certificates]
certificate = "gw.pem"
ca = ["ca.pem"]
"""

    async def run() -> None:
        asked: list[OpenPrompt] = []
        kept: list[str] = []
        observer = Observer(
            prompted=lambda tunnel, prompt, is_open: asked.append(prompt) if is_open else None,
            unlocked=lambda tunnel, password: kept.append(password),
        )

        async def unlock(password: str) -> SessionConfig:
            return unlocked_config(profile(), secrets, password)

        gateway = FakeGateway(parse(file.encode(), folder))
        gateway.utc_s = utc_s()
        host = FakeHost(gateway)
        locked = Locked(unlock, secrets.pkcs12_password)
        config = session_config(profile(), secrets)
        tunnel = Tunnel(profile(), config, host, observer=observer, locked=locked)
        tunnel.up()
        await act(Scene(host, tunnel, gateway, folder, asked), kept)
        await tunnel.down()
        assert host.clean
        assert tunnel.wants.open == ()

    play(run)


@pytest.mark.parametrize("remember", [False, True])
def test_the_person_unlocks_the_file_and_it_connects(tmp_path: Path, remember: bool) -> None:
    async def act(it: Scene, kept: list[str]) -> None:
        await it.settled()
        assert [asked.prompt.kind for asked in it.asked] == ["pkcs12"]
        await it.say("wrong")
        assert "does not open" in it.asked[1].prompt.message
        await it.say(PASSWORD, remember=remember)
        assert it.tunnel.state.value == "connected", it.tunnel.status().error
        assert kept == ([PASSWORD] if remember else [])
        assert it.tunnel.wants.password is None

    stage(tmp_path, act, Secrets(pkcs12=P12))


def test_a_password_that_is_kept_asks_nobody(tmp_path: Path) -> None:
    async def act(it: Scene, kept: list[str]) -> None:
        await it.settled()
        assert it.tunnel.state.value == "connected", it.tunnel.status().error
        assert it.asked == []

    stage(tmp_path, act, Secrets(pkcs12=P12, pkcs12_password=PASSWORD))


@pytest.mark.parametrize(
    ("answers", "code"), [((None,), "prompt_unanswered"), (("a", "b", "c"), "pkcs12_unusable")]
)
def test_a_file_that_stays_locked_ends_it(tmp_path: Path, answers: tuple[str | None, ...], code: str) -> None:
    async def act(it: Scene, kept: list[str]) -> None:
        await it.settled()
        for answer in answers:
            await it.say(answer)
        assert it.tunnel.status().error_code == code
        assert it.gateway.links == []  # the gateway heard nothing of it

    stage(tmp_path, act, Secrets(pkcs12=P12))


def test_down_closes_the_question(tmp_path: Path) -> None:
    async def act(it: Scene, kept: list[str]) -> None:
        await it.settled()
        await asyncio.sleep(1)

    stage(tmp_path, act, Secrets(pkcs12=P12))


def hostile() -> bytes:
    """A file that says its seal takes two thousand million rounds."""
    pfx = pkcs12.Pfx.load(P12)
    pfx["mac_data"]["iterations"] = 2_000_000_000
    octets: bytes = pfx.dump(force=True)
    return octets


@pytest.mark.parametrize("data", [hostile(), b"\x30\x03\x02\x01\x03", b"0" * 100])
def test_a_hostile_file_is_refused_before_it_costs_anything(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnusableError):
        check_locked_pkcs12(data)

    async def act(it: Scene, kept: list[str]) -> None:
        await it.settled()
        assert it.tunnel.status().error_code == "pkcs12_unusable"
        assert it.asked == []

    stage(tmp_path, act, Secrets(pkcs12=data))


def test_what_is_only_locked_is_no_complaint() -> None:
    check_locked_pkcs12(P12)
    assert validate(profile()) == []
    assert validate_secrets(profile(), Secrets(pkcs12=P12)) == []


@pytest.mark.parametrize("data", [b"", b"text", b"\x30" + bytes(MAX_PKCS12_OCTETS)])
def test_what_cannot_be_one_is_refused_with_the_profile(data: bytes) -> None:
    assert [problem.field for problem in validate_secrets(profile(), Secrets(pkcs12=data))] == ["pkcs12"]


def test_a_certificate_beside_it_is_one_too_many() -> None:
    both = profile(certificate="ca")
    assert [problem.field for problem in validate(both)] == ["authentication.pkcs12"]
