"""The Encrypted payload (RFC 7296 section 3.14, RFC 5282): a whole message sealed and opened.

One `Protector` per direction of an IKE SA. AES-GCM takes its IV from a counter, which never repeats
under one key; AES-CBC takes its IV from the random source.
"""

from __future__ import annotations

import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .codes import Encr, Integ, PayloadType
from .config import RandomBytes
from .errors import IntegrityFailed, InvalidSyntax, LocalError
from .keys import IkeSuite
from .message import HEADER_LENGTH, parse_header, parse_payloads, serialise_payloads
from .payloads import Payload

_GENERIC = 4  # octets of the generic payload header
_GCM_IV, _GCM_ICV, _BLOCK = 8, 16, 16
_INTEG = {
    Integ.HMAC_SHA2_256_128: ("sha256", 16),
    Integ.HMAC_SHA2_384_192: ("sha384", 24),
    Integ.HMAC_SHA2_512_256: ("sha512", 32),
}


class Protector:
    """Seals or opens SK payloads under one direction's keys."""

    def __init__(self, suite: IkeSuite, encr_key: bytes, integ_key: bytes, random: RandomBytes) -> None:
        if suite.encr == Encr.AES_GCM_16:
            self._aead: AESGCM | None = AESGCM(encr_key[:-4])
            self._salt = encr_key[-4:]
        elif suite.encr == Encr.AES_CBC and suite.integ in _INTEG:
            self._aead = None
            self._hash, self._icv = _INTEG[Integ(suite.integ)]
        else:
            raise LocalError(f"IKE cipher {suite.encr} with integrity {suite.integ} is not implemented")
        self._encr_key, self._integ_key, self._random = encr_key, integ_key, random
        self._counter = 0

    def sealed_octets(self, plain: int) -> int:
        """How long a message is whose payloads inside the SK payload have `plain` octets."""
        fixed = HEADER_LENGTH + _GENERIC
        if self._aead is not None:
            return fixed + _GCM_IV + plain + 1 + _GCM_ICV
        return fixed + _BLOCK + (plain + _BLOCK) // _BLOCK * _BLOCK + self._icv

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
        if self._aead is not None:
            plain += b"\0"  # pad length; an AEAD needs no alignment (RFC 5282 section 3.2)
            body = _GCM_IV + len(plain) + _GCM_ICV
        else:
            padding = -(len(plain) + 1) % _BLOCK
            plain += bytes(padding) + bytes([padding])
            body = _BLOCK + len(plain) + self._icv
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
        if self._aead is not None:
            iv = struct.pack("!Q", self._counter)
            self._counter += 1
            return head + iv + self._aead.encrypt(self._salt + iv, plain, head)
        iv = self._random(_BLOCK)
        encryptor = Cipher(algorithms.AES(self._encr_key), modes.CBC(iv)).encryptor()
        message = head + iv + encryptor.update(plain) + encryptor.finalize()
        return message + hmac.digest(self._integ_key, message, self._hash)[: self._icv]

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
        plain = self._open_aead(datagram, start) if self._aead else self._open_cbc(datagram, start)
        padding = plain[-1]
        if padding >= len(plain):
            raise InvalidSyntax("padding longer than the SK payload")
        return parse_payloads(first, plain[: len(plain) - 1 - padding])

    def _open_aead(self, datagram: bytes, start: int) -> bytes:
        if self._aead is None or len(datagram) < start + _GCM_IV + 1 + _GCM_ICV:
            raise IntegrityFailed("SK payload too short")
        iv = datagram[start : start + _GCM_IV]
        try:
            return self._aead.decrypt(self._salt + iv, datagram[start + _GCM_IV :], datagram[:start])
        except InvalidTag:
            raise IntegrityFailed("SK payload does not verify") from None

    def _open_cbc(self, datagram: bytes, start: int) -> bytes:
        cipher = datagram[start + _BLOCK : len(datagram) - self._icv]
        if not cipher or len(cipher) % _BLOCK:
            raise IntegrityFailed("SK payload of a wrong length")
        expected = hmac.digest(self._integ_key, datagram[: -self._icv], self._hash)[: self._icv]
        if not hmac.compare_digest(expected, datagram[-self._icv :]):
            raise IntegrityFailed("SK payload does not verify")
        iv = datagram[start : start + _BLOCK]
        decryptor = Cipher(algorithms.AES(self._encr_key), modes.CBC(iv)).decryptor()
        return decryptor.update(cipher) + decryptor.finalize()
