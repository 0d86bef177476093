"""IKE_FOLLOWUP_KE as RFC 9370 section 2.2.4 has it: in order, linked, bounded in time, and forgettable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ginnel_service.ike import exchange_keys, keys, proposals
from ginnel_service.ike.codes import Encr, ExchangeType, KeMethod, NotifyType, Prf, ProtocolId
from ginnel_service.ike.config import RandomBytes
from ginnel_service.ike.errors import InvalidSyntax
from ginnel_service.ike.events import ChildRekeyed, EspSuite, IkeRekeyed
from ginnel_service.ike.exchanges import followup
from ginnel_service.ike.message import Message
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import Proposal
from ginnel_service.ike.proposals import DEFAULT_ESP, GATEWAY_IKE, POST_QUANTUM_IKE
from ginnel_service.ike.session import Session
from simulation.world import World

WHAT = {"child": World.rekey_child, "ike": World.rekey_ike}
SIDES = ("client", "gateway")
OTHER = {"client": "gateway", "gateway": "client"}


def _parsed(text: str, protocol: ProtocolId) -> tuple[Proposal, ...]:
    return proposals.offer((proposals.parse(text, protocol),))


def _world(seed: int = 1, more: str = "ke1_mlkem768-ke2_ecp256") -> World:
    ike = _parsed(f"aes256gcm16-prfsha256-x25519-{more}", ProtocolId.IKE)
    esp = _parsed(f"aes256gcm16-x25519-{more}", ProtocolId.ESP)
    world = World(seed, ike=(ike, ike), esp=(esp, esp), client={"fragmentation": False})  # datagrams count
    world.connect()
    return world


def _settle(world: World) -> None:
    world.run(world.now + 60)
    world.stop_esp()
    world.run(world.now + 100)
    assert not world.errors()
    world.assert_settled()


class Wire:
    """The exchange types of all datagrams, requests and responses apart."""

    def __init__(self, world: World) -> None:
        self.requests: list[int] = []
        self.responses: list[int] = []
        self.silent = ""  # whose follow-up requests are lost
        self.deaf = 0  # how many of them
        world.tap = self._tap

    def _tap(self, sender: str, datagram: bytes) -> bool:
        if len(datagram) == 1:
            return True
        response = bool(datagram[19] & 0x20)
        (self.responses if response else self.requests).append(datagram[18])
        if sender == self.silent and not response and datagram[18] == ExchangeType.IKE_FOLLOWUP_KE:
            self.deaf -= 1
            return self.deaf < 0
        return True


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("what", WHAT)
def test_every_additional_method_has_an_exchange_of_its_own(what: str, side: str) -> None:
    world = _world()
    wire = Wire(world)
    WHAT[what](world, side)
    world.run(world.now + 2)
    expected = [36, 44, 44, 37]
    assert wire.requests[:4] == wire.responses[:4] == expected
    _settle(world)


def test_the_keys_have_the_secrets_in_the_order_of_the_rfc() -> None:
    """SKEYSEED = prf(SK_d, SK(0) | Ni | Nr | SK(1) | ... SK(n)), and KEYMAT likewise."""
    d, ni, nr = b"d" * 32, b"i" * 32, b"r" * 32
    seed = keys.rekey_skeyseed(Prf.HMAC_SHA2_256, d, ni, nr, b"SK0", b"SK1" + b"SK2")
    assert seed == keys.prf(Prf.HMAC_SHA2_256, d, b"SK0" + ni + nr + b"SK1SK2")
    suite = EspSuite(Encr.AES_GCM_16, 256)
    one, two = keys.child_keys(Prf.HMAC_SHA2_256, d, suite, ni, nr, b"SK0", b"SK1SK2")
    keymat = keys.prf_plus(Prf.HMAC_SHA2_256, d, b"SK0" + ni + nr + b"SK1SK2", 72)
    assert one.encr + two.encr == keymat


def test_each_exchange_has_a_fresh_key_of_its_method(monkeypatch: pytest.MonkeyPatch) -> None:
    world = _world()
    seen: dict[int, list[bytes]] = {}
    answer = exchange_keys.respond

    def respond(method: int, public: bytes, random: RandomBytes) -> tuple[bytes, bytes]:
        seen.setdefault(method, []).append(public)
        return answer(method, public, random)

    monkeypatch.setattr(exchange_keys, "respond", respond)
    for _ in range(2):
        world.rekey_child("client")
        world.run(world.now + 10)
    assert set(seen) == {KeMethod.X25519, KeMethod.ML_KEM_768, KeMethod.ECP256}
    assert all(len(set(publics)) == 2 for publics in seen.values())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("what", WHAT)
def test_what_the_responder_forgot_is_begun_anew(what: str, side: str) -> None:
    """STATE_NOT_FOUND "is not fatal to the IKE SA": the rekey is tried again, later."""
    world = _world()
    wire = Wire(world)
    wire.silent, wire.deaf = side, 14  # beyond the time for which the half-made SA is kept
    WHAT[what](world, side)
    world.run(world.now + 2 * followup.WAIT_S)
    assert ExchangeType.IKE_FOLLOWUP_KE in wire.responses
    world.run(world.now + 60)
    assert wire.requests.count(ExchangeType.CREATE_CHILD_SA) == 2
    kind = ChildRekeyed if what == "child" else IkeRekeyed
    assert sum(isinstance(e, kind) for _, e in world.events) == 2
    _settle(world)


@pytest.mark.parametrize("side", SIDES)
def test_a_half_made_sa_is_dropped_in_time_and_holds_nothing_up(side: str) -> None:
    world = _world()
    wire = Wire(world)
    wire.silent, wire.deaf = side, 1000
    world.rekey_ike(side)
    world.run(world.now + 1)
    other = world.side(OTHER[side])
    assert other.talk.current.half_made is not None
    assert "secrets" not in repr(other.talk.current.half_made)
    world.rekey_child(OTHER[side])
    assert other.talk.current.queue  # it waits for the peer to be done
    world.run(world.now + followup.WAIT_S + 1)
    assert other.talk.current.half_made is None
    assert not other.talk.current.queue
    wire.silent = ""
    world.run(world.now + 30)
    _settle(world)


def test_a_close_does_not_wait_for_a_half_made_sa() -> None:
    world = _world()
    wire = Wire(world)
    wire.silent, wire.deaf = "client", 1000
    world.rekey_ike("client")
    world.run(world.now + 1)
    world.stop_esp()
    world.act("gateway", lambda s: s.close(world.now))
    world.run(world.now + 2)
    assert not world.gateway.sessions
    assert not world.errors()


def _ask(session: Session, link: bytes | None) -> tuple[NotifyPayload, ...]:
    """What the session answers to a follow-up request with that link."""
    sa = session.talk.current
    notifies = () if link is None else (NotifyPayload(NotifyType.ADDITIONAL_KEY_EXCHANGE, link),)
    payloads = (KePayload(KeMethod.ECP256, bytes(64)), *notifies)
    message = Message(sa.spi_i, sa.spi_r, ExchangeType.IKE_FOLLOWUP_KE, 9, True, False, payloads)
    answered = session.answer_request(sa, message, 0.0)
    assert answered is not None
    return tuple(p for p in answered if isinstance(p, NotifyPayload))


@pytest.mark.parametrize("link", [None, b"", b"another" * 3])
def test_a_series_that_is_not_known_is_not_found(link: bytes | None) -> None:
    world = _world()
    assert [n.notify for n in _ask(world.peer, link)] == [NotifyType.STATE_NOT_FOUND]
    wire = Wire(world)
    wire.silent, wire.deaf = "client", 1
    world.rekey_child("client")
    world.run(world.now + 0.1)
    assert world.peer.talk.current.half_made is not None
    assert [n.notify for n in _ask(world.peer, link)] == [NotifyType.STATE_NOT_FOUND]
    _settle(world)  # a wrong link does not disturb the right one


@pytest.mark.parametrize("payload", [KePayload(KeMethod.X25519, bytes(32)), None])
def test_a_follow_up_without_the_key_exchange_agreed_on_is_broken(payload: KePayload | None) -> None:
    world = _world()
    wire = Wire(world)
    wire.silent, wire.deaf = "client", 1000
    world.rekey_child("client")
    world.run(world.now + 0.1)
    sa = world.peer.talk.current
    assert sa.half_made is not None
    link = NotifyPayload(NotifyType.ADDITIONAL_KEY_EXCHANGE, sa.half_made.link)
    payloads = (link,) if payload is None else (payload, link)
    message = Message(sa.spi_i, sa.spi_r, ExchangeType.IKE_FOLLOWUP_KE, 9, True, False, payloads)
    with pytest.raises(InvalidSyntax):
        world.peer.answer_request(sa, message, world.now)


def test_a_responder_that_always_forgets_ends_the_ike_sa(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "If the initiator continues to receive STATE_NOT_FOUND notifications after several retries, it MUST
    treat this situation as a fatal error and delete the IKE SA"."""
    world = _world()
    monkeypatch.setattr(followup, "handle", lambda *about: (NotifyPayload(NotifyType.STATE_NOT_FOUND),))
    wire = Wire(world)
    world.rekey_child("client")
    world.stop_esp()
    world.run(world.now + 300)
    assert wire.requests.count(ExchangeType.IKE_FOLLOWUP_KE) == followup.MAX_LOST
    assert world.errors() == ["peer_error"]
    assert not world.gateway.sessions


