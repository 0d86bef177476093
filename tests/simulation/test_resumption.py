"""Session resumption (RFC 5723): a ticket in place of a proof, and what happens when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ginnel_service.ike import keys
from ginnel_service.ike.codes import ExchangeType, NotifyType, PayloadType
from ginnel_service.ike.config import EapAuth, Ppk
from ginnel_service.ike.eap.config import EapConfig, EapServerConfig
from ginnel_service.ike.events import (
    Closed,
    Endpoint,
    Fetch,
    IkeEstablished,
    Path,
    Prompt,
    State,
    Ticket,
    TicketChanged,
)
from ginnel_service.ike.message import Message, parse_header, parse_message, serialise_message
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.responder import HALF_OPEN_S
from ginnel_service.ike.session import KEEPALIVE
from ginnel_service.ike.tickets import KEY_LIFETIME_S
from simulation.world import EPOCH_S, PATIENT, STORM, PacketPath, World

RESUME, INIT, AUTH = ExchangeType.IKE_SESSION_RESUME, ExchangeType.IKE_SA_INIT, ExchangeType.IKE_AUTH
KEY = Ppk(id=b"office", secret=b"0123456789abcdef0123456789abcdef")


def lost(seed: int = 1, **more: Any) -> World:
    """A client whose network went away while it was connected; the gateway has not noticed."""
    world = World(seed, **more)
    world.connect()
    world.run(world.now + 2)
    world.stop_esp()
    world.run(world.now + 2)
    return world


def resume(world: World, ticket: Ticket | None = None) -> list[int]:
    """Begin again with the ticket; the exchanges that the client began, in order."""
    ticket = ticket or world.ticket
    assert ticket is not None
    world.paths["client"] = PacketPath()
    world.client = world.new_client(world.client.config, resume=ticket)
    begun: list[int] = []
    before = world.tap

    def tap(sender: str, datagram: bytes) -> bool:
        if datagram == KEEPALIVE:
            return before(sender, datagram)
        header = parse_header(datagram)
        if sender == "client" and not header.is_response and header.exchange not in begun:
            begun.append(header.exchange)
        return before(sender, datagram)

    world.tap = tap
    world.connect()
    world.run(world.now + 2)
    return begun


def established(world: World) -> list[IkeEstablished]:
    return [event for _, event in world.events if isinstance(event, IkeEstablished)]


@pytest.mark.parametrize("seed", range(20))
def test_a_ticket_brings_a_session_back_through_a_storm(seed: int) -> None:
    world = lost(seed, weather=STORM, nat=bool(seed % 2))
    old = world.peer
    begun = resume(world)
    world.run(world.now + 60)
    if not world.client.resumed:  # the storm took every repetition
        assert begun[0] == RESUME
        assert INIT in begun
        return
    world.assert_settled()
    world.assert_keys_agree()
    assert begun[0] == RESUME
    assert world.peer is not old
    # "the old SA SHOULD be silently deleted" (section 4.3.4), and its addresses went to the new one
    assert old.state is State.CLOSED
    assert world.policy.leased == 1
    assert [event.resumed for event in established(world)] == [False, False, True, True]


def test_waking_takes_two_round_trips_and_no_key_exchange() -> None:
    world = lost()
    begun = world.now
    resume_at: list[float] = []
    world.tap = lambda sender, datagram: not resume_at.append(world.now)  # type: ignore[func-returns-value]
    resume(world)
    assert resume_at[:4] == pytest.approx([begun, begun + 0.02, begun + 0.04, begun + 0.06])


def test_the_messages_are_as_the_rfc_draws_them() -> None:
    """Sections 4.3.2, 5.1 and 7.2; AUTH is prf(SK_pi, octets) of section 4.3.3 without a key pad."""
    world = lost()
    ticket = world.ticket
    assert ticket is not None
    assert "sk_d" not in repr(ticket)
    assert "opaque" not in repr(ticket)
    sent: list[tuple[str, bytes]] = []
    world.tap = lambda sender, datagram: not sent.append((sender, datagram))  # type: ignore[func-returns-value]
    resume(world, ticket)
    (_, request), (_, response) = sent[:2]
    assert request[16:20] == bytes([PayloadType.NONCE, 0x20, 38, 0x08])
    nonce = request[32:64]
    assert request[28:32] == bytes([PayloadType.NOTIFY, 0, 0, 36])
    opaque = bytes([0, 0]) + (16413).to_bytes(2, "big") + ticket.opaque
    assert request[64:].startswith(
        bytes([PayloadType.NOTIFY, 0]) + (4 + len(opaque)).to_bytes(2, "big") + opaque
    )
    assert response[16:20] == bytes([PayloadType.NONCE, 0x20, 38, 0x20])
    spis, suite = request[:8] + response[8:16], ticket.suite
    seed = keys.prf(suite.prf, ticket.sk_d, b"Resumption" + nonce + response[32:64])
    current = world.client.talk.current
    assert current.keys == keys.ike_keys(suite, seed, nonce, response[32:64], spis[:8], spis[8:])


def refuse_policy(world: World) -> Ticket | None:
    world.policy.readmit = lambda *args, **more: None  # type: ignore[method-assign]
    return world.ticket


def tamper(world: World) -> Ticket:
    ticket = world.ticket
    assert ticket is not None
    return replace(ticket, opaque=ticket.opaque[:-1] + bytes([ticket.opaque[-1] ^ 1]))


def restart_gateway(world: World) -> Ticket | None:
    world.gateway = world.new_gateway()
    world.paths["gateway"] = PacketPath()
    world.policy.leased = 0
    return world.ticket


def grow_old(world: World) -> Ticket | None:
    ticket = world.ticket
    world.tap = lambda sender, datagram: False
    world.run(world.now + 2 * KEY_LIFETIME_S + 1)
    world.tap = lambda sender, datagram: True
    return ticket


REFUSALS: dict[str, Callable[[World], Ticket | None]] = {
    "tampered with": tamper,
    "not allowed any more": refuse_policy,
    "of a key that is gone": restart_gateway,
    "of an old key": grow_old,
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_ticket_that_is_refused_leads_to_a_whole_beginning(why: str) -> None:
    world = lost()
    ticket = REFUSALS[why](world)
    assert ticket is not None
    ticket = replace(ticket, expires_at=world.utc() + 60)
    assert resume(world, ticket)[:3] == [RESUME, INIT, AUTH]
    world.run(world.now + 5)
    assert not world.client.resumed
    assert world.client.state is State.ESTABLISHED
    assert world.ticket not in (None, ticket)


def test_a_ticket_is_good_once() -> None:
    world = lost()
    ticket = world.ticket
    assert resume(world, ticket)[0] == RESUME
    world.stop_esp()
    assert resume(world, ticket)[:2] == [RESUME, INIT]


def test_two_half_open_sessions_of_one_ticket_become_one() -> None:
    world = lost()
    ticket, config = world.ticket, world.client.config
    rivals = [world.new_client(config, resume=ticket) for _ in range(2)]
    answers: list[bytes] = []
    for rival in rivals:
        rival.connect(world.now)
        ((request, path),) = rival.datagrams()
        world.gateway.receive(request, replace(path, local=path.remote, remote=path.local), world.now)
        ((answer, _),) = world.gateway.datagrams()
        rival.receive(answer, path, world.now)
    for rival in rivals:
        ((request, path),) = rival.datagrams()
        world.gateway.receive(request, replace(path, local=path.remote, remote=path.local), world.now)
        ((answer, _),) = world.gateway.datagrams()
        rival.receive(answer, path, world.now)
        answers.append(answer)
    assert [rival.state for rival in rivals] == [State.ESTABLISHED, State.INIT]


def test_an_expired_ticket_is_not_presented() -> None:
    world = lost()
    assert world.ticket is not None
    late = replace(world.ticket, expires_at=world.utc())
    assert resume(world, late)[0] == INIT


def test_a_gateway_takes_no_expired_ticket() -> None:
    timing = replace(PATIENT, ike_lifetime_s=3600.0)
    world = lost(timing=replace(timing, ike_lifetime_s=1e6), gateway={"timing": timing})
    ticket = world.ticket
    assert ticket is not None
    assert ticket.expires_at == pytest.approx(world.utc() + 3600, abs=10)
    world.run(world.now + 3700)
    assert resume(world, replace(ticket, expires_at=world.utc() + 60))[:2] == [RESUME, INIT]


@pytest.mark.parametrize(
    "other", [{"local_id": Identity.parse_text("x")}, {"ppk": KEY}, {"resumption": False}]
)
def test_a_ticket_of_another_configuration_is_not_presented(other: dict[str, Any]) -> None:
    world = lost()
    session = world.new_client(replace(world.client.config, **other), resume=world.ticket)
    session.connect(world.now)
    ((request, _),) = session.datagrams()
    assert parse_header(request).exchange == INIT


def test_a_session_that_either_side_deleted_cannot_be_resumed() -> None:
    """ "when an IKE SA is deleted [...], the client MUST delete its stored ticket" (section 6.2)."""
    for side in ("client", "gateway"):
        world = lost()
        ticket = world.ticket
        world.act(side, lambda session, world=world: session.close(world.now))  # type: ignore[misc]
        world.run(world.now + 2)
        assert world.client.state is State.CLOSED
        assert world.ticket is None
        # and who does it all the same is refused (section 4.3.2)
        assert resume(world, ticket)[:2] == [RESUME, INIT]


def test_a_session_that_was_lost_on_both_sides_comes_back() -> None:
    timing = replace(PATIENT, liveness_s=10.0, retransmit_tries=3)
    world = lost(timing=timing)
    world.tap = lambda sender, datagram: False
    world.run(world.now + 400)  # a mobile peer gets five minutes
    assert world.client.state is State.CLOSED
    assert not world.gateway.sessions
    assert set(world.errors()) == {"peer_vanished"}
    world.tap = lambda sender, datagram: True
    assert resume(world)[:2] == [RESUME, AUTH]
    assert world.client.resumed


def test_silence_leads_to_a_whole_beginning() -> None:
    """As of a gateway that does not know the exchange."""
    world = lost()
    world.tap = lambda sender, datagram: parse_header(datagram).exchange != RESUME
    before = world.ticket
    assert resume(world)[:2] == [RESUME, INIT]
    kept = [event.ticket for _, event in world.events if isinstance(event, TicketChanged)]
    assert kept[:3] == [None, before, None]  # of no use only when there is another IKE SA
    assert world.now < 30
    assert world.client.state is State.ESTABLISHED


def test_a_network_that_comes_back_late_costs_no_login() -> None:
    """The client has begun anew by then; as soon as anything is answered it presents the ticket again."""
    world = lost()
    world.tap = lambda sender, datagram: False
    world.at(world.now + 8, lambda: setattr(world, "tap", lambda sender, datagram: True))
    begun = resume(world)
    assert begun[:2] == [RESUME, INIT]
    assert world.client.resumed
    assert world.client.state is State.ESTABLISHED


def test_a_gateway_that_has_other_keys_is_met_anew() -> None:
    world = lost()
    assert world.ticket is not None
    wrong = replace(world.ticket, sk_d=bytes(len(world.ticket.sk_d)))
    assert resume(world, wrong)[:3] == [RESUME, AUTH, INIT]
    assert world.client.state is State.ESTABLISHED
    world.run(world.now + HALF_OPEN_S)
    assert world.gateway.half_open == 0


def test_who_saw_a_ticket_gets_nowhere_with_it() -> None:
    """It needs SK_d as well; and the owner can still use it."""
    world = lost()
    assert world.ticket is not None
    thief = world.new_client(world.client.config, resume=replace(world.ticket, sk_d=bytes(48)))
    thief.connect(world.now)
    for _ in range(2):
        for request, path in thief.datagrams():
            world.gateway.receive(request, replace(path, local=path.remote, remote=path.local), world.now)
        for answer, path in world.gateway.datagrams():
            thief.receive(answer, replace(path, local=path.remote, remote=path.local), world.now)
    assert thief.state is State.AUTH
    assert resume(world)[:2] == [RESUME, AUTH]


def test_what_is_not_the_gateways_does_no_harm() -> None:
    """Answers to the ticket without a nonce, of a wrong length or from nowhere are ignored."""
    world = lost()
    ticket, config = world.ticket, world.client.config
    session = world.new_client(config, resume=ticket)
    session.connect(world.now)
    ((request, path),) = session.datagrams()
    spi_i = request[:8]
    for spi_r, payloads in (
        (b"someSPIr", ()),
        (b"someSPIr", (NoncePayload(bytes(8)),)),
        (bytes(8), (NoncePayload(bytes(32)),)),
        (bytes(8), (NotifyPayload(NotifyType.COOKIE, bytes(65)),)),
    ):
        forged = Message(spi_i, spi_r, RESUME, 0, False, True, payloads)
        session.receive(serialise_message(forged), path, world.now)
    forged = Message(spi_i, bytes(8), INIT, 0, False, True, (NotifyPayload(NotifyType.TICKET_NACK),))
    session.receive(serialise_message(forged), path, world.now)
    assert session.datagrams() == []
    assert session.state is State.INIT


def _beginning(world: World, ticket: Ticket | None) -> list[tuple[bytes, Path]]:
    session = world.new_client(world.client.config, resume=ticket)
    session.connect(world.now)
    return session.datagrams()


def test_a_gateway_under_load_asks_for_a_cookie_first() -> None:
    world = lost()
    for spi in range(60):  # strangers
        ((request, path),) = _beginning(world, world.ticket)
        stranger = replace(path, local=path.remote, remote=Endpoint(f"198.51.100.{spi}", 500))
        world.gateway.receive(request, stranger, world.now)
    world.gateway.datagrams()
    sent: list[bytes] = []
    world.tap = lambda sender, datagram: not sent.append(datagram)  # type: ignore[func-returns-value]
    resume(world)
    first, asked, again = (parse_message(datagram) for datagram in sent[:3])
    cookie = asked.notify(NotifyType.COOKIE)
    assert cookie is not None
    assert {message.exchange for message in (first, asked, again)} == {RESUME}
    assert again.payloads == (cookie, *first.payloads)
    assert world.client.resumed


@pytest.mark.parametrize("ours", [True, False])
def test_a_rekeyed_session_has_another_ticket(ours: bool) -> None:
    world = lost()
    before = world.ticket
    world.rekey_ike("client" if ours else "gateway")
    world.run(world.now + 5)
    assert world.ticket is not None
    assert before is not None
    assert world.ticket.sk_d == world.client.talk.current.keys.d  # type: ignore[union-attr]
    assert world.ticket.sk_d != before.sk_d
    assert resume(world)[0] == RESUME
    assert world.client.resumed


def test_a_ticket_is_renewed_at_half_its_life() -> None:
    timing = replace(PATIENT, ike_lifetime_s=1000.0)
    world = World(1, gateway={"timing": timing})
    world.connect()
    world.stop_esp()
    before = world.ticket
    assert before is not None
    world.run(490.0)
    assert world.ticket is before
    world.run(520.0)
    assert world.ticket is not None
    assert world.ticket.expires_at == pytest.approx(before.expires_at + 500, abs=5)


def test_tickets_do_not_outlive_an_authentication() -> None:
    world = lost(gateway={"resumption_s": 100.0})
    assert world.ticket is not None
    assert world.ticket.expires_at == pytest.approx(world.utc() + 100, abs=6)
    resume(world)
    assert world.client.resumed
    assert world.ticket.expires_at <= world.utc() + 95
    world.stop_esp()
    world.run(92.0)
    resume(world)
    assert world.client.resumed
    assert world.ticket is None  # TICKET_NACK: so little is left


def test_a_resumed_session_has_to_authenticate_when_the_first_would_have_had_to() -> None:
    """ "ticket lifetime is bounded by this duration" (RFC 5723 section 5), and so is what comes of one."""
    world = lost(gateway={"timing": replace(PATIENT, reauth_s=100.0)})
    assert world.ticket is not None
    assert world.ticket.expires_at == pytest.approx(EPOCH_S + 100, abs=1)
    world.run(50.0)
    resume(world)
    assert world.client.resumed
    assert world.client.reauthentication.due < 100
    assert world.peer.reauthentication.due == pytest.approx(105, abs=1)
    assert world.ticket.expires_at == pytest.approx(EPOCH_S + 100, abs=2)


def test_nobody_asks_who_does_not_want_tickets() -> None:
    world = lost(client={"resumption": False})
    assert world.ticket is None


def test_a_person_is_not_asked_again() -> None:
    """EAP proved the user once; the ticket stands for that, and for that name."""
    asked: list[Fetch | Prompt] = []
    server = EapServerConfig(lookup=lambda name: b"clientPass" if name == b"bob" else None)
    client = EapAuth(EapConfig(username="bob", password=None))
    world = World(1, client={"local_auth": (client,)}, gateway={"remote_auth": (server,), "remote_id": None})

    def person(what: Fetch | Prompt) -> str:
        asked.append(what)
        return "clientPass"

    world.outside = person
    world.connect()
    world.run(world.now + 2)
    world.stop_esp()
    assert resume(world)[:2] == [RESUME, AUTH]
    assert len(asked) == 1
    assert {str(event.peer) for side, event in _established_at(world, "gateway")} == {"bob"}


def _established_at(world: World, name: str) -> list[tuple[str, IkeEstablished]]:
    return [(side, e) for side, e in world.events if side == name and isinstance(e, IkeEstablished)]


def test_a_postquantum_key_lives_on_in_the_ticket() -> None:
    world = lost(client={"ppk": KEY}, gateway={"ppk": KEY})
    assert resume(world)[:2] == [RESUME, AUTH]
    world.assert_keys_agree()
    assert world.client.talk.current.ppk
    assert world.peer.talk.current.ppk
    assert world.ticket is not None
    assert world.ticket.ppk


def test_a_session_without_one_is_not_resumed_where_it_is_required_by_now() -> None:
    world = lost()
    world.policy.config = replace(world.policy.config, ppk=KEY)
    world.paths["client"] = PacketPath()
    world.client = world.new_client(world.client.config, resume=world.ticket)
    world.client.connect(world.now)
    world.run(world.now + 30)
    assert not world.client.resumed
    assert "authentication_failed" in [
        event.error.code for _, event in world.events if isinstance(event, Closed) and event.error
    ]


def test_events_tell_of_every_ticket_in_order() -> None:
    world = lost()
    resume(world)
    kept = [event.ticket is not None for _, event in world.events if isinstance(event, TicketChanged)]
    assert kept == [False, True, False, True]


@pytest.mark.parametrize("ours", [True, False])
def test_a_postquantum_key_lives_on_in_the_ticket_of_a_rekeyed_session(ours: bool) -> None:
    """What follows from its SK_d is as safe as that was (RFC 8784 section 3)."""
    world = lost(client={"ppk": KEY}, gateway={"ppk": KEY})
    world.rekey_ike("client" if ours else "gateway")
    world.run(world.now + 5)
    assert world.peer.talk.current.ppk
    assert resume(world)[0] == RESUME
    assert world.client.resumed
