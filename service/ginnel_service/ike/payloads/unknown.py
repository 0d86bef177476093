"""Payloads of types that this project does not know (RFC 7296 section 2.5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnknownPayload:
    """Kept as it came, and otherwise ignored."""

    type: int
    data: bytes
    critical: bool = False

    def serialise(self) -> bytes:
        return self.data
