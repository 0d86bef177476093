"""Key derivation (RFC 7296 sections 2.13 to 2.18).

Knows transforms by their IANA ids; holds no state. Every returned secret is `bytes` that the caller owns.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace

from . import macs
from .codes import Encr, Integ, Prf
from .errors import LocalError
from .events import ChildKeys, EspSuite, IkeSuite

_PRF_HASH = {
    Prf.HMAC_SHA1: "sha1",
    Prf.HMAC_SHA2_256: "sha256",
    Prf.HMAC_SHA2_384: "sha384",
    Prf.HMAC_SHA2_512: "sha512",
}
_PRF_AES = {Prf.AES128_XCBC: macs.xcbc_prf, Prf.AES128_CMAC: macs.cmac_prf}
#: Integrity key lengths in octets (RFC 4868 section 2.1.1, RFC 2404 section 3, RFC 3566, RFC 4494).
_INTEG_KEY = {
    Integ.AES_XCBC_96: 16,
    Integ.AES_CMAC_96: 16,
    Integ.HMAC_SHA1_96: 20,
    Integ.HMAC_SHA2_256_128: 32,
    Integ.HMAC_SHA2_384_192: 48,
    Integ.HMAC_SHA2_512_256: 64,
}
#: Octets of keys that need no Key Length attribute (RFC 7634 section 4, RFC 8750 section 8, RFC 2410).
_FIXED_KEY = {Encr.CHACHA20_POLY1305: 32, Encr.CHACHA20_POLY1305_IIV: 32, Encr.NULL: 0}
#: Octets of salt after the key (RFC 3686 section 5.1, RFC 4309 section 7.1, RFC 4106 section 8.1, RFC 7634).
_SALT = {
    Encr.AES_CBC: 0,
    Encr.AES_CTR: 4,
    Encr.AES_CCM_8: 3,
    Encr.AES_CCM_12: 3,
    Encr.AES_CCM_16: 3,
    Encr.AES_GCM_8: 4,
    Encr.AES_GCM_12: 4,
    Encr.AES_GCM_16: 4,
    Encr.AES_GCM_16_IIV: 4,
    Encr.CHACHA20_POLY1305: 4,
    Encr.CHACHA20_POLY1305_IIV: 4,
    Encr.NULL: 0,
}


@dataclass(frozen=True, slots=True)
class IkeKeys:
    """SK_* of RFC 7296 section 2.14."""

    d: bytes = field(repr=False)
    ai: bytes = field(repr=False)
    ar: bytes = field(repr=False)
    ei: bytes = field(repr=False)
    er: bytes = field(repr=False)
    pi: bytes = field(repr=False)
    pr: bytes = field(repr=False)


def prf(algorithm: int, key: bytes, data: bytes) -> bytes:
    """prf(key, data) (section 2.13)."""
    if algorithm in _PRF_AES:
        return _PRF_AES[Prf(algorithm)](key, data)
    return hmac.digest(key, data, _hash(algorithm))


def prf_plus(algorithm: int, key: bytes, seed: bytes, length: int) -> bytes:
    """The first `length` octets of prf+(key, seed); at most 255 blocks (section 2.13)."""
    stream, block = b"", b""
    for counter in range(1, 256):
        if len(stream) >= length:
            break
        block = prf(algorithm, key, block + seed + bytes([counter]))
        stream += block
    if len(stream) < length:
        raise LocalError("prf+ cannot give so many octets")
    return stream[:length]


def prf_length(algorithm: int) -> int:
    """Preferred key and output length in octets."""
    return macs.BLOCK if algorithm in _PRF_AES else hashlib.new(_hash(algorithm)).digest_size


def encr_length(encr: int, key_bits: int) -> int:
    """Octets of key material, salt included. `key_bits` is 0 for a cipher without a Key Length attribute."""
    cipher = Encr(encr)
    return _FIXED_KEY.get(cipher, key_bits // 8) + _SALT[cipher]


def integ_length(integ: int) -> int:
    return _INTEG_KEY[Integ(integ)] if integ else 0


def initial_skeyseed(algorithm: int, nonce_i: bytes, nonce_r: bytes, shared: bytes) -> bytes:
    """SKEYSEED = prf(Ni | Nr, g^ir) (section 2.14).

    With AES-XCBC and AES-CMAC "only the first 64 bits of Ni and the first 64 bits of Nr are used".
    """
    if algorithm in _PRF_AES:
        nonce_i, nonce_r = nonce_i[:8], nonce_r[:8]
    return prf(algorithm, nonce_i + nonce_r, shared)


def next_keys(
    suite: IkeSuite, old: IkeKeys, shared: bytes, nonces: tuple[bytes, bytes], spis: tuple[bytes, bytes]
) -> IkeKeys:
    """All SK_* once an additional key exchange gave `shared` (RFC 9370 section 2.2.2)."""
    seed = rekey_skeyseed(suite.prf, old.d, *nonces, shared)
    return ike_keys(suite, seed, *nonces, *spis)


def with_ppk(suite: IkeSuite, ppk: bytes, old: IkeKeys) -> IkeKeys:
    """SK_d, SK_pi and SK_pr run through prf+ with the postquantum pre-shared key (RFC 8784 section 3)."""
    d, pi, pr = (prf_plus(suite.prf, ppk, key, len(key)) for key in (old.d, old.pi, old.pr))
    return replace(old, d=d, pi=pi, pr=pr)


def rekey_skeyseed(
    old_prf: int, old_sk_d: bytes, nonce_i: bytes, nonce_r: bytes, shared: bytes, more: bytes = b""
) -> bytes:
    """SKEYSEED = prf(SK_d(old), g^ir(new) | Ni | Nr), with the old SA's prf (section 2.18).

    `more`: the secrets of additional key exchanges, which come last (RFC 9370 section 2.2.4).
    """
    return prf(old_prf, old_sk_d, shared + nonce_i + nonce_r + more)


def resumption_skeyseed(old_prf: int, old_sk_d: bytes, nonce_i: bytes, nonce_r: bytes) -> bytes:
    """SKEYSEED = prf(SK_d_old, "Resumption" | Ni | Nr) (RFC 5723 section 5.1)."""
    return prf(old_prf, old_sk_d, b"Resumption" + nonce_i + nonce_r)


def ike_keys(
    suite: IkeSuite, skeyseed: bytes, nonce_i: bytes, nonce_r: bytes, spi_i: bytes, spi_r: bytes
) -> IkeKeys:
    """All SK_* of an IKE SA (section 2.14)."""
    prf_octets, integ_octets = prf_length(suite.prf), integ_length(suite.integ)
    encr_octets = encr_length(suite.encr, suite.key_bits)
    lengths = (prf_octets, integ_octets, integ_octets, encr_octets, encr_octets, prf_octets, prf_octets)
    stream = prf_plus(suite.prf, skeyseed, nonce_i + nonce_r + spi_i + spi_r, sum(lengths))
    parts, offset = [], 0
    for length in lengths:
        parts.append(stream[offset : offset + length])
        offset += length
    return IkeKeys(*parts)


def child_keys(
    algorithm: int,
    sk_d: bytes,
    suite: EspSuite,
    nonce_i: bytes,
    nonce_r: bytes,
    shared: bytes = b"",
    more: bytes = b"",
) -> tuple[ChildKeys, ChildKeys]:
    """(initiator to responder, responder to initiator) keys of a CHILD SA (section 2.17).

    `more`: the secrets of additional key exchanges, which come last (RFC 9370 section 2.2.4).
    """
    encr_octets, integ_octets = encr_length(suite.encr, suite.key_bits), integ_length(suite.integ)
    one = encr_octets + integ_octets
    keymat = prf_plus(algorithm, sk_d, shared + nonce_i + nonce_r + more, 2 * one)
    halves = keymat[:one], keymat[one:]
    first, second = (ChildKeys(half[:encr_octets], half[encr_octets:]) for half in halves)
    return first, second


def _hash(algorithm: int) -> str:
    try:
        return _PRF_HASH[Prf(algorithm)]
    except (KeyError, ValueError):
        raise LocalError(f"PRF {algorithm} is not implemented") from None
