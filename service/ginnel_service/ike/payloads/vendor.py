"""The Vendor ID payload (RFC 7296 section 3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType


@dataclass(frozen=True, slots=True)
class VendorPayload:
    """Opaque octets that name an implementation or an extension."""

    type: ClassVar[int] = PayloadType.VENDOR
    data: bytes

    def serialise(self) -> bytes:
        return self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        return cls(bytes(body))
