"""The transforms of the SK payload (RFC 7296 section 3.14, RFC 5282), behind one interface.

Knows keys, associated data and octets, nothing of payloads: `protect` frames what is sealed here. An AEAD
takes its IV from a counter, which never repeats under one key; AES-CBC takes it from the random source.
"""

from __future__ import annotations

import hmac
import struct
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .codes import Encr, Integ
from .config import RandomBytes
from .errors import IntegrityFailed, LocalError
from .keys import IkeSuite

_BLOCK = 16
_INTEG = {
    Integ.HMAC_SHA2_256_128: ("sha256", 16),
    Integ.HMAC_SHA2_384_192: ("sha384", 24),
    Integ.HMAC_SHA2_512_256: ("sha512", 32),
}


class SkCipher(Protocol):
    """One direction's cipher and integrity check.

    `iv` and `icv` are the octets before and after the ciphertext. What is sealed has a length that is a
    multiple of `block` octets, Pad Length included.
    """

    iv: int
    block: int
    icv: int

    def seal(self, head: bytes, plain: bytes) -> bytes:
        """IV, ciphertext and ICV, which follow `head`, all that the ICV covers of the message before them."""

    def open(self, head: bytes, body: bytes) -> bytes:
        """What was sealed as `body`, not empty. Raises IntegrityFailed."""


class _Aead:
    """AES-GCM; the nonce is salt | IV (RFC 5282 sections 4 and 7.1)."""

    iv, block, icv = 8, 1, 16

    def __init__(self, key: bytes) -> None:
        self._aead, self._salt = AESGCM(key[:-4]), key[-4:]
        self._counter = 0

    def seal(self, head: bytes, plain: bytes) -> bytes:
        iv = struct.pack("!Q", self._counter)
        self._counter += 1
        return iv + self._aead.encrypt(self._salt + iv, plain, head)

    def open(self, head: bytes, body: bytes) -> bytes:
        _check_length(self, body)
        iv = body[: self.iv]
        try:
            return self._aead.decrypt(self._salt + iv, body[self.iv :], head)
        except InvalidTag:
            raise IntegrityFailed("SK payload does not verify") from None


class _Cbc:
    """AES-CBC, and an integrity algorithm over all of the message."""

    iv = block = _BLOCK

    def __init__(self, key: bytes, integ: int, integ_key: bytes, random: RandomBytes) -> None:
        self._hash, self.icv = _INTEG[Integ(integ)]
        self._key, self._integ_key, self._random = key, integ_key, random

    def seal(self, head: bytes, plain: bytes) -> bytes:
        iv = self._random(_BLOCK)
        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(iv)).encryptor()
        body = iv + encryptor.update(plain) + encryptor.finalize()
        return body + self._mac(head + body)

    def open(self, head: bytes, body: bytes) -> bytes:
        _check_length(self, body)
        sealed, icv = body[: -self.icv], body[-self.icv :]
        if not hmac.compare_digest(self._mac(head + sealed), icv):
            raise IntegrityFailed("SK payload does not verify")
        decryptor = Cipher(algorithms.AES(self._key), modes.CBC(sealed[:_BLOCK])).decryptor()
        return decryptor.update(sealed[_BLOCK:]) + decryptor.finalize()

    def _mac(self, message: bytes) -> bytes:
        return hmac.digest(self._integ_key, message, self._hash)[: self.icv]


def sk_cipher(suite: IkeSuite, encr_key: bytes, integ_key: bytes, random: RandomBytes) -> SkCipher:
    """The cipher of `suite` under one direction's keys. Raises LocalError for what is not implemented."""
    if suite.encr == Encr.AES_GCM_16:
        return _Aead(encr_key)
    if suite.encr == Encr.AES_CBC and suite.integ in _INTEG:
        return _Cbc(encr_key, suite.integ, integ_key, random)
    raise LocalError(f"IKE cipher {suite.encr} with integrity {suite.integ} is not implemented")


def _check_length(cipher: SkCipher, body: bytes) -> None:
    octets = len(body) - cipher.iv - cipher.icv
    if octets < 1 or octets % cipher.block:
        raise IntegrityFailed("SK payload of a wrong length")
