"""The arithmetic of MS-CHAPv2 (RFC 2759 section 8) and of its keys (RFC 3079 section 3)."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ECB

from .md4 import md4

MAX_PASSWORD_CHARACTERS = 256
BLOCK_LENGTH = 516  # a password's area of 512 octets, then its length

_MAGIC_SIGNING = b"Magic server to client signing constant"
_MAGIC_PAD = b"Pad to make it do more than one iteration"
_MASTER = b"This is the MPPE Master Key"
_CLIENT_SEND = b"On the client side, this is the send key; on the server side, it is the receive key."
_CLIENT_RECEIVE = b"On the client side, this is the receive key; on the server side, it is the send key."


def _sha1(*parts: bytes) -> bytes:
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).digest()


def nt_hash(password: str) -> bytes:
    """NtPasswordHash (section 8.3)."""
    return md4(password.encode("utf-16-le", "surrogatepass"))


def account_name(username: bytes) -> bytes:
    """The name that is hashed: without its Windows domain (section 4)."""
    return username.rpartition(b"\\")[2]


def challenge_hash(peer_challenge: bytes, server_challenge: bytes, username: bytes) -> bytes:
    """ChallengeHash (section 8.2)."""
    return _sha1(peer_challenge, server_challenge, account_name(username))[:8]


def _des(block: bytes, key: bytes) -> bytes:
    """DesEncrypt (section 8.6): 56 key bits spread over 8 octets; three equal keys make 3DES single."""
    bits = int.from_bytes(key, "big")
    spread = bytes((bits >> shift & 0x7F) << 1 for shift in range(49, -1, -7))
    cipher = Cipher(TripleDES(spread * 3), ECB()).encryptor()  # noqa: S305  what the protocol wants
    return cipher.update(block) + cipher.finalize()


def nt_response(server_challenge: bytes, peer_challenge: bytes, username: bytes, hashed: bytes) -> bytes:
    """GenerateNTResponse (section 8.1)."""
    challenge = challenge_hash(peer_challenge, server_challenge, username)
    padded = hashed + bytes(5)
    return b"".join(_des(challenge, padded[at : at + 7]) for at in (0, 7, 14))


def authenticator_response(
    hashed: bytes, response: bytes, peer_challenge: bytes, server_challenge: bytes, username: bytes
) -> bytes:
    """GenerateAuthenticatorResponse (section 8.7), without its `S=`: 40 upper-case hex digits."""
    digest = _sha1(md4(hashed), response, _MAGIC_SIGNING)
    challenge = challenge_hash(peer_challenge, server_challenge, username)
    return _sha1(digest, challenge, _MAGIC_PAD).hex().upper().encode()


def msk(hashed: bytes, response: bytes) -> bytes:
    """The server's receive key, its send key, and zeros up to 64 octets (RFC 3079 section 3.3)."""
    master = _sha1(md4(hashed), response, _MASTER)[:16]
    keys = (_sha1(master, bytes(40), magic, b"\xf2" * 40)[:16] for magic in (_CLIENT_SEND, _CLIENT_RECEIVE))
    return b"".join(keys) + bytes(32)


def _rc4(key: bytes, octets: bytes) -> bytes:
    cipher = Cipher(ARC4(key), None).encryptor()
    return cipher.update(octets) + cipher.finalize()


def encrypted_password(new: str, old_hash: bytes, filling: bytes) -> bytes:
    """NewPasswordEncryptedWithOldNtPasswordHash (sections 8.9, 8.10); `filling`: 512 random octets."""
    encoded = new.encode("utf-16-le", "surrogatepass")
    block = filling[: 512 - len(encoded)] + encoded + len(encoded).to_bytes(4, "little")
    return _rc4(old_hash, block)


def encrypted_hash(old_hash: bytes, new_hash: bytes) -> bytes:
    """OldNtPasswordHashEncryptedWithNewNtPasswordHash (sections 8.12, 8.13)."""
    return _des(old_hash[:8], new_hash[:7]) + _des(old_hash[8:], new_hash[7:14])
