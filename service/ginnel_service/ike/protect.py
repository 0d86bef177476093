"""The Encrypted payload (RFC 7296 section 3.14): a whole message sealed and opened.

One `Protector` per direction of an IKE SA. What encrypts is in `ciphers`.
"""

from __future__ import annotations

import struct

from .ciphers import sk_cipher
from .codes import PayloadType
from .config import RandomBytes
from .errors import IntegrityFailed, InvalidSyntax
from .keys import IkeSuite
from .message import HEADER_LENGTH, parse_header, parse_payloads, serialise_payloads
from .payloads import Payload

_GENERIC = 4  # octets of the generic payload header


class Protector:
    """Seals or opens SK payloads under one direction's keys."""

    def __init__(self, suite: IkeSuite, encr_key: bytes, integ_key: bytes, random: RandomBytes) -> None:
        self._cipher = sk_cipher(suite, encr_key, integ_key, random)

    def sealed_octets(self, plain: int) -> int:
        """How long a message is whose payloads inside the SK payload have `plain` octets."""
        cipher = self._cipher
        return HEADER_LENGTH + _GENERIC + cipher.iv + plain + 1 + -(plain + 1) % cipher.block + cipher.icv

    def seal(
        self,
        spi_i: bytes,
        spi_r: bytes,
        exchange: int,
        flags: int,
        message_id: int,
        payloads: tuple[Payload, ...],
    ) -> bytes:
        """The whole message, header included, with `payloads` inside one SK payload."""
        first, plain = serialise_payloads(payloads)
        padding = -(len(plain) + 1) % self._cipher.block
        plain += bytes(padding) + bytes([padding])
        body = self._cipher.iv + len(plain) + self._cipher.icv
        head = struct.pack(
            "!8s8sBBBBII",
            spi_i,
            spi_r,
            PayloadType.SK,
            0x20,
            exchange,
            flags,
            message_id,
            HEADER_LENGTH + _GENERIC + body,
        ) + struct.pack("!BBH", first, 0, _GENERIC + body)
        return head + self._cipher.seal(head, plain)

    def open(self, datagram: bytes) -> tuple[Payload, ...]:
        """The payloads inside. Raises IntegrityFailed when it does not verify, else InvalidSyntax if broken.

        Only messages whose one outer payload is SK are accepted.
        """
        header = parse_header(datagram)
        if header.next_payload != PayloadType.SK or len(datagram) < HEADER_LENGTH + _GENERIC:
            raise IntegrityFailed("the message is not protected")
        first, _, length = struct.unpack_from("!BBH", datagram, HEADER_LENGTH)
        if HEADER_LENGTH + length != len(datagram) or header.length != len(datagram):
            raise IntegrityFailed("the SK payload does not fill the message")
        start = HEADER_LENGTH + _GENERIC
        plain = self._cipher.open(datagram[:start], datagram[start:])
        padding = plain[-1]
        if padding >= len(plain):
            raise InvalidSyntax("padding longer than the SK payload")
        return parse_payloads(first, plain[: len(plain) - 1 - padding])
