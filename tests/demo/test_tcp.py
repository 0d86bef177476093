"""The demo's own TCP: a peer of packets reads pages over a way that loses, repeats and closes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import NamedTuple

import pytest

from ginnel_service.demo import packets, tcp
from ginnel_service.demo.packets import Packet
from ginnel_service.demo.tcp import ACK, FIN, RST, SYN, Segment, WebServer

FILE = bytes(range(251)) * 400
HOSTS = {4: (b"\x0a\0\0\1", b"\x0a\0\0\2"), 6: (b"\xfd" + bytes(14) + b"\1", b"\xfd" + bytes(14) + b"\2")}
MSS = b"\x02\x04\x05\x14"  # 1300
GET = b"GET /file HTTP/1.1\r\nHost: it\r\n\r\n"


def page(path: str) -> tuple[str, memoryview] | None:
    return ("text/plain", memoryview(FILE)) if path == "/file" else None


class Sent(NamedTuple):
    packet: Packet
    segment: Segment


def read(data: bytes) -> Sent:
    """A packet of the server's, with its checksums proven."""
    packet = packets.parse(data)
    assert packet is not None
    if packet.version == 4:
        assert packets.checksum(data[:20]) in (0, 0xFFFF)
    pseudo = packets.pseudo_header(packet.source, packet.destination, packets.TCP, len(packet.payload))
    assert packets.checksum(pseudo + packet.payload) in (0, 0xFFFF)
    segment = tcp.parse(packet.payload)
    assert segment is not None
    return Sent(packet, segment)


class Peer:
    """A client that acknowledges every segment in order, and loses packets by their number."""

    def __init__(self, version: int = 4, *, window: int = 65535, loses: Callable[[int], bool] | None = None):
        self.server = WebServer(8080, page)
        self.ours, self.theirs = HOSTS[version][1], HOSTS[version][0]
        self.window = window
        self.loses = loses or (lambda number: False)
        self.now = 0.0
        self.sequence = 0xFFFFFFF0  # which wraps soon
        self.expected = 0
        self.data = b""
        self.ended = False
        self.refused = False
        self.packets = 0
        self.coming: deque[bytes] = deque()

    def say(self, flags: int, data: bytes = b"", options: bytes = b"", port: int = 8080) -> None:
        acknowledged = self.expected if flags & ACK else 0
        said = Segment(50000, port, self.sequence, acknowledged, flags, self.window, options, data)
        packet = packets.parse(tcp.build(said, self.ours, self.theirs))
        assert packet is not None
        self.sequence = (self.sequence + len(data) + bool(flags & (SYN | FIN))) % 2**32
        self.hear(self.server.received(packet, self.now))

    def hear(self, told: list[bytes]) -> None:
        """In order: what is sent because of one packet comes after those that are under way."""
        busy = bool(self.coming)
        self.coming += told
        while self.coming and not busy:
            self.packets += 1
            if not self.loses(self.packets):
                self.take(read(self.coming[0]))
            self.coming.popleft()

    def take(self, sent: Sent) -> None:
        segment = sent.segment
        if segment.flags & RST:
            self.refused = True
        elif segment.flags & SYN:
            self.expected = (segment.sequence + 1) % 2**32
            self.say(ACK)
        elif segment.data or segment.flags & FIN:
            if segment.sequence == self.expected:
                self.data += segment.data
                self.ended = bool(segment.flags & FIN)
                self.expected = (self.expected + len(segment.data) + self.ended) % 2**32
            self.say(ACK)

    def wait(self) -> None:
        due = self.server.deadline()
        assert due is not None
        self.now = due
        self.hear(self.server.advance(due))

    def get(self, request: bytes = GET) -> bytes:
        """The answer's body."""
        self.say(SYN, options=MSS)
        while not self.expected:
            self.wait()
        self.say(ACK, request)
        while not self.ended:
            self.wait()
        self.say(ACK | FIN)
        return self.data.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("window", [65535, 1300, 100])
def test_a_file_comes_whole(version: int, window: int) -> None:
    peer = Peer(version, window=window)
    assert peer.get() == FILE
    assert b"200 OK" in peer.data
    assert f"Content-Length: {len(FILE)}".encode() in peer.data
    assert len(peer.server) == 0
    assert peer.now == 0  # nothing waited for a timeout


@pytest.mark.parametrize("percent", [2, 10, 30])
def test_what_is_lost_comes_again(percent: int) -> None:
    chance = Random(percent)
    peer = Peer(loses=lambda number: chance.randrange(100) < percent)
    assert peer.get() == FILE
    assert len(peer.server) == 0


def test_three_duplicates_are_not_waited_for() -> None:
    peer = Peer(loses=lambda number: number == 5)
    assert peer.get() == FILE
    assert peer.now == 0


def test_nothing_goes_into_a_closed_window_but_a_probe() -> None:
    peer = Peer(window=0)
    peer.say(SYN, options=MSS)
    peer.say(ACK, GET)
    assert peer.data == b""
    peer.wait()
    assert 0 < len(peer.data) <= 1300
    peer.window = 65535
    peer.say(ACK)
    assert peer.ended


