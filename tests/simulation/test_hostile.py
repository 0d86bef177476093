"""Whatever a peer with the right keys says, nothing raises: the session lives on, or ends as `Closed`."""

from __future__ import annotations

import random

import pytest

from ginnel_service.ike import exchange_keys
from ginnel_service.ike.codes import ExchangeType, KeMethod, NotifyType, PayloadType, ProtocolId
from ginnel_service.ike.events import State
from ginnel_service.ike.exchanges.child import MAX_SELECTORS
from ginnel_service.ike.exchanges.create_child import MAX_CHILDREN
from ginnel_service.ike.exchanges.rekey_ike import MAX_IKE_SAS
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.delete import DeletePayload
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import SaPayload
from ginnel_service.ike.payloads.selector import TrafficSelector, TsiPayload, TsrPayload
from ginnel_service.ike.payloads.unknown import UnknownPayload
from ginnel_service.ike.proposals import DEFAULT_ESP, DEFAULT_IKE, offer
from ginnel_service.ike.session import Session
from simulation.hostile import Impostor, RawPayload
from simulation.victim import assert_nothing_left, assert_sane, begun, deliver
from simulation.world import World

EXCHANGES = (ExchangeType.CREATE_CHILD_SA, ExchangeType.CREATE_CHILD_SA, ExchangeType.INFORMATIONAL)
ODD_EXCHANGES = (*ExchangeType, 0, 99, 255)
SESSIONS = 150
MESSAGES = 40


@pytest.mark.parametrize("established", [True, False])
@pytest.mark.parametrize("side", ["client", "gateway"])
def test_whatever_an_authenticated_peer_sends_never_raises(side: str, established: bool) -> None:
    rng = random.Random(f"{side} {established}")
    ended = 0
    for seed in range(SESSIONS):
        world = begun(seed, side, established=established)
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
            deliver(world, side, victim, datagram or impostor.request(exchange, payloads, sa))
            assert_sane(world, side, victim)
        ended += victim.state is State.CLOSED
        if victim.state is State.CLOSED:
            assert_nothing_left(world, side)
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


SIDES = ("client", "gateway")


def _ready(side: str, seed: int = 1) -> tuple[World, Session, Impostor, list[bytes]]:
    """An established victim, its impostor, and what the victim sends from now on."""
    world = begun(seed, side, established=True)
    said: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        said.append(datagram)
        return False

    world.tap = tap
    return world, world.side(side), Impostor(world.side(side), random.Random(seed)), said


def _new_child(spi: bytes) -> tuple[Payload, ...]:
    everything_4 = TrafficSelector.from_network("0.0.0.0/0")
    return (
        SaPayload(offer(DEFAULT_ESP, spi)),
        NoncePayload(bytes(32)),
        TsiPayload((everything_4,)),
        TsrPayload((everything_4,)),
    )


def _new_ike(spi: bytes) -> tuple[Payload, ...]:
    pair = exchange_keys.generate(KeMethod.X25519, random.Random(1).randbytes)
    return (
        SaPayload(offer(DEFAULT_IKE, spi)),
        NoncePayload(bytes(32)),
        KePayload(KeMethod.X25519, pair.public),
    )


def _notifies(payloads: tuple[Payload, ...]) -> list[int]:
    return [p.notify for p in payloads if isinstance(p, NotifyPayload)]


@pytest.mark.parametrize("side", SIDES)
def test_the_number_of_child_sas_is_bounded(side: str) -> None:
    world, victim, impostor, said = _ready(side)
    for number in range(500):
        payloads = _new_child((number + 1000).to_bytes(4, "big"))
        deliver(world, side, victim, impostor.request(ExchangeType.CREATE_CHILD_SA, payloads))
    assert len(victim.children) == MAX_CHILDREN
    assert _notifies(impostor.opened(said[-1])) == [NotifyType.NO_ADDITIONAL_SAS]
    assert victim.state is State.ESTABLISHED


@pytest.mark.parametrize("side", SIDES)
def test_child_sas_made_and_deleted_at_once_are_bounded_too(side: str) -> None:
    world, victim, impostor, _ = _ready(side)
    for number in range(500):
        spi = (number + 1000).to_bytes(4, "big")
        made = impostor.request(ExchangeType.CREATE_CHILD_SA, _new_child(spi))
        deliver(world, side, victim, made)
        gone = impostor.request(ExchangeType.INFORMATIONAL, (DeletePayload(ProtocolId.ESP, (spi,)),))
        deliver(world, side, victim, gone)
    assert len(victim.children.spis_in) <= MAX_CHILDREN
    world.run(world.now + 10)
    assert len(victim.children.spis_in) == 1


@pytest.mark.parametrize("side", SIDES)
def test_the_number_of_ike_sas_is_bounded(side: str) -> None:
    world, victim, impostor, said = _ready(side)
    for number in range(100):
        payloads = _new_ike((number + 1).to_bytes(8, "big"))
        deliver(world, side, victim, impostor.request(ExchangeType.CREATE_CHILD_SA, payloads))
    assert len(victim.talk.sas) == MAX_IKE_SAS
    assert _notifies(impostor.opened(said[-1])) == [NotifyType.NO_ADDITIONAL_SAS]
    world.run(world.now + 100)
    assert len(victim.talk.sas) == 1


