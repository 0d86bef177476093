"""Sends hostile datagrams to a data plane's socket: `python attacker.py HOST PORT COUNT < keys`.

A process of its own that knows the keys of two SAs, 24 octets of each (SPI, AES-128 key, salt) on standard
input, and composes ESP with `cryptography` (RFC 4303, RFC 4106). Prints how many of each kind it sent.

- `busy`, with extended sequence numbers, carries others' traffic meanwhile; nothing authentic is new on it.
- `own` is the attacker's: what it seals there is authentic. Some is right (`witness`), the rest wrong inside.

64 datagrams of one size leave as one train (UDP_SEGMENT, udp(7)), so that right and wrong ones share a
receive. Every inner packet but a witness has `MARK` as its DSCP. The attacker waits while the receiver's
queue is long, as /proc/net/udp tells it: what the kernel drops proves nothing.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import time
from collections import Counter
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

UDP_SEGMENT = 103
TRAIN = 64
PIECE = 12  # datagrams of a train between two that are sealed for it
SIZES = (100, 104, 132, 180, 260, 520, 1020)
TRAINS = 300  # made beforehand, and sent in turn
QUEUE_OCTETS = 2 << 20
MARK = 0xFC
INNER = ("10.9.0.1", "10.9.0.2")  # the selectors of `own`: UDP between these two
SINK_PORT = 7777
#: Sequence numbers of `busy` that were used up before.
SPENT = 64
OUTSIDER = "10.9.0.66"
IPV4, TCP, UDP, IPV6, DUMMY = 4, 6, 17, 41, 59

#: What a train is made of beforehand, and why each is refused; "ike" is queued for IKE or refused.
OLD = {
    "stranger": "unknown_spi",
    "ike": "ike",
    "forged": "integrity",
    "flipped": "integrity",
    "stolen": "integrity",
    "high_half": "integrity",
    "cut_short": "integrity",
    "shifted": "integrity",
    "replayed_busy": "integrity",  # or as a replay, while its window spans it
}
#: What is sealed for each train, one of each table in turn, with a sequence number of its own.
OUTSIDE = {
    "padding": "padding",
    "padding_length": "padding",
    "next_header": "next_header",
    "version": "next_header",
    "dummy": "dummy",
    "source": "inbound_selector",
    "target": "inbound_selector",
    "protocol": "inbound_selector",
}
BROKEN = {"garbage": "inner_header", "overlong": "inner_header", "header": "inner_header"}
#: What has no place in a train.
LONELY = {
    "empty": "runt",
    "one_octet": "runt",
    "marker": "runt",
    "spi_alone": "runt",
    "header_alone": "runt",
    "stump": "runt",
    "oversized": "integrity",
    "keepalive": "keepalive",
}
REASONS = {**OLD, **OUTSIDE, **BROKEN, **LONELY, "replayed_own": "replay", "witness": "none"}
TRAINS_BETWEEN = 16


class Sa:
    """One direction of an ESP SA of AES-GCM with a 16-octet ICV."""

    def __init__(self, words: bytes, *, esn: bool = False) -> None:
        self.spi, self.salt = words[:4], words[20:24]
        self.esn = esn
        self.aead = AESGCM(words[4:20])

    def seal(self, sequence: int, content: bytes) -> bytes:
        """`content` ends with its trailer. The number's high half is authenticated but not sent."""
        low, iv = struct.pack(">I", sequence & 0xFFFFFFFF), sequence.to_bytes(8, "big")
        high = struct.pack(">I", sequence >> 32) if self.esn else b""
        return self.spi + low + iv + self.aead.encrypt(self.salt + iv, content, self.spi + high + low)


def ones_complement(data: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def inner(length: int, number: int, *, source: str = INNER[0], target: str = INNER[1],
          protocol: int = UDP, tos: int = MARK) -> bytes:  # fmt: skip
    """An IPv4 packet of `length` octets; a UDP datagram without a checksum to the sink, `number` first."""
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, tos, length, 0, 0, 64, protocol, 0,
        socket.inet_aton(source), socket.inet_aton(target),
    )  # fmt: skip
    head = head[:10] + struct.pack(">H", ones_complement(head)) + head[12:]
    return head + struct.pack(">HHHHQ", 9, SINK_PORT, length - 20, 0, number) + bytes(length - 36)


def trailer(following: int) -> bytes:
    """Of a payload that needs no padding."""
    return bytes((0, following))


def payload(size: int) -> int:
    """How long an inner packet without padding is in a datagram of `size` octets."""
    return size - 8 - 8 - 2 - 16


def in_turn(kinds: dict[str, str], turn: int) -> str:
    return tuple(kinds)[turn % len(kinds)]


