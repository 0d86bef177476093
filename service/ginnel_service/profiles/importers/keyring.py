"""What opens things while one file is read: the typed password, the files that came along, what is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..certificates import PasswordNeededError, UnusableError, open_pkcs12

#: Each may take a second; a file of many connections names the same one again and again.
MAX_ATTEMPTS: Final = 8


class Keyring:
    """`password` opens what came without one; `files` are by the last element of their path."""

    def __init__(self, password: str | None = None, files: Mapping[str, bytes] | None = None) -> None:
        self.password = password
        self.files = files or {}
        self._tried: dict[tuple[bytes, str | None], tuple[str, bytes] | UnusableError] = {}

    def open_pkcs12(self, data: bytes, password: str | None) -> tuple[str, bytes]:
        """With the password that came with the file, else with the typed one, else without.

        Raises UnusableError, PasswordNeededError.
        """
        refused: UnusableError = PasswordNeededError("the PKCS#12 file needs its password")
        for attempt in dict.fromkeys(each for each in (password, self.password) if each) or (None,):
            found = self._try(data, attempt)
            if not isinstance(found, UnusableError):
                return found
            refused = found
        raise refused

    def _try(self, data: bytes, password: str | None) -> tuple[str, bytes] | UnusableError:
        key = (data, password)
        if key not in self._tried:
            if len(self._tried) >= MAX_ATTEMPTS:
                return UnusableError("there are too many PKCS#12 files")
            try:
                self._tried[key] = open_pkcs12(data, password)
            except UnusableError as error:
                self._tried[key] = error
        return self._tried[key]
