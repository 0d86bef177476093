"""Certificate and Certificate Request payloads (RFC 7296 sections 3.6 and 3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..codes import PayloadType
from ..wire import Reader


@dataclass(frozen=True, slots=True)
class CertPayload:
    """A certificate, chain, CRL or other credential."""

    type: ClassVar[int] = PayloadType.CERT
    encoding: int
    data: bytes

    def serialise(self) -> bytes:
        return bytes((self.encoding,)) + self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        reader = Reader(body)
        return cls(reader.u8(), bytes(reader.rest()))


@dataclass(frozen=True, slots=True)
class CertReqPayload:
    """The authorities that the sender trusts: for X.509 a list of 20-octet SHA-1 key hashes."""

    type: ClassVar[int] = PayloadType.CERTREQ
    encoding: int
    data: bytes

    def serialise(self) -> bytes:
        return bytes((self.encoding,)) + self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        reader = Reader(body)
        return cls(reader.u8(), bytes(reader.rest()))
