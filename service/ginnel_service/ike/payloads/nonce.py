"""The Nonce payload (RFC 7296 section 3.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..errors import InvalidSyntax

MIN_NONCE, MAX_NONCE = 16, 256


@dataclass(frozen=True, slots=True)
class NoncePayload:
    """ "The size of the Nonce Data MUST be between 16 and 256 octets, inclusive." """

    type: ClassVar[int] = PayloadType.NONCE
    data: bytes

    def serialise(self) -> bytes:
        return self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        if not MIN_NONCE <= len(body) <= MAX_NONCE:
            raise InvalidSyntax(f"a nonce of {len(body)} octets")
        return cls(bytes(body))
