"""Every cipher, PRF, integrity algorithm and key exchange method of IKE, and what is said when none fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ginnel_service.ike import proposals
from ginnel_service.ike.codes import NotifyType, ProtocolId
from ginnel_service.ike.errors import SessionError
from ginnel_service.ike.events import Closed
from ginnel_service.ike.message import parse_message, serialise_message
from ginnel_service.ike.payloads.ke import KePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import Proposal
from simulation.world import World


def ike(*words: str) -> tuple[Proposal, ...]:
    return proposals.offer(proposals.parse(word, ProtocolId.IKE) for word in words)


def agreed(world: World) -> str:
    suite = world.client.talk.current.suite
    assert suite is not None
    return suite.name


def _lives(suite: str) -> None:
    """Connect with one IKE suite, rekey from either side, and find everything settled."""
    world = World(1, ike=(ike(suite), ike(suite)))
    world.connect()
    assert agreed(world) == proposals.keywords(ike(suite)[0])
    for side in ("client", "gateway"):
        world.rekey_ike(side)
        world.run(world.now + 10)
    world.rekey_child("gateway")
    world.run(world.now + 10)
    world.stop_esp()
    world.run(world.now + 100)
    world.assert_settled()


@pytest.mark.parametrize(
    "method",
    [
        *("x25519", "x448", "ecp256", "ecp384", "ecp521", "mlkem768", "mlkem1024"),
        *("modp1024", "modp1536", "modp2048", "modp3072", "modp4096", "modp6144", "modp8192"),
    ],
)
@pytest.mark.parametrize("cipher", ["aes256gcm16-prfsha384", "aes128-sha256"])
def test_every_method_connects_and_rekeys(cipher: str, method: str) -> None:
    _lives(f"{cipher}-{method}")


@pytest.mark.parametrize("prf", ["prfsha256", "prfsha512", "prfsha1", "prfaesxcbc", "prfaescmac"])
@pytest.mark.parametrize(
    "cipher",
    [
        *("aes128gcm16", "aes192gcm12", "aes256gcm8", "aes128ccm16", "aes192ccm12", "aes256ccm8"),
        *("chacha20poly1305", "aes256-sha384", "aes128ctr-sha256", "aes256ctr-sha512"),
    ],
)
def test_every_cipher_connects_and_rekeys(cipher: str, prf: str) -> None:
    _lives(f"{cipher}-{prf}-x25519")


@pytest.mark.parametrize("integ", ["sha1", "aesxcbc", "aescmac", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("cipher", ["aes192", "aes192ctr"])
def test_every_integrity_algorithm_connects_and_rekeys(cipher: str, integ: str) -> None:
    _lives(f"{cipher}-{integ}-ecp256")


@pytest.mark.parametrize("method", ["x25519", "modp2048"])
def test_the_first_request_fits_any_path(method: str) -> None:
    """All that a profile is likely to offer, and its first public value."""
    everything = proposals.offer(
        (
            *ike(f"aes256gcm16-prfsha384-{method}"),
            *proposals.POST_QUANTUM_IKE,
            *proposals.DEFAULT_IKE,
            *proposals.COMPATIBLE_IKE,
        )
    )
    world = World(1, ike=(everything, everything))
    lengths: list[int] = []

    def note(sender: str, datagram: bytes) -> bool:
        lengths.append(len(datagram))
        return True

    world.tap = note
    world.connect()
    assert lengths[0] < 1200


@pytest.mark.parametrize(
    ("word", "gateway", "chosen"),
    [
        ("default", proposals.GATEWAY_IKE, "aes256gcm16-prfsha256-x25519"),
        ("compatible", proposals.COMPATIBLE_IKE, "aes256-sha1-prfsha256-x25519"),
    ],
)
def test_a_named_set_connects_with_its_first_choice(
    word: str, gateway: tuple[Proposal, ...], chosen: str
) -> None:
    world = World(1, ike=(proposals.expand(word, ProtocolId.IKE), gateway))
    world.connect()
    assert agreed(world) == chosen


@pytest.mark.parametrize(
    ("offered", "accepted", "chosen"),
    [
        ("x25519-ke1_mlkem768", "x25519-ke1_mlkem768", "x25519-ke1_mlkem768"),
        ("x25519-ke1_mlkem1024-ke1_none", "x25519-ke1_mlkem1024", "x25519-ke1_mlkem1024"),
        ("x25519-ke1_mlkem1024-ke1_none", "x25519", "x25519-ke1_none"),
        ("x25519-ke1_mlkem768", "x25519-ke1_none-ke1_mlkem768", "x25519-ke1_mlkem768"),
        ("mlkem768-ke3_ecp384-ke5_modp2048", "mlkem768-ke3_ecp384-ke5_modp2048", None),
    ],
)
@pytest.mark.parametrize("prf", ["prfsha256", "prfaesxcbc", "prfaescmac"])
def test_additional_exchanges_connect(offered: str, accepted: str, chosen: str | None, prf: str) -> None:
    cipher = f"aes256gcm16-{prf}"
    world = World(1, ike=(ike(f"{cipher}-{offered}"), ike(f"{cipher}-{accepted}")))
    world.connect()
    assert agreed(world) == f"{cipher}-{chosen or offered}"
    world.stop_esp()
    world.run(world.now + 100)
    world.assert_settled()


def test_post_quantum_is_preferred_and_default_remains() -> None:
    wish = proposals.offer((*proposals.POST_QUANTUM_IKE, *proposals.DEFAULT_IKE))
    for gateway, chosen in (
        (proposals.GATEWAY_IKE, "aes256gcm16-prfsha256-x25519-ke1_mlkem768"),
        (proposals.DEFAULT_IKE, "aes256gcm16-prfsha256-x25519"),
    ):
        world = World(1, ike=(wish, gateway))
        world.connect()
        assert agreed(world) == chosen


def test_an_ml_kem_key_that_is_none_ends_nothing() -> None:
    """Nobody is proven yet, so the gateway drops a broken encapsulation key and answers the true one."""
    suite = ike("aes256gcm16-prfsha256-mlkem768")
    world = World(1, ike=(suite, suite))
    dropped: list[bytes] = []

    def break_first(sender: str, datagram: bytes) -> bool:
        if sender == "client" and not dropped:
            dropped.append(datagram)
            public = next(p.data for p in parse_message(datagram).payloads if isinstance(p, KePayload))
            broken = datagram.replace(public, b"\xff" * len(public))
            world.deliver_after(0.01, "client", broken, world.client.path)
            return False
        return True

    world.tap = break_first
    world.connect()
    assert dropped


@pytest.mark.parametrize(
    ("gateway", "detail"),
    [
        ("aes128-sha256-ecp256", "offered aes256gcm16-prfsha256-x25519, aes256-sha512-ecp384"),
        (
            "aes256gcm16-prfsha256-modp4096",
            "offered aes256gcm16-prfsha256-x25519, aes256-sha512-ecp384",
        ),
    ],
)
def test_a_refusal_says_what_was_offered(gateway: str, detail: str) -> None:
    world = World(1, ike=(ike("aes256gcm16-prfsha256-x25519", "aes256-sha512-ecp384"), ike(gateway)))
    world.client.connect(0.0)
    world.run(10.0)
    (closed,) = (e for name, e in world.events if name == "client" and isinstance(e, Closed))
    assert isinstance(closed.error, SessionError)
    assert (closed.error.code, closed.error.detail) == ("no_proposal_chosen", detail)


def test_a_refused_child_says_what_was_offered_for_it() -> None:
    ours, theirs = (
        proposals.offer([proposals.parse(words, ProtocolId.ESP)])
        for words in ("aes256gcm16-x25519", "chacha20poly1305")
    )
    world = World(1, esp=(ours, theirs))
    world.client.connect(0.0)
    world.run(10.0)
    (closed,) = (e for name, e in world.events if name == "client" and isinstance(e, Closed))
    assert isinstance(closed.error, SessionError)
    assert (closed.error.code, closed.error.detail) == ("no_proposal_chosen", "offered aes256gcm16")


def test_a_refusal_says_which_method_the_gateway_wants() -> None:
    world = World(1, ike=(ike("aes256gcm16-prfsha256-x25519"), ike("aes256gcm16-prfsha256-x25519")))

    def refuse(sender: str, datagram: bytes) -> bool:
        if sender == "gateway":
            answer = parse_message(datagram)
            wants = NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, (2).to_bytes(2, "big"))
            refusal = serialise_message(replace(answer, spi_r=bytes(8), payloads=(wants,)))
            world.client.receive(refusal, world.client.path, world.now)
        return sender == "client"

    world.tap = refuse
    world.client.connect(0.0)
    world.run(10.0)
    (closed,) = (e for name, e in world.events if name == "client" and isinstance(e, Closed))
    assert isinstance(closed.error, SessionError)
    assert closed.error.detail == "offered aes256gcm16-prfsha256-x25519; the peer wants modp1024"
