"""IKE and ESP as frames of a stream (RFC 9329 sections 3 and 4). Pure: octets in, octets out.

A frame is a length of 16 bits, which counts itself, and a message as it would stand in a datagram of port
4500. Messages go in and out in trains: many of one size, the last one maybe shorter, as UDP_SEGMENT and
UDP_GRO (udp(7)) have them, so that what a packet costs is paid once for many.
"""

from __future__ import annotations

from typing import Final, NamedTuple

#: What the originator of a stream sends first, "only once" (section 4).
PREFIX: Final = b"IKETCP"
HEAD: Final = 2
MAX_FRAME: Final = 0xFFFF
#: What a datagram of IPv4 holds; a larger message is passed over.
MAX_DATAGRAM: Final = 65507
#: The kernel's limit of datagrams in a train (UDP_MAX_SEGMENTS).
MAX_TRAIN: Final = 64
#: An empty message, or the octet of a NAT keepalive: "silently" dropped (sections 3 and 6.6).
NOTHING: Final = 1


class StreamBroken(Exception):
    """What came is no frame: nothing after it can be understood."""


class Train(NamedTuple):
    """Messages of `segment` octets each, the last maybe shorter. The parts are views of the scratch."""

    segment: int
    parts: list[memoryview]


def framed(data: memoryview, segment: int) -> list[bytes | memoryview]:
    """A train as the parts of a stream: messages of `segment` octets that stand one behind the other."""
    head = (segment + HEAD).to_bytes(HEAD, "big")
    parts: list[bytes | memoryview] = []
    whole = len(data) - len(data) % segment
    for at in range(0, whole, segment):
        parts += (head, data[at : at + segment])
    if whole < len(data):
        parts += ((len(data) - whole + HEAD).to_bytes(HEAD, "big"), data[whole:])
    return parts


class Splitter:
    """Octets of a stream as they come, messages as they were sent.

    Fill `room`, then `take` how many came, and be done with what it returns before anyone fills the scratch
    again. Many splitters share one: between two calls each keeps only a part of a frame.
    """

    def __init__(self, scratch: bytearray) -> None:
        """`scratch` holds two frames of any size at least."""
        assert len(scratch) >= 2 * MAX_FRAME
        self._octets = scratch
        self._view = memoryview(scratch)
        self._held = b""

    def room(self) -> memoryview:
        """Where the next octets belong; room for a whole frame."""
        self._view[: len(self._held)] = self._held
        return self._view[len(self._held) :]

    def take(self, count: int) -> list[Train]:
        """`count` octets more are there. Raises StreamBroken."""
        octets, view, at = self._octets, self._view, 0
        end = len(self._held) + count
        trains: list[Train] = []
        parts: list[memoryview] = []
        segment = total = 0  # of the last train; 0: it has ended
        while end - at >= HEAD:
            size = octets[at] << 8 | octets[at + 1]
            if size < HEAD:  # "MUST treat these values as fatal errors" (section 3.1)
                raise StreamBroken(f"a frame of {size} octets")
            after = at + size
            if after > end:
                break
            length = size - HEAD
            if NOTHING < length <= MAX_DATAGRAM:
                message = view[at + HEAD : after]
                total += length
                if length <= segment and total <= MAX_DATAGRAM and len(parts) < MAX_TRAIN:
                    parts.append(message)
                    if length < segment:
                        segment = 0
                else:
                    parts = [message]
                    trains.append(Train(length, parts))
                    segment = total = length
            at = after
        self._held = bytes(view[at:end])
        return trains
