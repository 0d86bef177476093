"""The two MACs made of AES-128: AES-XCBC-MAC (RFC 3566) and AES-CMAC (RFC 4493), both of 16 octets.

The SK payload takes 12 of those (RFC 3566 section 4.1, RFC 4494 section 2), a PRF all of them.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK = 16
_ZERO = bytes(BLOCK)


def xcbc(key: bytes, message: bytes) -> bytes:
    """AES-XCBC-MAC of `message` under a key of 16 octets (RFC 3566 section 4)."""
    derive = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  (three single blocks)
    first, whole, padded = (derive.update(bytes([n]) * BLOCK) for n in (1, 2, 3))
    start = (len(message) - 1) // BLOCK * BLOCK if message else 0
    last, final = message[start:], whole
    if len(last) < BLOCK:
        last, final = (last + b"\x80").ljust(BLOCK, b"\0"), padded
    mac = Cipher(algorithms.AES(first), modes.CBC(_ZERO)).encryptor()
    return mac.update(message[:start] + _xor(last, final))[-BLOCK:]


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC of `message` under a key of 16 octets (RFC 4493 section 2.4)."""
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def xcbc_prf(key: bytes, data: bytes) -> bytes:
    """AES-XCBC-PRF-128, whose key may have any length (RFC 4434 section 2)."""
    return xcbc(xcbc(_ZERO, key) if len(key) > BLOCK else key.ljust(BLOCK, b"\0"), data)


def cmac_prf(key: bytes, data: bytes) -> bytes:
    """AES-CMAC-PRF-128, whose key may have any length (RFC 4615 section 3)."""
    return cmac(key if len(key) == BLOCK else cmac(_ZERO, key), data)


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
