"""Key exchange methods: one ephemeral key pair each, used for one exchange and then forgotten.

X25519 (RFC 8031), ECP groups (RFC 5903), MODP groups (RFC 3526). Public values and shared secrets have
the fixed lengths those RFCs give.
"""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .codes import KeMethod
from .config import RandomBytes
from .errors import InvalidSyntax, LocalError

#: RFC 3526 section 3; the generator is 2.
MODP_2048 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)


class KeyPair(Protocol):
    """The initiator's ephemeral key."""

    @property
    def public(self) -> bytes:
        """What the KE payload carries."""

    def shared(self, peer_public: bytes) -> bytes:
        """The shared secret g^ir. Raises InvalidSyntax for a public value that is not a valid point."""


class _X25519:
    def __init__(self, random: RandomBytes) -> None:
        self._private = x25519.X25519PrivateKey.from_private_bytes(random(32))

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def shared(self, peer_public: bytes) -> bytes:
        try:
            return self._private.exchange(x25519.X25519PublicKey.from_public_bytes(peer_public))
        except ValueError as error:  # wrong length, or a small-order point (RFC 8031 section 3.1)
            raise InvalidSyntax("unusable X25519 public value") from error


class _Ecp:
    """RFC 5903: the public value is x | y, the shared secret is x alone."""

    def __init__(self, curve: ec.EllipticCurve, order: int, random: RandomBytes) -> None:
        self._curve = curve
        self._octets = (curve.key_size + 7) // 8
        # 64 surplus bits make the bias of the reduction negligible.
        scalar = int.from_bytes(random(self._octets + 8), "big") % (order - 1) + 1
        self._private = ec.derive_private_key(scalar, curve)

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]

    def shared(self, peer_public: bytes) -> bytes:
        if len(peer_public) != 2 * self._octets:
            raise InvalidSyntax("ECP public value of a wrong length")
        try:
            peer = ec.EllipticCurvePublicKey.from_encoded_point(self._curve, b"\x04" + peer_public)
            return self._private.exchange(ec.ECDH(), peer)
        except ValueError as error:
            raise InvalidSyntax("ECP public value is no point of its curve") from error


class _Modp:
    """Integer arithmetic of our own: `cryptography` is dropping finite-field Diffie-Hellman.

    Python's `pow` is not constant-time; each exponent is random, serves one exchange and is forgotten, so
    that an observer of timings has nothing to average over.
    """

    def __init__(self, prime: int, random: RandomBytes) -> None:
        self._octets = (prime.bit_length() + 7) // 8
        self._prime = prime
        self._exponent = int.from_bytes(random(64), "big") | 1 << 511

    @property
    def public(self) -> bytes:
        return pow(2, self._exponent, self._prime).to_bytes(self._octets, "big")

    def shared(self, peer_public: bytes) -> bytes:
        value = int.from_bytes(peer_public, "big")
        if len(peer_public) != self._octets or not 1 < value < self._prime - 1:  # RFC 6989 section 2.1
            raise InvalidSyntax("unusable MODP public value")
        return pow(value, self._exponent, self._prime).to_bytes(self._octets, "big")


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P384_ORDER = int(
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
)


def respond(method: int, peer_public: bytes, random: RandomBytes) -> tuple[bytes, bytes]:
    """The responder's side of `method`: (what our KE payload carries, the shared secret).

    Raises InvalidSyntax for an unusable public value, LocalError for a method that is not implemented.
    """
    pair = generate(method, random)
    return pair.public, pair.shared(peer_public)


def generate(method: int, random: RandomBytes) -> KeyPair:
    """The initiator's side of `method`. Raises LocalError for a method that is not implemented."""
    match method:
        case KeMethod.X25519:
            return _X25519(random)
        case KeMethod.ECP256:
            return _Ecp(ec.SECP256R1(), P256_ORDER, random)
        case KeMethod.ECP384:
            return _Ecp(ec.SECP384R1(), P384_ORDER, random)
        case KeMethod.MODP2048:
            return _Modp(MODP_2048, random)
    raise LocalError(f"key exchange method {method} is not implemented")
