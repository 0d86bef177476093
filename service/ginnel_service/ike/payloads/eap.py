"""The EAP payload (RFC 7296 section 3.16): a whole EAP message, which `eap` reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from ..codes import PayloadType


@dataclass(frozen=True, slots=True)
class EapPayload:
    """An EAP packet of RFC 3748, code octet first; it may hold a password, so it stays out of reprs."""

    type: ClassVar[int] = PayloadType.EAP
    data: bytes = field(repr=False)

    def serialise(self) -> bytes:
        return self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        return cls(bytes(body))