def test_a_request_may_come_in_pieces_and_twice() -> None:
    peer = Peer()
    peer.say(SYN, options=MSS)
    peer.say(ACK, GET[:5])
    peer.sequence -= 5
    peer.say(ACK, GET[:5])
    peer.say(ACK, GET[5:])
    assert peer.ended
    assert peer.data.endswith(FILE[-100:])


@pytest.mark.parametrize("request_line", [b"GET /other HTTP/1.0", b"PUT /file HTTP/1.0", b"\xff", b""])
def test_what_is_not_there_is_said_to_be_missing(request_line: bytes) -> None:
    peer = Peer()
    assert peer.get(request_line + b"\r\n\r\n") == b"There is no such page.\n"
    assert peer.data.startswith(b"HTTP/1.0 404")


def test_an_endless_request_is_answered_and_closed() -> None:
    peer = Peer()
    peer.say(SYN, options=MSS)
    for _ in range(10):
        peer.say(ACK, bytes(1000))
    assert peer.ended
    assert peer.data.startswith(b"HTTP/1.0 404")


def test_a_peer_that_vanished_is_given_up() -> None:
    peer = Peer(loses=lambda number: number > 3)
    peer.say(SYN, options=MSS)
    peer.say(ACK, GET)
    for _ in range(tcp.TRIES + 1):
        peer.wait()
    assert len(peer.server) == 0
    assert peer.now < 60


def test_a_peer_that_says_nothing_is_given_up() -> None:
    peer = Peer()
    peer.say(SYN, options=MSS)
    peer.wait()
    assert (len(peer.server), peer.refused, peer.now) == (0, True, tcp.IDLE_S)


def test_a_reset_ends_a_connection_and_one_beside_it_does_not() -> None:
    peer = Peer()
    peer.say(SYN, options=MSS)
    peer.sequence += 1
    peer.say(RST)
    assert len(peer.server) == 1
    peer.sequence -= 1
    peer.say(RST)
    assert len(peer.server) == 0


@pytest.mark.parametrize(("flags", "port"), [(SYN, 80), (ACK, 8080), (FIN | ACK, 8080), (SYN | ACK, 8080)])
def test_what_belongs_to_nothing_is_refused(flags: int, port: int) -> None:
    peer = Peer()
    peer.say(flags, port=port)
    assert peer.refused
    assert len(peer.server) == 0


def test_there_are_no_more_connections_than_allowed() -> None:
    server = WebServer(8080, page)
    told = []
    for port in range(tcp.MAX_CONNECTIONS + 1):
        said = Segment(40000 + port, 8080, 1, 0, SYN, 65535, MSS, b"")
        packet = packets.parse(tcp.build(said, *HOSTS[4]))
        assert packet is not None
        told.append(read(server.received(packet, 0.0)[0]).segment.flags)
    assert told == [SYN | ACK] * tcp.MAX_CONNECTIONS + [RST | ACK]


@pytest.mark.parametrize(
    ("options", "mss"),
    [
        (MSS, 1300),
        (b"\x01\x01" + b"\x02\x04\x02\x18", 536),
        (b"\x02\x04\xff\xff", 1300),
        (b"\x02\x04\0\1", 64),
        (b"\x03\x03\x07\x00", 536),
        (b"\x02\x04", 536),
        (b"\x05\x00\x00", 536),
        (b"", 536),
    ],
)
def test_the_peers_mss_is_kept_to_what_goes_through(options: bytes, mss: int) -> None:
    assert tcp.mss_of(options, 4) == mss


@pytest.mark.parametrize("version", [4, 6])
def test_a_ping_is_answered_whole(version: int) -> None:
    ours, theirs = HOSTS[version]
    protocol = {4: packets.ICMP, 6: packets.ICMPV6}[version]
    question = packets.echo(packets.ECHO[version][0], b"\x12\x34\0\1" + b"payload")
    asked = packets.parse(packets.build(Packet(ours, theirs, protocol, question)))
    assert asked is not None
    answer = packets.answer_echo(asked)
    assert answer is not None
    assert (answer.source, answer.destination) == (theirs, ours)
    pseudo = packets.pseudo_header(theirs, ours, protocol, len(answer.payload)) if version == 6 else b""
    assert packets.checksum(pseudo + answer.payload) in (0, 0xFFFF)
    assert answer.payload[0] == packets.ECHO[version][1]
    assert answer.payload[4:] == b"\x12\x34\0\1payload"
    assert packets.answer_echo(answer) is None


def test_a_checksum_is_as_in_rfc_1071() -> None:
    assert packets.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_what_is_not_whole_is_nobodys() -> None:
    whole = packets.build(Packet(*HOSTS[4], packets.TCP, bytes(40)))
    assert packets.parse(whole) is not None
    for broken in (whole[:30], whole[:6] + b"\x20\0" + whole[8:], b"\x41" + whole[1:], b"", b"\x75" * 60):
        assert packets.parse(broken) is None
    six = packets.build(Packet(*HOSTS[6], packets.TCP, bytes(40)))
    assert all(packets.parse(six[:length]) is None for length in islice(range(len(six)), 0, None, 7))
    assert tcp.parse(bytes(19)) is None
    assert tcp.parse(bytes(12) + b"\x40" + bytes(7)) is None
