"""The profiles on disk: one TOML file each, named after the profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .files import PrivateDirectory, Stamp
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
LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the store: its profile, or why it has none."""

    name: str
    profile: Profile | None
    error: ProfileError | None


class ProfileStore:
    """Blocking; files are small, and one is read again only when it has changed: parsing takes milliseconds.

    Every error is a ProfileError, but for an OSError of the disk itself.
    """

    def __init__(self, directory: Path, *, limit: int = LIMIT) -> None:
        self._directory = PrivateDirectory(directory)
        self._limit = limit
        self._known: dict[str, tuple[Stamp, Listed]] = {}  # by file

    def list(self) -> tuple[Listed, ...]:
        """Every profile by name; a broken one does not hide the others."""
        stamps = {file: stamp for file, stamp in self._directory.stamps().items() if file.endswith(SUFFIX)}
        self._known = {file: known for file, known in self._known.items() if file in stamps}
        return tuple(self._look(file.removesuffix(SUFFIX), stamp) for file, stamp in stamps.items())

    def has(self, name: str) -> bool:
        """Whether there is a file of that name, be it broken."""
        return re.match(NAME_PATTERN, name) is not None and self._file(name) in self._directory.names()

    def is_taken(self, name: str) -> bool:
        """Whether `put` would find a file there: also of a name that differs in case, where the disk does
        not part them."""
        try:
            self._directory.stamp(self._file(name))
        except FileNotFoundError:
            return False
        return True

    def get(self, name: str) -> Profile:
        """Raises `unknown_profile`, `profile_corrupt` (with file and cause) or `profile_invalid`."""
        file = self._file(name)
        try:
            found = self._look(name, self._directory.stamp(file))
        except FileNotFoundError:
            self._known.pop(file, None)
            raise ProfileError("unknown_profile", name=name) from None
        if found.profile is None:
            assert found.error is not None
            if not self.has(name):
                raise ProfileError("unknown_profile", name=name)  # another's, of a name that is like it
            raise found.error.with_traceback(None)
        return found.profile

    def put(self, profile: Profile, *, replace: bool = False, goes: str = "") -> None:
        """Store a valid profile; the one named `goes` is about to make room.

        Raises `profile_invalid`, or `profile_exists` unless `replace`.
        """
        problems = validate(profile)
        names = self._directory.names()
        if len(names) - (goes + SUFFIX in names) >= self._limit and profile.name + SUFFIX not in names:
            problems.append(Problem("name", f"there are {self._limit} profiles already", "remove one first"))
        if problems:
            raise ProfileError("profile_invalid", name=profile.name, problems=tuple(problems))
        file = self._file(profile.name)
        try:
            self._known.pop(file, None)
            self._directory.write(file, serialise_profile(profile), replace=replace)
        except FileExistsError:
            raise ProfileError("profile_exists", name=profile.name) from None

    def remove(self, name: str) -> None:
        """Raises `unknown_profile`. A broken file can be removed too."""
        try:
            self._directory.remove(self._file(name))
        except FileNotFoundError:
            raise ProfileError("unknown_profile", name=name) from None

    def _look(self, name: str, stamp: Stamp) -> Listed:
        """The file that had `stamp` a moment ago."""
        file = name + SUFFIX
        known = self._known.get(file)
        if known is None or known[0] != stamp:
            try:
                listed = Listed(name, self._read(name), None)
            except ProfileError as error:
                listed = Listed(name, None, error)
            known = self._known[file] = stamp, listed
        return known[1]

    def _read(self, name: str) -> Profile:
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
            profile = parse_profile(data)
        except ProfileError as error:
            raise ProfileError(
                error.code, name=name, file=path, cause=error.cause, problems=error.problems
            ) from None
        problems = validate(profile)
        if profile.name != name:
            problems.append(Problem("name", "differs from the file's name", f'write name = "{name}"'))
        if problems:
            raise ProfileError("profile_invalid", name=name, file=path, problems=tuple(problems))
        return profile

    def _file(self, name: str) -> str:
        if not re.match(NAME_PATTERN, name):
            raise ProfileError("unknown_profile", name=name)
        return name + SUFFIX
