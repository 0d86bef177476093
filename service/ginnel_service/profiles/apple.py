"""What Apple's device management calls the algorithms of IKEv2, beside our keywords.

Of the VPN payload's `IKESecurityAssociationParameters` (developer.apple.com, "VPN.IKEv2"); 3DES, DES, group 1
and untruncated SHA-1 have no counterpart here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

Key = TypeVar("Key", int, str)

ENCRYPTION: Final = {
    "AES-128": "aes128",
    "AES-256": "aes256",
    "AES-128-GCM": "aes128gcm16",
    "AES-256-GCM": "aes256gcm16",
    "ChaCha20Poly1305": "chacha20poly1305",
}
DEFAULT_ENCRYPTION: Final = "AES-256"
#: Those that authenticate by themselves; the integrity algorithm then names the PRF alone.
AEAD: Final = frozenset({"AES-128-GCM", "AES-256-GCM", "ChaCha20Poly1305"})
INTEGRITY: Final = {"SHA2-256": "sha256", "SHA2-384": "sha384", "SHA2-512": "sha512", "SHA1-96": "sha1"}
DEFAULT_INTEGRITY: Final = "SHA2-256"
GROUPS: Final = {
    2: "modp1024",
    5: "modp1536",
    14: "modp2048",
    15: "modp3072",
    16: "modp4096",
    17: "modp6144",
    18: "modp8192",
    19: "ecp256",
    20: "ecp384",
    21: "ecp521",
    31: "x25519",
    32: "x448",
}
DEFAULT_GROUP: Final = 14
#: Additional key exchanges by their IANA number (RFC 9370, draft-ietf-ipsecme-ikev2-mlkem).
POST_QUANTUM: Final = {36: "mlkem768", 37: "mlkem1024"}
#: DeadPeerDetectionRate in seconds.
LIVENESS_S: Final = {"None": 0.0, "Low": 1800.0, "Medium": 600.0, "High": 60.0}
LIFETIME_MIN: Final = (10, 1440)
MTU: Final = (1280, 1400)
ACTIONS: Final = {
    "Connect": "connect",
    "Disconnect": "disconnect",
    "Ignore": "ignore",
    "EvaluateConnection": "evaluate",
}
INTERFACES: Final = {"Ethernet": "ethernet", "WiFi": "wifi", "Cellular": "cellular"}


def keywords(
    encryption: str, integrity: str, group: int, additional: Iterable[int], *, ike: bool, fallback: bool
) -> str:
    """A proposal of names and numbers that the tables hold; group 0: without any key exchange."""
    words = [ENCRYPTION[encryption]]
    if encryption not in AEAD:
        words.append(INTEGRITY[integrity])
    elif ike:
        words.append("prf" + INTEGRITY[integrity])
    if group:
        words.append(GROUPS[group])
        for number, method in enumerate(additional, 1):
            words.append(f"ke{number}_{POST_QUANTUM[method]}")
            if fallback:
                words.append(f"ke{number}_none")
    return "-".join(words)


def of_keywords(proposal: str) -> dict[str, object]:
    """The first algorithm of each kind in a proposal, under Apple's keys; none where it lacks a name."""
    words = proposal.split("-")
    encryption = _first(ENCRYPTION, words)
    integrity = _first(INTEGRITY, [word.removeprefix("prf") for word in words])
    group = _first(GROUPS, words)
    if encryption is None or (integrity is None and encryption not in AEAD):
        return {}
    found: dict[str, object] = {"EncryptionAlgorithm": encryption}
    if integrity is not None:
        found["IntegrityAlgorithm"] = integrity
    if group is not None:
        found["DiffieHellmanGroup"] = group
        additional = [
            _first(POST_QUANTUM, [word[4:]]) for word in words if word[:2] == "ke" and word[3:4] == "_"
        ]
        if methods := [method for method in additional if method is not None]:
            found["PostQuantumKeyExchangeMethods"] = methods
    return found


def _first(table: dict[Key, str], words: list[str]) -> Key | None:
    return next((key for word in words for key, known in table.items() if known == word), None)
