"""A gateway's RADIUS client and relay between our EAP peer and FreeRADIUS, or hostapd's RADIUS server."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from ginnel_service.demo.rig import eventually
from ginnel_service.gateway.radius.client import Conversation, RadiusClient
from ginnel_service.gateway.radius.codec import Attribute, number
from ginnel_service.gateway.radius.config import RadiusConfig, Server
from ginnel_service.ike.eap.config import EapConfig, EapMethod
from ginnel_service.ike.eap.outcome import Accepted, Ask, Failed, Rejected, Reply, Succeeded
from ginnel_service.ike.eap.peer import Outcome, Peer
from ginnel_service.ike.eap.relay import Relay
from ginnel_service.ike.events import Consult
from helpers import freeradius, radius
from helpers.freeradius import skip_without
from ike.eap.certificates import authority, server_certificate, tls, user_certificate
from ike.eap.ends import utc

pytestmark = [pytest.mark.interop]
PASSWORD = "correct horse"
USERS = f"""\
bob Cleartext-Password := "{PASSWORD}"
    Framed-IP-Address = 10.99.0.77,
    Class = 0x73746166,
    Session-Timeout = 3600,
    Framed-Pool = "staff"

bob@lab

"""
HOSTAPD_USERS = f"""\
"bob@lab" TLS
"anonymous-peap" PEAP
"bob" MSCHAPV2 "{PASSWORD}"
"bob" MSCHAPV2,GTC "{PASSWORD}" [2]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    skip_without(freeradius.why_missing())
    folder = tmp_path_factory.mktemp("freeradius")
    port = free_port()
    arguments = freeradius.configure(folder, USERS, authority("root"), server_certificate(), port=port)
    file = folder / "log"
    with file.open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log, env=freeradius.environment())
    try:
        eventually(lambda: "Ready to process" in file.read_text(), "FreeRADIUS")
        yield Server("127.0.0.1", port, port + 1, freeradius.SECRET.encode())
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def hostapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    skip_without(radius.why_missing())
    folder: Path = tmp_path_factory.mktemp("hostapd")
    with radius.hostapd(folder, HOSTAPD_USERS, authority("root"), server_certificate()) as port:
        yield Server("127.0.0.1", port, 1, radius.SECRET)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def config(*servers: Server, tries: int = 5, timeout_s: float = 0.5) -> RadiusConfig:
    return RadiusConfig(
        servers=servers, timeout_s=timeout_s, tries=tries, nas_identifier="gw", accounting=True, interim_s=0
    )


@dataclass(frozen=True)
class LogIn:
    """What the peer concluded, and the gateway."""

    ours: Outcome
    theirs: Accepted | Rejected | None
    conversation: Conversation


async def log_in(client: RadiusClient, user: EapConfig) -> LogIn:
    peer, relay = Peer(user, os.urandom, utc), Relay(os.urandom)
    conversation = Conversation("192.0.2.10")
    packet = relay.start()
    theirs: Accepted | Rejected | None = None
    for _ in range(100):
        outcome = peer.receive(packet)
        if isinstance(outcome, Ask):
            outcome = peer.answer(None)
        if not isinstance(outcome, Reply):
            return LogIn(outcome, theirs, conversation)
        asked = relay.receive(outcome.packet)
        assert isinstance(asked, Consult), asked
        said = relay.answered(await client.ask(conversation, asked.user, asked.packet))
        packet = said.packet
        theirs = None if isinstance(said, Reply) else said
    raise AssertionError("EAP does not end")


def user(method: EapMethod, password: str = PASSWORD) -> EapConfig:
    names = {EapMethod.TLS: "bob@lab"}
    anonymous = {EapMethod.PEAP: "anonymous-peap", EapMethod.TTLS: "anonymous-ttls"}
    return EapConfig(
        username=names.get(method, "bob"),
        password=password,
        identity=anonymous.get(method),
        methods=(method,),
        tls=tls(user_certificate(), low="1.2", high="1.2"),
        inner_methods=(EapMethod.MSCHAPV2,),
    )


