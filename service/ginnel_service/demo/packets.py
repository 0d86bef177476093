"""Just enough of IP for the demo's responder and pings: whole packets without options, and ICMP echoes.

Fragments, IPv6 extension headers and what is too short are nobody's here. Checksums that come are believed:
ESP has proven what is in a packet.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

ICMP: Final = 1
TCP: Final = 6
ICMPV6: Final = 58
#: By IP version, the types of a question and of its answer (RFC 792, RFC 4443 section 4).
ECHO: Final = {4: (8, 0), 6: (128, 129)}

_HOPS: Final = 64
_IPV4: Final = struct.Struct("!BBHHHBBH4s4s")
_IPV6: Final = struct.Struct("!IHBB16s16s")


class Packet(NamedTuple):
    """An IP packet; addresses are packed, and their length tells the version."""

    source: bytes
    destination: bytes
    protocol: int
    payload: bytes

    @property
    def version(self) -> int:
        return 4 if len(self.source) == 4 else 6


def checksum(data: bytes) -> int:
    """RFC 1071: a sum in ones' complement of 16-bit words is a remainder of 65,535."""
    return 0xFFFF - int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big") % 0xFFFF


def pseudo_header(source: bytes, destination: bytes, protocol: int, length: int) -> bytes:
    """What a transport's checksum covers beside itself (RFC 9293 section 3.1, RFC 8200 section 8.1); in both
    versions the words of one add up the same."""
    return source + destination + struct.pack("!II", length, protocol)


def parse(data: bytes) -> Packet | None:
    """None for what is not for us; see above."""
    if len(data) >= _IPV4.size and data[0] >> 4 == 4:
        _, _, length, _, fragment, _, protocol, _, source, destination = _IPV4.unpack_from(data)
        header = (data[0] & 15) * 4
        if fragment & 0x3FFF or not _IPV4.size <= header <= length <= len(data):
            return None
        return Packet(source, destination, protocol, data[header:length])
    if len(data) >= _IPV6.size and data[0] >> 4 == 6:
        _, length, protocol, _, source, destination = _IPV6.unpack_from(data)
        if _IPV6.size + length > len(data):
            return None
        return Packet(source, destination, protocol, data[_IPV6.size : _IPV6.size + length])
    return None


def build(packet: Packet) -> bytes:
    source, destination, protocol, payload = packet
    if packet.version == 6:
        return _IPV6.pack(6 << 28, len(payload), protocol, _HOPS, source, destination) + payload
    length = _IPV4.size + len(payload)
    dont_fragment = 0x4000
    head = (0x45, 0, length, 0, dont_fragment, _HOPS, protocol)
    return (
        _IPV4.pack(*head, checksum(_IPV4.pack(*head, 0, source, destination)), source, destination) + payload
    )


def echo(kind: int, rest: bytes, pseudo: bytes = b"") -> bytes:
    """An ICMP message of code 0; `rest` begins with identifier and sequence number. ICMPv6's checksum covers
    `pseudo`, too."""
    head = struct.pack("!BB", kind, 0)
    return head + struct.pack("!H", checksum(pseudo + head + b"\0\0" + rest)) + rest


def answer_echo(packet: Packet) -> Packet | None:
    """The answer to a ping; None to anything else."""
    asks, answers = ECHO[packet.version]
    if packet.protocol not in (ICMP, ICMPV6) or len(packet.payload) < 8 or packet.payload[0] != asks:
        return None
    pseudo = b""
    if packet.version == 6:
        pseudo = pseudo_header(packet.destination, packet.source, ICMPV6, len(packet.payload))
    told = echo(answers, packet.payload[4:], pseudo)
    return Packet(packet.destination, packet.source, packet.protocol, told)
