"""Secrets of profiles: what they are, and how they rest on disk.

One 0600 file each in a 0700 directory, sealed by `keys`. Files of versions before that are JSON in the
clear; they are still read, and `SecretStore.renew` seals them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from .certificates import MAX_KEY_OCTETS, UnusableError, belongs, load_certificates, load_key
from .files import PrivateDirectory, UnsafeFileError
from .keys import BrokenSealError, KeyRing, MissingKeyError, Origin, is_sealed, key_id
from .model import NAME_PATTERN, Problem, Profile, ProfileError, printable

SUFFIX = ".secrets"
MAX_PSK_OCTETS = 1024
MAX_PASSWORD = 1024
MAX_PKCS12_OCTETS = 32 * 1024
MAX_FILE_OCTETS = 96 * 1024  # of JSON with all of them at their largest


SecretName = Literal["psk", "password", "private_key", "ppk", "pkcs12", "pkcs12_password"]


class Secrets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a profile needs and must not hold. No value ever shows in a repr (octets are base64 in JSON)."""

    psk: bytes = b""  # pre-shared key, up to 1,024 octets
    password: str = ""  # for EAP; where it is missing the person is asked
    private_key: bytes = b""  # of our certificate: PKCS#8, not encrypted
    ppk: bytes = b""  # RFC 8784
    pkcs12: bytes = b""  # a locked file of ours (RFC 7292)
    pkcs12_password: str = ""  # what opens it; where it is missing the person is asked

    @property
    def values(self) -> tuple[bytes, ...]:
        """Every secret that is set, as octets, for whoever keeps them out of logs."""
        texts = (self.password.encode(), self.pkcs12_password.encode())
        return tuple(each for each in (self.psk, *texts, self.private_key, self.ppk, self.pkcs12) if each)

    def under(self, given: Secrets) -> Secrets:
        """These, with those that `given` has in their place."""
        changed = {name: value for name in self.__struct_fields__ if (value := getattr(given, name))}
        return msgspec.structs.replace(self, **changed)

    def without(self, names: Collection[SecretName]) -> Secrets:
        """These, but for those of `names`."""
        nothing = Secrets()
        return msgspec.structs.replace(self, **{name: getattr(nothing, name) for name in names})

    def __repr__(self) -> str:
        return f"Secrets({', '.join(f'{name}={shown}' for name, shown in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, "set" if getattr(self, name) else "none") for name in self.__struct_fields__]


_DECODER = msgspec.json.Decoder(Secrets)


def validate_secrets(profile: Profile, secrets: Secrets) -> list[Problem]:
    """Which secrets of `profile` are missing or unusable. The names of the fields are those of Secrets."""
    found: list[Problem] = []
    authentication = profile.authentication
    if "psk" in (*authentication.rounds, profile.remote_method) and not secrets.psk:
        found.append(Problem("psk", "is missing", "give the pre-shared key"))
    for name, size in (("psk", len(secrets.psk)), ("ppk", len(secrets.ppk))):
        if size > MAX_PSK_OCTETS:
            found.append(Problem(name, f"is longer than {MAX_PSK_OCTETS} octets", "give a shorter one"))
    for name, text in (("password", secrets.password), ("pkcs12_password", secrets.pkcs12_password)):
        if len(text) > MAX_PASSWORD:
            found.append(Problem(name, f"is longer than {MAX_PASSWORD} characters", "give a shorter one"))
    if profile.ike.ppk.id and not secrets.ppk:
        found.append(Problem("ppk", "is missing", "give the key that ike.ppk.id names, or no ike.ppk.id"))
    if len(secrets.pkcs12) > MAX_PKCS12_OCTETS:
        remedy = "leave certificates out that nobody needs"
        found.append(Problem("pkcs12", f"is larger than {MAX_PKCS12_OCTETS} octets", remedy))
    elif authentication.pkcs12:
        found += _pkcs12_problems(secrets)
    if len(secrets.private_key) > MAX_KEY_OCTETS:
        large = f"the private key is larger than {MAX_KEY_OCTETS} octets"
        found.append(Problem("private_key", large, "give a key that IKEv2 can use"))
    elif authentication.certificate:
        found += _key_problems(profile, secrets)
    return found


def _pkcs12_problems(secrets: Secrets) -> list[Problem]:
    """What can be told without opening the file, which takes a second and its password."""
    if not secrets.pkcs12:
        return [Problem("pkcs12", "is missing", "give the PKCS#12 file that authentication.pkcs12 speaks of")]
    if secrets.pkcs12[:1] != b"\x30":
        return [Problem("pkcs12", "is no PKCS#12 file", "give one, such as a .p12 or .pfx file")]
    return []