class Attacker:
    """Composes datagrams for one run."""

    def __init__(self, own: Sa, busy: Sa) -> None:
        self.own, self.busy = own, busy
        self.sequence = self.turn = 0
        self.chance = random.Random(4303)
        self.trains = [self._train(SIZES[number % len(SIZES)]) for number in range(TRAINS)]

    def next(self) -> tuple[int, list[bytes]]:
        """The next train: the size of its datagrams, and its octets in pieces."""
        size, pieces, _ = self.trains[self.turn % TRAINS]
        outside, broken = in_turn(OUTSIDE, self.turn), in_turn(BROKEN, self.turn)
        self.turn += 1
        witness = self._seal(inner(payload(size), self.turn, tos=0) + trailer(IPV4))
        return size, [
            *(pieces[0], witness, pieces[1], self._wrong(outside, size), pieces[2], witness),
            *(pieces[3], self._wrong(broken, size), pieces[4]),
        ]

    def handed_out(self) -> Counter[str]:
        """Of each kind, in the trains so far."""
        kinds = Counter(witness=self.turn, replayed_own=self.turn)
        for turn in range(self.turn):
            kinds[in_turn(OUTSIDE, turn)] += 1
            kinds[in_turn(BROKEN, turn)] += 1
        for index, (_, _, held) in enumerate(self.trains):
            rounds = len(range(index, self.turn, TRAINS))
            kinds.update({kind: count * rounds for kind, count in held.items()})
        return kinds

    def lonely(self) -> dict[str, bytes]:
        """One of each kind in LONELY."""
        datagrams = {
            "empty": b"",
            "one_octet": b"\x00",
            "marker": bytes(4) + b"\x2a" * 20,
            "spi_alone": self.busy.spi,
            "header_alone": self.busy.spi + bytes(4),
            "stump": self.busy.spi + b"\x7f" + bytes(28),
            "oversized": self.busy.spi + b"\x7f" + self.chance.randbytes(65502),
            "keepalive": b"\xff",
        }
        assert datagrams.keys() == LONELY.keys()
        return datagrams

    def _train(self, size: int) -> tuple[int, list[bytes], Counter[str]]:
        """A size, the five pieces of a train around four gaps, and of each kind how many they hold."""
        chosen = [[self.chance.choice(list(OLD)) for _ in range(PIECE)] for _ in range(5)]
        pieces = [b"".join(self._old(kind, size) for kind in piece) for piece in chosen]
        return size, pieces, Counter(kind for piece in chosen for kind in piece)

    def _old(self, kind: str, size: int) -> bytes:
        """A datagram of `size` octets that takes no sequence number of its own."""
        chance, busy = self.chance, self.busy
        ahead = chance.randrange(1 << 30, 1 << 31)
        right = inner(payload(size), 0) + trailer(IPV4)
        match kind:
            case "stranger":
                return b"\xee" + chance.randbytes(size - 1)
            case "ike":
                return bytes(4) + chance.randbytes(size - 4)
            case "forged":
                return busy.spi + struct.pack(">I", ahead) + chance.randbytes(size - 8)
            case "flipped":
                sealed = bytearray(busy.seal(ahead, right))
                bit = chance.randrange(32, size * 8)  # not of the SPI
                sealed[bit // 8] ^= 1 << bit % 8
                return bytes(sealed)
            case "stolen":  # the ciphertext of another SA
                return busy.spi + self.own.seal(ahead, right)[4:]
            case "high_half":
                return busy.seal(1 << 32 | ahead, right)
            case "cut_short":
                return busy.seal(ahead, right + bytes(16))[:size]
            case "shifted":  # its sequence number is lost
                return busy.spi + busy.seal(ahead, right)[8:] + bytes(4)
            case "replayed_busy":
                return busy.seal(chance.randrange(1, SPENT + 1), right)
        raise AssertionError(kind)

    def _wrong(self, kind: str, size: int) -> bytes:
        """Authentic, and to be refused for what is inside."""
        length = payload(size)
        match kind:
            case "padding":
                content = inner(length - 4, 0) + bytes((1, 2, 3, 5, 4, IPV4))
            case "padding_length":
                content = inner(length, 0) + bytes((255, IPV4))
            case "next_header":
                content = inner(length, 0) + trailer(TCP)
            case "version":
                content = inner(length, 0) + trailer(IPV6)
            case "dummy":
                content = inner(length, 0) + trailer(DUMMY)
            case "source":
                content = inner(length, 0, source=OUTSIDER) + trailer(IPV4)
            case "target":
                content = inner(length, 0, target=OUTSIDER) + trailer(IPV4)
            case "protocol":
                content = inner(length, 0, protocol=TCP) + trailer(IPV4)
            case "garbage":
                content = b"\xf0" + self.chance.randbytes(length - 1) + trailer(IPV4)
            case "overlong":
                right = inner(length, 0)
                content = right[:2] + struct.pack(">H", length + 1) + right[4:] + trailer(IPV4)
            case "header":
                content = b"\x44" + inner(length, 0)[1:] + trailer(IPV4)
            case _:
                raise AssertionError(kind)
        return self._seal(content)

    def _seal(self, content: bytes) -> bytes:
        self.sequence += 1
        return self.own.seal(self.sequence, content)


class Pace:
    """Holds the sender back while the receiver has much to read."""

    def __init__(self, host: str, port: int) -> None:
        self.where = f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"

    def queue(self) -> int:
        """Octets that wait at the receiver."""
        for line in Path("/proc/self/net/udp").read_text().splitlines():
            words = line.split()
            if words[1] == self.where:
                return int(words[4].partition(":")[2], 16)
        raise SystemExit("the receiver is gone")

    def wait(self) -> None:
        while self.queue() > QUEUE_OCTETS:
            time.sleep(0.0005)


def main() -> None:
    host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    words = sys.stdin.buffer.read()
    attacker = Attacker(Sa(words[:24]), Sa(words[24:], esn=True))
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    out.connect((host, port))
    pace = Pace(host, port)
    lonely = attacker.lonely()
    rounds, begun = 0, time.perf_counter()
    while rounds * (TRAINS_BETWEEN * TRAIN + len(lonely)) < count:
        for _ in range(TRAINS_BETWEEN):
            size, octets = attacker.next()
            out.sendmsg(octets, [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", size))])
        for datagram in lonely.values():
            out.send(datagram)
        rounds += 1
        pace.wait()
    seconds = time.perf_counter() - begun
    sent = attacker.handed_out() + Counter(dict.fromkeys(lonely, rounds))
    json.dump({"sent": sent, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()
