"""A web server with its own TCP, of packets: for one demo on one machine, and for nothing else.

One request a connection, answered and closed. From RFC 9293 there is: SYN with the peer's MSS, data in order,
acknowledgements, FIN, RST, and going back to what was not acknowledged, after a timeout or three duplicates.
The window is fixed and there is no congestion control, SACK, window scaling, timestamp, delayed
acknowledgement, keeping of data out of order, nor TIME-WAIT: packets hardly get lost on the way here, nor
meet anyone they could be in the way of. Sequence numbers count modulo 2**32; an `offset` counts from our SYN.

No IO and no clock: packets and times come in, packets go out.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from . import packets
from .packets import Packet

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
WINDOW: Final = 65535  # as much as is told without scaling
RETRANSMIT_S: Final = 0.25  # and twice as long after each
TRIES: Final = 6
IDLE_S: Final = 30.0
MAX_CONNECTIONS: Final = 64
MAX_REQUEST: Final = 8192

_MODULUS: Final = 1 << 32
_HEADER: Final = struct.Struct("!HHIIBBHHH")
_DEFAULT_MSS: Final = {4: 536, 6: 1220}  # RFC 9293 section 3.7.1
_MOST_MSS: Final = 1300  # what a tunnel of Ginnel's carries whole on any path


class Segment(NamedTuple):
    source: int
    destination: int
    sequence: int
    acknowledged: int
    flags: int
    window: int
    options: bytes
    data: bytes


def parse(payload: bytes) -> Segment | None:
    """None for what is too short to be one."""
    if len(payload) < _HEADER.size:
        return None
    source, destination, sequence, acknowledged, offset, flags, window, _, _ = _HEADER.unpack_from(payload)
    header = (offset >> 4) * 4
    if not _HEADER.size <= header <= len(payload):
        return None
    options, data = payload[_HEADER.size : header], payload[header:]
    return Segment(source, destination, sequence, acknowledged, flags, window, options, data)


def build(segment: Segment, source: bytes, destination: bytes) -> bytes:
    """`segment` in an IP packet. Options have a length that four divides."""
    offset = (_HEADER.size + len(segment.options)) // 4 << 4
    ports_and_numbers = segment[:4]

    def header(check: int) -> bytes:
        return _HEADER.pack(*ports_and_numbers, offset, segment.flags, segment.window, check, 0)

    rest = segment.options + segment.data
    pseudo = packets.pseudo_header(source, destination, packets.TCP, _HEADER.size + len(rest))
    payload = header(packets.checksum(pseudo + header(0) + rest)) + rest
    return packets.build(Packet(source, destination, packets.TCP, payload))


def mss_of(options: bytes, version: int) -> int:
    """What a SYN's options say, kept to what goes through."""
    at, found = 0, _DEFAULT_MSS[version]
    while at + 1 < len(options) and options[at] != 0:
        kind, length = options[at], 1 if options[at] == 1 else options[at + 1]
        if kind == 2 and options[at + 1 : at + 2] == b"\x04" and at + 4 <= len(options):
            found = int.from_bytes(options[at + 2 : at + 4], "big")
        at += max(length, 1)
    return max(64, min(found, _MOST_MSS))


@dataclass(slots=True)
class Connection:
    """One, from its SYN on. Everything before `acked` has arrived, everything before `sent` is on its way."""

    source: bytes  # we
    destination: bytes
    ports: tuple[int, int]  # ours, the peer's
    expected: int  # the sequence number that comes next
    mss: int
    window: int
    deadline: float
    first: int = field(default_factory=lambda: secrets.randbits(32))
    head: bytes = b""
    body: memoryview = field(default_factory=lambda: memoryview(b""))
    end: int = 1  # the offset behind our SYN, later behind our FIN
    acked: int = 0
    sent: int = 0
    furthest: int = 0  # that was ever sent
    duplicates: int = 0
    tries: int = 0
    request: bytes = b""
    peer_ended: bool = False

    @property
    def is_over(self) -> bool:
        return self.peer_ended and self.end > 1 and self.acked == self.end

    def respond(self, head: bytes, body: memoryview) -> None:
        """Say this, and no more after it."""
        self.head, self.body = head, body
        self.end = 1 + len(head) + len(body) + 1

    def acknowledge(self, segment: Segment) -> None:
        """What the peer says of ours."""
        self.window = segment.window
        news = (segment.acknowledged - self.first - self.acked) % _MODULUS
        if 0 < news <= self.furthest - self.acked:
            self.acked += news
            self.sent = max(self.sent, self.acked)
            self.duplicates = self.tries = 0
        elif news == 0 and self.acked < self.sent and not segment.data:
            self.duplicates += 1
            if self.duplicates == 3:
                self.sent = self.acked

    def ready(self, atleast: int = 0) -> Iterator[bytes]:
        """Packets that may go now: as the window allows, but `atleast` so many."""
        while self.sent < self.end and (atleast > 0 or self.sent - self.acked < self.window):
            atleast -= 1
            yield self._next()

    def _next(self) -> bytes:
        at = self.sent
        if at == 0:
            self._went(1)
            return self.packet(0, SYN | ACK, options=struct.pack("!BBH", 2, 4, _MOST_MSS))
        data = self._octets(at - 1, self.mss)
        last = at + len(data) == self.end - 1
        self._went(len(data) + last)
        return self.packet(at, ACK | PSH | (FIN if last else 0), data)

    def _octets(self, at: int, most: int) -> bytes:
        if at >= len(self.head):
            at -= len(self.head)
            return bytes(self.body[at : at + most])
        return self.head[at : at + most]

    def _went(self, octets: int) -> None:
        self.sent += octets
        self.furthest = max(self.furthest, self.sent)

    def packet(self, offset: int, flags: int, data: bytes = b"", options: bytes = b"") -> bytes:
        sequence = (self.first + offset) % _MODULUS
        segment = Segment(*self.ports, sequence, self.expected, flags, WINDOW, options, data)
        return build(segment, self.source, self.destination)