def _key_problems(profile: Profile, secrets: Secrets) -> list[Problem]:
    if not secrets.private_key:
        return [Problem("private_key", "is missing", "give the private key of the certificate")]
    try:
        key = load_key(secrets.private_key)
        leaf = load_certificates(profile.certificates[profile.authentication.certificate])[0]
    except KeyError:
        return []  # said of the profile already
    except UnusableError as error:
        return [Problem("private_key", printable(str(error)), "give a key that IKEv2 can use")]
    if not belongs(key, leaf):
        return [Problem("private_key", "is not that of the certificate", "give the two that belong together")]
    return []


class SecretStore:
    """Secrets by profile name. `notice` hears of every secret that passes, and whose, so that logs can
    redact it."""

    def __init__(
        self, directory: Path, keys: KeyRing, *, notice: Callable[[bytes, str], None] = lambda _, name: None
    ) -> None:
        self._directory = PrivateDirectory(directory)
        self._keys = keys
        self._notice = notice

    @property
    def key_origin(self) -> Origin:
        return self._keys.origin

    def get(self, name: str) -> Secrets:
        """The secrets, empty ones where none were stored. Raises `profile_corrupt`, `secrets_locked`."""
        file = _file(name)
        try:
            secrets = _DECODER.decode(self._plain(file, name))
        except FileNotFoundError:
            return Secrets()
        except (OSError, ValueError, RecursionError, BrokenSealError) as error:
            cause = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be read"
            if isinstance(error, BrokenSealError):
                cause = "was changed, or belongs to another profile"
            path = str(self._directory.path / file)
            raise ProfileError("profile_corrupt", name=name, file=path, cause=cause) from None
        self._tell(name, secrets)
        return secrets

    def put(self, name: str, secrets: Secrets) -> None:
        """Raises OSError."""
        self._tell(name, secrets)
        self._write(_file(name), name, msgspec.json.encode(secrets))

    def remove(self, name: str) -> None:
        """Idempotent."""
        with suppress(FileNotFoundError):
            self._directory.remove(_file(name))

    def renew(self) -> list[str]:
        """Seal under the current key what rests in the clear or under another one; then drop keys unused.

        Each file is replaced whole, so whatever ends this, every file can be read by what is there. Returns,
        in words for the log, what was done. Raises OSError.
        """
        self._directory.sweep()
        done: dict[str, list[str]] = {"sealed": [], "sealed anew": []}
        used: set[bytes] = set()
        for file, name, data in self._all():
            if is_sealed(data) and key_id(data) == self._keys.current().id:
                continue
            try:
                plain = self._keys.open(data, name) if is_sealed(data) else data
                _DECODER.decode(plain)
            except (MissingKeyError, BrokenSealError, ValueError, RecursionError):
                used.add(key_id(data))  # left as it is; `get` says what is wrong
                continue
            self._write(file, name, plain)
            done["sealed anew" if is_sealed(data) else "sealed"].append(name)
        self._keys.forget(used)
        return [f"secrets {how}: {', '.join(names)}" for how, names in done.items() if names]

    def locked(self) -> tuple[str, ...]:
        """The profiles whose secrets wait for a key that is not there."""
        found = []
        for _, name, data in self._all():
            try:
                self._open(data, name)
            except ProfileError:
                found.append(name)
            except BrokenSealError:
                continue
        return tuple(found)

    def _all(self) -> Iterator[tuple[str, str, bytes]]:
        """File, profile's name and content of all that can be read at all."""
        for file in self._directory.names():
            name = file.removesuffix(SUFFIX)
            if file == name or not re.match(NAME_PATTERN, name):
                continue
            with suppress(UnsafeFileError, FileNotFoundError):
                yield file, name, self._directory.read(file, MAX_FILE_OCTETS)

    def _plain(self, file: str, name: str) -> bytes:
        return self._open(self._directory.read(file, MAX_FILE_OCTETS), name)

    def _open(self, data: bytes, name: str) -> bytes:
        """Raises `secrets_locked`, BrokenSealError."""
        if not is_sealed(data):
            return data
        try:
            return self._keys.open(data, name)
        except MissingKeyError as error:
            path = str(self._directory.path / _file(name))
            raise ProfileError("secrets_locked", name=name, file=path, cause=f"key {error}") from None

    def _write(self, file: str, name: str, plain: bytes) -> None:
        self._directory.write(file, self._keys.current().seal(plain, name), replace=True)

    def _tell(self, name: str, secrets: Secrets) -> None:
        for value in secrets.values:
            self._notice(value, name)


def _file(name: str) -> str:
    if not re.match(NAME_PATTERN, name):
        raise ProfileError("unknown_profile", name=name)
    return name + SUFFIX
