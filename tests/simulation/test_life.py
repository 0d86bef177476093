"""The life of one session: how it begins, what can end it, and what it says then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ginnel_service.ike import proposals
from ginnel_service.ike.codes import ExchangeType, NotifyType, ProtocolId
from ginnel_service.ike.config import Timing
from ginnel_service.ike.events import (
    Closed,
    ConfigurationReceived,
    Endpoint,
    IkeEstablished,
    KeysExported,
    Path,
    PathChanged,
    RoundTrip,
    State,
)
from ginnel_service.ike.message import Message, serialise_message
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import Proposal
from ginnel_service.ike.session import KEEPALIVE
from simulation.world import CLIENT_ID, GATEWAY, NAT, PATIENT, Weather, World

IMPATIENT = replace(PATIENT, retransmit_tries=3, liveness_s=5.0)


def _ike(*words: str) -> tuple[Proposal, ...]:
    return proposals.offer(proposals.parse(word, ProtocolId.IKE) for word in words)


def _esp(*words: str) -> tuple[Proposal, ...]:
    return proposals.offer(proposals.parse(word, ProtocolId.ESP) for word in words)


@pytest.mark.parametrize(
    "words", ["aes256gcm16", "aes128gcm16", "aes256-sha256", "aes256gcm16-ecp256", "aes128gcm16-x25519"]
)
def test_every_esp_suite_connects_and_rekeys(words: str) -> None:
    suite = _esp(words)
    world = World(1, esp=(suite, suite))
    world.connect()
    for side in ("client", "gateway"):
        world.rekey_child(side)
        world.run(world.now + 10)
    world.stop_esp()
    world.run(world.now + 100)
    world.assert_settled()


def test_a_peer_without_a_wish_for_fresh_keys_goes_along_with_ours() -> None:
    world = World(1, esp=(_esp("aes256gcm16-ecp384"), _esp("aes256gcm16")))
    world.connect()
    world.rekey_child("client")
    world.run(world.now + 10)
    world.stop_esp()
    world.run(world.now + 100)
    world.assert_settled()


def test_the_gateway_asks_for_another_key_exchange_method() -> None:
    world = World(1, ike=(_ike("aes256gcm16-prfsha256-x25519-ecp384"), _ike("aes256gcm16-prfsha256-ecp384")))
    world.connect()
    suites = {e.suite for _, e in world.events if isinstance(e, IkeEstablished)}
    assert suites == {"aes256gcm16-prfsha256-ecp384"}


def test_virtual_addresses_and_dns_arrive_and_are_given_back() -> None:
    world = World(1)
    world.connect()
    (given,) = (
        e.configuration for n, e in world.events if n == "client" and isinstance(e, ConfigurationReceived)
    )
    assert [str(a) for a in given.addresses] == ["10.9.0.2/32", "fd00:9::2/128"]
    assert [str(a) for a in given.dns] == ["10.9.0.1"]
    assert [str(n) for n in next(iter(world.peer.children)).sa.remote_ts[0].networks()] == ["10.9.0.2/32"]
    world.act("client", lambda s: s.close(world.now))
    world.stop_esp()
    world.run(world.now + 10)
    assert world.policy.leased == 0


def test_a_nat_is_seen_and_its_mapping_kept() -> None:
    world = World(1, nat=True)
    seen: list[bytes] = []
    world.connect()
    world.tap = lambda sender, datagram: not seen.append(datagram)  # type: ignore[func-returns-value]
    (client,) = (e for n, e in world.events if n == "client" and isinstance(e, IkeEstablished))
    assert client.nat_local
    assert client.path.remote == Endpoint(GATEWAY, 4500)
    assert world.peer.path.remote.host == NAT
    world.run(world.now + 65)
    assert seen.count(KEEPALIVE) == 3


def test_without_a_nat_no_keepalive_is_sent() -> None:
    world = World(1)
    world.connect()
    seen: list[bytes] = []
    world.tap = lambda sender, datagram: not seen.append(datagram)  # type: ignore[func-returns-value]
    world.run(world.now + 65)
    assert KEEPALIVE not in seen


def test_the_gateway_follows_a_client_whose_nat_mapping_changed() -> None:
    world = World(1)
    world.connect()
    world.nat = True
    world.act("client", lambda s: s.check_liveness(world.now))
    world.run(world.now + 5)
    moves = [e for n, e in world.events if n == "gateway" and isinstance(e, PathChanged)]
    assert [move.path.remote.host for move in moves] == [NAT]


def test_a_replayed_request_from_elsewhere_moves_nothing() -> None:
    world = World(1)
    world.connect()
    seen: list[bytes] = []
    world.tap = lambda sender, datagram: not seen.append(datagram)  # type: ignore[func-returns-value]
    world.act("client", lambda s: s.check_liveness(world.now))
    world.run(world.now + 5)
    path = Path(Endpoint(GATEWAY, 4500), Endpoint("192.0.2.66", 4500), True)
    world.gateway.receive(seen[0], path, world.now)
    world.flush()
    assert world.peer.path.remote.host != "192.0.2.66"


def test_a_wrong_key_ends_both_sides_with_the_reason() -> None:
    world = World(1, client_psk=b"mistyped")
    world.client.connect(0.0)
    world.run(10)
    assert set(world.errors()) == {"authentication_failed"}
    assert not world.gateway.sessions
    assert all("mistyped" not in repr(e) and "simulated" not in repr(e) for _, e in world.events)


def test_no_common_proposal_is_reported() -> None:
    world = World(1, ike=(_ike("aes256gcm16-prfsha256-x25519"), _ike("aes128-sha256-modp2048")))
    world.client.connect(0.0)
    world.run(10)
    assert world.errors() == ["no_proposal_chosen"]
    assert world.gateway.half_open == 0


def test_no_common_esp_proposal_is_reported_and_leaves_nothing() -> None:
    world = World(1, esp=(_esp("aes256gcm16"), _esp("aes256-sha256")))
    world.client.connect(0.0)
    world.run(60)
    assert world.errors() == ["no_proposal_chosen"]
    assert not world.gateway.sessions


def test_a_silent_gateway_is_unreachable_after_all_retransmissions() -> None:
    world = World(1, timing=Timing())
    world.weather = Weather(loss=1.0)
    world.client.connect(0.0)
    world.run(200)
    assert world.errors() == ["unreachable"]


def test_a_vanished_peer_is_noticed_by_both() -> None:
    world = World(1, timing=IMPATIENT)
    world.connect()
    world.stop_esp()
    world.weather = Weather(loss=1.0)
    world.run(world.now + 60)
    assert world.errors() == ["peer_vanished"]
    world.run(world.now + 400)  # a mobile peer has time to find another path (RFC 4555 section 3.11)
    assert world.errors() == ["peer_vanished", "peer_vanished"]


def test_liveness_measures_the_round_trip() -> None:
    world = World(1, timing=IMPATIENT)
    world.connect()
    before = len(world.events)
    world.run(world.now + 20)
    trips = [e.seconds for _, e in world.events[before:] if isinstance(e, RoundTrip)]
    assert trips == pytest.approx([0.04] * len(trips))
    assert trips


def test_lifetimes_bring_rekeys_of_their_own_accord() -> None:
    timing = replace(PATIENT, ike_lifetime_s=300.0, child_lifetime_s=100.0)
    world = World(1, timing=timing)
    world.connect()
    first = world.client.talk.current.our_spi
    world.run(world.now + 3000)
    world.stop_esp()
    world.run(world.now + 20)
    world.assert_settled()
    assert world.client.talk.current.our_spi != first


def test_a_forged_answer_to_the_first_request_does_not_stop_the_true_one() -> None:
    world = World(1)
    world.client.connect(0.0)
    world.flush()
    empty = Message(
        world.client.talk.current.spi_i, b"forgedSP", ExchangeType.IKE_SA_INIT, 0, False, True, ()
    )
    world.client.receive(serialise_message(empty), Path(Endpoint("x", 1), Endpoint("y", 1), False), 0.0)
    world.run(10)
    assert world.client.state is State.ESTABLISHED


def test_a_gateway_that_keeps_asking_for_cookies_is_given_up() -> None:
    world = World(1)
    world.tap = lambda sender, datagram: sender == "gateway"
    world.client.connect(0.0)
    for number in range(10):
        notify = (NotifyPayload(NotifyType.COOKIE, b"again %d" % number),)
        again = Message(
            world.client.talk.current.spi_i, bytes(8), ExchangeType.IKE_SA_INIT, 0, False, True, notify
        )
        world.client.receive(serialise_message(again), world.client.path, 0.0)
    world.run(10)
    assert world.errors() == ["invalid_peer_message"]


def test_hostile_datagrams_leave_an_established_tunnel_alone() -> None:
    world = World(1)
    seen: list[bytes] = []
    world.connect()
    world.tap = lambda sender, datagram: not seen.append(datagram)  # type: ignore[func-returns-value]
    world.rekey_child("client")
    world.rekey_child("gateway")
    world.run(world.now + 5)
    for side in (world.client, world.gateway):
        for number in range(20_000):
            datagram = bytearray(seen[number % len(seen)])
            for _ in range(world.rng.randint(1, 4)):
                datagram[world.rng.randrange(len(datagram))] = world.rng.randrange(256)
            cut = world.rng.choice((len(datagram), world.rng.randrange(len(datagram))))
            side.receive(bytes(datagram[:cut]), world.client.path, world.now)
    world.run(world.now + 40)
    world.stop_esp()
    world.run(world.now + 60)
    world.assert_settled()


def test_closing_twice_and_commands_after_the_end_are_harmless() -> None:
    world = World(1)
    world.connect()
    world.stop_esp()
    for _ in range(2):
        world.act("client", lambda s: s.close(world.now))
    world.run(world.now + 10)
    world.client.rekey_ike(world.now)
    world.client.check_liveness(world.now)
    world.client.advance(world.now)
    assert world.client.deadline() is None
    assert sum(isinstance(e, Closed) for _, e in world.events) == 2
    assert world.client.config.local_id == CLIENT_ID


@pytest.mark.parametrize("copies", [2, 20])
def test_copies_of_an_answer_to_start_over_are_harmless(copies: int) -> None:
    """A duplicated COOKIE or INVALID_KE_PAYLOAD asks for what was sent already."""
    world = World(1, ike=(_ike("aes256gcm16-prfsha256-x25519-ecp384"), _ike("aes256gcm16-prfsha256-ecp384")))
    world.client.connect(0.0)
    ((request, path),) = world.client.datagrams()
    wishes = (
        NotifyPayload(NotifyType.COOKIE, b"a cookie"),
        NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, b"\0\x14"),
    )
    for wish in wishes:
        answer = Message(request[:8], bytes(8), ExchangeType.IKE_SA_INIT, 0, False, True, (wish,))
        for _ in range(copies):
            world.client.receive(serialise_message(answer), path, 0.0)
    world.run(10)
    assert not world.errors()
    assert world.client.state is State.ESTABLISHED


def test_exported_keys_name_every_algorithm() -> None:
    for words in ("aes128-sha384-esn", "aes256-sha512", "aes256gcm16-esn"):
        suite = _esp(words)
        world = World(1, esp=(suite, suite))
        world.client.config = replace(world.client.config, export_keys=True)
        world.connect()
        lines = [e.line for _, e in world.events if isinstance(e, KeysExported) and e.format == "esp_sa"]
        assert len(lines) == 2
        assert all(line.endswith('"64-bit"' if "-esn" in words else '"32-bit"') for line in lines)
