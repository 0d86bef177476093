"""The profiles on disk: one TOML file each, named after the profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .files import PrivateDirectory
from .model import (
    MAX_FILE_OCTETS,
    NAME_PATTERN,
    Problem,
    Profile,
    ProfileError,
    parse_profile,
    serialise_profile,
)
from .validation import validate

SUFFIX = ".toml"
#: How many profiles there may be. Each is kept in memory, too, for a list of them is asked for often.
LIMIT = 512


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the store: its profile, or why it has none."""

    name: str
    profile: Profile | None
    error: ProfileError | None


@lru_cache(maxsize=LIMIT)
def _parsed(data: bytes) -> tuple[Profile, tuple[Problem, ...]]:
    """A file's profile and what is wrong with it: milliseconds, and mostly for a content met before."""
    profile = parse_profile(data)
    return profile, tuple(validate(profile))


class ProfileStore:
    """Blocking; files are small. Every error is a ProfileError, but for an OSError of the disk itself."""

    def __init__(self, directory: Path, *, limit: int = LIMIT) -> None:
        self._directory = PrivateDirectory(directory)
        self._limit = limit

    def list(self) -> tuple[Listed, ...]:
        """Every profile by name; a broken one does not hide the others."""
        entries = []
        for file in self._directory.names():
            name = file.removesuffix(SUFFIX)
            if file == name:
                continue
            try:
                entries.append(Listed(name, self.get(name), None))
            except ProfileError as error:
                entries.append(Listed(name, None, error))
        return tuple(entries)

    def has(self, name: str) -> bool:
        """Whether there is a file of that name, be it broken."""
        return re.match(NAME_PATTERN, name) is not None and self._file(name) in self._directory.names()

    def get(self, name: str) -> Profile:
        """Raises `unknown_profile`, `profile_corrupt` (with file and cause) or `profile_invalid`."""
        file = self._file(name)
        path = str(self._directory.path / file)
        try:
            data = self._directory.read(file, MAX_FILE_OCTETS)
        except FileNotFoundError:
            raise ProfileError("unknown_profile", name=name) from None
        except OSError as error:
            cause = error.strerror or str(error)
            raise ProfileError("profile_corrupt", name=name, file=path, cause=cause) from None
        if not data.strip():
            raise ProfileError("profile_corrupt", name=name, file=path, cause="the file is empty")
        try:
            profile, found = _parsed(data)
        except ProfileError as error:
            raise ProfileError(
                error.code, name=name, file=path, cause=error.cause, problems=error.problems
            ) from None
        problems = list(found)
        if profile.name != name:
            problems.append(Problem("name", "differs from the file's name", f'write name = "{name}"'))
        if problems:
            raise ProfileError("profile_invalid", name=name, file=path, problems=tuple(problems))
        return profile

    def put(self, profile: Profile, *, replace: bool = False) -> None:
        """Store a valid profile. Raises `profile_invalid`, or `profile_exists` unless `replace`."""
        problems = validate(profile)
        names = self._directory.names()
        if len(names) >= self._limit and profile.name + SUFFIX not in names:
            problems.append(Problem("name", f"there are {self._limit} profiles already", "remove one first"))
        if problems:
            raise ProfileError("profile_invalid", name=profile.name, problems=tuple(problems))
        try:
            self._directory.write(self._file(profile.name), serialise_profile(profile), replace=replace)
        except FileExistsError:
            raise ProfileError("profile_exists", name=profile.name) from None

    def remove(self, name: str) -> None:
        """Raises `unknown_profile`. A broken file can be removed too."""
        try:
            self._directory.remove(self._file(name))
        except FileNotFoundError:
            raise ProfileError("unknown_profile", name=name) from None

    def _file(self, name: str) -> str:
        if not re.match(NAME_PATTERN, name):
            raise ProfileError("unknown_profile", name=name)
        return name + SUFFIX
