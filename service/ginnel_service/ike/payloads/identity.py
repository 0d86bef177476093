"""Identities and the Identification payloads (RFC 7296 section 3.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import ClassVar, Self

from ..codes import IdType, PayloadType
from ..errors import InvalidSyntax, LocalError
from ..wire import Reader
from . import dn

_RAW = re.compile(r"\{(\d{1,3})\}:#([0-9a-fA-F]*)")


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """Who a peer is. Equal are those of one type with the same octets, or with the same distinguished name
    in whatever encoding (RFC 5280 section 7.1).
    """

    type: int
    data: bytes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Identity):
            return NotImplemented
        return self.type == other.type and (self.data == other.data or self._meaning() == other._meaning())

    def __hash__(self) -> int:
        return hash((self.type, self._meaning()))

    def _meaning(self) -> object:
        if self.type != IdType.DER_ASN1_DN:
            return self.data
        try:
            return dn.canonical(self.data)
        except InvalidSyntax:
            return self.data

    @classmethod
    def parse_text(cls, text: str) -> Self:
        """From what a person writes. Raises LocalError.

        `10.0.0.1` and `2001:db8::1` are addresses, `alice@x.org` a mail address, `@#6b6579` a key id in hex,
        `C=CH, CN=vpn` a distinguished name in encoded order, `{11}:#6b6579` any type in hex; everything else,
        and whatever follows a leading `@`, is a host name.
        """
        if not text or not text.isprintable():
            raise LocalError("an identity is a line of printable characters")
        if raw := _RAW.fullmatch(text):
            if int(raw[1]) > 255:
                raise LocalError(f"identity type {raw[1]} does not fit an octet")
            return cls(int(raw[1]), _unhex(raw[2]))
        if text.startswith("@#"):
            return cls(IdType.KEY_ID, _unhex(text[2:]))
        if text.startswith("@"):
            return cls(IdType.FQDN, text[1:].encode())
        try:
            address = ip_address(text)
        except ValueError:
            pass
        else:
            if "%" not in text:
                return cls(IdType.IPV4_ADDR if address.version == 4 else IdType.IPV6_ADDR, address.packed)
        if "=" in text:
            return cls(IdType.DER_ASN1_DN, dn.encode(text))
        return cls(IdType.RFC822_ADDR if "@" in text else IdType.FQDN, text.encode())

    def serialise(self) -> bytes:
        return bytes((self.type, 0, 0, 0)) + self.data

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        """The body of an identification payload."""
        reader = Reader(body)
        kind = reader.take(4)[0]
        return cls(kind, bytes(reader.rest()))

    def __str__(self) -> str:
        """Always printable, whatever a peer sent; `parse_text` takes all but some DNs back."""
        text = self._readable()
        if self.type == IdType.DER_ASN1_DN and text.isprintable() and text:
            return text
        for candidate in (text, f"@{text}"):
            try:
                if text and Identity.parse_text(candidate) == self:
                    return candidate
            except LocalError:
                pass
        return f"{{{self.type}}}:#{self.data.hex()}"

    def _readable(self) -> str:
        match self.type:
            case IdType.IPV4_ADDR if len(self.data) == 4:
                return str(IPv4Address(self.data))
            case IdType.IPV6_ADDR if len(self.data) == 16:
                return str(IPv6Address(self.data))
            case IdType.FQDN | IdType.RFC822_ADDR:
                return self.data.decode(errors="replace")
            case IdType.KEY_ID if self.data:
                return f"@#{self.data.hex()}"
            case IdType.DER_ASN1_DN:
                return dn.decode(self.data)
        return ""


@dataclass(frozen=True, slots=True)
class IdiPayload:
    """The initiator's identity."""

    type: ClassVar[int] = PayloadType.IDI
    identity: Identity

    def serialise(self) -> bytes:
        return self.identity.serialise()

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        return cls(Identity.parse(body))


@dataclass(frozen=True, slots=True)
class IdrPayload:
    """The responder's identity."""

    type: ClassVar[int] = PayloadType.IDR
    identity: Identity

    def serialise(self) -> bytes:
        return self.identity.serialise()

    @classmethod
    def parse(cls, body: memoryview) -> Self:
        return cls(Identity.parse(body))


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LocalError("a key id is written in hex digits") from None
