"""A gateway sends its clients to another one: where it is believed, and where it is not (RFC 5685)."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike import redirect
from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.config import PskAuth
from ginnel_service.ike.errors import InvalidSyntax
from ginnel_service.ike.events import Closed, Noted, State
from ginnel_service.ike.message import Message, parse_message, serialise_message
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.redirect import Redirect, parse, parse_gateway, serialise
from ginnel_service.ike.sa import IkeSa
from simulation.scripted import stateless
from simulation.test_authentication import eap_world
from simulation.world import STORM, PacketPath, Weather, World

PLACES = ("198.51.100.7", "2001:db8::7", "gw2.example.org")


def _closed(world: World) -> Closed:
    (closed,) = (e for name, e in world.events if name == "client" and isinstance(e, Closed))
    return closed


def _sending(place: str, world: World) -> World:
    world.policy.redirect_to = place
    return world


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("nonce", [b"", bytes(range(32))])
def test_a_redirect_reads_as_it_was_written(place: str, nonce: bytes) -> None:
    assert parse(serialise(Redirect(place, nonce))) == Redirect(place, nonce)


@pytest.mark.parametrize(
    "data",
    [
        *("", "01", "0104c6336407"[:-2], "0103c63364", "02040a000001", "0400", "0300", "0904c6336407"),
        *("010400000000", "0104e0000001", "01047f000001", "0210" + "00" * 16, "0210" + "00" * 15 + "01"),
        *("03" + "0c" + b"198.51.100.7".hex(), "0305" + b"a b.c".hex(), "0303" + b"a..".hex()),
        *("0302c3a4", "03" + "03" + b"1.2".hex(), "03ff" + "61" * 255),
    ],
)
def test_what_names_no_gateway_is_refused(data: str) -> None:
    with pytest.raises(InvalidSyntax):
        parse(bytes.fromhex(data))


@given(st.binary(max_size=300))
def test_any_octets_name_a_gateway_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(InvalidSyntax):
        assert parse_gateway(parse(data).gateway) == parse(data).gateway


def test_the_octets_are_those_of_the_rfc() -> None:
    """Section 9.2: type 1, length 4, the address, the nonce."""
    assert serialise(Redirect("198.51.100.7", b"\xaa" * 16)) == b"\x01\x04\xc6\x33\x64\x07" + b"\xaa" * 16
    assert serialise(Redirect("gw2.example.org")) == b"\x03\x0fgw2.example.org"
    assert parse_gateway("GW2.Example.org.") == "gw2.example.org"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", range(4))
def test_a_newcomer_is_sent_elsewhere(place: str, seed: int) -> None:
    world = _sending(place, World(seed, weather=STORM))
    world.client.connect(0.0)
    world.run(60.0)
    assert _closed(world) == Closed(None, by_peer=True, redirect=place)
    assert not world.gateway.sessions  # "does not result in the creation of an IKE_SA"


@pytest.mark.parametrize(
    ("client", "stays"), [({"redirect": False}, True), ({"redirected_from": "203.0.113.9"}, False)]
)
def test_only_clients_that_follow_are_sent(client: dict[str, Any], stays: bool) -> None:
    """Section 3: without REDIRECT_SUPPORTED or REDIRECTED_FROM the responder "MUST NOT send" it."""
    world = _sending("198.51.100.7", World(1, client=client))
    seen: list[Message] = []
    world.tap = lambda sender, data: not seen.append(parse_message(data))  # type: ignore[func-returns-value]
    world.client.connect(0.0)
    world.run(1.0)
    if stays:
        assert world.client.state is State.ESTABLISHED
    else:
        said = seen[0].notify(NotifyType.REDIRECTED_FROM)
        assert said is not None
        assert parse(said.data).gateway == "203.0.113.9"
        assert _closed(world).redirect == "198.51.100.7"


@pytest.mark.parametrize("nonce", [b"", bytes(32), bytes(8)])
def test_a_redirect_without_our_nonce_is_ignored(nonce: bytes) -> None:
    """Section 3: the client "MUST silently discard the response"."""
    world = World(1)
    _inject(world, nonce)
    world.connect()
    assert world.client.state is State.ESTABLISHED


def test_whoever_reads_the_nonce_may_redirect() -> None:
    """As the RFC has it: nothing more is proven yet, and the next gateway has to prove itself."""
    world = World(1)
    _inject(world, None)
    world.client.connect(0.0)
    world.run(1.0)
    assert _closed(world).redirect == "198.51.100.66"


def _inject(world: World, nonce: bytes | None) -> None:
    """Someone answers IKE_SA_INIT ahead of the gateway."""

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "client" and datagram[18] == ExchangeType.IKE_SA_INIT:
            ours = parse_message(datagram).get(NoncePayload)
            assert ours is not None
            forged = stateless(
                datagram, redirect.notify("198.51.100.66", ours.data if nonce is None else nonce)
            )
            path = replace(world.client.path, local=world.client.path.remote, remote=world.client.path.local)
            world.deliver_after(0.001, "gateway", forged, path)
        return True

    world.tap = tap


@pytest.mark.parametrize("seed", range(4))
def test_a_proven_peer_is_sent_elsewhere_in_ike_auth(seed: int) -> None:
    world = World(seed, weather=Weather(duplication=0.3), gateway={"redirect_to": "gw2.example.org"})
    world.client.connect(0.0)
    world.run(10.0)
    assert _closed(world).redirect == "gw2.example.org"
    assert world.policy.leased == 0
    assert not world.gateway.sessions  # the client deleted the IKE SA
    assert not world.paths["client"].inbound


def test_a_gateway_that_does_not_prove_itself_redirects_nobody() -> None:
    """Section 6: the client MUST verify the gateway's AUTH payload first."""
    other = {"redirect_to": "gw2.example.org", "local_auth": (PskAuth(b"another"),)}
    world = World(1, gateway=other)
    world.client.connect(0.0)
    world.run(10.0)
    assert _closed(world).redirect == ""
    assert world.errors()[0] == "authentication_failed"


