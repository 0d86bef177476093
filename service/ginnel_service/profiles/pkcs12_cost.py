"""What opening a PKCS#12 file would cost (RFC 7292), found out before it is opened.

Such a file says itself how often a password is hashed, and libcrypto does as it is told: a hostile one keeps
it busy for hours. The numbers stand in the open but for those inside an encrypted part, which is decrypted
here to see them. So nothing that libcrypto meets later is unseen; what cannot be seen is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import pbkdf2_hmac, sha1
from typing import Any, Final

from asn1crypto import keys, pkcs12
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .rc2 import decrypt_cbc

#: In all of a file: a second or so. What programs write is between 1 and some hundred thousand.
MAX_ITERATIONS: Final = 2_000_000
_MAX_PARTS: Final = 64
_MAX_DEPTH: Final = 4
_MAX_RC2_OCTETS: Final = 64 * 1024
_MACS: Final = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_PRFS: Final = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})
#: Appendix C: octets of key and initialisation vector.
_LEGACY: Final = {
    "pkcs12_sha1_rc2_40": (5, 8),
    "pkcs12_sha1_rc2_128": (16, 8),
    "pkcs12_sha1_tripledes_2key": (16, 8),
    "pkcs12_sha1_tripledes_3key": (24, 8),
}
_BLOCK: Final = 64  # of SHA-1


class CostlyError(Exception):
    """A file is not opened; the text says why."""


class WrongPasswordError(CostlyError):
    """The password does not open the file."""


def check(data: bytes, password: str) -> None:
    """Raises CostlyError; and for what is no PKCS#12 file at all too."""
    try:
        _File(password).check(data)
    except CostlyError:
        raise
    except Exception as error:  # asn1crypto parses late, and raises whatever its steps do
        raise CostlyError(f"it is no PKCS#12 file ({type(error).__name__})") from None


def check_key(der: bytes) -> None:
    """The same of a private key in PKCS#8; one that is not encrypted costs nothing."""
    try:
        algorithm = keys.EncryptedPrivateKeyInfo.load(der, strict=True)["encryption_algorithm"]
        parameters = algorithm["parameters"]
        if algorithm["algorithm"].native == "pbes2":
            derivation = parameters["key_derivation_func"]
            if derivation["algorithm"].native != "pbkdf2":
                return  # scrypt, of which libcrypto limits the cost
            count = derivation["parameters"]["iteration_count"].native
        else:
            count = parameters["iterations"].native
    except Exception:  # as above; it is for the one who loads the key to say what it is
        return
    if count > MAX_ITERATIONS:
        raise CostlyError("the private key would take too long to open: its iteration count is too high")


