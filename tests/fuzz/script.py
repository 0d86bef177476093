"""How a stateful target reads its input: an octet, or a length and so many octets, until nothing is left.

Any octets are a script. What is missing at the end reads as zeros, so that every prefix is one too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from ginnel_service.ike.payloads import Payload
from simulation.hostile import RawPayload

T = TypeVar("T")
MAX_CHAIN = 32


class Script:
    """Reads; `tokens` are words of the input that stand for octets known at run time only, such as SPIs."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0
        self.tokens: Mapping[bytes, bytes] = {}

    @property
    def more(self) -> bool:
        return self._at < len(self._octets)

    def octet(self) -> int:
        taken = self._take(1)
        return taken[0] if taken else 0

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.octet() % len(choices)]

    def chunk(self) -> bytes:
        """Two octets of length, and what they count, with the tokens replaced."""
        chunk = self._take(int.from_bytes(self._take(2), "big"))
        for token, value in self.tokens.items():
            chunk = chunk.replace(token, value)
        return chunk

    def chain(self) -> tuple[Payload, ...]:
        """Payloads as a count and (type, 128 for critical, body) of each; bodies need not parse."""
        return tuple(self._payload() for _ in range(self.octet() % (MAX_CHAIN + 1)))

    def _payload(self) -> Payload:
        kind, critical = self.octet(), self.octet() >= 0x80
        return RawPayload(kind, self.chunk(), critical)  # type: ignore[return-value]

    def _take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        self._at += count
        return taken


def write_chunk(octets: bytes) -> bytes:
    """What `Script.chunk` reads."""
    return len(octets).to_bytes(2, "big") + octets


def write_chain(payloads: Sequence[Payload]) -> bytes:
    """What `Script.chain` reads."""
    bodies = ((payload.type, payload.serialise()) for payload in payloads[:MAX_CHAIN])
    parts = [bytes((kind, 0)) + write_chunk(body) for kind, body in bodies]
    return bytes([len(parts)]) + b"".join(parts)
