"""The keywords of transforms, in strongSwan's spelling (ipsec.conf's `ike` and `esp`, swanctl's `proposals`).

Only transforms that this project implements have one. strongSwan has no words for the ciphers with an
implicit IV (RFC 8750): those end in `iiv` here.
"""

from __future__ import annotations

from .codes import Encr, Esn, Integ, KeMethod, Prf, ProtocolId, TransformType
from .payloads.sa import Transform

_ENCR, _PRF, _INTEG = TransformType.ENCR, TransformType.PRF, TransformType.INTEG
_KE, _ESN = TransformType.KE, TransformType.ESN

#: What follows `aes256` and its like: octets or bits of the ICV.
_AES = {
    "gcm16": Encr.AES_GCM_16,
    "gcm128": Encr.AES_GCM_16,
    "gcm12": Encr.AES_GCM_12,
    "gcm96": Encr.AES_GCM_12,
    "gcm8": Encr.AES_GCM_8,
    "gcm64": Encr.AES_GCM_8,
    "gcm16iiv": Encr.AES_GCM_16_IIV,
    "ccm16": Encr.AES_CCM_16,
    "ccm128": Encr.AES_CCM_16,
    "ccm12": Encr.AES_CCM_12,
    "ccm96": Encr.AES_CCM_12,
    "ccm8": Encr.AES_CCM_8,
    "ccm64": Encr.AES_CCM_8,
    "": Encr.AES_CBC,
    "ctr": Encr.AES_CTR,
}

#: keyword -> transform. Of several words for one transform the first is the one we write.
KEYWORDS = {
    f"aes{bits}{mode}": Transform(_ENCR, encr, bits)
    for mode, encr in _AES.items()
    for bits in (256, 192, 128)
} | {
    "aes": Transform(_ENCR, Encr.AES_CBC, 128),
    "chacha20poly1305": Transform(_ENCR, Encr.CHACHA20_POLY1305),
    "chacha20poly1305iiv": Transform(_ENCR, Encr.CHACHA20_POLY1305_IIV),
    "null": Transform(_ENCR, Encr.NULL),
    "sha256": Transform(_INTEG, Integ.HMAC_SHA2_256_128),
    "sha384": Transform(_INTEG, Integ.HMAC_SHA2_384_192),
    "sha512": Transform(_INTEG, Integ.HMAC_SHA2_512_256),
    "sha2_256": Transform(_INTEG, Integ.HMAC_SHA2_256_128),
    "sha2_384": Transform(_INTEG, Integ.HMAC_SHA2_384_192),
    "sha2_512": Transform(_INTEG, Integ.HMAC_SHA2_512_256),
    "sha1": Transform(_INTEG, Integ.HMAC_SHA1_96),
    "sha": Transform(_INTEG, Integ.HMAC_SHA1_96),
    "prfsha256": Transform(_PRF, Prf.HMAC_SHA2_256),
    "prfsha384": Transform(_PRF, Prf.HMAC_SHA2_384),
    "prfsha512": Transform(_PRF, Prf.HMAC_SHA2_512),
    "x25519": Transform(_KE, KeMethod.X25519),
    "curve25519": Transform(_KE, KeMethod.X25519),
    "ecp256": Transform(_KE, KeMethod.ECP256),
    "ecp384": Transform(_KE, KeMethod.ECP384),
    "modp2048": Transform(_KE, KeMethod.MODP2048),
    "noesn": Transform(_ESN, Esn.NO_ESN),
    "esn": Transform(_ESN, Esn.ESN),
}
_WORDS = {transform: word for word, transform in reversed(KEYWORDS.items())}
#: Of ESP's ciphers and integrity algorithms what the SK payload does too (RFC 7296 section 3.14, RFC 5282).
_IKE_ALGORITHMS = {
    _ENCR: frozenset({Encr.AES_GCM_16, Encr.AES_CBC}),
    _INTEG: frozenset({Integ.HMAC_SHA2_256_128, Integ.HMAC_SHA2_384_192, Integ.HMAC_SHA2_512_256}),
}


def belongs(transform: Transform, protocol: ProtocolId) -> bool:
    """Whether this project has `transform` in `protocol`; PRF is for IKE, ESN for ESP (section 3.3.3)."""
    if protocol == ProtocolId.ESP:
        return transform.type != _PRF
    return transform.type != _ESN and transform.id in _IKE_ALGORITHMS.get(
        TransformType(transform.type), {transform.id}
    )


def word_of(transform: Transform) -> str:
    """The keyword of a transform, or its numbers."""
    known = _WORDS.get(transform)
    if known is not None:
        return known
    size = "" if transform.key_bits is None else f"_{transform.key_bits}"
    return f"type{transform.type}id{transform.id}{size}"
