"""SA tables: the outbound one against a sorted list that is scanned, the inbound one against a set."""

from __future__ import annotations

import random
import struct
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.spaces import ANY, ANY4, ANY6
from ginnel_core import Selector
from ginnel_core.probe_inner import flow
from ginnel_core.probe_tables import Rules, Spis

UDP, TCP, ICMP, ESP = 17, 6, 1, 50
FIRST = 256  # the least SPI


# The model


def size(selector: Selector) -> int:
    return int.from_bytes(selector.end, "big") - int.from_bytes(selector.start, "big")


def ports_of(selector: Selector) -> int:
    return 65536 if selector.start_port > selector.end_port else selector.end_port - selector.start_port


class Pair(NamedTuple):
    name: int
    age: int
    local: Selector
    remote: Selector

    def key(self) -> tuple[int, ...]:
        """Sort key: the most specific first, the remote address counts most; of equals the newest."""
        return (
            size(self.remote),
            size(self.local),
            (self.remote.protocol == 0) + (self.local.protocol == 0),
            ports_of(self.remote) + ports_of(self.local),
            -self.age,
        )

    def matches(self, packet: Parsed) -> bool:
        return matches(self.local, packet.source, packet.protocol, packet.source_port) and matches(
            self.remote, packet.target, packet.protocol, packet.target_port
        )


class Parsed(NamedTuple):
    source: bytes
    target: bytes
    protocol: int | None
    source_port: int | None
    target_port: int | None


def parse(packet: bytes) -> Parsed:
    found = flow(packet)
    assert found is not None
    version, protocol, source_port, target_port, _ = found
    source, target = (packet[12:16], packet[16:20]) if version == 4 else (packet[8:24], packet[24:40])
    return Parsed(source, target, protocol, source_port, target_port)


def matches(selector: Selector, address: bytes, protocol: int | None, port: int | None) -> bool:
    """RFC 4301 section 4.4.1.1; None is OPAQUE."""
    if len(address) != len(selector.start) or not selector.start <= address <= selector.end:
        return False
    if selector.protocol not in (0, protocol):
        return False
    if (selector.start_port, selector.end_port) == (0, 65535):
        return True
    if port is None:
        return (selector.start_port, selector.end_port) == (65535, 0)
    return selector.start_port <= port <= selector.end_port


class Model:
    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.age = 0

    def add(self, name: int, local: list[Selector], remote: list[Selector]) -> None:
        self.age += 1
        self.pairs += [Pair(name, self.age, here, there) for here in local for there in remote]

    def sort(self) -> None:
        self.pairs.sort(key=Pair.key)

    def remove(self, name: int) -> None:
        self.pairs = [pair for pair in self.pairs if pair.name != name]

    def choose(self, packet: bytes) -> int | None:
        parsed = parse(packet)
        return next((pair.name for pair in self.pairs if pair.matches(parsed)), None)


# Few values, so that ranges overlap, nest and tie

WORDS = (0, 1, 2, 3, 4, 6, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF)
FOUR, SIX = int(IPv4Address("10.0.0.0")), int(IPv6Address("fd00::"))


def address4(word: int) -> bytes:
    return (FOUR + word).to_bytes(4, "big")