@pytest.mark.parametrize("method", [EapMethod.MSCHAPV2, EapMethod.PEAP, EapMethod.TTLS, EapMethod.TLS])
def test_freeradius_lets_a_user_in_and_both_ends_have_one_key(server: Server, method: EapMethod) -> None:
    found = asyncio.run(log_in(RadiusClient(config(server)), user(method)))
    assert isinstance(found.ours, Succeeded), found.ours
    assert isinstance(found.theirs, Accepted)
    assert found.theirs.msk == found.ours.msk


@pytest.mark.parametrize("method", [EapMethod.MSCHAPV2, EapMethod.PEAP, EapMethod.TTLS])
def test_freeradius_refuses_a_wrong_password(server: Server, method: EapMethod) -> None:
    found = asyncio.run(log_in(RadiusClient(config(server)), user(method, "wrong")))
    assert isinstance(found.ours, Failed)
    # Where the last word is EAP-Failure alone, the reason for it stays with the server
    assert found.ours.code in {"wrong_password", "eap_refused"}
    assert not isinstance(found.theirs, Accepted)


def test_the_terms_of_freeradius_are_taken_over(server: Server) -> None:
    found = asyncio.run(log_in(RadiusClient(config(server)), user(EapMethod.MSCHAPV2)))
    assert isinstance(found.theirs, Accepted)
    terms = found.theirs.terms
    assert terms.addresses == (ip_address("10.99.0.77"),)
    assert (terms.pool, terms.lifetime_s) == ("staff", 3600.0)
    assert found.theirs.identity == b"bob"
    assert found.conversation.accepted is not None
    assert found.conversation.accepted.classes == (b"staf",)


def test_the_next_server_is_asked_when_one_is_silent(server: Server) -> None:
    async def act() -> list[LogIn]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            silent = Server("127.0.0.1", deaf.getsockname()[1], 1, b"a secret of nobody")
            client = RadiusClient(config(silent, server, tries=1, timeout_s=2.0))
            first = await log_in(client, user(EapMethod.MSCHAPV2))
            assert len(deaf.recv(4096)) > 20
            second = await log_in(client, user(EapMethod.MSCHAPV2))
            deaf.setblocking(False)
            with pytest.raises(BlockingIOError):  # for a while it is asked last
                deaf.recv(4096)
            return [first, second]

    for found in asyncio.run(act()):
        assert isinstance(found.ours, Succeeded)
        assert found.conversation.server == server


def test_nobody_gets_in_when_no_server_answers(server: Server) -> None:
    closed = replace(server, port=free_port())
    found = asyncio.run(log_in(RadiusClient(config(closed, tries=2)), user(EapMethod.MSCHAPV2)))
    assert isinstance(found.ours, Failed)
    assert isinstance(found.theirs, Rejected)
    assert found.theirs.detail == "no authentication server answers"


def test_a_server_with_another_secret_is_not_believed(server: Server) -> None:
    other = replace(server, secret=b"the secret of someone else")
    found = asyncio.run(log_in(RadiusClient(config(other, tries=1)), user(EapMethod.MSCHAPV2)))
    assert isinstance(found.theirs, Rejected)


def test_freeradius_takes_an_account(server: Server) -> None:
    async def act() -> bool:
        client = RadiusClient(config(server))
        start = [
            (Attribute.ACCT_STATUS_TYPE, number(1)),
            (Attribute.ACCT_SESSION_ID, b"0123456789abcdef"),
            (Attribute.USER_NAME, b"bob"),
        ]
        return await client.account(server, start, "192.0.2.10")

    assert asyncio.run(act())


@pytest.mark.parametrize("method", [EapMethod.MSCHAPV2, EapMethod.PEAP, EapMethod.TLS])
def test_hostapd_lets_a_user_in_and_both_ends_have_one_key(hostapd: Server, method: EapMethod) -> None:
    found = asyncio.run(log_in(RadiusClient(config(hostapd)), user(method)))
    assert isinstance(found.ours, Succeeded), found.ours
    assert isinstance(found.theirs, Accepted)
    assert found.theirs.msk == found.ours.msk
