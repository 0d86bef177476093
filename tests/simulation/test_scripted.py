"""Scenes with hostile gateways and clients: each has a name, and ends as it should."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ginnel_service.ike.codes import ExchangeType, NotifyType, PayloadType, ProtocolId
from ginnel_service.ike.config import Ppk
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.events import Endpoint, Path, State
from ginnel_service.ike.exchanges.init import DOUBT_S
from ginnel_service.ike.message import parse_message, serialise_message
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.auth import AuthPayload
from ginnel_service.ike.payloads.cert import CertReqPayload
from ginnel_service.ike.payloads.delete import DeletePayload
from ginnel_service.ike.payloads.eap import EapPayload
from ginnel_service.ike.payloads.identity import Identity, IdrPayload
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.nonce import NoncePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import SaPayload
from ginnel_service.ike.payloads.unknown import UnknownPayload
from ginnel_service.ike.payloads.vendor import VendorPayload
from ginnel_service.ike.proposals import DEFAULT_ESP, DEFAULT_IKE, offer
from simulation.hostile import Impostor, RawPayload
from simulation.scripted import (
    Script,
    changed,
    meet,
    octets,
    only_notify,
    stateless,
    swapped,
    with_more,
)
from simulation.victim import assert_nothing_left, begun, deliver
from simulation.world import CLIENT, GATEWAY, GATEWAY_ID, PATIENT, World

CLIENT_END, GATEWAY_END = Endpoint(CLIENT, 500), Endpoint(GATEWAY, 500)
ONE = SaPayload(offer(DEFAULT_IKE)[:1])
NOTIFY = NotifyPayload(40_000)
HTTP_LOOKUP = NotifyType.HTTP_CERT_LOOKUP_SUPPORTED


def cookies(request: bytes, true: bytes, turn: int) -> list[bytes]:
    return [stateless(request, NotifyPayload(NotifyType.COOKIE, bytes([turn + 1]) * 32))]


def methods_in_turn(request: bytes, true: bytes, turn: int) -> list[bytes]:
    wanted = (19, 31)[turn % 2]
    return [stateless(request, NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, wanted.to_bytes(2, "big")))]


#: What comes in place of the true answer, and how the attempt ends. All of it is either ignored, for a true
#: answer may follow, or a refusal that is reported when none does.
INSTEAD: dict[str, tuple[Script, str]] = {
    "silence": (lambda request, true, turn: [], "unreachable"),
    "no octets": (octets(lambda true: b""), "unreachable"),
    "random octets": (lambda request, true, turn: [random.Random(turn).randbytes(200)], "unreachable"),
    "our own request": (lambda request, true, turn: [request], "unreachable"),
    "one octet less": (octets(lambda true: true[:-1]), "unreachable"),
    "one octet more": (octets(lambda true: true + b"\0"), "unreachable"),
    "another major version": (octets(lambda true: true[:17] + b"\x30" + true[18:]), "unreachable"),
    "another initiator's SPI": (octets(lambda true: b"another!" + true[8:]), "unreachable"),
    "no responder's SPI": (octets(lambda true: true[:8] + bytes(8) + true[16:]), "unreachable"),
    "another exchange": (changed(lambda m: replace(m, exchange=ExchangeType.IKE_AUTH)), "unreachable"),
    "another message ID": (changed(lambda m: replace(m, message_id=1)), "unreachable"),
    "a request": (changed(lambda m: replace(m, is_response=False)), "unreachable"),
    "from an initiator": (changed(lambda m: replace(m, from_initiator=True)), "unreachable"),
    "no payloads": (changed(lambda m: replace(m, payloads=())), "unreachable"),
    "no proposal": (swapped(SaPayload), "unreachable"),
    "contradictory proposals": (swapped(SaPayload, SaPayload(offer(DEFAULT_IKE))), "unreachable"),
    "an ESP proposal": (swapped(SaPayload, SaPayload(offer(DEFAULT_ESP[:1], b"1234"))), "unreachable"),
    "a proposal with every transform": (swapped(SaPayload, ONE), "invalid_peer_message"),
    "no public value": (swapped(KePayload), "unreachable"),
    "an empty public value": (swapped(KePayload, KePayload(31, b"")), "unreachable"),
    "a public value of zeros": (swapped(KePayload, KePayload(31, bytes(32))), "unreachable"),
    "a public value of 60,000 octets": (swapped(KePayload, KePayload(31, bytes(60_000))), "unreachable"),
    "another method's value": (swapped(KePayload, KePayload(19, bytes(64))), "unreachable"),
    "no nonce": (swapped(NoncePayload), "unreachable"),
    "a short nonce": (swapped(NoncePayload, NoncePayload(bytes(15))), "unreachable"),
    "a long nonce": (swapped(NoncePayload, NoncePayload(bytes(257))), "unreachable"),
    "64 KiB of notifies": (with_more(*[NOTIFY] * 8000), "unreachable"),
    "10,000 vendor IDs": (with_more(*[VendorPayload(b"")] * 10_000), "unreachable"),
    "an unknown critical payload": (with_more(UnknownPayload(200, b"", critical=True)), "unreachable"),
    "a cookie of 65 octets": (only_notify(NotifyType.COOKIE, bytes(65)), "unreachable"),
    "a cookie of none": (only_notify(NotifyType.COOKIE), "unreachable"),
    "the method that was refused": (
        only_notify(NotifyType.INVALID_KE_PAYLOAD, b"\0\x1f"),
        "unreachable",
    ),
    "a method nobody has": (
        only_notify(NotifyType.INVALID_KE_PAYLOAD, b"\x03\xe7"),
        "no_proposal_chosen",
    ),
    "NO_PROPOSAL_CHOSEN": (only_notify(NotifyType.NO_PROPOSAL_CHOSEN), "no_proposal_chosen"),
    "AUTHENTICATION_FAILED": (only_notify(NotifyType.AUTHENTICATION_FAILED), "authentication_failed"),
    "INVALID_SYNTAX": (only_notify(NotifyType.INVALID_SYNTAX), "peer_error"),
    "INVALID_MAJOR_VERSION": (only_notify(NotifyType.INVALID_MAJOR_VERSION, b"\2"), "peer_error"),
    "an error without a name": (only_notify(8191, b"?" * 1000), "peer_error"),
    "no NAT traversal": (swapped(NotifyPayload), "peer_error"),
    "endless cookies": (cookies, "invalid_peer_message"),
    "endless methods": (methods_in_turn, "invalid_peer_message"),
}
#: Whoever answers these ahead of the gateway has changed what the client sends or signs: the attempt cannot
#: come up any more, but it ends with a reason.
LASTING = {"endless cookies", "endless methods"}


@pytest.mark.parametrize("name", INSTEAD)
def test_a_false_answer_in_place_of_the_true_one_ends_the_attempt_with_its_reason(name: str) -> None:
    script, outcome = INSTEAD[name]
    assert meet(script, true_too=False) == outcome


@pytest.mark.parametrize("name", [name for name in INSTEAD if name not in LASTING])
def test_a_false_answer_ahead_of_the_true_one_changes_nothing(name: str) -> None:
    """Above all a forged refusal, which anyone could send who sees the request (RFC 7296 section 2.21.1)."""
    script, _ = INSTEAD[name]
    assert meet(script, true_too=True) == "established"


def test_a_refusal_is_reported_soon_after() -> None:
    """A person who chose the wrong proposals does not wait for all retransmissions."""
    world = World(1)
    script = only_notify(NotifyType.NO_PROPOSAL_CHOSEN)

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "client":
            (refusal,) = script(datagram, b"", 0)
            world.deliver_after(0.005, "gateway", refusal, Path(GATEWAY_END, CLIENT_END, False))
        return False

    world.tap = tap
    world.client.connect(0.0)
    world.run(DOUBT_S)
    assert world.client.state is State.INIT
    world.run(DOUBT_S + 0.01)
    assert world.errors() == ["no_proposal_chosen"]


def test_a_refusal_is_reported_when_the_retransmissions_end_before() -> None:
    impatient = replace(PATIENT, retransmit_s=0.1, retransmit_tries=2)
    script = only_notify(NotifyType.NO_PROPOSAL_CHOSEN)
    assert meet(script, true_too=False, timing=impatient) == "no_proposal_chosen"


@pytest.mark.parametrize("times", [1, 50])
@pytest.mark.parametrize("delay_s", [0.0, 3.0, 20.0])
def test_a_late_or_repeated_true_answer_will_do(times: int, delay_s: float) -> None:
    assert meet(lambda request, true, turn: [true] * times, true_too=False, delay_s=delay_s) == "established"


def test_a_changed_answer_that_is_well_formed_fails_to_authenticate() -> None:
    """AUTH signs the whole answer: what was put into it on the way does not go unnoticed."""
    assert meet(with_more(VendorPayload(b"put in")), true_too=False) == "authentication_failed"


def test_the_hashes_that_a_stranger_names_take_little_memory() -> None:
    """A half-open session holds what came, not a set of thousands of numbers."""
    world = World(1)
    long = NotifyPayload(
        NotifyType.SIGNATURE_HASH_ALGORITHMS, b"".join(at.to_bytes(2, "big") for at in range(3500))
    )
    path = Path(GATEWAY_END, CLIENT_END, False)

    def tap(sender: str, datagram: bytes) -> bool:
        message = parse_message(datagram)
        payloads = (*(p for p in message.payloads if not _names_hashes(p)), long)
        world.gateway.receive(serialise_message(replace(message, payloads=payloads)), path, 0.0)
        return False

    world.tap = tap
    world.client.connect(0.0)
    world.run(0.01)
    assert world.peer.peer_hashes is not None
    assert len(world.peer.peer_hashes) <= 64


def _names_hashes(payload: Payload) -> bool:
    return isinstance(payload, NotifyPayload) and payload.notify == NotifyType.SIGNATURE_HASH_ALGORITHMS


def test_an_answer_that_is_refused_leaves_nothing_behind() -> None:
    """Nobody signs it: what it announced must not stay beside what the true answer says."""
    world = World(1, client={"ppk": Ppk(id=b"k", secret=bytes(32))}, gateway={"certificate_requests": False})
    before: list[object] = []

    def traces() -> list[object]:
        client = world.client
        return [
            client.asked,
            client.peer_looks_up,
            client.peer_hashes,
            client.fragmentation,
            client.childless,
        ]

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "client":
            before.append(traces())
            return True
        message = parse_message(datagram)
        payloads = (*message.payloads, CertReqPayload(4, bytes(20)), NotifyPayload(HTTP_LOOKUP))
        forged = serialise_message(replace(message, payloads=payloads))
        world.client.receive(forged, Path(CLIENT_END, GATEWAY_END, False), world.now)
        assert world.client.state is State.INIT  # no USE_PPK: refused
        assert traces() == before[0]
        return False

    world.tap = tap
    world.client.connect(0.0)
    world.run(0.1)
    assert world.client.state is State.INIT


# Those who have the keys

SIDES = ("client", "gateway")


def notifies(payloads: tuple[Payload, ...]) -> tuple[int, ...]:
    return tuple(p.notify for p in payloads if isinstance(p, NotifyPayload))


def raw(kind: PayloadType, data: bytes) -> Payload:
    return RawPayload(kind, data)  # type: ignore[return-value]


DELETES = (DeletePayload(ProtocolId.ESP, (b"none",) * 16_000),)
#: A request on an established SA: the exchange, the payloads, how the session stands then, and what answers.
REQUESTS: dict[str, tuple[int, tuple[Payload, ...], tuple[str, tuple[int, ...]]]] = {
    "nothing": (ExchangeType.INFORMATIONAL, (), ("established", ())),
    "deletes of 16,000 unknown SPIs": (ExchangeType.INFORMATIONAL, DELETES, ("established", ())),
    "200 vendor IDs": (ExchangeType.INFORMATIONAL, (VendorPayload(b"x"),) * 200, ("established", ())),
    "10,000 vendor IDs": (
        ExchangeType.INFORMATIONAL,
        (VendorPayload(b""),) * 10_000,
        ("invalid_peer_message", (NotifyType.INVALID_SYNTAX,)),
    ),
    "64 KiB of notifies": (
        ExchangeType.INFORMATIONAL,
        (NOTIFY,) * 8000,
        ("invalid_peer_message", (NotifyType.INVALID_SYNTAX,)),
    ),
    "one notify of 60,000 octets": (
        ExchangeType.INFORMATIONAL,
        (NotifyPayload(40_000, bytes(60_000)),),
        ("established", ()),
    ),
    "an unknown critical payload": (
        ExchangeType.INFORMATIONAL,
        (UnknownPayload(200, b"", critical=True),),
        ("established", (NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,)),
    ),
    "an unknown payload": (ExchangeType.INFORMATIONAL, (UnknownPayload(200, b""),), ("established", ())),
    "an SK payload inside": (
        ExchangeType.INFORMATIONAL,
        (raw(PayloadType.SK, bytes(40)),),
        ("invalid_peer_message", (NotifyType.INVALID_SYNTAX,)),
    ),
    "a CREATE_CHILD_SA of nothing": (
        ExchangeType.CREATE_CHILD_SA,
        (),
        ("invalid_peer_message", (NotifyType.INVALID_SYNTAX,)),
    ),
    "another IKE_SA_INIT": (ExchangeType.IKE_SA_INIT, (ONE,), ("established", ())),
    "another IKE_AUTH": (ExchangeType.IKE_AUTH, (AuthPayload(2, bytes(32)),), ("established", ())),
    "an exchange that does not exist": (99, (), ("established", ())),
    "a rekey of an unknown SA": (
        ExchangeType.CREATE_CHILD_SA,
        (NotifyPayload(NotifyType.REKEY_SA, protocol=ProtocolId.ESP, spi=b"none"),),
        ("established", (NotifyType.CHILD_SA_NOT_FOUND,)),
    ),
    "an IKE SA without an SPI": (
        ExchangeType.CREATE_CHILD_SA,
        (SaPayload(offer(DEFAULT_IKE, bytes(8))), NoncePayload(bytes(32)), KePayload(31, bytes(range(32)))),
        ("established", (NotifyType.NO_PROPOSAL_CHOSEN,)),
    ),
}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", REQUESTS)
def test_a_strange_request_is_answered_as_the_rfc_says(name: str, side: str) -> None:
    exchange, payloads, expected = REQUESTS[name]
    world, said = begun(1, side, established=True), list[bytes]()
    world.tap = lambda sender, datagram: bool(said.append(datagram))  # type: ignore[func-returns-value]
    victim = world.side(side)
    impostor, sa = Impostor(victim, random.Random(1)), victim.talk.current
    deliver(world, side, victim, impostor.request(exchange, payloads))
    answered = notifies(impostor.opened(said[0], sa))
    assert (_standing(world, side), answered) == expected


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("off", [1, 2, 1000, 0xFFFFFFF0])
def test_a_wrong_message_id_is_ignored(side: str, off: int) -> None:
    world, said = begun(1, side, established=True), list[bytes]()
    world.tap = lambda sender, datagram: bool(said.append(datagram))  # type: ignore[func-returns-value]
    victim = world.side(side)
    expected = victim.talk.current.responses.expected_id
    impostor = Impostor(victim, random.Random(1))
    strange = impostor.numbered(ExchangeType.INFORMATIONAL, (expected + off) % 2**32, ())
    deliver(world, side, victim, strange)
    assert not said
    assert victim.state is State.ESTABLISHED
    assert victim.talk.current.responses.expected_id == expected


@pytest.mark.parametrize("side", SIDES)
def test_a_response_to_nothing_is_ignored(side: str) -> None:
    world, said = begun(1, side, established=True), list[bytes]()
    world.tap = lambda sender, datagram: bool(said.append(datagram))  # type: ignore[func-returns-value]
    victim = world.side(side)
    sa = victim.talk.current
    impostor = Impostor(victim, random.Random(1))
    for number in (0, sa.requests.next_id, sa.requests.next_id + 1, 2**32 - 1):
        outside = impostor.outside(sa, ExchangeType.INFORMATIONAL)
        answer = outside._replace(flags=outside.flags | 0x20, message_id=number)
        deliver(world, side, victim, impostor.sealer(sa).seal_inner(answer, 0, b""))
    assert not said
    assert victim.state is State.ESTABLISHED


#: What comes in place of the gateway's IKE_AUTH response.
PROOFS: dict[str, tuple[tuple[Payload, ...], str]] = {
    "nothing": ((), "invalid_peer_message"),
    "an identity alone": ((IdrPayload(GATEWAY_ID),), "invalid_peer_message"),
    "AUTHENTICATION_FAILED": ((NotifyPayload(NotifyType.AUTHENTICATION_FAILED),), "authentication_failed"),
    "another identity": (
        (IdrPayload(Identity.parse_text("evil.example.org")), AuthPayload(2, bytes(32))),
        "authentication_failed",
    ),
    "another key": ((IdrPayload(GATEWAY_ID), AuthPayload(2, bytes(32))), "authentication_failed"),
    "an empty proof": ((IdrPayload(GATEWAY_ID), AuthPayload(2, b"")), "authentication_failed"),
    "a proof of 60,000 octets": (
        (IdrPayload(GATEWAY_ID), AuthPayload(2, bytes(60_000))),
        "authentication_failed",
    ),
    "an unknown method": ((IdrPayload(GATEWAY_ID), AuthPayload(201, bytes(32))), "authentication_failed"),
    "64 KiB of notifies": ((NOTIFY,) * 8000, "invalid_peer_message"),
    "an unknown critical payload": ((UnknownPayload(200, b"", critical=True),), "invalid_peer_message"),
}


@pytest.mark.parametrize("name", PROOFS)
def test_a_gateway_that_does_not_prove_itself_is_left_with_the_reason(name: str) -> None:
    payloads, outcome = PROOFS[name]
    world = begun(1, "client", established=False)
    answer = Impostor(world.client, random.Random(1)).response(payloads)
    assert answer is not None
    deliver(world, "client", world.client, answer)
    assert _standing(world, "client") == outcome


def test_eap_in_answer_to_a_proof_that_is_not_eap_proves_no_gateway() -> None:
    """Only EAP that is run to its end can stand for the gateway's AUTH (RFC 5998 section 3)."""
    world = World(1, client={"remote_auth": (), "eap_only": True, "childless": True})
    world.client.connect(0.0)
    world.run(0.05)
    world.tap = lambda sender, datagram: False
    start = Packet(Code.REQUEST, 1, Type.IDENTITY).serialise()
    answer = Impostor(world.client, random.Random(1)).response((IdrPayload(GATEWAY_ID), EapPayload(start)))
    assert answer is not None
    deliver(world, "client", world.client, answer)
    assert _standing(world, "client") == "invalid_peer_message"


@pytest.mark.parametrize("side", SIDES)
def test_an_answer_of_another_exchange_is_not_the_answer(side: str) -> None:
    world = begun(1, side, established=True)
    victim = world.side(side)
    world.rekey_child(side)
    impostor, sa = Impostor(victim, random.Random(1)), victim.talk.current
    outside = impostor.answering(sa)
    assert outside is not None
    wrong = outside._replace(exchange=ExchangeType.INFORMATIONAL)
    deliver(world, side, victim, impostor.sealer(sa).seal_inner(wrong, 0, b""))
    assert sa.requests.outstanding is not None
    assert victim.state is State.ESTABLISHED


def _standing(world: World, side: str) -> str:
    """`established`, or why the side's session ended; nothing is left then."""
    errors = world.errors()
    if not errors:
        assert world.side(side).state is State.ESTABLISHED
        return "established"
    assert_nothing_left(world, side)
    return errors[0]
