"""Invariant: whatever octets come in, the codec gives a message or raises a PeerError, and nothing else;
and what it accepts serialises to as many octets, which mean the same.
"""

from __future__ import annotations

import struct

from ginnel_service.ike.errors import PeerError
from ginnel_service.ike.message import HEADER_LENGTH, parse_message, serialise_message


def feed(octets: bytes) -> None:
    """As they are, and with the header's length put right, so that more of them is reached."""
    accepts(octets)
    accepts(with_length(octets))


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


def with_length(octets: bytes) -> bytes:
    """The header's length corrected."""
    patched = bytearray(octets)
    if len(patched) >= HEADER_LENGTH:
        struct.pack_into("!I", patched, 24, len(patched))
    return bytes(patched)
