"""Attribute-value pairs of TTLS (RFC 5281 section 10): Diameter's layout, RADIUS's numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import InvalidSyntax

USER_NAME, USER_PASSWORD, REPLY_MESSAGE, EAP_MESSAGE = 1, 2, 18, 79
MICROSOFT = 311
MS_CHAP_ERROR, MS_CHAP_CHALLENGE, MS_CHAP2_RESPONSE, MS_CHAP2_SUCCESS = 2, 11, 25, 26

_VENDOR, _MANDATORY = 0x80, 0x40
_HEADER_LENGTH, _VENDOR_LENGTH = 8, 4
MAX_AVPS = 64


@dataclass(frozen=True, slots=True)
class Avp:
    code: int
    value: bytes = field(repr=False)  # may be a password
    vendor: int = 0
    mandatory: bool = True

    def serialise(self) -> bytes:
        vendor = self.vendor.to_bytes(4, "big") if self.vendor else b""
        flags = (_VENDOR if self.vendor else 0) | (_MANDATORY if self.mandatory else 0)
        length = _HEADER_LENGTH + len(vendor) + len(self.value)
        head = self.code.to_bytes(4, "big") + bytes([flags]) + length.to_bytes(3, "big") + vendor
        return head + self.value + bytes(-length % 4)


def parse_avps(octets: bytes) -> list[Avp]:
    """Raises InvalidSyntax."""
    found: list[Avp] = []
    while octets:
        flags, length = octets[4:5], int.from_bytes(octets[5:8], "big")
        head = _HEADER_LENGTH + (_VENDOR_LENGTH if flags and flags[0] & _VENDOR else 0)
        if not head <= length <= len(octets) or len(found) == MAX_AVPS:
            raise InvalidSyntax("a malformed list of AVPs inside TTLS")
        vendor = int.from_bytes(octets[8:head], "big")
        mandatory = bool(flags[0] & _MANDATORY)
        found.append(Avp(int.from_bytes(octets[:4], "big"), octets[head:length], vendor, mandatory))
        octets = octets[length + -length % 4 :]
    return found
