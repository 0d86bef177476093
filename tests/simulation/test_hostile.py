"""Whatever a peer with the right keys says, nothing raises: the session lives on, or ends as `Closed`."""

from __future__ import annotations

import random

import pytest

from ginnel_service.ike.codes import ExchangeType
from ginnel_service.ike.events import Closed, State
from ginnel_service.ike.session import Session
from simulation.hostile import Impostor
from simulation.world import World

EXCHANGES = (ExchangeType.CREATE_CHILD_SA, ExchangeType.CREATE_CHILD_SA, ExchangeType.INFORMATIONAL)
ODD_EXCHANGES = (*ExchangeType, 0, 99, 255)
SESSIONS = 150
MESSAGES = 40


def _begun(seed: int, side: str, *, established: bool) -> World:
    """A world whose `side` talks to nobody but us."""
    world = World(seed)
    if established:
        world.connect()
        world.stop_esp()
        world.run(world.now + 2)
    else:
        wanted = State.AUTH
        world.client.connect(0.0)
        world.run(0.05 if side == "client" else 0.03)
        assert world.side(side).state is wanted
    world.tap = lambda sender, datagram: False
    return world


def _deliver(world: World, side: str, victim: Session, datagram: bytes) -> None:
    if side == "client":
        world.client.receive(datagram, victim.path, world.now)
    else:
        world.gateway.receive(datagram, victim.path, world.now)
    world.flush()


@pytest.mark.parametrize("established", [True, False])
@pytest.mark.parametrize("side", ["client", "gateway"])
def test_whatever_an_authenticated_peer_sends_never_raises(side: str, established: bool) -> None:
    rng = random.Random(f"{side} {established}")
    ended = 0
    for seed in range(SESSIONS):
        world = _begun(seed, side, established=established)
        victim = world.side(side)
        impostor = Impostor(victim, rng)
        for _ in range(MESSAGES):
            _provoke(world, side, rng)
            if victim.state is State.CLOSED:
                break
            sa = rng.choice(victim.talk.sas)
            payloads = impostor.payloads()
            exchange = rng.choice(EXCHANGES if rng.random() < 0.9 else ODD_EXCHANGES)
            if victim.state is State.AUTH and rng.random() < 0.5:
                exchange = ExchangeType.IKE_AUTH
            datagram = impostor.response(payloads, sa) if rng.random() < 0.5 else None
            _deliver(world, side, victim, datagram or impostor.request(exchange, payloads, sa))
            _assert_sane(world, side, victim)
        ended += victim.state is State.CLOSED
        if victim.state is State.CLOSED:
            _assert_nothing_left(world, side)
    assert ended > 0


def _provoke(world: World, side: str, rng: random.Random) -> None:
    """Let the victim begin exchanges of its own, and time pass."""
    commands = (
        world.rekey_child,
        world.rekey_ike,
        lambda n: world.act(n, lambda s: s.check_liveness(world.now)),
    )
    if rng.random() < 0.4:
        rng.choice(commands)(side)
    if rng.random() < 0.02:
        world.act(side, lambda s: s.close(world.now))
    if rng.random() < 0.2:
        world.run(world.now + rng.choice((0.01, 1.0, 7.0)))


def _assert_sane(world: World, side: str, victim: Session) -> None:
    if victim.state is State.CLOSED:
        return
    assert victim.talk.current in victim.talk.sas
    due = victim.deadline()
    if due is not None and due <= world.now:  # what is due gets done: no wake-up without end
        victim.advance(world.now)
        world.flush()
        due = victim.deadline()
    assert due is None or due > world.now
    assert set(world.paths[side].inbound) == victim.children.spis_in


def _assert_nothing_left(world: World, side: str) -> None:
    assert sum(isinstance(e, Closed) for name, e in world.events if name == side) == 1
    assert not world.paths[side].inbound
    assert not world.paths[side].outbound
    if side == "gateway":
        assert not world.gateway.sessions
        assert world.gateway.half_open == 0
        assert world.policy.leased == 0
