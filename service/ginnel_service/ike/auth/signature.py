"""Signatures in the AUTH payload (RFC 7427, RFC 8420, RFC 4754 and the RSA of RFC 7296 section 3.8).

Pure: octets and keys in, octets out. An AlgorithmIdentifier is compared with the few encodings that exist
rather than parsed: whatever differs in a single octet is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from ..codes import AuthMethod, HashAlgorithm
from ..errors import LocalError
from .errors import AuthRefused

if TYPE_CHECKING:
    from .credentials import Credential

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
KeyType = Literal["rsa", "ecdsa", "ed25519", "ed448"]

MAX_AUTH_OCTETS = 8192
MAX_RSA_BITS = 16384  # what a peer's key may cost us
_SHA1 = HashAlgorithm.SHA1
#: Strength first; SHA-1 is not among them.
_SHA2 = (HashAlgorithm.SHA2_512, HashAlgorithm.SHA2_384, HashAlgorithm.SHA2_256)
_HASHES: dict[int, hashes.HashAlgorithm] = {
    HashAlgorithm.SHA1: hashes.SHA1(),  # noqa: S303  only where a profile allows it
    HashAlgorithm.SHA2_256: hashes.SHA256(),
    HashAlgorithm.SHA2_384: hashes.SHA384(),
    HashAlgorithm.SHA2_512: hashes.SHA512(),
}
#: RFC 4754: curve and hash are one; the signature is r | s, each as long as the field.
_CLASSIC_ECDSA = {
    AuthMethod.ECDSA_SHA256_P256: ("secp256r1", HashAlgorithm.SHA2_256, 32),
    AuthMethod.ECDSA_SHA384_P384: ("secp384r1", HashAlgorithm.SHA2_384, 48),
    AuthMethod.ECDSA_SHA512_P521: ("secp521r1", HashAlgorithm.SHA2_512, 66),
}
_CURVES = {"secp256r1", "secp384r1", "secp521r1"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """How something is signed. ECDSA signatures are DER (RFC 7427) between a key and this module."""

    method: AuthMethod
    key_type: KeyType
    hash: HashAlgorithm
    pss: bool = False
    der: bytes = b""  # the AlgorithmIdentifier of method 14

    @property
    def algorithm(self) -> hashes.HashAlgorithm:
        """The hash as `cryptography` knows it; Edwards curves have none."""
        return _HASHES[self.hash]

    @property
    def name(self) -> str:
        """Such as `rsa-pss-sha256`, for people."""
        if self.hash == HashAlgorithm.IDENTITY:
            return self.key_type
        return f"{self.key_type}{'-pss' if self.pss else ''}-{self.algorithm.name}"


def _tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((tag, len(body))) + body  # nothing here reaches 128 octets


_NULL = _tlv(0x05)
_HASH_OID = {
    HashAlgorithm.SHA1: bytes.fromhex("06052b0e03021a"),
    HashAlgorithm.SHA2_256: bytes.fromhex("0609608648016503040201"),
    HashAlgorithm.SHA2_384: bytes.fromhex("0609608648016503040202"),
    HashAlgorithm.SHA2_512: bytes.fromhex("0609608648016503040203"),
}
_RSA_OID = {
    HashAlgorithm.SHA1: bytes.fromhex("06092a864886f70d010105"),
    HashAlgorithm.SHA2_256: bytes.fromhex("06092a864886f70d01010b"),
    HashAlgorithm.SHA2_384: bytes.fromhex("06092a864886f70d01010c"),
    HashAlgorithm.SHA2_512: bytes.fromhex("06092a864886f70d01010d"),
}
_ECDSA_OID = {
    HashAlgorithm.SHA1: bytes.fromhex("06072a8648ce3d0401"),
    HashAlgorithm.SHA2_256: bytes.fromhex("06082a8648ce3d040302"),
    HashAlgorithm.SHA2_384: bytes.fromhex("06082a8648ce3d040303"),
    HashAlgorithm.SHA2_512: bytes.fromhex("06082a8648ce3d040304"),
}
_PSS_OID = bytes.fromhex("06092a864886f70d01010a")
_MGF1_OID = bytes.fromhex("06092a864886f70d010108")
_EDWARDS: tuple[tuple[KeyType, bytes], ...] = (
    ("ed25519", bytes.fromhex("300506032b6570")),  # RFC 8420 appendix A
    ("ed448", bytes.fromhex("300506032b6571")),
)


def _pss(hash_: HashAlgorithm, of_hash: bytes, of_mgf: bytes) -> bytes:
    """RSASSA-PSS with a salt as long as the hash (RFC 7427 appendix A.4, RFC 4055 section 3.1).

    The parameters of the two hashes are NULL or absent; "implementations MUST accept both" (RFC 4055
    section 2.1).
    """
    oid, salt = _HASH_OID[hash_], _HASHES[hash_].digest_size
    parameters = [
        _tlv(0xA0, _tlv(0x30, oid, of_hash)),
        _tlv(0xA1, _tlv(0x30, _MGF1_OID, _tlv(0x30, oid, of_mgf))),
        _tlv(0xA2, _tlv(0x02, bytes((salt,)))),
    ]
    return _tlv(0x30, _PSS_OID, _tlv(0x30, *parameters))


def _known() -> Iterator[Scheme]:
    """Every AlgorithmIdentifier that we take; the first of equal schemes is the one that we send."""
    method = AuthMethod.DIGITAL_SIGNATURE
    for hash_ in (*_SHA2, _SHA1):
        yield Scheme(method, "rsa", hash_, der=_tlv(0x30, _RSA_OID[hash_], _NULL))
        yield Scheme(method, "rsa", hash_, der=_tlv(0x30, _RSA_OID[hash_]))
        yield Scheme(method, "ecdsa", hash_, der=_tlv(0x30, _ECDSA_OID[hash_]))
        if hash_ == _SHA1:  # all parameters are defaults, which DER leaves out
            yield Scheme(method, "rsa", hash_, pss=True, der=_tlv(0x30, _PSS_OID, _tlv(0x30)))
            continue
        for of_hash in (_NULL, b""):
            for of_mgf in (_NULL, b""):
                yield Scheme(method, "rsa", hash_, pss=True, der=_pss(hash_, of_hash, of_mgf))
    for kind, der in _EDWARDS:
        yield Scheme(method, kind, HashAlgorithm.IDENTITY, der=der)


_BY_DER = {scheme.der: scheme for scheme in _known()}
_BY_PARTS = {(s.key_type, s.hash, s.pss): s for s in reversed(tuple(_known()))}


def hashes_supported(allow_sha1: bool = False) -> bytes:
    """The data of SIGNATURE_HASH_ALGORITHMS: what our verification takes (RFC 7427 section 4)."""
    named = (
        HashAlgorithm.SHA2_256,
        HashAlgorithm.SHA2_384,
        HashAlgorithm.SHA2_512,
        HashAlgorithm.IDENTITY,
        *((_SHA1,) if allow_sha1 else ()),
    )
    return b"".join(value.to_bytes(2, "big") for value in named)


def parse_hashes(data: bytes) -> frozenset[int]:
    """The peer's SIGNATURE_HASH_ALGORITHMS; an odd octet at the end and unknown numbers do no harm."""
    return frozenset(
        int.from_bytes(data[at : at + 2], "big") for at in range(0, min(len(data) // 2, 64) * 2, 2)
    )


def choose(credential: Credential, peer_hashes: frozenset[int] | None, *, allow_sha1: bool) -> Scheme | None:
    """How `credential` signs for a peer that takes `peer_hashes` (None: it lacks RFC 7427).

    None when there is nothing in common; `no_scheme` says why.
    """
    key = credential.key.public_key
    kind = key_type(key)
    if peer_hashes is None:
        return _choose_classic(key, allow_sha1=allow_sha1)
    if kind in ("ed25519", "ed448"):
        return _BY_PARTS[kind, HashAlgorithm.IDENTITY, False] if 5 in peer_hashes else None
    best = _matching_hash(key)
    stronger = [each for each in reversed(_SHA2) if each > best]
    weaker = [each for each in _SHA2 if each < best]
    for hash_ in (best, *stronger, *weaker, *((_SHA1,) if allow_sha1 else ())):
        if hash_ in peer_hashes:
            return _BY_PARTS[kind, hash_, kind == "rsa" and credential.rsa_pss]
    return None


def no_scheme(credential: Credential, peer_hashes: frozenset[int] | None) -> LocalError:
    """Why `choose` found nothing, as an error with a stable code."""
    kind = key_type(credential.key.public_key)
    sha1 = kind == "rsa" if peer_hashes is None else _SHA1 in peer_hashes and kind in ("rsa", "ecdsa")
    if sha1:
        error = LocalError(
            "the gateway takes signatures with SHA-1 only: let the gateway offer RFC 7427, or allow SHA-1 "
            "in the profile"
        )
        error.code = "sha1_only"
        return error
    error = LocalError(
        f"the gateway takes no signature that our {kind} key can make: use another certificate"
    )
    error.code = "no_common_signature"
    return error


def sign(credential: Credential, scheme: Scheme, octets: bytes) -> tuple[AuthMethod, bytes]:
    """The method and data of the AUTH payload. A key that fails to sign raises LocalError."""
    made = credential.key.sign(octets, scheme)
    if scheme.method == AuthMethod.DIGITAL_SIGNATURE:
        return scheme.method, bytes((len(scheme.der),)) + scheme.der + made
    if scheme.method in _CLASSIC_ECDSA:
        size = _CLASSIC_ECDSA[scheme.method][2]
        r, s = decode_dss_signature(made)
        return scheme.method, r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return scheme.method, made


def verify(
    public_key: PublicKey, method: int, auth_data: bytes, octets: bytes, *, allow_sha1: bool
) -> Scheme:
    """The scheme with which `auth_data` proves `octets`. Raises AuthRefused."""
    if not 0 < len(auth_data) <= MAX_AUTH_OCTETS:
        raise AuthRefused(f"a signature of {len(auth_data)} octets")
    key_type(public_key)
    if isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size > MAX_RSA_BITS:
        raise AuthRefused(f"an RSA key of {public_key.key_size} bits")
    if method == AuthMethod.DIGITAL_SIGNATURE:
        scheme, signature = _split(auth_data)
        candidates: tuple[Scheme, ...] = (scheme,)
    elif method == AuthMethod.RSA_SIGNATURE:
        # The hash is not named outside the signature; SHA-1 is the default, others may be (section 3.8)
        signature = auth_data
        candidates = tuple(
            Scheme(AuthMethod.RSA_SIGNATURE, "rsa", hash_)
            for hash_ in (HashAlgorithm.SHA2_256, *_SHA2[:2], _SHA1)
        )
    elif method in _CLASSIC_ECDSA:
        candidates, signature = _classic_ecdsa(public_key, AuthMethod(method), auth_data)
    else:
        raise AuthRefused(f"the peer authenticates by method {method} instead of a signature")
    for scheme in candidates:
        if _matches(public_key, scheme, signature, octets):
            if scheme.hash == _SHA1 and not allow_sha1:
                raise AuthRefused("the peer signs with SHA-1, which the profile does not allow", "sha1_only")
            return scheme
    raise AuthRefused("the peer's signature does not verify")


def key_type(key: object) -> KeyType:
    """Raises AuthRefused for keys that IKE does not sign with."""
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return "ecdsa"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519"
    if isinstance(key, ed448.Ed448PublicKey):
        return "ed448"
    raise AuthRefused("a key of a type that cannot sign in IKEv2")


def _choose_classic(key: PublicKey, *, allow_sha1: bool) -> Scheme | None:
    if isinstance(key, rsa.RSAPublicKey):
        return Scheme(AuthMethod.RSA_SIGNATURE, "rsa", _SHA1) if allow_sha1 else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        for method, (curve, hash_, _) in _CLASSIC_ECDSA.items():
            if curve == key.curve.name:
                return Scheme(method, "ecdsa", hash_)
    return None


def _matching_hash(key: PublicKey) -> HashAlgorithm:
    """The hash as strong as the key: more gains nothing, and older hardware may lack it."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        sizes = ((256, HashAlgorithm.SHA2_256), (384, HashAlgorithm.SHA2_384))
        bits = key.curve.key_size
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        sizes = ((3072, HashAlgorithm.SHA2_256), (7680, HashAlgorithm.SHA2_384))
        bits = key.key_size
    return next((hash_ for limit, hash_ in sizes if bits <= limit), HashAlgorithm.SHA2_512)


def _split(auth_data: bytes) -> tuple[Scheme, bytes]:
    """RFC 7427 section 3: a length octet, the AlgorithmIdentifier, and the signature."""
    length = auth_data[0]
    der, signature = auth_data[1 : 1 + length], auth_data[1 + length :]
    scheme = _BY_DER.get(der)
    if scheme is None or not signature:
        raise AuthRefused(f"the peer signs by an unknown algorithm (ASN.1 {der[:80].hex()})")
    return scheme, signature


def _classic_ecdsa(key: PublicKey, method: AuthMethod, auth_data: bytes) -> tuple[tuple[Scheme, ...], bytes]:
    curve, hash_, size = _CLASSIC_ECDSA[method]
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != curve:
        raise AuthRefused(f"the peer's key is not of the curve of {method.name}")
    if len(auth_data) != 2 * size:
        raise AuthRefused(f"an ECDSA signature of {len(auth_data)} octets instead of {2 * size}")
    r, s = int.from_bytes(auth_data[:size], "big"), int.from_bytes(auth_data[size:], "big")
    return (Scheme(method, "ecdsa", hash_),), encode_dss_signature(r, s)


def _matches(key: PublicKey, scheme: Scheme, signature: bytes, octets: bytes) -> bool:
    if key_type(key) != scheme.key_type:
        raise AuthRefused(f"the peer signs with {scheme.key_type}, but its key is for {key_type(key)}")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, octets, rsa_padding(scheme), scheme.algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, octets, ec.ECDSA(scheme.algorithm))
        else:
            key.verify(signature, octets)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def rsa_padding(scheme: Scheme) -> padding.PSS | padding.PKCS1v15:
    """PSS with a salt as long as the hash, or PKCS#1 v1.5."""
    if not scheme.pss:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(scheme.algorithm), padding.PSS.DIGEST_LENGTH)