def address6(word: int) -> bytes:
    return (SIX + (word % 16) + (word // 16 << 60)).to_bytes(16, "big")  # on both sides of the halves' border


@st.composite
def ranges(draw: st.DrawFn, octets: int) -> tuple[bytes, bytes]:
    bits = 8 * octets
    make = address4 if octets == 4 else address6
    first = make(draw(st.sampled_from(WORDS)))
    kind = draw(st.sampled_from(("host", "prefix", "range", "range", "all")))
    if kind == "host":
        return first, first
    if kind == "all":
        return bytes(octets), b"\xff" * octets
    if kind == "prefix":
        wild = draw(st.sampled_from((1, 2, 3, 8, 16, bits // 2, bits // 2 + 3, bits - 8)))
        low = int.from_bytes(first, "big") >> wild << wild
        return low.to_bytes(octets, "big"), (low | (1 << wild) - 1).to_bytes(octets, "big")
    second = make(draw(st.sampled_from(WORDS)))
    return min(first, second), max(first, second)


PORTS = st.sampled_from(((0, 65535), (0, 65535), (53, 53), (50, 60), (0x800, 0x8FF), (65535, 0), (0, 1)))
PROTOCOLS = st.sampled_from((0, 0, UDP, TCP, ICMP))


@st.composite
def selectors(draw: st.DrawFn, octets: int) -> Selector:
    return Selector(draw(PROTOCOLS), *draw(PORTS), *draw(ranges(octets)))


SIDES = st.lists(selectors(4) | selectors(16), min_size=1, max_size=3)
NARROW = st.lists(selectors(4), min_size=1, max_size=1)


def packet4(source: bytes, target: bytes, protocol: int, payload: bytes, fragment: int = 0) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0)
    return head + source + target + payload


def packet6(source: bytes, target: bytes, following: int, payload: bytes) -> bytes:
    return struct.pack(">IHBB", 6 << 28, len(payload), following, 64) + source + target + payload


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    source, target = draw(st.sampled_from(WORDS)), draw(st.sampled_from(WORDS))
    protocol = draw(st.sampled_from((UDP, TCP, ICMP, ESP)))
    port = st.sampled_from((0, 1, 50, 53, 54, 0x800, 0x8FF, 0x900, 65535))
    payload = struct.pack(">HHI", draw(port), draw(port), 0)
    later = draw(st.sampled_from((False, False, False, True)))
    if draw(st.booleans()):
        return packet4(address4(source), address4(target), protocol, payload, int(later))
    if later:  # a fragment that hides its ports, or even its protocol
        hidden = draw(st.sampled_from((protocol, 60)))
        return packet6(
            address6(source), address6(target), 44, struct.pack(">BBHI", hidden, 0, 8, 9) + payload
        )
    return packet6(address6(source), address6(target), 58 if protocol == ICMP else protocol, payload)


@settings(max_examples=300, deadline=None)
@given(
    sas=st.lists(st.tuples(SIDES, SIDES), max_size=20),
    asked=st.lists(packets(), min_size=1, max_size=12),
    chance=st.randoms(use_true_random=False),
)
def test_the_table_chooses_as_a_scan_of_the_sorted_rules_does(
    sas: list[tuple[list[Selector], list[Selector]]], asked: list[bytes], chance: random.Random
) -> None:
    hold_against_the_model(sas, asked, chance)


@settings(max_examples=60, deadline=None)
@given(
    sas=st.lists(st.tuples(NARROW, NARROW), min_size=40, max_size=60),
    asked=st.lists(packets(), min_size=1, max_size=8),
    chance=st.randoms(use_true_random=False),
)
def test_long_lists_and_what_is_remembered_of_them_choose_as_a_scan_does(
    sas: list[tuple[list[Selector], list[Selector]]], asked: list[bytes], chance: random.Random
) -> None:
    hold_against_the_model(sas, asked, chance)


def hold_against_the_model(
    sas: list[tuple[list[Selector], list[Selector]]], asked: list[bytes], chance: random.Random
) -> None:
    """Install all, ask twice, and retire in any order."""
    model, rules = Model(), Rules()
    names = list(range(FIRST, FIRST + len(sas)))
    for name, (local, remote) in zip(names, sas, strict=True):
        model.add(name, local, remote)
        rules.add(name, local, remote)
    model.sort()
    chance.shuffle(names)
    while True:
        expected = [model.choose(packet) for packet in asked]
        assert [rules.choose(packet) for packet in asked] == expected
        assert [rules.choose(packet) for packet in asked] == expected
        for name in [names.pop() for _ in range(min(len(names), 5))]:
            model.remove(name)
            rules.remove(name)
        if not model.pairs:
            break
    assert [rules.choose(packet) for packet in asked] == [None] * len(asked)


def host(number: int) -> bytes:
    return (FOUR + number).to_bytes(4, "big")


def to_range(number: int) -> list[Selector]:
    """Three addresses, which are no prefix."""
    return [Selector(0, 0, 65535, host(4 * number), host(4 * number + 2))]


def udp_to(number: int) -> bytes:
    return packet4(host(1), host(number), UDP, struct.pack(">HHHH", 1, 2, 8, 0))


def test_what_is_remembered_goes_with_each_change() -> None:
    rules = Rules()
    packet = udp_to(1)
    tcp = [Selector(TCP, 0, 65535, bytes(4), b"\xff" * 4)]
    for name in range(FIRST + 100, FIRST + 150):  # what a lookup has to pass over
        rules.add(name, tcp, to_range(0))
        assert rules.choose(packet) is None
    for name in range(FIRST, FIRST + 100):
        rules.add(name, ANY, to_range(0))
        assert rules.choose(packet) == name
    for newest in reversed(range(FIRST, FIRST + 100)):
        for _ in range(3):
            assert rules.choose(packet) == newest
            assert rules.choose(udp_to(3)) is None
        rules.remove(newest)
    assert rules.choose(packet) is None
    rules.add(FIRST, ANY, ANY)
    assert rules.choose(packet) == FIRST


@pytest.mark.parametrize("version", [4, 6])
def test_each_size_of_prefix_is_found(version: int) -> None:
    bits = 32 if version == 4 else 128
    whole = ip_address("10.255.255.255" if version == 4 else "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
    rules = Rules()
    for wild in range(bits + 1):
        network = ip_network(f"{whole}/{bits - wild}", strict=False)
        rules.add(FIRST + wild, ANY, [Selector(0, 0, 65535, network[0].packed, network[-1].packed)])

    def to(number: int) -> bytes:
        target = number.to_bytes(bits // 8, "big")
        source = bytes(bits // 8)
        return packet4(source, target, ESP, b"") if version == 4 else packet6(source, target, ESP, b"")

    assert rules.choose(to(int(whole))) == FIRST
    for wild in range(1, bits + 1):  # the highest bit that differs says which prefix still holds
        assert rules.choose(to(int(whole) ^ 1 << wild - 1)) == FIRST + wild
        if wild < bits:
            rules.remove(FIRST + wild)
            assert rules.choose(to(int(whole) ^ 1 << wild - 1)) == FIRST + wild + 1


def test_ten_thousand_rules_of_each_kind_are_told_apart() -> None:
    rules = Rules()
    chance = random.Random(5)
    for number in range(10_000):
        there = (FOUR + (number << 4)).to_bytes(4, "big")
        end = (FOUR + (number << 4) + 15).to_bytes(4, "big")
        rules.add(FIRST + number, ANY, [Selector(0, 0, 65535, there, end)])
        rules.add(100_000 + number, ANY, [Selector(0, 0, 65535, there, there)])
    rules.add(90_000, [ANY4], [ANY4])
    for number in chance.sample(range(10_000), 500):
        assert rules.choose(udp_to(number << 4)) == 100_000 + number
        assert rules.choose(udp_to((number << 4) + 1)) == FIRST + number
        rules.remove(100_000 + number)
        assert rules.choose(udp_to(number << 4)) == FIRST + number
        rules.remove(FIRST + number)
        assert rules.choose(udp_to(number << 4)) == 90_000


def test_a_lookup_amid_changes_never_passes_over_what_was_always_there() -> None:
    """A rule or its successor is in the table at every time, so the widest rule never sends."""
    rules = Rules()
    rules.add(FIRST, ANY, ANY)
    host_rule, prefix = FIRST + 1, FIRST + 2
    sides = {
        host_rule: [Selector(0, 0, 65535, host(9), host(9))],
        prefix: [Selector(0, 0, 65535, host(8), host(15))],
    }
    rules.add(prefix, ANY, sides[prefix])
    wrong: list[int] = []
    reader = threading.Thread(target=lambda: wrong.append(rules.count(udp_to(9), FIRST, 3_000_000)))
    reader.start()
    while reader.is_alive():
        for comes, goes in ((host_rule, prefix), (prefix, host_rule)):
            rules.add(comes, ANY, sides[comes])
            rules.remove(goes)
    reader.join()
    assert wrong == [0]


def test_rules_of_one_version_do_not_send_the_other() -> None:
    rules = Rules()
    rules.add(FIRST, [ANY6], [ANY6])
    rules.add(FIRST + 1, [ANY4], [ANY6])  # no packet matches
    assert rules.choose(udp_to(1)) is None
    assert rules.choose(packet6(address6(1), address6(2), ESP, b"")) == FIRST


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([256, 257, 300, 0xFFFFFFFF]) | st.integers(256, 2**32 - 1)),
        max_size=60,
    )
)
def test_the_inbound_table_holds_what_is_in_it(changes: list[tuple[bool, int]]) -> None:
    spis, held = Spis(), set[int]()
    for add, spi in changes:
        if add and spi not in held:
            spis.add(spi, [ANY4])
            held.add(spi)
        elif not add and held:
            gone = spi if spi in held else min(held)
            spis.remove(gone)
            held.remove(gone)
        for each in {spi, *held}:
            assert spis.find(each) is (each in held)


def test_chains_of_the_inbound_table_hold_together() -> None:
    """65,536 SPIs that share 16,384 buckets; every second one goes."""
    spis = Spis()
    chance = random.Random(3)
    held = chance.sample(range(256, 2**32), 65_536)
    for spi in held:
        spis.add(spi, [ANY4])
    for spi in held[::2]:
        spis.remove(spi)
    assert [spis.find(spi) for spi in held] == [False, True] * 32_768
