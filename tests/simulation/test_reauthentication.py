"""Repeated authentication (RFC 4478), make before break: when it is due, and that no packet is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Interface
from typing import Any

import pytest

from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.events import Closed, Endpoint, OutboundReady, Path, ReauthenticationDue, State
from ginnel_service.ike.message import parse_message
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.reauthentication import GRACE_S, LEAST_S, RETRY_S
from simulation.test_authentication import eap_world
from simulation.world import CLIENT_ID, PATIENT, STORM, Weather, World

HELD = {"wished": (IPv4Interface("10.9.0.2/32"),)}


def _world(seed: int = 1, *, lifetime_s: float = 0.0, own_s: float = 0.0, **more: Any) -> World:
    make: Callable[..., World] = more.pop("make", World)
    return make(
        seed,
        client={"timing": replace(PATIENT, reauth_s=own_s)},
        gateway={"timing": replace(PATIENT, reauth_s=lifetime_s)},
        **more,
    )


def _due_at(world: World, until: float) -> list[float]:
    """When the client is told that it is time, from its being established on."""
    world.stop_esp()
    begun, found = world.now, []
    while world.now < until:
        before = len(world.events)
        world.run(world.now + 0.5)
        if any(isinstance(event, ReauthenticationDue) for _, event in world.events[before:]):
            found.append(world.now - begun)
    return found


def _tell(world: World, lifetime_s: int) -> None:
    """The gateway says in an INFORMATIONAL request how long the client has."""
    session = world.peer
    told = (NotifyPayload(NotifyType.AUTH_LIFETIME, lifetime_s.to_bytes(4, "big")),)
    session.talk.send(session.talk.current, ExchangeType.INFORMATIONAL, told)
    session.talk.current.requests.next_id += 1
    world.gateway.touch(session)
    world.run(world.now + 0.1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("lifetime_s", "own_s", "first", "last"),
    [(1000.0, 0.0, 799.0, 902.0), (3600.0, 0.0, 3299.0, 3452.0), (0.0, 500.0, 449.0, 501.0),
     (1000.0, 500.0, 449.0, 501.0), (10.0, 0.0, 7.0, 10.0)],
)  # fmt: skip
def test_it_is_due_before_the_time_is_over(
    seed: int, lifetime_s: float, own_s: float, first: float, last: float
) -> None:
    world = _world(seed, lifetime_s=lifetime_s, own_s=own_s)
    world.connect()
    (at,) = _due_at(world, max(lifetime_s or own_s, own_s) - 0.5)
    assert first <= at <= last


def test_without_a_lifetime_it_never_is() -> None:
    world = _world()
    world.connect()
    assert _due_at(world, 100_000.0) == []


def test_after_eap_the_last_response_counts() -> None:
    """The client authenticates by EAP, so that the lifetime comes with the last of several responses."""
    world = eap_world(gateway={"timing": replace(PATIENT, reauth_s=100.0)})
    world.connect()
    (at,) = _due_at(world, 100.0)
    assert 79.0 <= at <= 92.0


def test_a_gateway_may_say_so_later() -> None:
    world = _world()
    world.connect()
    world.run(100.0)
    _tell(world, 50)
    (at,) = _due_at(world, 160.0)
    assert 39.0 <= at <= 46.0


def test_zero_means_now_but_not_in_circles() -> None:
    """Section 3: "the Initial exchange should begin immediately"."""
    world = _world()
    world.connect()
    _tell(world, 0)
    (at,) = _due_at(world, 60.0)
    assert at <= LEAST_S + 1.0
    before = len(world.events)
    _tell(world, 0)
    assert ReauthenticationDue() in [event for _, event in world.events[before:]]


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00", bytes(5)])
def test_a_lifetime_of_another_size_is_ignored(data: bytes) -> None:
    world = _world()
    world.connect()
    session = world.peer
    told = (NotifyPayload(NotifyType.AUTH_LIFETIME, data),)
    session.talk.send(session.talk.current, ExchangeType.INFORMATIONAL, told)
    world.gateway.touch(session)
    assert _due_at(world, 100.0) == []
    assert world.client.state is State.ESTABLISHED


def test_an_attempt_that_failed_is_followed_by_another() -> None:
    world = _world(lifetime_s=1000.0)
    world.connect()
    _due_at(world, 950.0)
    world.client.reauthentication.failed(world.now)
    (at,) = _due_at(world, 995.0)
    assert at == pytest.approx(RETRY_S, abs=1.5)


def test_the_gateway_closes_what_was_not_renewed() -> None:
    """Section 2: it "SHOULD send a DELETE notification soon after the end of the lifetime period"."""
    world = _world(lifetime_s=100.0)
    world.connect()
    world.run(100.0 + GRACE_S + 2.0)
    assert not world.gateway.sessions
    assert Closed(None, by_peer=True) in [event for name, event in world.events if name == "client"]
    assert world.policy.leased == 0


def _renewed(world: World, *, wait_s: float = 30.0) -> None:
    """Do what a driver does: another session with the same addresses, and then the end of the old one."""
    lease = world.peer.lease
    assert lease is not None
    old = world.renew(wished=lease.addresses)
    while world.client.state is not State.ESTABLISHED:
        world.run(world.now + 0.25)
        assert world.client.state is not State.CLOSED, world.errors()
    world.run(world.now + 1.0)
    old.close(world.now)
    world.run(world.now + wait_s)
    assert old.state is State.CLOSED


@pytest.mark.parametrize("make", [World, eap_world])
@pytest.mark.parametrize("nat", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_no_packet_is_lost_and_the_addresses_stay(seed: int, nat: bool, make: Callable[..., World]) -> None:
    weather = Weather(loss=0.2, duplication=0.2, delay_s=(0.02, 0.02)) if seed else Weather()
    world = _world(seed, nat=nat, weather=weather, make=make)
    world.connect()
    before = world.peer.lease
    for _ in range(3):
        _renewed(world)
        assert world.peer.lease == before
        assert world.policy.leased == 1
    assert world.lost_esp == 0
    assert world.errors() == []
    world.assert_settled()
    world.client.close(world.now)
    world.run(world.now + 60.0)
    assert world.policy.leased == 0


def test_no_packet_is_lost_in_a_storm_of_ike() -> None:
    for seed in range(5):
        world = _world(seed, weather=replace(STORM, delay_s=(0.05, 0.05)))
        world.connect()
        _renewed(world, wait_s=120.0)
        assert world.lost_esp == 0
        world.assert_settled()


def test_a_new_session_that_ends_first_leaves_the_lease_to_the_old_one() -> None:
    world = _world()
    world.connect()
    lease = world.peer.lease
    assert lease is not None
    old = world.renew(wished=lease.addresses)
    world.run(world.now + 1.0)
    assert len(world.gateway.sessions) == 2
    assert world.policy.leased == 1
    world.client.close(world.now)
    world.run(world.now + 2.0)
    assert world.policy.leased == 1
    old.close(world.now)
    world.run(world.now + 2.0)
    assert world.policy.leased == 0


def test_who_comes_from_elsewhere_or_wishes_for_something_else_gets_addresses_of_its_own() -> None:
    for wished, port in ((HELD["wished"], 40500), ((), 40500), (None, 40999)):
        world = _world()
        world.connect()
        lease = world.peer.lease
        assert lease is not None
        world.renew(wished=lease.addresses if wished is None else wished)
        path = world.client.path
        moved = Path(Endpoint(path.local.host, port), path.remote, path.encapsulated)
        world.client.path = world.client.talk.arrival = moved
        world.run(world.now + 2.0)
        assert len(world.gateway.sessions) == 2
        assert world.policy.leased == 2


def test_the_gateway_sends_along_the_old_pair_until_the_client_uses_the_new_one() -> None:
    world = _world()
    world.connect()
    lease = world.peer.lease
    assert lease is not None
    (old_peer,) = world.gateway.sessions
    world.renew(wished=lease.addresses)
    world.run(world.now + 1.0)
    (new_peer,) = set(world.gateway.sessions) - {old_peer}
    assert new_peer.peer == CLIENT_ID
    assert len(world.paths["gateway"].outbound) == 1
    new_peer.note_inbound(world.now)
    world.gateway.touch(new_peer)
    world.flush()
    assert len(world.paths["gateway"].outbound) == 2
    assert isinstance(world.events[-1][1], OutboundReady)


def test_the_notify_is_four_octets() -> None:
    """Section 3: Payload Length is 12, the lifetime in seconds; and it goes out protected only."""
    world = _world(lifetime_s=3600.0)
    seen: list[bytes] = []
    world.tap = lambda sender, datagram: not seen.append(datagram)  # type: ignore[func-returns-value]
    world.connect()
    init = [parse_message(each) for each in seen if each[18] == ExchangeType.IKE_SA_INIT]
    assert all(message.notify(NotifyType.AUTH_LIFETIME) is None for message in init)
