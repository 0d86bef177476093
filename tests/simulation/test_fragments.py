"""Messages that are too large for the path, both ways, in all weathers; and answers that take their time."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from ginnel_service.ike import proposals
from ginnel_service.ike.codes import ExchangeType, PayloadType, ProtocolId
from ginnel_service.ike.events import Probe, State
from ginnel_service.ike.fragments import FORGET_S
from ginnel_service.ike.proposals import DEFAULT_ESP
from ginnel_service.ike.session import Session
from simulation.hostile import Impostor
from simulation.world import CALM, PATIENT, STORM, Weather, World

SIDES = ("client", "gateway")
MANY = DEFAULT_ESP * (64 // len(DEFAULT_ESP))
DNS = tuple(IPv4Address(0x0A000000 + n) for n in range(300))


class Heavy(World):
    """Both sides have much to say: many proposals to ask for, many servers to tell of."""

    def __init__(self, seed: int = 1, **more: Any) -> None:
        super().__init__(seed, esp=(MANY, MANY), **more)
        self.policy.dns = DNS
        self.sent: list[tuple[str, bytes]] = []
        self.tap = self.watch

    def watch(self, sender: str, datagram: bytes) -> bool:
        self.sent.append((sender, datagram))
        return True

    def fragments(self, side: str, since: int = 0) -> list[bytes]:
        return [d for who, d in self.sent[since:] if who == side and d[16:17] == b"\x35"]

    def sizes(self, side: str, since: int = 0) -> list[int]:
        """IPv4 packets that carried fragments."""
        return [len(datagram) + 32 for datagram in self.fragments(side, since)]

    def hold(self, passing: int = 0) -> list[bytes]:
        """From now on the client's fragments but for the first few come here."""
        held: list[bytes] = []

        def tap(sender: str, datagram: bytes) -> bool:
            self.watch(sender, datagram)
            if sender == "client" and datagram[16] == PayloadType.SKF:
                held.append(datagram)
                return len(held) <= passing
            return True

        self.tap = tap
        return held


def narrow(world: World, octets: int, *sides: str) -> None:
    for side in sides or SIDES:
        world.carries[side] = octets


def test_large_messages_go_in_packets_that_every_ipv6_link_carries() -> None:
    world = Heavy()
    narrow(world, 1280)
    world.connect()
    for side in SIDES:
        assert len(world.sizes(side)) > 1
        assert max(world.sizes(side)) in range(900, 1281)
    for side in SIDES:
        world.rekey_child(side)
        world.run(world.now + 5)
    world.stop_esp()
    world.run(world.now + 60)
    assert world.dropped == 0
    world.assert_settled()


@pytest.mark.parametrize("sides", [("client",), ("gateway",), SIDES])
def test_what_does_not_get_through_goes_smaller_and_stays_so(sides: tuple[str, ...]) -> None:
    world = Heavy()
    narrow(world, 576, *sides)
    world.connect(within=10.0)
    dropped = world.dropped
    assert dropped > 0
    for side in sides:
        before = len(world.sent)
        world.rekey_child(side)
        world.run(world.now + 2)
        assert max(world.sizes(side, before)) <= 576
    world.stop_esp()
    world.run(world.now + 60)
    world.assert_settled()


def test_a_known_path_mtu_is_used() -> None:
    world = Heavy(discover=1464, client={"fragment_octets": 576})
    narrow(world, 1464)
    world.connect()
    assert max(world.sizes("client")) <= 576
    world.run(world.now + 5)
    for known in (1464, 700):
        narrow(world, known)
        if known < 1464:
            world.act("client", lambda session: session.path_too_big(700, world.now))
        before = len(world.sent)
        world.rekey_child("client")
        world.run(world.now + 1)
        assert max(world.sizes("client", before)) in range(577, known + 1)
    assert world.client.talk.current.requests.outstanding is None


def test_probes_are_never_cut() -> None:
    world = Heavy(discover=1464)
    world.connect()
    world.run(world.now + 5)
    probes = [datagram for _, datagram in world.sent if isinstance(datagram, Probe)]
    assert [len(probe) + 32 for probe in probes] == [1464, 1464]
    assert all(probe[16] == PayloadType.SK for probe in probes)


def test_nothing_is_cut_unless_both_support_it() -> None:
    world = Heavy(client={"fragmentation": False})
    world.connect()
    assert all(not world.sizes(side) for side in SIDES)


@pytest.mark.parametrize("batch", range(10))
def test_every_seed_completes_in_a_storm(batch: int) -> None:
    for seed in range(batch * 12, batch * 12 + 12):
        world = Heavy(seed, nat=bool(seed % 2), weather=STORM)
        narrow(world, (576, 1280, 1500)[seed % 3])
        world.connect()
        start = world.now
        for side in SIDES:
            rekey = world.rng.choice((world.rekey_child, world.rekey_ike))
            world.at(start + world.rng.uniform(0, 6), lambda rekey=rekey, side=side: rekey(side))  # type: ignore[misc]
        world.run(start + 60)
        world.weather = CALM
        world.stop_esp()
        world.run(start + 400)
        try:
            assert not world.errors()
            world.assert_settled()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        assert all(world.sizes(side) for side in SIDES)