class WebServer:
    """Answers on `port` of any address. `page` gives a path's type and octets, or None."""

    def __init__(self, port: int, page: Callable[[str], tuple[str, memoryview] | None]) -> None:
        self._port = port
        self._page = page
        self._connections: dict[tuple[bytes, bytes, int], Connection] = {}

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def received(self, packet: Packet, now: float) -> list[bytes]:
        """What to send because of `packet`."""
        segment = parse(packet.payload)
        if segment is None:
            return []
        key = (packet.destination, packet.source, segment.source)
        found = self._connections.get(key)
        if segment.flags & SYN and found is None:
            room = len(self._connections) < MAX_CONNECTIONS
            if segment.flags & ACK or segment.destination != self._port or not room:
                return [_refusal(packet, segment)]
            found = self._connections[key] = Connection(
                *(packet.destination, packet.source, (segment.destination, segment.source)),
                expected=(segment.sequence + 1) % _MODULUS,
                mss=mss_of(segment.options, packet.version),
                window=segment.window,
                deadline=now + RETRANSMIT_S,
            )
            return list(found.ready(atleast=1))
        if found is None or segment.destination != self._port:
            return [] if segment.flags & RST else [_refusal(packet, segment)]
        if segment.flags & RST:
            if segment.sequence == found.expected:
                del self._connections[key]
            return []
        told = self._take(found, segment)
        found.deadline = now + (RETRANSMIT_S if found.acked < found.end else IDLE_S)
        if found.is_over:
            del self._connections[key]
        return told

    def _take(self, it: Connection, segment: Segment) -> list[bytes]:
        if segment.flags & ACK:
            it.acknowledge(segment)
        new = segment.sequence == it.expected and not it.peer_ended
        if new:
            it.expected = (it.expected + len(segment.data)) % _MODULUS
            it.request += segment.data if it.end == 1 else b""
            if segment.flags & FIN:
                it.expected = (it.expected + 1) % _MODULUS
                it.peer_ended = True
        if it.end == 1 and (b"\r\n\r\n" in it.request or it.peer_ended or len(it.request) > MAX_REQUEST):
            it.respond(*self._response(it.request))
        told = list(it.ready())
        if not told and (segment.data or segment.flags & (SYN | FIN)):
            told.append(it.packet(it.sent, ACK))
        return told

    def _response(self, request: bytes) -> tuple[bytes, memoryview]:
        words = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
        page = self._page(words[1]) if len(words) == 3 and words[0] == "GET" else None
        if page is None:
            page, status = ("text/plain", memoryview(b"There is no such page.\n")), "404 Not Found"
        else:
            status = "200 OK"
        kind, body = page
        lines = (f"HTTP/1.0 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "", "")
        return "\r\n".join(lines).encode(), body

    def deadline(self) -> float | None:
        """When `advance` is due; None: not at all."""
        return min((it.deadline for it in self._connections.values()), default=None)

    def advance(self, now: float) -> list[bytes]:
        """What to send because of the time: once more what was not acknowledged, or a farewell."""
        told: list[bytes] = []
        for key, it in list(self._connections.items()):
            if it.deadline > now:
                continue
            it.tries += 1
            if it.acked == it.end or it.tries > TRIES:
                told.append(it.packet(it.sent, RST | ACK))
                del self._connections[key]
                continue
            it.sent, it.duplicates = it.acked, 0
            told += it.ready(atleast=1)
            it.deadline = now + RETRANSMIT_S * 2**it.tries
        return told


def _refusal(packet: Packet, segment: Segment) -> bytes:
    """RFC 9293 section 3.10.7.1."""
    ports = segment.destination, segment.source
    if segment.flags & ACK:
        answer = Segment(*ports, segment.acknowledged, 0, RST, 0, b"", b"")
    else:
        length = len(segment.data) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
        answer = Segment(*ports, 0, (segment.sequence + length) % _MODULUS, RST | ACK, 0, b"", b"")
    return build(answer, packet.destination, packet.source)
