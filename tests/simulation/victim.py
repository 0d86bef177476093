"""A world whose one side is at the mercy of a test, and what must hold for it whatever it is told."""

from __future__ import annotations

from ginnel_service.ike.events import Closed, State
from ginnel_service.ike.session import Session
from simulation.world import World


def begun(seed: int, side: str, *, established: bool, fragmentation: bool = False) -> World:
    """A world whose `side` talks to nobody but us. Without fragmentation one message is one datagram."""
    world = World(seed, client={"fragmentation": fragmentation})
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


def deliver(world: World, side: str, victim: Session, datagram: bytes) -> None:
    """Hand `datagram` to the victim, and carry out what it says."""
    if side == "client":
        world.client.receive(datagram, victim.path, world.now)
    else:
        world.gateway.receive(datagram, victim.path, world.now)
    world.flush()


def assert_sane(world: World, side: str, victim: Session) -> None:
    """A session that lives on is fit to: it waits for something, and its packet path knows what it knows."""
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


def assert_nothing_left(world: World, side: str) -> None:
    """A session that ended said so once, and gave everything back."""
    assert sum(isinstance(e, Closed) for name, e in world.events if name == side) == 1
    assert not world.paths[side].inbound
    assert not world.paths[side].outbound
    if side == "gateway":
        assert not world.gateway.sessions
        assert world.gateway.half_open == 0
        assert world.policy.leased == 0