@pytest.mark.parametrize("seed", range(12))
def test_additional_key_exchanges_survive_a_storm(seed: int) -> None:
    """A repeated IKE_INTERMEDIATE comes under keys that its first copy made old."""
    words = "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_mlkem1024"
    suite = (proposals.parse(words, ProtocolId.IKE),)
    world = Heavy(seed, ike=(suite, suite), nat=bool(seed % 2), weather=STORM)
    narrow(world, (576, 1280, 1500)[seed % 3])
    world.connect()
    world.weather = CALM
    world.run(world.now + 200)
    world.stop_esp()
    world.run(world.now + 20)
    world.assert_settled()


@pytest.mark.parametrize("side", SIDES)
def test_whatever_fragments_an_authenticated_peer_sends_nothing_raises_or_stays(side: str) -> None:
    world = Heavy()
    world.connect()
    world.stop_esp()
    world.run(world.now + 2)
    world.tap = lambda sender, datagram: False
    rng, victim = world.rng, world.side(side)
    impostor = Impostor(victim, rng)
    for _ in range(3000):
        sa = victim.talk.current
        kind = rng.choice((ExchangeType.INFORMATIONAL, ExchangeType.CREATE_CHILD_SA))
        message_id = sa.responses.expected_id + rng.choice((0, 0, 0, 0, 0, -1, 1, 7))
        total = rng.choice((1, 2, 2, 3, 5, 255, 256, 0xFFFF))
        number = rng.choice((1, 2, total, rng.randint(0, 0xFFFF)))
        first = rng.choice((0, 0, 33, 41, 46, 53))
        data = rng.randbytes(rng.choice((0, 1, 20, 500)))
        outside = impostor.outside(sa, kind)._replace(message_id=max(0, message_id))
        piece = impostor.fragment(sa, outside, first, (number, total), data)
        if side == "client":
            victim.receive(piece, victim.path, world.now)
        else:
            world.gateway.receive(piece, victim.path, world.now)
        world.run(world.now + rng.choice((0.0, 0.0, 0.01, FORGET_S)))
        if victim.state is State.CLOSED:  # a whole message that makes no sense
            assert victim.deadline() is None
            return
    pytest.fail("no fragments ever made a message")


def test_a_repeated_request_is_answered_once_for_its_first_fragment() -> None:
    world = Heavy()
    world.client.connect(0.0)
    world.run(0.2)
    request, answers = world.fragments("client"), world.fragments("gateway")
    assert len(request) > 1
    assert answers
    for number, fragment in enumerate(request):
        world.gateway.receive(fragment, world.peer.path, world.now)
        again = [datagram for datagram, _ in world.gateway.datagrams()]
        assert again == (answers if number == 0 else [])


def test_a_repeated_answer_gets_smaller_when_it_is_asked_for_once_more() -> None:
    world = Heavy()
    narrow(world, 576, "gateway")
    world.client.connect(0.0)
    world.run(12.0)
    assert world.client.state is State.ESTABLISHED
    sizes = world.sizes("gateway")
    assert max(sizes) > 900
    assert max(sizes[-4:]) <= 576


def test_a_forged_fragment_neither_ends_nor_spoils_an_assembly() -> None:
    world = Heavy()
    held = world.hold()
    world.client.connect(0.0)
    world.run(0.3)
    first, second, *rest = held
    forged, grown = bytearray(second), bytearray(second)
    forged[-1] ^= 1
    grown[35] += 1  # Total Fragments
    peer = world.peer
    for datagram in (first, bytes(forged), bytes(grown), second, *rest):
        assert peer.state is State.AUTH
        world.gateway.receive(datagram, peer.path, world.now)
    assert peer.state is State.ESTABLISHED


def test_an_incomplete_message_is_forgotten_in_time() -> None:
    world = Heavy(timing=replace(PATIENT, retransmit_s=1000.0))
    held = world.hold(passing=1)
    world.client.connect(0.0)
    world.run(0.4)
    assembly = world.peer.talk.current.responses.assembly
    assert not assembly.lacks(1, 1, len(held))
    world.peer.advance(world.now + FORGET_S)
    assert assembly.lacks(1, 1, len(held))


# Answers that take their time


def test_an_answer_may_come_later_and_repetitions_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(1, weather=Weather(delay_s=(0.02, 0.02)))
    world.connect()
    world.stop_esp()
    peer = world.peer
    asked: list[int] = []

    def later(self: Session, sa: object, message: object, now: float) -> None:
        asked.append(getattr(message, "message_id", -1))

    with monkeypatch.context() as patched:
        patched.setattr(Session, "answer_request", later)
        world.act("client", lambda session: session.check_liveness(world.now))
        world.run(world.now + 5)
    outstanding = world.client.talk.current.requests.outstanding
    assert outstanding is not None
    assert outstanding.transmission.sent > 2
    assert len(asked) == 1
    sa = peer.talk.current
    world.act("gateway", lambda session: session.talk.respond(sa, (), world.now))
    world.run(world.now + 1)
    assert world.client.talk.current.requests.outstanding is None
    world.act("gateway", lambda session: session.talk.respond(sa, (), world.now))  # nothing is pending now
    assert sa.responses.expected_id == asked[0] + 1
