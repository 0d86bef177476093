"""ESP's algorithms by their IKEv2 transform ids: the one place of the octets of their keys, IVs and ICVs."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ginnel_core.values import EspSizes


class Encryption(NamedTuple):
    """An encryption transform. An `icv` of 0 means that an integrity transform goes with it."""

    mode: Literal["null", "cbc", "ctr", "ccm", "aead"]
    cipher: str  # libcrypto's name; {} stands for the bits of the key
    keys: tuple[int, ...]
    salt: int  # behind the key; begins every nonce
    iv: int  # in the packet
    icv: int
    align: int  # of payload and trailer; RFC 4303 section 2.4 wants 4 at least


class Integrity(NamedTuple):
    """An integrity transform: HMAC with `digest`, truncated."""

    digest: str
    key: int
    icv: int


AES: Final = (16, 24, 32)
ENCRYPTION: Final = {
    11: Encryption("null", "", (0,), 0, 0, 0, 4),  # RFC 2410
    12: Encryption("cbc", "AES-{}-CBC", AES, 0, 16, 0, 16),  # RFC 3602
    13: Encryption("ctr", "AES-{}-CTR", AES, 4, 8, 0, 4),  # RFC 3686
    14: Encryption("ccm", "AES-{}-CCM", AES, 3, 8, 8, 4),  # RFC 4309
    15: Encryption("ccm", "AES-{}-CCM", AES, 3, 8, 12, 4),
    16: Encryption("ccm", "AES-{}-CCM", AES, 3, 8, 16, 4),
    18: Encryption("aead", "AES-{}-GCM", AES, 4, 8, 8, 4),  # RFC 4106
    19: Encryption("aead", "AES-{}-GCM", AES, 4, 8, 12, 4),
    20: Encryption("aead", "AES-{}-GCM", AES, 4, 8, 16, 4),
    28: Encryption("aead", "ChaCha20-Poly1305", (32,), 4, 8, 16, 4),  # RFC 7634
    30: Encryption("aead", "AES-{}-GCM", AES, 4, 0, 16, 4),  # RFC 8750: the IV is not sent
    31: Encryption("aead", "ChaCha20-Poly1305", (32,), 4, 0, 16, 4),
}
INTEGRITY: Final = {
    2: Integrity("SHA1", 20, 12),  # RFC 2404
    12: Integrity("SHA2-256", 32, 16),  # RFC 4868
    13: Integrity("SHA2-384", 48, 24),
    14: Integrity("SHA2-512", 64, 32),
}


def esp_algorithms(encr: int, integ: int) -> tuple[Encryption, Integrity | None]:
    """What a pair of transform ids stands for; `integ` is 0 with an AEAD. Raises ValueError."""
    encryption = ENCRYPTION.get(encr)
    if encryption is None:
        raise ValueError(f"encryption transform {encr} is not supported")
    if encryption.icv:
        if integ:
            raise ValueError("an AEAD takes no integrity algorithm")
        return encryption, None
    if integ not in INTEGRITY:
        raise ValueError(f"integrity transform {integ} is not supported")
    return encryption, INTEGRITY[integ]


def esp_sizes(encr: int, integ: int = 0) -> EspSizes:
    """What an ESP packet adds to its payload (RFC 4303 section 2). Raises ValueError for unknown ids."""
    encryption, integrity = esp_algorithms(encr, integ)
    return EspSizes(encryption.iv, integrity.icv if integrity else encryption.icv, encryption.align)
