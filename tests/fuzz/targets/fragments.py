"""Invariant: in whatever pieces a peer with the keys sends its messages, and whatever chain of payloads they
hold, nothing raises; what is kept of incomplete ones stays within its bounds and is forgotten in time, and
the session stays usable or ends once, with an error that has a name.

The first octet picks the victim. A step is a message cut properly and delivered in any order, a fragment with
numbers of its own, a message whose inside need not be a chain of payloads, or time that passes.
"""

from __future__ import annotations

import random

from fuzz.script import Script
from fuzz.targets.inner import EXCHANGES, VICTIMS, tokens
from ginnel_service.ike.errors import SESSION_CODES
from ginnel_service.ike.events import State
from ginnel_service.ike.fragments import FORGET_S, MAX_FRAGMENTS, MAX_OCTETS
from ginnel_service.ike.message import Outside, serialise_payloads
from ginnel_service.ike.sa import IkeSa
from ginnel_service.ike.session import Session
from simulation.hostile import Impostor
from simulation.victim import assert_nothing_left, assert_sane, begun, deliver
from simulation.world import World

MAX_STEPS = 32
LIMITS = (200, 548, 1200)


def feed(octets: bytes) -> None:
    script = Script(octets)
    side, established = script.pick(VICTIMS)
    world = begun(1, side, established=established, fragmentation=True)
    victim = world.side(side)
    impostor = Impostor(victim, random.Random(1))
    for _ in range(MAX_STEPS):
        if not script.more or victim.state is State.CLOSED:
            break
        script.tokens = tokens(victim)
        for datagram in _step(script, world, side, victim, impostor):
            deliver(world, side, victim, datagram)
        assert_sane(world, side, victim)
        _assert_bounded(victim)
    if victim.state is not State.CLOSED:
        world.run(world.now + FORGET_S + 1)
        assert all(sa.responses.assembly.deadline > world.now for sa in victim.talk.sas)
        assert_sane(world, side, victim)
    if victim.state is State.CLOSED:
        assert_nothing_left(world, side)
        assert all(code in SESSION_CODES for code in world.errors())


def _step(script: Script, world: World, side: str, victim: Session, impostor: Impostor) -> list[bytes]:
    kind, sa = script.octet() % 4, victim.talk.current
    outside = _outside(script, impostor, sa)
    match kind:
        case 0:
            cut = list(
                impostor.sealer(sa).cut(
                    outside, *serialise_payloads(script.chain()), script.pick(LIMITS), script.octet() % 9
                )
            )
            random.Random(script.octet()).shuffle(cut)
            return cut[: len(cut) - script.octet() % 2]
        case 1:
            first, place = script.octet(), (script.octet(), script.octet())
            whole = impostor.fragment(sa, outside, first, place, script.chunk())
            return [whole[: len(whole) - script.octet() // 32]]
        case 2:
            return [impostor.sealer(sa).seal_inner(outside, script.octet(), script.chunk())]
        case _:
            world.run(world.now + script.octet() / 5)
            if script.octet() & 1:
                world.rekey_child(side)
            return []


def _outside(script: Script, impostor: Impostor, sa: IkeSa) -> Outside:
    """The header of an answer, if one is due, or of a request whose Message ID may be off by a few."""
    exchange, which = script.pick(EXCHANGES), script.octet()
    due = impostor.answering(sa) if which & 1 else None
    if due is not None:
        return due
    asked = impostor.outside(sa, exchange)
    return asked._replace(message_id=asked.message_id + max(0, (which >> 1) - 120))


def _assert_bounded(victim: Session) -> None:
    for sa in victim.talk.sas:
        for assembly in (sa.requests.assembly, sa.responses.assembly):
            assert len(assembly._pieces) <= MAX_FRAGMENTS
            assert sum(map(len, assembly._pieces.values())) <= MAX_OCTETS
