"""Invariant: whatever strangers send to a responder, or in place of one's answers, nothing raises. The
responder bounds what it keeps and what it says, and lets an honest initiator in afterwards; the initiator
goes on waiting, comes up, or ends once with an error that has a name.

The first octet picks the victim, an initiator for odd ones. In chunks these words stand for what was said
last: `IKESPI_I`, `IKESPI_R`, and `COOKIE_COOKIE_COOKIE` for the responder's cookie.
"""

from __future__ import annotations

import struct

from fuzz.script import Script
from fuzz.targets.message import with_length
from ginnel_service.ike.admission import HALF_OPEN_MAX
from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.errors import SESSION_CODES, PeerError
from ginnel_service.ike.events import Endpoint, Path, State
from ginnel_service.ike.message import HEADER_LENGTH, Message, parse_message, serialise_message
from simulation.world import World

MAX_STEPS = 24
COOKIE = b"COOKIE_COOKIE_COOKIE"
EXCHANGES = (
    ExchangeType.IKE_SA_INIT,
    ExchangeType.IKE_AUTH,
    ExchangeType.CREATE_CHILD_SA,
    ExchangeType.INFORMATIONAL,
)
#: Of what an IKE_SA_INIT answer repeats from the request, some is as long again: a nonce, a public value.
AMPLIFICATION, ANSWER_OCTETS = 2, 600


def feed(octets: bytes) -> None:
    script = Script(octets)
    if script.octet() & 1:
        _initiator(script)
    else:
        _responder(script)


def _responder(script: Script) -> None:
    world, other = World(1), World(2)
    other.client.connect(0.0)
    ((true, path),) = other.client.datagrams()
    here = path.remote
    script.tokens = {b"IKESPI_I": true[:8]}
    for _ in range(MAX_STEPS):
        if not script.more:
            break
        port = 500 + script.octet()
        where = Path(here, Endpoint("198.51.100.7", port), port % 2 == 1)
        if script.octet() >= 0xC0:
            world.now += script.octet()
            world.gateway.advance(world.now)
        datagram = _datagram(script, true)
        world.gateway.receive(datagram, where, world.now)
        answers = world.gateway.datagrams()
        assert sum(len(answer) for answer, _ in answers) <= AMPLIFICATION * len(datagram) + ANSWER_OCTETS
        assert all(to == where for _, to in answers)
        script.tokens = {**script.tokens, **_learned(answers)}
        assert world.gateway.half_open <= HALF_OPEN_MAX
        assert world.gateway.half_open == len(world.gateway.sessions)
    world.gateway.events()
    world.run(world.now + 60)
    assert not world.gateway.sessions
    _comes_up(World(3), world)


def _comes_up(honest: World, attacked: World) -> None:
    """An honest initiator gets in, the flood behind it."""
    honest.gateway, honest.policy, honest.now = attacked.gateway, attacked.policy, attacked.now
    honest.connect()


def _initiator(script: Script) -> None:
    world = World(1)
    kept: list[bytes] = []
    world.tap = lambda sender, datagram: sender == "gateway" or not kept.append(datagram)  # type: ignore[func-returns-value]
    world.client.connect(0.0)
    world.run(0.01)
    for _ in range(MAX_STEPS):
        if not script.more or world.client.state is State.CLOSED:
            break
        script.tokens = {b"IKESPI_I": world.client.talk.current.spi_i, b"IKESPI_R": b"STRANGER"}
        path = world.client.path
        if script.octet() >= 0xC0:
            world.run(world.now + script.octet() / 10)
        world.client.receive(_datagram(script, kept[-1]), path, world.now)
        world.flush()
    world.tap = lambda sender, datagram: True
    world.run(world.now + 400)
    assert world.client.state in (State.ESTABLISHED, State.CLOSED)
    assert all(code in SESSION_CODES for code in world.errors())


def _datagram(script: Script, true: bytes) -> bytes:
    """Octets as they come, a message made of payloads, or the true request with a part of it replaced."""
    match script.octet() % 4:
        case 0:
            return script.chunk()
        case 1:
            spi_i, spi_r = (script.chunk()[:8].ljust(8, b"\0") for _ in range(2))
            exchange, flags, number = script.pick(EXCHANGES), script.octet(), script.octet()
            made = Message(spi_i, spi_r, exchange, number, bool(flags & 8), bool(flags & 32), script.chain())
            return serialise_message(made)
        case 2:
            at, gone = struct.unpack("!HB", script.chunk()[:3].ljust(3, b"\0"))
            return with_length(true[:at] + script.chunk() + true[at + gone :])
        case _:  # the true request with payloads before its own
            first = parse_message(true)
            added = script.chain()
            payloads = (*added, *first.payloads)
            message = Message(
                true[:8], bytes(8), ExchangeType.IKE_SA_INIT, 0, True, script.octet() >= 0xF0, payloads
            )
            return serialise_message(message)


def _learned(answers: list[tuple[bytes, Path]]) -> dict[bytes, bytes]:
    """The responder's SPI and cookie, as it said them."""
    found: dict[bytes, bytes] = {}
    for answer, _ in answers:
        if len(answer) < HEADER_LENGTH:
            continue
        if any(answer[8:16]):
            found[b"IKESPI_R"] = answer[8:16]
        try:
            cookie = parse_message(answer).notify(NotifyType.COOKIE)
        except PeerError:
            continue
        if cookie is not None:
            found[COOKIE] = cookie.data
    return found
