"""Key exchange methods: what each side sends, and the secret that they then share.

X25519 and X448 (RFC 8031), ECP groups (RFC 5903), MODP groups (RFC 3526, RFC 2409) and ML-KEM (FIPS 203,
draft-ietf-ipsecme-ikev2-mlkem). Public values and shared secrets have the fixed lengths those give. A key
pair serves one exchange and is then forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, mlkem, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import modp
from .codes import KeMethod
from .errors import InvalidSyntax, LocalError

if TYPE_CHECKING:
    from .config import RandomBytes


class KeyPair(Protocol):
    """The initiator's ephemeral key."""

    @property
    def public(self) -> bytes:
        """What the KE payload carries."""

    def shared(self, peer_public: bytes) -> bytes:
        """The shared secret. Raises InvalidSyntax for an answer that is no public value or ciphertext."""


class _Montgomery:
    """X25519 or X448."""

    def __init__(self, private: x25519.X25519PrivateKey | x448.X448PrivateKey) -> None:
        self._private = private

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def shared(self, peer_public: bytes) -> bytes:
        try:
            if isinstance(self._private, x25519.X25519PrivateKey):
                return self._private.exchange(x25519.X25519PublicKey.from_public_bytes(peer_public))
            return self._private.exchange(x448.X448PublicKey.from_public_bytes(peer_public))
        except ValueError as error:  # wrong length, or a small-order point (RFC 8031 section 3.1)
            raise InvalidSyntax("unusable X25519 or X448 public value") from error


class _Ecp:
    """RFC 5903: the public value is x | y, the shared secret is x alone."""

    def __init__(self, curve: ec.EllipticCurve, random: RandomBytes) -> None:
        self._curve = curve
        self._octets = (curve.key_size + 7) // 8
        # 64 surplus bits make the bias of the reduction negligible.
        scalar = int.from_bytes(random(self._octets + 8), "big") % (_ORDERS[curve.name] - 1) + 1
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

    def __init__(self, bits: int, random: RandomBytes) -> None:
        self._octets = bits // 8
        self._prime = modp.prime(bits)
        length = modp.EXPONENT_BITS[bits]
        self._exponent = int.from_bytes(random(length // 8), "big") | 1 << length - 1

    @property
    def public(self) -> bytes:
        return pow(2, self._exponent, self._prime).to_bytes(self._octets, "big")

    def shared(self, peer_public: bytes) -> bytes:
        value = int.from_bytes(peer_public, "big")
        if len(peer_public) != self._octets or not 1 < value < self._prime - 1:  # RFC 6989 section 2.1
            raise InvalidSyntax("unusable MODP public value")
        return pow(value, self._exponent, self._prime).to_bytes(self._octets, "big")


class _MlKem:
    """The initiator sends an encapsulation key, and opens the ciphertext that answers it."""

    def __init__(self, method: int, random: RandomBytes) -> None:
        private, self._ciphertext_octets = _DECAPSULATION[method]
        self._private = private(random(64))

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def shared(self, peer_public: bytes) -> bytes:
        if len(peer_public) != self._ciphertext_octets:
            raise InvalidSyntax("ML-KEM ciphertext of a wrong length")
        try:
            return self._private.decapsulate(peer_public)
        except ValueError as error:
            raise InvalidSyntax("unusable ML-KEM ciphertext") from error


_ECP: dict[int, ec.EllipticCurve] = {
    KeMethod.ECP256: ec.SECP256R1(),
    KeMethod.ECP384: ec.SECP384R1(),
    KeMethod.ECP521: ec.SECP521R1(),
}
#: By the curve's name (FIPS 186-4 appendix D.1.2).
_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 2**384 - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D,
    "secp521r1": 2**521 - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
}
_MODP: dict[int, int] = {
    KeMethod.MODP1024: 1024,
    KeMethod.MODP1536: 1536,
    KeMethod.MODP2048: 2048,
    KeMethod.MODP3072: 3072,
    KeMethod.MODP4096: 4096,
    KeMethod.MODP6144: 6144,
    KeMethod.MODP8192: 8192,
}
#: How a seed becomes a private key, and the ciphertext's octets (FIPS 203 table 3).
_DECAPSULATION: dict[
    int, tuple[Callable[[bytes], mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey], int]
] = {
    KeMethod.ML_KEM_768: (mlkem.MLKEM768PrivateKey.from_seed_bytes, 1088),
    KeMethod.ML_KEM_1024: (mlkem.MLKEM1024PrivateKey.from_seed_bytes, 1568),
}
#: How octets become an encapsulation key, and its octets.
_ENCAPSULATION: dict[
    int, tuple[Callable[[bytes], mlkem.MLKEM768PublicKey | mlkem.MLKEM1024PublicKey], int]
] = {
    KeMethod.ML_KEM_768: (mlkem.MLKEM768PublicKey.from_public_bytes, 1184),
    KeMethod.ML_KEM_1024: (mlkem.MLKEM1024PublicKey.from_public_bytes, 1568),
}


def generate(method: int, random: RandomBytes) -> KeyPair:
    """The initiator's side of `method`. Raises LocalError for a method that is not implemented."""
    if method == KeMethod.X25519:
        return _Montgomery(x25519.X25519PrivateKey.from_private_bytes(random(32)))
    if method == KeMethod.X448:
        return _Montgomery(x448.X448PrivateKey.from_private_bytes(random(56)))
    if method in _ECP:
        return _Ecp(_ECP[method], random)
    if method in _MODP:
        return _Modp(_MODP[method], random)
    if method in _DECAPSULATION:
        return _MlKem(method, random)
    raise LocalError(f"key exchange method {method} is not implemented")


def respond(method: int, peer_public: bytes, random: RandomBytes) -> tuple[bytes, bytes]:
    """The responder's side of `method`: (what our KE payload carries, the shared secret).

    Raises InvalidSyntax for an unusable public value, LocalError for a method that is not implemented.
    """
    if method in _ENCAPSULATION:
        return _encapsulate(method, peer_public)
    pair = generate(method, random)
    return pair.public, pair.shared(peer_public)


def _encapsulate(method: int, peer_public: bytes) -> tuple[bytes, bytes]:
    """The library draws the randomness of an encapsulation itself."""
    public_key, octets = _ENCAPSULATION[method]
    if len(peer_public) != octets:
        raise InvalidSyntax("ML-KEM encapsulation key of a wrong length")
    try:  # an encoding that no key has is refused (FIPS 203 section 7.2)
        secret, ciphertext = public_key(peer_public).encapsulate()
    except ValueError as error:
        raise InvalidSyntax("ML-KEM encapsulation key is none") from error
    return ciphertext, secret
