"""Stateless cookies of a responder under load (RFC 7296 section 2.6).

COOKIE = version | HMAC-SHA256(secret, SPIi | address | port | Ni). Two secrets are accepted, so that a cookie
outlives the change of the secret.
"""

from __future__ import annotations

import hmac

from .config import RandomBytes
from .events import Endpoint

SECRET_LIFETIME_S = 60.0


class CookieJar:
    """Issues and checks cookies; its only state is two secrets."""

    def __init__(self, random: RandomBytes, now: float) -> None:
        self._random = random
        self._version = 0
        self._secrets = [random(32)]
        self._changed = now

    def issue(self, spi_i: bytes, remote: Endpoint, nonce: bytes, now: float) -> bytes:
        if now - self._changed > SECRET_LIFETIME_S:
            self._secrets = [self._random(32), self._secrets[0]]
            self._version = (self._version + 1) & 0xFF
            self._changed = now
        return self._cookie(0, spi_i, remote, nonce)

    def accepts(self, cookie: bytes, spi_i: bytes, remote: Endpoint, nonce: bytes) -> bool:
        return any(
            hmac.compare_digest(cookie, self._cookie(age, spi_i, remote, nonce))
            for age in range(len(self._secrets))
        )

    def _cookie(self, age: int, spi_i: bytes, remote: Endpoint, nonce: bytes) -> bytes:
        data = spi_i + remote.host.encode() + b"\0" + remote.port.to_bytes(2, "big") + nonce
        version = (self._version - age) & 0xFF
        return bytes([version]) + hmac.digest(self._secrets[age], data, "sha256")[:19]
