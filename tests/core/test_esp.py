"""ESP framing against packets that `cryptography` builds and opens (RFC 4303)."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.spaces import ANY
from ginnel_core import Selector
from ginnel_core.probe_esp import Opener
from helpers.esp import BY_NAME, SUITES, Suite

HIGH = 2**32


def ipv4(
    payload: bytes = b"payload!", source: str = "10.1.0.1", target: str = "10.2.0.1", protocol: int = 17
) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, 0, 64, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + payload


def ipv6(payload: bytes = b"payload!", protocol: int = 17) -> bytes:
    head = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64)
    return head + ip_address("fd00::1").packed + ip_address("fd00::2").packed + payload


GCM = BY_NAME["aes128gcm16"]
each_suite = pytest.mark.parametrize("suite", SUITES, ids=str)


@each_suite
@pytest.mark.parametrize("esn", [False, True])
@pytest.mark.parametrize("in_place", [False, True])
def test_sealed_packets_open_elsewhere(suite: Suite, esn: bool, in_place: bool) -> None:
    start = HIGH * 5 + 17 if esn else 17
    sealer = suite.sealer(esn, start)
    for offset, size in enumerate(range(60), 1):
        for inner, following in ((ipv4(bytes(size)), 4), (ipv6(bytes(size)), 41)):
            sequence = start + 2 * offset - (following == 4)
            plain = suite.unwrap(sealer.seal(inner, in_place), sequence, esn)
            assert plain == suite.padded(inner, following)


@each_suite
@pytest.mark.parametrize("esn", [False, True])
def test_packets_sealed_elsewhere_open(suite: Suite, esn: bool) -> None:
    start = HIGH * 5 - 20 if esn else 0
    opener = suite.opener(esn, start)
    for sequence in range(start + 1, start + 60):
        inner, following = (ipv4(bytes(sequence % 50)), 4) if sequence % 2 else (ipv6(), 41)
        assert opener.open(suite.wrap(suite.padded(inner, following), sequence, esn)) == ("ok", inner)


@each_suite
def test_every_flipped_bit_is_rejected(suite: Suite) -> None:
    packet = suite.sealer().seal(ipv4())
    opener = suite.opener()
    for bit in range(32, 8 * len(packet)):  # the SPI only chooses the SA
        flipped = bytearray(packet)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        reason, inner = opener.open(bytes(flipped))
        assert reason in {"integrity", "replay"}
        assert inner == b""
    assert opener.open(packet)[0] == "ok"  # no forgery moved the window


@each_suite
def test_every_truncation_is_rejected(suite: Suite) -> None:
    packet = suite.sealer().seal(ipv4(bytes(100)))
    opener = suite.opener()
    for length in range(len(packet)):
        assert opener.open(packet[:length])[0] in {"runt", "length", "integrity"}
    assert opener.open(packet + b"\0")[0] in {"length", "integrity"}


@each_suite
def test_wrong_high_half_of_the_sequence_number_is_rejected(suite: Suite) -> None:
    packet = suite.wrap(suite.padded(ipv4(), 4), HIGH + 5, esn=True)
    assert suite.opener(esn=True, top=HIGH * 2).open(packet)[0] == "integrity"
    assert suite.opener(esn=True, top=HIGH).open(packet)[0] == "ok"


@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite.iv], ids=str)
def test_ivs_never_repeat(suite: Suite) -> None:
    sealer = suite.sealer()
    ivs = {sealer.seal(ipv4())[8 : 8 + suite.iv] for _ in range(1000)}
    assert len(ivs) == 1000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (ipv4(bytes(8)) + b"\x01\x02\x02\x04", "ok"),
        (ipv4(bytes(8)) + b"\x01\x01\x02\x04", "padding"),
        (ipv4(bytes(8)) + b"\x00\x00\x02\x04", "padding"),
        (b"\x05\x04", "padding"),
        (ipv4(bytes(8)) + b"\x01\x02\x02\x29", "next_header"),
        (ipv6(bytes(8)) + b"\x01\x02\x02\x04", "next_header"),
        (ipv4(bytes(8)) + b"\x01\x02\x02\x11", "next_header"),
        (b"\x01\x02\x02\x3b", "dummy"),
        (bytes(60) + b"\x01\x02\x02\x3b", "dummy"),
        (b"\x00\x04", "inner_header"),
        (ipv4(bytes(8))[:-4] + b"\x01\x02\x02\x04", "inner_header"),
        (b"\x44" + ipv4(bytes(8))[1:] + b"\x01\x02\x02\x04", "inner_header"),
        (b"\x55" + ipv4(bytes(8))[1:] + b"\x01\x02\x02\x04", "inner_header"),
        (ipv6(bytes(8))[:-4] + b"\x01\x02\x02\x29", "inner_header"),
    ],
)
def test_authentic_nonsense_is_told_apart(payload: bytes, reason: str) -> None:
    suite = GCM
    assert suite.opener().open(suite.wrap(payload, 1))[0] == reason


def test_traffic_flow_padding_is_stripped() -> None:
    suite = GCM
    inner = ipv4(bytes(8))
    assert suite.opener().open(suite.wrap(inner + bytes(400) + b"\x01\x02\x02\x04", 1)) == ("ok", inner)


def test_selectors_of_the_sa_bind_what_it_carries() -> None:
    suite = GCM
    only = [Selector(17, 0, 65535, ip_address("10.1.0.0").packed, ip_address("10.1.255.255").packed)]
    opener = suite.opener(selectors=only)
    sealer = suite.sealer()
    assert opener.open(sealer.seal(ipv4()))[0] == "ok"
    assert opener.open(sealer.seal(ipv4(source="10.3.0.1")))[0] == "inbound_selector"
    assert opener.open(sealer.seal(ipv4(protocol=6)))[0] == "inbound_selector"
    assert opener.open(sealer.seal(ipv6()))[0] == "inbound_selector"


@pytest.mark.parametrize(("esn", "last"), [(False, 2**32 - 1), (True, 2**64 - 2)])
def test_sequence_numbers_never_cycle(esn: bool, last: int) -> None:
    sealer = GCM.sealer(esn, last - 1)
    sealer.seal(ipv4())
    with pytest.raises(ValueError, match="sequence_exhausted"):
        sealer.seal(ipv4())


@each_suite
@pytest.mark.parametrize("ipv6_outside", [False, True])
def test_the_inner_mtu_fills_the_path_and_no_more(suite: Suite, ipv6_outside: bool) -> None:
    sealer = suite.sealer()
    around = (40 if ipv6_outside else 20) + 8
    for path_mtu in (576, 577, 578, 579, 580, 1280, 1291, 1400, *range(1484, 1501), 9000, 65535):
        most = sealer.inner_mtu(path_mtu, ipv6_outside)
        assert around + len(sealer.seal(ipv4(bytes(most - 20)))) <= path_mtu
        assert around + len(sealer.seal(ipv4(bytes(most - 19)))) > path_mtu


@settings(max_examples=2000, deadline=None)
@given(st.binary(max_size=200))
def test_any_authentic_payload_is_survived(payload: bytes) -> None:
    suite = GCM
    reason, inner = suite.opener().open(suite.wrap(payload, 1))
    assert bool(inner) == (reason == "ok")


def test_a_published_packet_is_authentic() -> None:
    """The first case of draft-mcgrew-gcm-test-01; its next header is 1, seen once it is authentic."""
    packet = bytes.fromhex(
        "0000432100000000" "4956ed7e3b244cfe"
        "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d"
        "15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732459018148f6cbe722fd04796562dfdb4"
    )  # fmt: skip
    key = bytes.fromhex("4c80cdefbb5d10da906ac73c3613a6342e443b68")
    for sequence, tail, reason in (
        (0x8765432100000000, packet[-1], "next_header"),
        (0x8765432100000000, packet[-1] ^ 1, "integrity"),
        (0x8765432000000000, packet[-1], "integrity"),
    ):
        opener = Opener(
            spi=0x4321,
            encr=20,
            encr_key=key,
            local=ANY,
            remote=ANY,
            esn=True,
            top=sequence - 1,
            replay_window=64,
        )
        assert opener.open(packet[:-1] + bytes([tail]))[0] == reason
