"""Invariant: whatever arrives at either end, at any moment, it answers or ends; it never raises and never
lets anybody in who proved nothing. Inputs come from seeded generators, so a failure repeats."""

from __future__ import annotations

import random

import pytest

from ginnel_service.ike.eap.avps import EAP_MESSAGE, MICROSOFT, MS_CHAP2_SUCCESS, MS_CHAP_ERROR, Avp
from ginnel_service.ike.eap.config import EapConfig, EapMethod, EapServerConfig
from ginnel_service.ike.eap.outcome import Accepted, Ask, Failed, Reply, Succeeded
from ginnel_service.ike.eap.packet import Type
from ginnel_service.ike.eap.peap import CRYPTOBINDING, RESULT, tlv
from ginnel_service.ike.eap.peer import Outcome, Peer
from ginnel_service.ike.eap.server import Server
from ike.eap.certificates import server_certificate, tls, user_certificate
from ike.eap.ends import USERS, seeded, utc
from ike.eap.test_peap import Inside as PeapInside
from ike.eap.test_ttls import chap_first
from ike.eap.tunnelled import TunnelledServer


def peer(password: str = "correct horse", methods: tuple[EapMethod, ...] = tuple(EapMethod)) -> Peer:
    config = EapConfig(
        username="bob",
        password=password,
        methods=methods,
        tls=tls(user_certificate(), octets=400),
    )
    return Peer(config, seeded(), utc)


def mutate(chance: random.Random, octets: bytes) -> bytes:
    spoiled = bytearray(octets)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(spoiled) or 1)
        match chance.randrange(5):
            case 0 if spoiled:
                spoiled[at] ^= 1 << chance.randrange(8)
            case 1 if spoiled:
                spoiled[at] = chance.choice((0, 1, 2, 3, 4, 0x20, 0x40, 0x80, 0xFF))
            case 2:
                del spoiled[at : at + chance.randrange(1, 40)]
            case 3:
                spoiled[at:at] = chance.randbytes(chance.randrange(40))
            case _:
                del spoiled[at:]
    if chance.random() < 0.7 and len(spoiled) >= 4:
        spoiled[2:4] = len(spoiled).to_bytes(2, "big")
    return bytes(spoiled)


def settle(ours: Peer, outcome: Outcome, chance: random.Random) -> Outcome:
    for _ in range(8):
        if not isinstance(outcome, Ask):
            return outcome
        assert len(outcome.prompt.message) <= 256
        assert outcome.prompt.message.isprintable()
        outcome = ours.answer(chance.choice((None, "", "x", "y" * 300)))
    return outcome


def servers(kind: str, seed: int) -> Server | TunnelledServer:
    certificate = tls(server_certificate(), octets=400)
    if kind == "mschapv2":
        return Server(EapServerConfig(lookup=USERS.get), seeded(seed), utc)
    if kind == "tls":
        return Server(EapServerConfig(methods=(EapMethod.TLS,), tls=certificate), seeded(seed), utc)
    if kind == "ttls":
        return TunnelledServer(Type.TTLS, "1.3", chap_first, octets=400)
    return TunnelledServer(Type.PEAP, "1.3", PeapInside(bind=True), octets=400)


@pytest.mark.parametrize("kind", ["mschapv2", "tls", "ttls", "peap"])
def test_a_peer_survives_spoiled_packets_at_every_moment(kind: str) -> None:
    ends = set()
    for seed in range(60):
        chance = random.Random(seed)
        ours, theirs = peer(), servers(kind, seed)
        spoil = chance.randrange(12)
        packet = theirs.start()
        for number in range(60):
            if number >= spoil:
                packet = mutate(chance, packet)
            outcome = settle(ours, ours.receive(packet), chance)
            ends.add(type(outcome))
            if not isinstance(outcome, Reply):
                break
            if number >= spoil:  # go on from wherever this led
                packet = mutate(chance, packet)
                continue
            packet = theirs.receive(outcome.packet).packet
        else:
            outcome = ours.receive(b"")
        assert isinstance(outcome, Failed | Succeeded | Ask)
    assert Failed in ends


@pytest.mark.parametrize("kind", [Type.TTLS, Type.PEAP])
def test_what_comes_through_a_true_tunnel_is_not_trusted_either(kind: Type) -> None:
    seeds = (
        Avp(MS_CHAP2_SUCCESS, b"\1S=" + b"0" * 40, MICROSOFT).serialise(),
        Avp(EAP_MESSAGE, b"\1\1\0\5\1").serialise(),
        Avp(MS_CHAP_ERROR, b"\1E=691 R=1 C=" + b"0" * 32 + b" V=3 M=x", MICROSOFT).serialise(),
        b"\1\7\0\x0b\x21" + tlv(RESULT, b"\0\1"),
        b"\1\7\0\x47\x21" + tlv(RESULT, b"\0\1") + tlv(CRYPTOBINDING, bytes(56)),
        bytes([Type.MSCHAPV2]) + b"\1\1\0\x15\x10" + bytes(16),
        bytes([Type.MSCHAPV2]) + b"\4\1\0\x40E=648 R=1 C=" + b"0" * 32 + b" V=3 M=x",
    )
    heard = 0
    for seed in range(100):
        chance = random.Random(seed)

        def inside(server: TunnelledServer, plain: bytes, chance: random.Random = chance) -> bytes | bool:
            if kind == Type.TTLS and not server.heard:
                return b""
            said = chance.choice(seeds)
            return said if chance.random() < 0.3 else mutate(chance, said)

        ours = peer(methods=(EapMethod(kind.name.lower()),))
        theirs = TunnelledServer(kind, "1.3", inside)
        packet = theirs.start()
        for _ in range(40):
            outcome = settle(ours, ours.receive(packet), chance)
            if not isinstance(outcome, Reply):
                break
            packet = theirs.receive(outcome.packet).packet
        assert isinstance(outcome, Reply | Failed | Ask)
        assert not ours.done
        heard += len(theirs.heard)
    assert heard > 50


@pytest.mark.parametrize("kind", ["mschapv2", "tls"])
def test_a_server_survives_spoiled_packets_and_lets_nobody_in(kind: str) -> None:
    for seed in range(60):
        chance = random.Random(seed)
        ours, theirs = peer(password="wrong"), servers(kind, seed)
        assert isinstance(theirs, Server)
        packet, verdict = theirs.start(), None
        for _ in range(60):
            outcome = settle(ours, ours.receive(packet), chance)
            if not isinstance(outcome, Reply):
                break
            verdict = theirs.receive(mutate(chance, outcome.packet))
            if not isinstance(verdict, Reply):
                break
            packet = verdict.packet
        if kind == "mschapv2":
            assert not isinstance(verdict, Accepted)


@pytest.mark.parametrize("kind", [Type.MSCHAPV2, Type.TLS, Type.TTLS, Type.PEAP, Type.GTC, Type.MD5, 99, 254])
def test_random_requests_of_every_type_do_not_raise(kind: int) -> None:
    chance = random.Random(kind)
    for _ in range(40):
        ours = peer()
        for identifier in range(20):
            body = bytes([kind]) + chance.randbytes(chance.randrange(80))
            if chance.random() < 0.3:
                body = bytes([kind, 0x20])
            head = bytes([1, identifier]) + (4 + len(body)).to_bytes(2, "big")
            outcome = settle(ours, ours.receive(head + body), chance)
            assert not isinstance(outcome, Succeeded)
