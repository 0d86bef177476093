"""The key that secrets rest under: the system's where it keeps one for us, else a file of our own.

systemd hands a service its credentials as files of a directory that nobody else sees, decrypted with a key
of the TPM or of the machine (systemd-creds(1), systemd.exec(5), `LoadCredentialEncrypted=`). Without one, a
key is made and kept beside what it locks, which keeps secrets out of copies of single files, and no more.

Sealing: AES-256-GCM (NIST SP 800-38D) with a random nonce under a key that HKDF (RFC 5869) makes of the
master key. Authenticated with it: the format, the key's identifier, and the name that the secret belongs to.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .files import PrivateDirectory

#: The credential's name, as the unit file gives it.
CREDENTIAL: Final = "ginnel-key"
MASTER_OCTETS: Final = 32
MAX_CREDENTIAL_OCTETS: Final = 4096

#: A sealed file: MAGIC, key identifier, nonce, ciphertext with its tag. The last octet is the version.
MAGIC: Final = b"ginnel sealed\x00\x01"
_ID_OCTETS: Final = 8
_NONCE_OCTETS: Final = 12
_HEAD_OCTETS: Final = len(MAGIC) + _ID_OCTETS
_KEY_FILE: Final = re.compile(rf"[0-9a-f]{{{2 * _ID_OCTETS}}}\.key")

Origin = Literal["credential", "file"]


class MissingKeyError(Exception):
    """What is sealed is whole, but the key is not there. The text is the key's identifier."""


class BrokenSealError(Exception):
    """The octets were changed, or belong to another name."""


class KeyUnusableError(OSError):
    """The system's key is there and cannot be used; nothing falls back to a weaker one."""


@dataclass(frozen=True, slots=True)
class Key:
    """One master key's means to seal; the master key itself is not kept."""

    origin: Origin
    id: bytes
    _cipher: AESGCM = field(repr=False)

    @classmethod
    def of(cls, master: bytes, origin: Origin) -> Key:
        def derive(info: bytes, length: int) -> bytes:
            return HKDF(SHA256(), length, None, b"ginnel secrets 1 " + info).derive(master)

        return cls(origin, derive(b"id", _ID_OCTETS), AESGCM(derive(b"seal", 32)))

    def seal(self, data: bytes, name: str) -> bytes:
        head, nonce = MAGIC + self.id, os.urandom(_NONCE_OCTETS)
        return head + nonce + self._cipher.encrypt(nonce, data, head + name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """Raises BrokenSealError."""
        head, nonce = sealed[:_HEAD_OCTETS], sealed[_HEAD_OCTETS:][:_NONCE_OCTETS]
        try:
            return self._cipher.decrypt(nonce, sealed[_HEAD_OCTETS + _NONCE_OCTETS :], head + name.encode())
        except (InvalidTag, ValueError):
            raise BrokenSealError from None


def is_sealed(data: bytes) -> bool:
    return data.startswith(MAGIC)


def key_id(sealed: bytes) -> bytes:
    return sealed[len(MAGIC) : _HEAD_OCTETS]


class KeyRing:
    """Every key that there is: the first one seals, all of them open.

    `directory` holds the keys of our own, a file each named after its identifier, so that one which is put
    back from a copy never takes another's place.
    """

    def __init__(self, directory: Path, credential: bytes | None = None) -> None:
        """`credential` is the system's master key, MASTER_OCTETS or more; None where it keeps none.

        Raises KeyUnusableError, and OSError when the directory cannot be read.
        """
        self._directory = PrivateDirectory(directory)
        self._keys: dict[bytes, Key] = {}
        if credential is not None:
            if len(credential) < MASTER_OCTETS:
                raise KeyUnusableError(f"the key has {len(credential)} octets, fewer than {MASTER_OCTETS}")
            self._add(Key.of(credential, "credential"))
        for name in self._directory.names():
            if _KEY_FILE.fullmatch(name):
                self._add(Key.of(self._directory.read(name, MASTER_OCTETS), "file"))

    @property
    def origin(self) -> Origin:
        """Where the key that seals comes from, or would come from."""
        return next((key.origin for key in self._keys.values()), "file")

    def current(self) -> Key:
        """The key that seals: made now when there is none, and on disk before it is used. Raises OSError."""
        if not self._keys:
            master = secrets.token_bytes(MASTER_OCTETS)
            made = Key.of(master, "file")
            self._directory.write(_file(made.id), master, replace=False)
            self._add(made)
        return next(iter(self._keys.values()))

    def open(self, sealed: bytes, name: str) -> bytes:
        """Raises MissingKeyError, BrokenSealError."""
        key = self._keys.get(key_id(sealed))
        if key is None:
            raise MissingKeyError(key_id(sealed).hex())
        return key.open(sealed, name)

    def forget(self, used: Iterable[bytes]) -> None:
        """Remove our own keys that are neither current nor among the identifiers `used`."""
        keep = {self.current().id, *used}
        for key in [key for key in self._keys.values() if key.origin == "file" and key.id not in keep]:
            self._directory.remove(_file(key.id))
            del self._keys[key.id]

    def _add(self, key: Key) -> None:
        self._keys.setdefault(key.id, key)


def _file(identifier: bytes) -> str:
    return identifier.hex() + ".key"


def system_key(environment: Mapping[str, str] = os.environ) -> bytes | None:
    """The master key that the system keeps for this service; None where it was given none.

    Raises KeyUnusableError: a key that is meant to be there must not be replaced by a lesser one silently.
    """
    directory = environment.get("CREDENTIALS_DIRECTORY")
    if not directory or not os.access(directory, os.X_OK):  # systemd closes it where it has nothing for us
        return None
    path = Path(directory, CREDENTIAL)
    try:
        with path.open("rb") as file:
            return file.read(MAX_CREDENTIAL_OCTETS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyUnusableError(error.errno, error.strerror, str(path)) from None
