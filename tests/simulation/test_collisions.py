"""Every collision of RFC 7296 sections 2.8.1, 2.8.2 and 2.25, each side first, ends with one SA pair."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from ginnel_service.ike.events import ChildRekeyed, Closed, IkeRekeyed, State
from ginnel_service.ike.exchanges.delete import DeleteChild
from ginnel_service.ike.session import Session
from simulation.world import World

SIDES = ("client", "gateway")
OTHER = {"client": "gateway", "gateway": "client"}
SEEDS = range(5)  # both outcomes of the comparison of nonces
#: Seconds between the two sides' commands; the network takes 0.02 s one way.
GAPS = (0.0, 0.005, 0.015, 0.025, 0.05)
ORDERS = list(product(SIDES, GAPS))


def _world(seed: int) -> World:
    world = World(seed)
    world.connect()
    return world


def _settle(world: World) -> None:
    world.run(world.now + 15)
    world.stop_esp()
    world.run(world.now + 300)
    world.assert_settled()
    assert not world.errors()


def _cross(
    world: World, first: str, one: Callable[[str], None], two: Callable[[str], None], gap: float
) -> None:
    world.at(world.now, lambda: one(first))
    world.at(world.now + gap, lambda: two(OTHER[first]))


@pytest.mark.parametrize(("first", "gap"), ORDERS)
def test_both_rekey_the_child(first: str, gap: float) -> None:
    for seed in SEEDS:
        world = _world(seed)
        _cross(world, first, world.rekey_child, world.rekey_child, gap)
        _settle(world)
        assert any(isinstance(e, ChildRekeyed) for _, e in world.events)


@pytest.mark.parametrize(("first", "gap"), ORDERS)
def test_both_rekey_the_ike_sa(first: str, gap: float) -> None:
    for seed in SEEDS:
        world = _world(seed)
        _cross(world, first, world.rekey_ike, world.rekey_ike, gap)
        _settle(world)
        assert any(isinstance(e, IkeRekeyed) for _, e in world.events)


@pytest.mark.parametrize(("first", "gap"), ORDERS)
def test_one_rekeys_the_ike_sa_and_the_other_the_child(first: str, gap: float) -> None:
    for seed in SEEDS:
        world = _world(seed)
        _cross(world, first, world.rekey_ike, world.rekey_child, gap)
        _settle(world)


@pytest.mark.parametrize("first", SIDES)
def test_only_one_side_notices_a_simultaneous_child_rekey(first: str) -> None:
    """The second request is delayed until the first side is through and has deleted the old pair."""
    for seed in SEEDS:
        world = _world(seed)
        _hold_first_request_of(world, OTHER[first])
        _cross(world, first, world.rekey_child, world.rekey_child, 0.0)
        _settle(world)


@pytest.mark.parametrize("first", SIDES)
def test_only_one_side_notices_a_simultaneous_ike_rekey(first: str) -> None:
    for seed in SEEDS:
        world = _world(seed)
        _hold_first_request_of(world, OTHER[first])
        _cross(world, first, world.rekey_ike, world.rekey_ike, 0.0)
        _settle(world)


@pytest.mark.parametrize("loser", SIDES)
@pytest.mark.parametrize("rekey", ["rekey_child", "rekey_ike"])
def test_a_response_to_a_simultaneous_rekey_is_lost_at_first(loser: str, rekey: str) -> None:
    for seed in SEEDS:
        world = _world(seed)
        dropped: list[bytes] = []

        def drop_first_response(sender: str, datagram: bytes, dropped: list[bytes] = dropped) -> bool:
            if sender != loser and datagram[19] & 0x20 and not dropped:
                dropped.append(datagram)
                return False
            return True

        world.tap = drop_first_response
        _cross(world, "client", getattr(world, rekey), getattr(world, rekey), 0.0)
        _settle(world)
        assert dropped


def _delete_child(world: World, name: str) -> None:
    def act(session: Session) -> None:
        for record in session.children:
            session.talk.enqueue(session.talk.current, DeleteChild(record), world.now)

    world.act(name, act)


@pytest.mark.parametrize("gap", GAPS)
def test_the_child_is_deleted_by_both(gap: float) -> None:
    world = _world(1)
    _cross(world, "client", lambda n: _delete_child(world, n), lambda n: _delete_child(world, n), gap)
    world.stop_esp()
    world.run(world.now + 60)
    assert world.client.state is State.CLOSED
    assert not world.gateway.sessions
    assert not world.errors()


@pytest.mark.parametrize(("first", "gap"), ORDERS)
def test_one_deletes_the_child_while_the_other_rekeys_it(first: str, gap: float) -> None:
    """Whichever comes first, both sides agree in the end: one pair, or none and a closed session."""
    for seed in SEEDS:
        world = _world(seed)
        world.stop_esp()
        _cross(world, first, lambda n, w=world: _delete_child(w, n), world.rekey_child, gap)  # type: ignore[misc]
        world.run(world.now + 300)
        assert not world.errors()
        if world.client.state is State.CLOSED:
            assert not world.gateway.sessions
        else:
            world.lost_esp = 0
            world.assert_settled()


@pytest.mark.parametrize(("first", "gap"), ORDERS)
@pytest.mark.parametrize("rekey", ["rekey_child", "rekey_ike"])
def test_one_closes_while_the_other_rekeys(first: str, gap: float, rekey: str) -> None:
    for seed in SEEDS:
        world = _world(seed)
        world.stop_esp()

        def close(name: str, world: World = world) -> None:
            world.act(name, lambda s: s.close(world.now))

        _cross(world, first, close, getattr(world, rekey), gap)
        world.run(world.now + 600)
        assert world.client.state is State.CLOSED
        assert not world.gateway.sessions
        assert not world.errors()
        assert not world.paths["client"].inbound
        assert not world.paths["gateway"].inbound


def test_both_close() -> None:
    world = _world(1)
    world.stop_esp()
    for name in SIDES:
        world.act(name, lambda s: s.close(world.now))
    world.run(world.now + 60)
    closed = [(name, e) for name, e in world.events if isinstance(e, Closed)]
    assert sorted(name for name, _ in closed) == list(SIDES)
    assert not world.errors()


def _hold_first_request_of(world: World, name: str) -> None:
    """The first request of `name` from now on is lost; its retransmission comes a second later."""
    held: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == name and not datagram[19] & 0x20 and len(datagram) > 1 and not held:
            held.append(datagram)
            return False
        return True

    world.tap = tap
