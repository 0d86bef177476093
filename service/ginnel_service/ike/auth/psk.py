"""The AUTH payload from a pre-shared key (RFC 7296 sections 2.15 and 3.8)."""

from __future__ import annotations

import hmac

from ..keys import prf

_KEY_PAD = b"Key Pad for IKEv2"


def signed_octets(algorithm: int, message: bytes, peer_nonce: bytes, sk_p: bytes, id_body: bytes) -> bytes:
    """RealMessage | Nonce of the other side | prf(SK_p, ID payload body) (section 2.15)."""
    return message + peer_nonce + prf(algorithm, sk_p, id_body)


def auth_value(algorithm: int, psk: bytes, octets: bytes) -> bytes:
    """AUTH = prf(prf(secret, "Key Pad for IKEv2"), octets)."""
    return prf(algorithm, prf(algorithm, psk, _KEY_PAD), octets)


def verify(algorithm: int, psk: bytes, octets: bytes, value: bytes) -> bool:
    """Whether `value` is the AUTH of `octets`, in constant time."""
    return hmac.compare_digest(auth_value(algorithm, psk, octets), value)
