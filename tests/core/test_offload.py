"""Super-packets are cut and made again without a change to what the two hosts say to each other."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_core.probe_offload import coalesce, cut

TCP4, TCP6, UDP = 2, 4, 8
ALL = TCP4 | TCP6 | UDP
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
TIMESTAMPS = bytes.fromhex("0101080a0102030405060708")


def internet_checksum(data: bytes) -> int:
    """RFC 1071, word by word."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@dataclass(frozen=True, slots=True)
class Ip:
    """One direction between two hosts."""

    version: int = 4
    tos: int = 0
    ttl: int = 64
    df: bool = True
    more: bool = False
    identification: int = 7
    options: bytes = b""

    def pseudo(self, protocol: int, length: int) -> bytes:
        if self.version == 4:
            return bytes([10, 0, 0, 1, 10, 0, 0, 2, 0, protocol]) + struct.pack(">H", length)
        return bytes(15) + b"\1" + bytes(15) + b"\2" + struct.pack(">IHBB", length, 0, 0, protocol)

    def wrap(self, protocol: int, payload: bytes) -> bytes:
        if self.version == 6:
            head = (6 << 28 | self.tos << 20).to_bytes(4, "big")
            head += struct.pack(">HBB", len(payload), protocol, self.ttl)
            return head + bytes(15) + b"\1" + bytes(15) + b"\2" + payload
        words = 5 + len(self.options) // 4
        fragment = self.df << 14 | self.more << 13
        head = struct.pack(">BBHHHBBH", 0x40 | words, self.tos, words * 4 + len(payload), self.identification,
                           fragment, self.ttl, protocol, 0)  # fmt: skip
        head += bytes([10, 0, 0, 1, 10, 0, 0, 2]) + self.options
        return head[:10] + struct.pack(">H", internet_checksum(head)) + head[12:] + payload


@dataclass(frozen=True, slots=True)
class Tcp:
    """A TCP segment."""

    ip: Ip = Ip()
    sequence: int = 1000
    flags: int = ACK
    ack: int = 77
    window: int = 501
    ports: tuple[int, int] = (4000, 80)
    options: bytes = TIMESTAMPS
    urgent: int = 0
    payload: bytes = b"x" * 100

    def packet(self) -> bytes:
        words = 5 + len(self.options) // 4
        head = struct.pack(">HHII", *self.ports, self.sequence & 0xFFFFFFFF, self.ack)
        head += struct.pack(">BBHHH", words << 4, self.flags, self.window, 0, self.urgent)
        whole = head + self.options + self.payload
        checksum = internet_checksum(self.ip.pseudo(6, len(whole)) + whole)
        return self.ip.wrap(6, whole[:16] + struct.pack(">H", checksum) + whole[18:])


@dataclass(frozen=True, slots=True)
class Udp:
    """A UDP datagram."""

    ip: Ip = Ip()
    ports: tuple[int, int] = (4000, 53)
    payload: bytes = b"y" * 100

    def packet(self) -> bytes:
        whole = struct.pack(">HHHH", *self.ports, 8 + len(self.payload), 0) + self.payload
        checksum = internet_checksum(self.ip.pseudo(17, len(whole)) + whole) or 0xFFFF
        return self.ip.wrap(17, whole[:6] + struct.pack(">H", checksum) + whole[8:])


def run(first: Tcp, sizes: list[int], *, pushed: bool = False) -> list[bytes]:
    """Segments of `sizes` one after the other, as one connection sends them."""
    found, sequence = [], first.sequence
    for index, size in enumerate(sizes):
        last = index == len(sizes) - 1
        ip = replace(first.ip, identification=(first.ip.identification + index) & 0xFFFF)
        flags = first.flags | (PSH if pushed and last else 0)
        payload = random.Random(index).randbytes(size)
        found.append(replace(first, ip=ip, sequence=sequence, flags=flags, payload=payload).packet())
        sequence += size
    return found


def uncut(written: list[tuple[bytes, int]]) -> list[bytes]:
    """What a kernel that cuts the super-packets again would see."""
    return [packet for whole, segment in written for packet in (cut(whole, segment) if segment else [whole])]


