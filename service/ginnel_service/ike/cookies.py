"""Stateless cookies of a responder under load (RFC 7296 section 2.6).

COOKIE = version | HMAC-SHA256(secret, SPIi | address | port | Ni). Two secrets are accepted, so that a cookie
outlives the change of the secret; a cookie is good for one lifetime of a secret at least and two at most.
"""

from __future__ import annotations

import hmac

from .codes import NotifyType, PayloadType
from .config import RandomBytes
from .events import Endpoint
from .message import HEADER_LENGTH, MAX_PAYLOADS

SECRET_LIFETIME_S = 60.0
_TYPE = NotifyType.COOKIE.to_bytes(2, "big")


class CookieJar:
    """Issues and checks cookies; its only state is two secrets."""

    def __init__(self, random: RandomBytes, now: float) -> None:
        self._random = random
        self._version = 0
        self._secrets = [random(32)]
        self._changed = now

    def issue(self, spi_i: bytes, remote: Endpoint, nonce: bytes, now: float) -> bytes:
        self._renew(now)
        return self._cookie(0, spi_i, remote, nonce)

    def accepts(self, cookie: bytes, spi_i: bytes, remote: Endpoint, nonce: bytes, now: float) -> bool:
        self._renew(now)
        age = (self._version - cookie[0]) & 0xFF if cookie else 0xFF
        if age >= len(self._secrets):
            return False
        return hmac.compare_digest(cookie, self._cookie(age, spi_i, remote, nonce))

    def _renew(self, now: float) -> None:
        """Change the secret when its time is over; the one before stays unless it is too old as well."""
        age_s = now - self._changed
        if age_s <= SECRET_LIFETIME_S:
            return
        kept = self._secrets[:1] if age_s <= 2 * SECRET_LIFETIME_S else []
        self._secrets = [self._random(32), *kept]
        self._version = (self._version + 1) & 0xFF
        self._changed = now

    def _cookie(self, age: int, spi_i: bytes, remote: Endpoint, nonce: bytes) -> bytes:
        data = spi_i + remote.host.encode() + b"\0" + remote.port.to_bytes(2, "big") + nonce
        version = (self._version - age) & 0xFF
        return bytes([version]) + hmac.digest(self._secrets[age], data, "sha256")[:19]


def first_look(datagram: bytes) -> tuple[bytes, bytes] | None:
    """(nonce, cookie or nothing) of an IKE_SA_INIT request, or None when it has no nonce.

    All that a cookie needs: the rest is parsed once the sender is known to receive at its address.
    """
    kind, at, end, cookie = datagram[16], HEADER_LENGTH, len(datagram), b""
    for _ in range(MAX_PAYLOADS):
        if kind == PayloadType.NONE or at + 4 > end:
            break
        length = int.from_bytes(datagram[at + 2 : at + 4], "big")
        if length < 4 or at + length > end:
            break
        if kind == PayloadType.NONCE:
            return datagram[at + 4 : at + length], cookie
        # protocol 0, no SPI: "the COOKIE notification [...] as the first payload"
        if kind == PayloadType.NOTIFY and length >= 8 and datagram[at + 5 : at + 8] == b"\0" + _TYPE:
            cookie = datagram[at + 8 : at + length]
        kind = datagram[at]
        at += length
    return None
