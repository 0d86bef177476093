"""The keywords of transforms, in strongSwan's spelling (ipsec.conf's `ike` and `esp`, swanctl's `proposals`).

Only transforms that this project implements have one. strongSwan has no words for the ciphers with an
implicit IV (RFC 8750): those end in `iiv` here. An additional key exchange (RFC 9370) is a method's word
after `ke1_` to `ke7_`, or `none`.
"""

from __future__ import annotations

import re

from .codes import Encr, Esn, Integ, KeMethod, Prf, ProtocolId, TransformType
from .payloads.sa import Transform

_ENCR, _PRF, _INTEG = TransformType.ENCR, TransformType.PRF, TransformType.INTEG
_KE, _ESN = TransformType.KE, TransformType.ESN

#: The types of additional key exchanges, in the order in which they take place (RFC 9370 section 2.2.1).
ADDITIONAL_KE = tuple(kind for kind in TransformType if kind >= TransformType.ADDKE1)

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

#: Key exchange methods, also of the additional ones.
_METHODS = {
    "x25519": KeMethod.X25519,
    "curve25519": KeMethod.X25519,
    "x448": KeMethod.X448,
    "curve448": KeMethod.X448,
    "ecp256": KeMethod.ECP256,
    "ecp384": KeMethod.ECP384,
    "ecp521": KeMethod.ECP521,
    "modp1024": KeMethod.MODP1024,
    "modp1536": KeMethod.MODP1536,
    "modp2048": KeMethod.MODP2048,
    "modp3072": KeMethod.MODP3072,
    "modp4096": KeMethod.MODP4096,
    "modp6144": KeMethod.MODP6144,
    "modp8192": KeMethod.MODP8192,
    "mlkem768": KeMethod.ML_KEM_768,
    "mlkem1024": KeMethod.ML_KEM_1024,
}

#: keyword -> transform, additional key exchanges left out. Of several words for one, the first is written.
KEYWORDS = {
    **{
        f"aes{bits}{mode}": Transform(_ENCR, encr, bits)
        for mode, encr in _AES.items()
        for bits in (256, 192, 128)
    },
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
    "aesxcbc": Transform(_INTEG, Integ.AES_XCBC_96),
    "aescmac": Transform(_INTEG, Integ.AES_CMAC_96),
    "prfsha256": Transform(_PRF, Prf.HMAC_SHA2_256),
    "prfsha384": Transform(_PRF, Prf.HMAC_SHA2_384),
    "prfsha512": Transform(_PRF, Prf.HMAC_SHA2_512),
    "prfsha1": Transform(_PRF, Prf.HMAC_SHA1),
    "prfaesxcbc": Transform(_PRF, Prf.AES128_XCBC),
    "prfaescmac": Transform(_PRF, Prf.AES128_CMAC),
    **{word: Transform(_KE, method) for word, method in _METHODS.items()},
    "noesn": Transform(_ESN, Esn.NO_ESN),
    "esn": Transform(_ESN, Esn.ESN),
}
_WORDS = {transform: word for word, transform in reversed(KEYWORDS.items())}
_ADDITIONAL = re.compile("ke([1-7])_(.+)")
#: Of ESP alone: the SK payload has to be encrypted, and no RFC gives it an implicit IV.
_ESP_ONLY = frozenset({Encr.NULL, Encr.AES_GCM_16_IIV, Encr.CHACHA20_POLY1305_IIV})
#: Of the SK payload alone: the packet path lacks them.
_IKE_ONLY = frozenset({Integ.AES_XCBC_96, Integ.AES_CMAC_96})


def transform_of(word: str) -> Transform | None:
    """The transform of a keyword in small letters."""
    additional = _ADDITIONAL.fullmatch(word)
    if additional is None:
        return KEYWORDS.get(word)
    kind, name = TransformType.KE + 1 + int(additional[1]), additional[2]
    method = KeMethod.NONE if name == "none" else _METHODS.get(name)
    return None if method is None else Transform(kind, method)


def belongs(transform: Transform, protocol: ProtocolId) -> bool:
    """Whether this project has `transform` in `protocol`; PRF is for IKE, ESN for ESP (section 3.3.3)."""
    if protocol == ProtocolId.ESP:
        return transform.type != _PRF and not (transform.type == _INTEG and transform.id in _IKE_ONLY)
    return transform.type != _ESN and not (transform.type == _ENCR and transform.id in _ESP_ONLY)


def words_of(protocol: ProtocolId) -> str:
    """The keywords of `protocol` for a person to read."""
    known = [word for word, transform in KEYWORDS.items() if belongs(transform, protocol)]
    return ", ".join(known) + ", and ke1_ to ke7_ before a key exchange method or none"


def word_of(transform: Transform) -> str:
    """The keyword of a transform, or its numbers."""
    if transform.type in ADDITIONAL_KE:
        name = "none" if transform.id == KeMethod.NONE else _WORDS.get(Transform(_KE, transform.id))
        if name is not None and transform.key_bits is None and not transform.attributes:
            return f"ke{transform.type - TransformType.KE - 1}_{name}"
    known = _WORDS.get(transform)
    if known is not None:
        return known
    size = "" if transform.key_bits is None else f"_{transform.key_bits}"
    return f"type{transform.type}id{transform.id}{size}"
