"""Invariant: whatever a peer that has the keys says, in either role and before or after IKE_AUTH, nothing
raises: the session stays usable, or ends once, with an error that has a name, and gives everything back.

The first octet picks the victim. Every step after it is one message, sealed with the session's own keys, a
command to the victim, or time that passes. In payloads these words stand for the victim's SPIs: `CHIN` and
`CHOT` of its first CHILD SA, `IKESPI_I` and `IKESPI_R` of its IKE SA.
"""

from __future__ import annotations

import random

from fuzz.script import Script
from ginnel_service.ike.codes import ExchangeType
from ginnel_service.ike.errors import SESSION_CODES
from ginnel_service.ike.events import Closed, State
from ginnel_service.ike.session import Session
from simulation.hostile import Impostor
from simulation.victim import assert_nothing_left, assert_sane, begun, deliver
from simulation.world import World

#: (side, past IKE_AUTH) by the first octet.
VICTIMS = (("client", True), ("gateway", True), ("client", False), ("gateway", False))
#: What a step is, by its first octet.
REQUEST, RESPONSE, COMMAND, TIME = range(4)
EXCHANGES = (
    ExchangeType.CREATE_CHILD_SA,
    ExchangeType.INFORMATIONAL,
    ExchangeType.IKE_AUTH,
    ExchangeType.IKE_SA_INIT,
)
COMMANDS = ("rekey_child", "rekey_ike", "liveness", "probe", "close")
MAX_STEPS = 24
DEFAULT_TAIL_S = 2.0


def feed(octets: bytes) -> None:
    script = Script(octets)
    side, established = script.pick(VICTIMS)
    world = begun(1, side, established=established)
    victim = world.side(side)
    impostor = Impostor(victim, random.Random(1))
    for _ in range(MAX_STEPS):
        if not script.more or victim.state is State.CLOSED:
            break
        script.tokens = tokens(victim)
        _step(script, world, side, victim, impostor)
        assert_sane(world, side, victim)
    if victim.state is not State.CLOSED:
        world.run(world.now + DEFAULT_TAIL_S)
        assert_sane(world, side, victim)
    if victim.state is State.CLOSED:
        assert_nothing_left(world, side)
        assert all(code in SESSION_CODES for code in world.errors())
        assert all(str(e.error) for _, e in world.events if isinstance(e, Closed) and e.error)


def tokens(victim: Session) -> dict[bytes, bytes]:
    """The SPIs that the words of a script stand for."""
    sa = victim.talk.current
    found = {b"IKESPI_I": sa.spi_i, b"IKESPI_R": sa.spi_r}
    for record in victim.children:
        found |= {b"CHIN": record.sa.spi_in, b"CHOT": record.sa.spi_out}
        break
    return found


def _step(script: Script, world: World, side: str, victim: Session, impostor: Impostor) -> None:
    match script.octet() % 4:
        case 0:
            exchange, sa = script.pick(EXCHANGES), script.pick(victim.talk.sas)
            deliver(world, side, victim, impostor.request(exchange, script.chain(), sa))
        case 1:
            sa = script.pick(victim.talk.sas)
            response = impostor.response(script.chain(), sa)
            if response is not None:
                deliver(world, side, victim, response)
        case 2:
            _command(script.pick(COMMANDS), world, side)
        case _:
            world.run(world.now + script.octet() / 10)


def _command(command: str, world: World, side: str) -> None:
    match command:
        case "rekey_child":
            world.rekey_child(side)
        case "rekey_ike":
            world.rekey_ike(side)
        case "liveness":
            world.act(side, lambda session: session.check_liveness(world.now))
        case "probe":
            world.act(side, lambda session: session.discover_path_mtu(1400, world.now))
        case _:
            world.act(side, lambda session: session.close(world.now))