VERSIONS = st.sampled_from([4, 6])
IPS = st.builds(
    Ip,
    version=VERSIONS,
    tos=st.sampled_from([0, 1, 2, 0xB8]),
    ttl=st.integers(1, 255),
    df=st.booleans(),
    identification=st.integers(0, 0xFFFF),
)
STREAMS = st.builds(
    run,
    st.builds(
        Tcp,
        ip=IPS,
        sequence=st.integers(0, 0xFFFFFFFF),
        options=st.sampled_from([b"", TIMESTAMPS, bytes.fromhex("01010101")]),
        window=st.integers(0, 0xFFFF),
        ack=st.integers(0, 0xFFFFFFFF),
    ),
    st.builds(
        lambda size, count, last: [size] * count + [min(size, last)],
        st.integers(1, 1400),
        st.integers(0, 70),
        st.integers(1, 1400),
    ),
    pushed=st.booleans(),
)
TRAINS = st.builds(
    lambda ip, size, count, last: [
        Udp(
            replace(ip, identification=(ip.identification + index) & 0xFFFF),
            payload=random.Random(index).randbytes(size if index < count else min(size, last)),
        ).packet()
        for index in range(count + 1)
    ],
    IPS,
    st.integers(1, 1400),
    st.integers(0, 70),
    st.integers(1, 1400),
)


@given(st.one_of(STREAMS, TRAINS))
def test_coalescing_and_cutting_again_is_the_identity(packets: list[bytes]) -> None:
    written = coalesce(packets, ALL)
    assert uncut(written) == packets


@given(st.integers(2, 64), VERSIONS, st.integers(500, 1000))
def test_a_run_of_segments_becomes_one_write(count: int, version: int, size: int) -> None:
    packets = run(Tcp(Ip(version)), [size] * count)
    assert len(coalesce(packets, ALL)) == 1 + (count * size + 80 - 1) // 65_000


def flow_of(packet: bytes) -> bytes:
    """Version, protocol, addresses and ports."""
    return packet[9:10] + packet[12:24] if packet[0] >> 4 == 4 else packet[6:7] + packet[8:44]


FLOWS = st.lists(st.one_of(STREAMS, TRAINS), min_size=1, max_size=4, unique_by=lambda flow: flow_of(flow[0]))


@given(FLOWS, st.randoms(use_true_random=False))
def test_interleaved_flows_keep_the_order_of_each(flows: list[list[bytes]], chance: random.Random) -> None:
    streams = [list(flow) for flow in flows]
    mixed: list[bytes] = []
    while any(streams):
        mixed.append(chance.choice([stream for stream in streams if stream]).pop(0))
    out = uncut(coalesce(mixed, ALL))
    for flow in flows:
        assert [packet for packet in out if flow_of(packet) == flow_of(flow[0])] == flow
    assert len(out) == len(mixed)


def second(**changes: object) -> Tcp:
    return replace(Tcp(Ip(identification=8), sequence=1100), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        second(sequence=1101),
        second(sequence=1099),
        second(ack=78),
        second(window=500),
        second(options=bytes.fromhex("0101080a0102030405060709")),
        second(options=b""),
        second(flags=ACK | FIN),
        second(flags=ACK | SYN),
        second(flags=ACK | RST),
        second(flags=ACK | URG, urgent=5),
        second(flags=ACK | ECE),
        second(flags=ACK | CWR),
        second(payload=b""),
        second(payload=b"x" * 101),
        second(ip=Ip(identification=8, tos=3)),
        second(ip=Ip(identification=8, ttl=63)),
        second(ip=Ip(identification=8, df=False)),
        second(ip=Ip(identification=9)),
        second(ip=Ip(identification=8, more=True)),
        second(ip=Ip(identification=8, options=b"\1\1\1\1")),
    ],
)
def test_what_does_not_follow_passes_as_it_is(other: Tcp) -> None:
    packets = [Tcp().packet(), other.packet()]
    assert coalesce(packets, ALL) == [(packet, 0) for packet in packets]


def test_another_connection_is_another_super_packet() -> None:
    packets = run(Tcp(), [100] * 3) + run(Tcp(ports=(4001, 80)), [100] * 3)
    assert [segment for _, segment in coalesce(packets, ALL)] == [100, 100]


def test_a_following_segment_is_coalesced() -> None:
    ((packet, segment),) = coalesce([Tcp().packet(), second().packet()], ALL)
    assert segment == 100
    assert len(packet) == 52 + 200


def test_a_constant_identification_counts_as_following_only_with_df() -> None:
    for df, writes in ((True, 1), (False, 3)):
        packets = [Tcp(Ip(df=df), sequence=1000 + 100 * i).packet() for i in range(3)]
        assert len(coalesce(packets, ALL)) == writes


def test_a_push_ends_its_super_packet_at_once() -> None:
    packets = run(Tcp(), [100] * 4, pushed=True) + run(
        Tcp(sequence=1400, ip=Ip(identification=11)), [100] * 2
    )
    assert [segment for _, segment in coalesce(packets, ALL)] == [100, 100]
    assert uncut(coalesce(packets, ALL)) == packets