def _suites(world: World) -> Iterator[str]:
    for session in (world.client, world.peer):
        assert session.talk.current.suite is not None
        yield session.talk.current.suite.name


@pytest.mark.parametrize("side", SIDES)
def test_a_gateway_takes_hybrids_from_the_client_that_has_them(side: str) -> None:
    for client, hybrid in ((POST_QUANTUM_IKE, True), (GATEWAY_IKE, True), (DEFAULT_ESP, False)):
        ike = (client, GATEWAY_IKE) if hybrid else (proposals.DEFAULT_IKE, GATEWAY_IKE)
        world = World(1, ike=ike)
        world.connect()
        world.rekey_ike(side)
        world.run(world.now + 10)
        assert any(isinstance(e, IkeRekeyed) for _, e in world.events)
        assert all(("ke1_mlkem768" in name) is hybrid for name in _suites(world))
        _settle(world)


def test_a_gateway_without_a_wish_of_its_own_goes_along_with_a_hybrid_child() -> None:
    esp = _parsed("aes256gcm16-ecp384-ke1_mlkem768", ProtocolId.ESP)
    for other in (POST_QUANTUM_IKE, GATEWAY_IKE):
        world = World(1, ike=(other, other), esp=(esp, DEFAULT_ESP))
        world.connect()
        wire = Wire(world)
        world.rekey_child("client")
        world.run(world.now + 2)
        assert wire.requests[:2] == [36, 44]
        _settle(world)
