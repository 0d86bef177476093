"""EAP packets (RFC 3748 section 4) and the method types in use here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from ..errors import InvalidSyntax

HEADER_LENGTH = 4
#: IETF's vendor id in an Expanded type (RFC 3748 section 5.7).
IETF = b"\0\0\0"


class Code(IntEnum):
    REQUEST = 1
    RESPONSE = 2
    SUCCESS = 3
    FAILURE = 4


class Type(IntEnum):
    IDENTITY = 1
    NOTIFICATION = 2
    NAK = 3
    MD5 = 4
    OTP = 5
    GTC = 6
    TLS = 13
    SIM = 18
    TTLS = 21
    AKA = 23
    PEAP = 25
    MSCHAPV2 = 26
    EXTENSIONS = 33
    FAST = 43
    AKA_PRIME = 50
    PWD = 52
    TEAP = 55
    EXPANDED = 254


def type_name(number: int) -> str:
    """`EAP-MSCHAPV2`, or the number of a type without a name here."""
    try:
        return "EAP-" + Type(number).name.replace("_", "-")
    except ValueError:
        return f"EAP type {number}"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. Success and Failure have type 0 and no data. `data` may hold a password."""

    code: Code
    identifier: int
    type: int = 0
    data: bytes = field(default=b"", repr=False)

    def serialise(self) -> bytes:
        body = bytes([self.type]) + self.data if self.code <= Code.RESPONSE else b""
        return bytes([self.code, self.identifier]) + (HEADER_LENGTH + len(body)).to_bytes(2, "big") + body

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Raises InvalidSyntax. Octets after Length are padding, and ignored (section 4)."""
        if len(octets) < HEADER_LENGTH:
            raise InvalidSyntax(f"an EAP packet of {len(octets)} octets")
        try:
            code = Code(octets[0])
        except ValueError:
            raise InvalidSyntax(f"EAP code {octets[0]}") from None
        length = int.from_bytes(octets[2:4], "big")
        if not HEADER_LENGTH <= length <= len(octets):
            raise InvalidSyntax(f"an EAP packet of {len(octets)} octets says it has {length}")
        if code >= Code.SUCCESS:
            if length != HEADER_LENGTH:  # Length is 4 in these (section 4.2)
                raise InvalidSyntax("EAP Success or Failure with data")
            return cls(code, octets[1])
        if length == HEADER_LENGTH:
            raise InvalidSyntax("an EAP request or response without a type")
        return cls(code, octets[1], octets[4], bytes(octets[5:length]))
