"""The transforms of the SK payload (RFC 7296 section 3.14), behind one interface.

AES-GCM and AES-CCM (RFC 5282), ChaCha20-Poly1305 (RFC 7634), AES-CBC, AES-CTR (RFC 5930), the last two with
HMAC-SHA2, HMAC-SHA1-96, AES-XCBC-96 or AES-CMAC-96. Knows keys, associated data and octets, nothing of
payloads: `protect` frames what is sealed here. An IV comes from a counter, which never repeats under one
key; AES-CBC, where it must not be predictable, takes it from the random source.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from . import macs
from .codes import Encr, Integ
from .errors import IntegrityFailed, LocalError
from .events import IkeSuite

if TYPE_CHECKING:
    from .config import RandomBytes

Mac = Callable[[bytes, bytes], bytes]  # of (key, message), before it is cut to the ICV

_BLOCK = 16
_GCM_TAG = 16
_GCM_ICV = {Encr.AES_GCM_8: 8, Encr.AES_GCM_12: 12}
_CCM_ICV = {Encr.AES_CCM_8: 8, Encr.AES_CCM_12: 12, Encr.AES_CCM_16: 16}


def _hmac(name: str) -> Mac:
    return lambda key, message: hmac.digest(key, message, name)


#: The MAC, and the octets of it that make the ICV.
_INTEG: dict[int, tuple[Mac, int]] = {
    Integ.HMAC_SHA1_96: (_hmac("sha1"), 12),
    Integ.AES_XCBC_96: (macs.xcbc, 12),
    Integ.AES_CMAC_96: (macs.cmac, 12),
    Integ.HMAC_SHA2_256_128: (_hmac("sha256"), 16),
    Integ.HMAC_SHA2_384_192: (_hmac("sha384"), 24),
    Integ.HMAC_SHA2_512_256: (_hmac("sha512"), 32),
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
    """An AEAD of `cryptography`; the nonce is salt | IV (RFC 5282 section 4, RFC 7634 section 2)."""

    iv, block = 8, 1

    def __init__(self, aead: AESGCM | AESCCM | ChaCha20Poly1305, salt: bytes, icv: int) -> None:
        self._aead, self._salt, self.icv = aead, salt, icv
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


class _ShortGcm:
    """AES-GCM with an ICV of 8 or 12 octets, the first ones of the whole tag (RFC 4106 section 6)."""

    iv, block = 8, 1

    def __init__(self, key: bytes, icv: int) -> None:
        self._key, self._salt, self.icv = key[:-4], key[-4:], icv
        self._sealing = _Aead(AESGCM(self._key), self._salt, _GCM_TAG)

    def seal(self, head: bytes, plain: bytes) -> bytes:
        return self._sealing.seal(head, plain)[: self.icv - _GCM_TAG]

    def open(self, head: bytes, body: bytes) -> bytes:
        _check_length(self, body)
        mode = modes.GCM(self._salt + body[: self.iv], body[-self.icv :], min_tag_length=self.icv)
        opener = Cipher(algorithms.AES(self._key), mode).decryptor()
        opener.authenticate_additional_data(head)
        plain = opener.update(body[self.iv : -self.icv])
        try:
            return plain + opener.finalize()
        except InvalidTag:
            raise IntegrityFailed("SK payload does not verify") from None


class _Composed:
    """Encrypt, then an integrity algorithm over all of the message."""

    iv: int
    block: int

    def __init__(self, key: bytes, integ: int, integ_key: bytes) -> None:
        self._mac, self.icv = _INTEG[integ]
        self._key, self._integ_key = key, integ_key

    def seal(self, head: bytes, plain: bytes) -> bytes:
        iv = self._new_iv()
        encryptor = self._cipher(iv).encryptor()
        body = iv + encryptor.update(plain) + encryptor.finalize()
        return body + self._mac(self._integ_key, head + body)[: self.icv]

    def open(self, head: bytes, body: bytes) -> bytes:
        _check_length(self, body)
        sealed, icv = body[: -self.icv], body[-self.icv :]
        if not hmac.compare_digest(self._mac(self._integ_key, head + sealed)[: self.icv], icv):
            raise IntegrityFailed("SK payload does not verify")
        decryptor = self._cipher(sealed[: self.iv]).decryptor()
        return decryptor.update(sealed[self.iv :]) + decryptor.finalize()

    def _new_iv(self) -> bytes:
        raise NotImplementedError

    def _cipher(self, iv: bytes) -> Cipher[modes.CBC] | Cipher[modes.CTR]:
        raise NotImplementedError


class _Cbc(_Composed):
    iv = block = _BLOCK

    def __init__(self, key: bytes, integ: int, integ_key: bytes, random: RandomBytes) -> None:
        super().__init__(key, integ, integ_key)
        self._random = random

    def _new_iv(self) -> bytes:
        return self._random(_BLOCK)

    def _cipher(self, iv: bytes) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(iv))


class _Ctr(_Composed):
    """The counter block is nonce | IV | 1, the nonce the last octets of the key (RFC 5930 section 2)."""

    iv, block = 8, 1

    def __init__(self, key: bytes, integ: int, integ_key: bytes) -> None:
        super().__init__(key[:-4], integ, integ_key)
        self._nonce = key[-4:]
        self._counter = 0

    def _new_iv(self) -> bytes:
        self._counter += 1
        return struct.pack("!Q", self._counter)

    def _cipher(self, iv: bytes) -> Cipher[modes.CTR]:
        return Cipher(algorithms.AES(self._key), modes.CTR(self._nonce + iv + b"\0\0\0\1"))


def sk_cipher(suite: IkeSuite, encr_key: bytes, integ_key: bytes, random: RandomBytes) -> SkCipher:
    """The cipher of `suite` under one direction's keys. Raises LocalError for what is not implemented."""
    match suite.encr:
        case Encr.AES_GCM_16:
            return _Aead(AESGCM(encr_key[:-4]), encr_key[-4:], _GCM_TAG)
        case Encr.AES_GCM_8 | Encr.AES_GCM_12:
            return _ShortGcm(encr_key, _GCM_ICV[Encr(suite.encr)])
        case Encr.AES_CCM_8 | Encr.AES_CCM_12 | Encr.AES_CCM_16:
            icv = _CCM_ICV[Encr(suite.encr)]
            return _Aead(AESCCM(encr_key[:-3], icv), encr_key[-3:], icv)
        case Encr.CHACHA20_POLY1305:
            return _Aead(ChaCha20Poly1305(encr_key[:-4]), encr_key[-4:], 16)
        case Encr.AES_CBC if suite.integ in _INTEG:
            return _Cbc(encr_key, suite.integ, integ_key, random)
        case Encr.AES_CTR if suite.integ in _INTEG:
            return _Ctr(encr_key, suite.integ, integ_key)
    raise LocalError(f"IKE cipher {suite.encr} with integrity {suite.integ} is not implemented")


def _check_length(cipher: SkCipher, body: bytes) -> None:
    octets = len(body) - cipher.iv - cipher.icv
    if octets < 1 or octets % cipher.block:
        raise IntegrityFailed("SK payload of a wrong length")