class _File:
    def __init__(self, password: str) -> None:
        self._password = password
        self._left = MAX_ITERATIONS
        self._parts = _MAX_PARTS

    def check(self, data: bytes) -> None:
        pfx = pkcs12.Pfx.load(data)
        if pfx["auth_safe"]["content_type"].native != "data":
            raise CostlyError("the PKCS#12 file is protected by a public key")
        mac = pfx["mac_data"]
        if mac.native is not None:
            if mac["mac"]["digest_algorithm"]["algorithm"].native not in _MACS:
                raise CostlyError("the PKCS#12 file is sealed in a way that is not known")
            self._spend(mac["iterations"].native)
        for part in pfx.authenticated_safe:
            kind = part["content_type"].native
            if kind == "data":
                self._walk(part["content"].native, 0)
            elif kind == "encrypted_data":
                self._walk(self._opened(part["content"]["encrypted_content_info"]), 0)
            else:
                raise CostlyError("the PKCS#12 file is protected by a public key")

    def _walk(self, contents: bytes, depth: int) -> None:
        for bag in pkcs12.SafeContents.load(contents, strict=True):
            self._parts -= 1
            if self._parts < 0 or depth > _MAX_DEPTH:
                raise CostlyError("the PKCS#12 file holds too much")
            kind = bag["bag_id"].native
            if kind == "pkcs8_shrouded_key_bag":
                self._pay(bag["bag_value"]["encryption_algorithm"])
            elif kind == "safe_contents":
                self._walk(bag["bag_value"].dump(), depth + 1)

    def _spend(self, iterations: Any, *, times: int = 1) -> None:
        if not isinstance(iterations, int) or iterations < 1:
            raise CostlyError("the PKCS#12 file has a count that is no count")
        self._left -= iterations * times
        if self._left < 0:
            raise CostlyError(
                "the PKCS#12 file would take too long to open: its iteration counts are too high"
            )

    def _pay(self, algorithm: Any) -> None:
        """Count what deriving the key of an encryption costs."""
        name, parameters = algorithm["algorithm"].native, algorithm["parameters"]
        if name in _LEGACY:
            # Several derivations for one, without libcrypto's help
            self._spend(parameters["iterations"].native, times=4)
        elif name == "pbes2" and parameters["key_derivation_func"]["algorithm"].native == "pbkdf2":
            self._spend(parameters["key_derivation_func"]["parameters"]["iteration_count"].native)
        else:
            raise CostlyError("the PKCS#12 file is encrypted in a way that is not known")

    def _opened(self, info: Any) -> bytes:
        algorithm, data = info["content_encryption_algorithm"], info["encrypted_content"].native
        self._pay(algorithm)
        for plain in self._decrypted(algorithm, data):
            size = plain[-1] if plain else 0
            if not (1 <= size <= 16 and plain.endswith(bytes([size]) * size)):
                continue
            try:
                list(pkcs12.SafeContents.load(plain[:-size], strict=True))
            except Exception:  # noqa: S112  (as above: what came out is noise)
                continue
            return plain[:-size]
        raise WrongPasswordError("the PKCS#12 file does not open with this password")

    def _decrypted(self, algorithm: Any, data: bytes) -> Iterator[bytes]:
        """What comes out, once for each way to write the password in octets."""
        parameters = algorithm["parameters"]
        if len(data) % 8 or not data:
            return
        if algorithm["algorithm"].native == "pbes2":
            yield self._modern(parameters, data)
            return
        name = algorithm["algorithm"].native
        key_size, iv_size = _LEGACY[name]
        salt, count = parameters["salt"].native, parameters["iterations"].native
        wide = self._password.encode("utf-16-be") + b"\0\0"
        for password in (wide,) if self._password else (wide, b""):
            key = _derived(password, salt, count, 1, key_size)
            iv = _derived(password, salt, count, 2, iv_size)
            if "rc2" not in name:
                yield _cbc(TripleDES(key if key_size == 24 else key + key[:8]), iv, data)
            elif len(data) <= _MAX_RC2_OCTETS:
                yield decrypt_cbc(key, iv, data)
            else:
                raise CostlyError("the PKCS#12 file holds too much")

    def _modern(self, parameters: Any, data: bytes) -> bytes:
        scheme, derivation = parameters["encryption_scheme"], parameters["key_derivation_func"]["parameters"]
        prf = derivation["prf"]["algorithm"].native
        cipher = scheme["algorithm"].native
        if prf not in _PRFS or cipher not in ("aes128_cbc", "aes192_cbc", "aes256_cbc", "tripledes_3key"):
            raise CostlyError("the PKCS#12 file is encrypted in a way that is not known")
        size = 24 if cipher == "tripledes_3key" else int(cipher[3:6]) // 8
        salt, count = derivation["salt"].native, derivation["iteration_count"].native
        key = pbkdf2_hmac(prf, self._password.encode(), salt, count, size)
        kind = TripleDES(key) if cipher == "tripledes_3key" else algorithms.AES(key)
        return _cbc(kind, scheme["parameters"].native, data)


def _cbc(cipher: Any, iv: bytes, data: bytes) -> bytes:
    opened = Cipher(cipher, modes.CBC(iv)).decryptor()
    return opened.update(data) + opened.finalize()


def _derived(password: bytes, salt: bytes, count: int, purpose: int, size: int) -> bytes:
    """Appendix B.2 with SHA-1; `purpose` is 1 for a key, 2 for an initialisation vector."""
    block = bytearray(_filled(salt) + _filled(password))
    made = b""
    while len(made) < size:
        digest = sha1(bytes([purpose]) * _BLOCK + block).digest()  # noqa: S324
        for _ in range(count - 1):
            digest = sha1(digest).digest()  # noqa: S324
        made += digest
        plus = int.from_bytes((digest * _BLOCK)[:_BLOCK]) + 1
        for at in range(0, len(block), _BLOCK):
            added = int.from_bytes(block[at : at + _BLOCK]) + plus
            block[at : at + _BLOCK] = (added % (1 << 8 * _BLOCK)).to_bytes(_BLOCK)
    return made[:size]


def _filled(octets: bytes) -> bytes:
    """Repeated to whole blocks."""
    size = -(-len(octets) // _BLOCK) * _BLOCK
    return (octets * (size // len(octets) + 1))[:size] if octets else b""
