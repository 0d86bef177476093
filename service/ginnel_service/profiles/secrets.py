"""Secrets of profiles: what they are, and how they rest on disk (one 0600 file each in a 0700 directory).

They are not encrypted at rest: whoever can read them is root already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from .files import PrivateDirectory
from .model import NAME_PATTERN, Problem, ProfileError

SUFFIX = ".secrets"
MAX_PSK_OCTETS = 1024
MAX_FILE_OCTETS = 16 * 1024


class Secrets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a profile needs and must not hold. No value ever shows in a repr (base64 in JSON)."""

    psk: bytes = b""

    def __repr__(self) -> str:
        return f"Secrets(psk={'set' if self.psk else 'none'})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("psk", "set" if self.psk else "none")]


def validate_secrets(secrets: Secrets) -> list[Problem]:
    """What is wrong with the secrets of a profile that authenticates by pre-shared key."""
    if not secrets.psk:
        return [Problem("psk", "is missing", "give the pre-shared key")]
    if len(secrets.psk) > MAX_PSK_OCTETS:
        return [Problem("psk", f"is longer than {MAX_PSK_OCTETS} octets", "give a shorter one")]
    return []


class SecretStore:
    """Secrets by profile name. `notice` hears of every secret that passes, so that logs can redact it."""

    def __init__(self, directory: Path, *, notice: Callable[[bytes], None] = lambda _: None) -> None:
        self._directory = PrivateDirectory(directory)
        self._notice = notice

    def get(self, name: str) -> Secrets:
        """The secrets, empty ones where none were stored. Raises `profile_corrupt`."""
        file = _file(name)
        try:
            data = self._directory.read(file, MAX_FILE_OCTETS)
            secrets = msgspec.json.decode(data, type=Secrets)
        except FileNotFoundError:
            return Secrets()
        except (OSError, ValueError, RecursionError) as error:
            cause = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be read"
            path = str(self._directory.path / file)
            raise ProfileError("profile_corrupt", name=name, file=path, cause=cause) from None
        self._notice(secrets.psk)
        return secrets

    def put(self, name: str, secrets: Secrets) -> None:
        self._notice(secrets.psk)
        self._directory.write(_file(name), msgspec.json.encode(secrets), replace=True)

    def remove(self, name: str) -> None:
        """Idempotent."""
        with suppress(FileNotFoundError):
            self._directory.remove(_file(name))


def _file(name: str) -> str:
    if not re.match(NAME_PATTERN, name):
        raise ProfileError("unknown_profile", name=name)
    return name + SUFFIX
