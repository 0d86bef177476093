"""What clients do with profiles: make, read, list, change and remove them, with their secrets."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import msgspec

from .ipc.schema import ConnectionStatus, ErrorInfo, OnDemandStatus, ProfileProblem, ProfileSummary
from .profiles.model import Problem, Profile, ProfileError, profile_of
from .profiles.secrets import Secrets, SecretStore, validate_secrets
from .profiles.store import Listed, ProfileStore
from .profiles.validation import problems_of, validate
from .tunnel.convert import meaningless, session_config

log = logging.getLogger("ginnel.daemon")


class ProfileDesk:
    """Blocking; files are small. Raises ProfileError alone, but for the disk's own OSError."""

    def __init__(self, profiles: ProfileStore, secrets: SecretStore) -> None:
        self._profiles = profiles
        self._secrets = secrets

    def owner_of(self, name: str) -> int:
        """0 for a file that cannot be read. Raises `unknown_profile`."""
        try:
            return self._profiles.get(name).owner_uid
        except ProfileError as error:
            if error.code == "unknown_profile":
                raise
            return 0

    def get(self, name: str) -> Profile:
        return self._profiles.get(name)

    def secrets_of(self, name: str) -> Secrets:
        return self._secrets.get(name)

    def all(self) -> tuple[Profile, ...]:
        """Those that can be read."""
        return tuple(listed.profile for listed in self._profiles.list() if listed.profile is not None)

    def create(self, profile: Profile, secrets: Secrets, *, replace: bool, keep_secrets: bool) -> None:
        if keep_secrets and self._has(profile.name):
            secrets = self._secrets.get(profile.name).under(secrets)
        problems = _problems(profile, secrets)
        if problems:
            raise ProfileError("profile_invalid", name=profile.name, problems=tuple(problems))
        self._profiles.put(profile, replace=replace)
        self._secrets.put(profile.name, secrets)
        log.info("profile %s stored", profile.name, extra={"connection": profile.name})

    def problems_of(self, table: dict[str, Any]) -> tuple[ProfileProblem, ...]:
        """Everything that is wrong with a profile as an editor has it."""
        problems = problems_of(table) or meaningless(profile_of(table))
        return tuple(ProfileProblem(**msgspec.structs.asdict(each)) for each in problems)

    def change(self, profile: Profile) -> None:
        """Put it in the place of the one of that name, whose secrets stay."""
        self._profiles.put(profile, replace=True)
        log.info("profile %s changed", profile.name, extra={"connection": profile.name})

    def remove(self, name: str) -> None:
        self._profiles.remove(name)
        with suppress(ProfileError):
            self._secrets.remove(name)
        log.info("profile %s removed", name, extra={"connection": name})

    def remember(self, profile: Profile, password: str) -> None:
        """Keep a password that led to a connection, unless the profile was replaced meanwhile."""
        try:
            if self._profiles.get(profile.name) == profile:
                secrets = self._secrets.get(profile.name)
                self._secrets.put(profile.name, msgspec.structs.replace(secrets, password=password))
        except (ProfileError, OSError) as error:
            log.error("a password was not kept: %s", error, extra={"connection": profile.name})

    def summaries(
        self, statuses: dict[str, ConnectionStatus], on_demand: dict[str, OnDemandStatus]
    ) -> tuple[ProfileSummary, ...]:
        """Every profile by name, the broken ones among them."""
        return tuple(
            _summary(listed, statuses.get(listed.name), on_demand.get(listed.name, OnDemandStatus()))
            for listed in self._profiles.list()
        )

    def _has(self, name: str) -> bool:
        """Whether there is such a profile: secrets that were left behind by another are nobody's."""
        return any(listed.name == name for listed in self._profiles.list())


def _summary(listed: Listed, status: ConnectionStatus | None, on_demand: OnDemandStatus) -> ProfileSummary:
    error = None
    if listed.error is not None:
        error = ErrorInfo(code=listed.error.code, params=listed.error.params)
    elif status is not None:
        error = status.error
    return ProfileSummary(
        name=listed.name,
        server=listed.profile.server if listed.profile is not None else "",
        owner_uid=listed.profile.owner_uid if listed.profile is not None else 0,
        state="down" if status is None else status.state,
        error=error,
        on_demand=on_demand,
    )


def _problems(profile: Profile, secrets: Secrets) -> list[Problem]:
    problems = validate(profile) + validate_secrets(profile, secrets)
    if not problems:
        try:
            session_config(profile, secrets)
        except ProfileError as error:
            problems = list(error.problems)
    return problems