@pytest.mark.parametrize("at", [10, 16 + 20, 60])
def test_a_wrong_checksum_is_never_laundered(at: int) -> None:
    packets = run(Tcp(), [100] * 3)
    wrong = bytearray(packets[1])
    wrong[at] ^= 0x10
    packets[1] = bytes(wrong)
    assert coalesce(packets, ALL) == [(packet, 0) for packet in packets]


def test_udp_without_a_checksum_passes_as_it_is() -> None:
    packets = [Udp().packet()] * 2
    packets = [packet[:26] + b"\0\0" + packet[28:] for packet in packets]
    assert coalesce(packets, ALL) == [(packet, 0) for packet in packets]


@pytest.mark.parametrize(("offloads", "writes"), [(0, 12), (TCP4, 9), (TCP6, 9), (UDP, 9), (ALL, 3)])
def test_only_what_the_device_takes_is_coalesced(offloads: int, writes: int) -> None:
    packets = run(Tcp(), [100] * 4) + run(Tcp(Ip(6)), [100] * 4)
    packets += [Udp(Ip(identification=7 + index)).packet() for index in range(4)]
    assert len(coalesce(packets, offloads)) == writes
    assert sorted(uncut(coalesce(packets, offloads))) == sorted(packets)


@given(VERSIONS, st.integers(0, 0xFF), st.integers(2, 40), st.integers(1, 1000))
def test_flags_stand_where_they_belong(version: int, flags: int, count: int, size: int) -> None:
    """FIN and PSH on the last segment alone, CWR on the first; the others on all."""
    whole = Tcp(Ip(version), flags=flags, payload=bytes(size * count)).packet()
    cuts = cut(whole, size)
    where = 13 + (20 if version == 4 else 40)
    assert cuts[-1][where] == flags & ~CWR
    assert cuts[0][where] == flags & ~(FIN | PSH)
    assert {packet[where] for packet in cuts[1:-1]} <= {flags & ~(FIN | PSH | CWR)}
    assert [b[4:6] for b in cuts if version == 4] == [
        struct.pack(">H", 7 + i) for i in range(count) if version == 4
    ]


@given(VERSIONS, st.booleans(), st.integers(1, 3000), st.integers(1, 1500))
def test_every_cut_packet_is_whole(version: int, udp: bool, length: int, size: int) -> None:
    ip = Ip(version)
    payload = random.Random(length).randbytes(length)
    made: Tcp | Udp = Udp(ip, payload=payload) if udp else Tcp(ip, payload=payload)
    cuts = cut(made.packet(), size)
    head = (20 if version == 4 else 40) + (8 if udp else 32)
    assert b"".join(packet[head:] for packet in cuts) == payload
    assert all(len(left) == head + size for left, _ in pairwise(cuts))
    for packet in cuts:
        transport = packet[20 if version == 4 else 40 :]
        assert internet_checksum(ip.pseudo(17 if udp else 6, len(transport)) + transport) == 0
        if version == 4:
            assert internet_checksum(packet[:20]) == 0


@given(VERSIONS, st.booleans(), st.integers(0, 1400))
def test_a_partial_checksum_is_completed(version: int, udp: bool, length: int) -> None:
    """The kernel leaves the pseudo-header's sum in the field (virtio 1.2, section 5.1.6.2)."""
    ip = Ip(version)
    made: Tcp | Udp = Udp(ip, payload=bytes(length)) if udp else Tcp(ip, payload=bytes(length))
    packet = made.packet()
    start, offset = (20 if version == 4 else 40), 6 if udp else 16
    partial = ~internet_checksum(ip.pseudo(17 if udp else 6, len(packet) - start)) & 0xFFFF
    at = start + offset
    left = packet[:at] + struct.pack(">H", partial) + packet[at + 2 :]
    assert cut(left, 0, start, offset) == [packet]


@pytest.mark.parametrize(("start", "offset"), [(152, 16), (20, 132), (65535, 65535), (0, 65535)])
def test_a_checksum_outside_the_packet_is_malformed(start: int, offset: int) -> None:
    with pytest.raises(ValueError, match="malformed"):
        cut(Tcp().packet(), 0, start, offset)


@given(st.binary(min_size=1, max_size=120), st.integers(1, 100))
def test_hostile_super_packets_are_cut_or_refused(noise: bytes, segment: int) -> None:
    for head in (b"\x45", b"\x46", b"\x60"):
        try:
            found = cut(head + noise, segment)
        except ValueError:
            continue
        assert found


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_hostile_packets_pass_unchanged(noises: list[bytes]) -> None:
    packets = []
    for noise in noises:
        body = struct.pack(">HHHBBH", 20 + len(noise), 1, 0, 64, noise[0] if noise else 6, 0)
        packets.append(b"\x45\0" + body + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + noise)
    assert sorted(packet for packet, _ in coalesce(packets, ALL)) == sorted(packets)
