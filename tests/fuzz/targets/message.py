"""Invariant: whatever octets come in, the codec gives a message or raises a PeerError, and nothing else;
and what it accepts serialises to as many octets, which mean the same. Taken as a stream (RFC 9329) the octets
give the same messages wherever they are cut, or break it.
"""

from __future__ import annotations

import struct

from ginnel_service.ike.errors import PeerError
from ginnel_service.ike.message import HEADER_LENGTH, parse_message, serialise_message
from ginnel_service.tunnel.frames import MAX_DATAGRAM, MAX_FRAME, Splitter, StreamBroken

_SCRATCH = bytearray(2 * MAX_FRAME)


def feed(octets: bytes) -> None:
    """As they are, with the header's length put right so that more of them is reached, and as a stream."""
    accepts(octets)
    accepts(with_length(octets))
    whole = messages(octets, len(octets))
    assert messages(octets, 1 + octets[-1] if octets else 1) == whole
    assert not whole or max(map(len, whole)) <= MAX_DATAGRAM


def accepts(octets: bytes) -> bool:
    """Parse one datagram; whether it was accepted."""
    try:
        message = parse_message(octets)
    except PeerError:
        return False
    again = serialise_message(message)
    assert len(again) == len(octets)
    assert parse_message(again) == message
    return True


def messages(stream: bytes, cut: int) -> list[bytes] | None:
    """What a stream in pieces of `cut` octets holds, None when it is broken."""
    splitter, found = Splitter(_SCRATCH), list[bytes]()
    try:
        for at in range(0, len(stream), max(1, cut)):
            piece = stream[at : at + cut]
            splitter.room()[: len(piece)] = piece
            for train in splitter.take(len(piece)):
                assert all(len(part) <= train.segment for part in train.parts)
                found += map(bytes, train.parts)
    except StreamBroken:
        return None
    return found


def with_length(octets: bytes) -> bytes:
    """The header's length corrected."""
    patched = bytearray(octets)
    if len(patched) >= HEADER_LENGTH:
        struct.pack_into("!I", patched, 24, len(patched))
    return bytes(patched)