@pytest.mark.parametrize("side", SIDES)
def test_a_peer_that_deletes_its_half_of_a_simultaneous_rekey_leaves_ours(side: str) -> None:
    world, victim, impostor, _ = _ready(side)
    old = victim.talk.current
    world.rekey_ike(side)
    deliver(world, side, victim, impostor.request(ExchangeType.CREATE_CHILD_SA, _new_ike(b"hostile!")))
    (undecided,) = (sa for sa in victim.talk.sas if sa is not old)
    gone = impostor.request(ExchangeType.INFORMATIONAL, (DeletePayload(ProtocolId.IKE),), undecided)
    deliver(world, side, victim, gone)
    refusal = impostor.response((NotifyPayload(NotifyType.TEMPORARY_FAILURE),), old)
    assert refusal is not None
    deliver(world, side, victim, refusal)
    assert_sane(world, side, victim)
    assert victim.talk.sas == (old,)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("spi", [bytes(4), b"\0\0\0\xff"])
def test_reserved_esp_spis_are_refused(side: str, spi: bytes) -> None:
    world, victim, impostor, said = _ready(side)
    deliver(world, side, victim, impostor.request(ExchangeType.CREATE_CHILD_SA, _new_child(spi)))
    assert _notifies(impostor.opened(said[-1])) == [NotifyType.NO_PROPOSAL_CHOSEN]
    assert len(victim.children) == 1


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("spi", [bytes(8), b""])
def test_a_new_ike_sa_without_an_spi_is_refused(side: str, spi: bytes) -> None:
    world, victim, impostor, said = _ready(side)
    deliver(world, side, victim, impostor.request(ExchangeType.CREATE_CHILD_SA, _new_ike(spi)))
    assert _notifies(impostor.opened(said[-1])) == [NotifyType.NO_PROPOSAL_CHOSEN]
    assert len(victim.talk.sas) == 1


@pytest.mark.parametrize("side", SIDES)
def test_an_unknown_critical_payload_is_named_in_the_answer(side: str) -> None:
    world, victim, impostor, said = _ready(side)
    payloads = (UnknownPayload(200, b"?", critical=True),)
    deliver(world, side, victim, impostor.request(ExchangeType.INFORMATIONAL, payloads))
    (answer,) = impostor.opened(said[-1])
    assert answer == NotifyPayload(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, bytes((200,)))
    deliver(world, side, victim, impostor.request(ExchangeType.INFORMATIONAL, ()))
    assert impostor.opened(said[-1]) == ()
    assert victim.state is State.ESTABLISHED


@pytest.mark.parametrize("side", SIDES)
def test_a_broken_request_is_told_so_and_ends_the_session(side: str) -> None:
    world, victim, impostor, said = _ready(side)
    broken: Payload = RawPayload(PayloadType.NONCE, b"short")  # type: ignore[assignment]
    request = impostor.request(ExchangeType.CREATE_CHILD_SA, (broken,))
    sa = victim.talk.current
    deliver(world, side, victim, request)
    assert _notifies(impostor.opened(said[-1], sa)) == [NotifyType.INVALID_SYNTAX]
    assert victim.state is State.CLOSED
    assert world.errors() == ["invalid_peer_message"]
    assert_nothing_left(world, side)


@pytest.mark.parametrize("side", SIDES)
def test_a_broken_answer_ends_the_session(side: str) -> None:
    world, victim, impostor, _ = _ready(side)
    world.rekey_child(side)
    broken: Payload = RawPayload(PayloadType.NONCE, b"short")  # type: ignore[assignment]
    answer = impostor.response((broken,))
    assert answer is not None
    deliver(world, side, victim, answer)
    assert world.errors() == ["invalid_peer_message"]
    assert_nothing_left(world, side)


@pytest.mark.parametrize("side", SIDES)
def test_a_request_ahead_of_authentication_waits(side: str) -> None:
    """The network may reorder: the gateway's first request before its IKE_AUTH response."""
    world = begun(1, side, established=False)
    victim = world.side(side)
    before = victim.talk.current.responses.expected_id
    deliver(world, side, victim, Impostor(victim, random.Random(1)).request(ExchangeType.INFORMATIONAL, ()))
    assert victim.talk.current.responses.expected_id == before
    world.tap = lambda sender, datagram: True
    world.run(world.now + 10)
    assert world.client.state is State.ESTABLISHED


def test_a_delete_of_unknown_spis_closes_nothing() -> None:
    world, victim, impostor, _ = _ready("client")
    for record in victim.children:
        victim.children.retire(record, world.now)
    unknown = (DeletePayload(ProtocolId.ESP, (b"none", b"such")),)
    deliver(world, "client", victim, impostor.request(ExchangeType.INFORMATIONAL, unknown))
    assert victim.state is State.ESTABLISHED


@pytest.mark.parametrize("side", SIDES)
def test_the_pairs_of_selectors_are_bounded(side: str) -> None:
    world, victim, impostor, said = _ready(side)
    victim.fragmentation = False  # so that the answer is one datagram
    ports = tuple(TrafficSelector.from_network("0.0.0.0/0", 6, port, port) for port in range(255))
    sa, nonce, _, _ = _new_child(b"fine")
    payloads = (sa, nonce, TsiPayload(ports), TsrPayload(ports))
    deliver(world, side, victim, impostor.request(ExchangeType.CREATE_CHILD_SA, payloads))
    made = list(victim.children)[-1].sa
    assert len(made.local_ts) == len(made.remote_ts) == MAX_SELECTORS
    assert not _notifies(impostor.opened(said[-1]))