def test_a_client_that_does_not_follow_is_kept_in_ike_auth() -> None:
    world = World(1, gateway={"redirect_to": "gw2.example.org"}, client={"redirect": False})
    world.connect()
    assert world.policy.leased == 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("place", PLACES)
def test_an_established_client_is_sent_elsewhere(seed: int, place: str) -> None:
    world = World(seed, weather=STORM)
    world.connect()
    world.act("gateway", lambda session: session.redirect(place, world.now))
    world.run(world.now + 200.0)
    assert _closed(world).redirect == place
    assert _closed(world).error is None
    assert not world.paths["client"].inbound


def test_a_client_leaves_although_the_old_gateway_fell_silent() -> None:
    world = World(1)
    world.connect()
    world.act("gateway", lambda session: session.redirect("198.51.100.7", world.now))
    world.tap = lambda sender, datagram: sender == "gateway"
    world.run(world.now + 3.0)
    assert _closed(world).redirect == "198.51.100.7"


def test_a_client_that_does_not_follow_is_not_asked() -> None:
    world = World(1, client={"redirect": False})
    world.connect()
    world.act("gateway", lambda session: session.redirect("198.51.100.7", world.now))
    world.run(world.now + 5.0)
    assert world.client.state is State.ESTABLISHED


def test_a_redirect_that_names_nobody_ends_no_session() -> None:
    world = World(1)
    world.connect()
    world.act("gateway", lambda session: session.redirect("127.0.0.1", world.now))
    world.run(world.now + 5.0)
    assert world.client.state is State.ESTABLISHED
    assert any(isinstance(event, Noted) for _, event in world.events)


def test_a_client_redirects_no_gateway() -> None:
    """Section 10: "only the original responder can redirect the original initiator"."""
    world = World(1)
    world.connect()
    told = (NotifyPayload(NotifyType.REDIRECT, serialise(Redirect("198.51.100.7"))),)
    world.client.talk.send(world.client.talk.current, ExchangeType.INFORMATIONAL, told)
    world.run(world.now + 5.0)
    assert world.peer.state is State.ESTABLISHED


def test_after_eap_the_last_response_redirects() -> None:
    world = eap_world(gateway={"redirect_to": "gw2.example.org"})
    world.client.connect(0.0)
    world.run(10.0)
    assert _closed(world).redirect == "gw2.example.org"
    assert not world.gateway.sessions


@pytest.mark.parametrize(("number", "goes"), [(1, True), (2, False), (3, False)])
def test_only_the_first_and_the_last_response_redirect(number: int, goes: bool) -> None:
    """Section 6: "It MUST NOT accept the REDIRECT notification in an intermediate IKE_AUTH response"."""
    world = eap_world()
    world.client.connect(0.0)
    world.run(0.03)
    answer, session = world.peer.answer_request, world.peer
    answers = 0

    def answering(sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...] | None:
        nonlocal answers
        answers += 1
        said = answer(sa, message, now)
        return (*(said or ()), redirect.notify("198.51.100.7")) if answers == number else said

    session.answer_request = answering  # type: ignore[method-assign]
    world.run(10.0)
    assert answers >= number
    if goes:
        assert _closed(world).redirect == "198.51.100.7"
    else:
        assert world.client.state is State.ESTABLISHED


def test_a_resumed_session_is_sent_elsewhere() -> None:
    """Its only IKE_AUTH response is the first and the last one."""
    world = World(1)
    world.connect()
    world.stop_esp()
    world.run(world.now + 2)
    world.policy.config = replace(world.policy.config, redirect_to="gw2.example.org")
    world.paths["client"] = PacketPath()
    world.client = world.new_client(world.client.config, resume=world.ticket)
    world.client.connect(world.now)
    world.run(world.now + 10)
    assert world.client.resumed
    assert _closed(world) == Closed(None, by_peer=True, redirect="gw2.example.org")
    assert not world.gateway.sessions


@pytest.mark.parametrize("ours", [True, False])
def test_who_comes_with_a_ticket_is_sent_elsewhere_as_any_newcomer(ours: bool) -> None:
    """The exchange is "equivalent to the IKE_SA_INIT exchange" (RFC 5723 section 4.3.2), its nonce too."""
    world = World(1)
    world.connect()
    session = world.new_client(world.client.config, resume=world.ticket)
    session.connect(world.now)
    ((request, path),) = session.datagrams()
    nonce = parse_message(request).get(NoncePayload)
    assert nonce is not None
    said = redirect.notify("gw2.example.org", nonce.data if ours else bytes(32))
    answer = Message(request[:8], bytes(8), ExchangeType.IKE_SESSION_RESUME, 0, False, True, (said,))
    session.receive(serialise_message(answer), path, world.now)
    if ours:
        assert session.events()[-1] == Closed(None, by_peer=True, redirect="gw2.example.org")
    else:
        assert session.state is State.INIT
