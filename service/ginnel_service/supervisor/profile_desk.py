"""What clients do with profiles: make, read, list, change and remove them, with their secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec

from ..ipc.schema import ConnectionStatus, ErrorInfo, OnDemandStatus, ProfileProblem, ProfileSummary
from ..profiles.certificates import pem_of
from ..profiles.model import Problem, Profile, ProfileError, profile_of
from ..profiles.secrets import SecretName, Secrets, SecretStore, validate_secrets
from ..profiles.store import Listed, ProfileStore
from ..profiles.validation import problems_of, validate
from ..tunnel.convert import meaningless, session_config

#: What the gateway's own certificate is called among a profile's.
PINNED: Final = "gateway"

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
        """Those that can be read; none where their directory cannot."""
        listed: tuple[Listed, ...] = ()
        with suppress(OSError):
            listed = self._profiles.list()
        return tuple(each.profile for each in listed if each.profile is not None)

    def create(
        self,
        profile: Profile,
        secrets: Secrets,
        *,
        replace: bool,
        keep_secrets: bool,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> None:
        """Raises `profile_invalid`, `profile_exists`."""
        name = profile.name
        secrets = self._laid_over(name, secrets, keep=keep_secrets, forget=forget_secrets)
        problems = _problems(profile, secrets)
        if problems:
            raise ProfileError("profile_invalid", name=name, problems=tuple(problems))
        there = self._has(name)
        if self._profiles.is_taken(name) and not (there and replace):
            raise ProfileError("profile_exists", name=name)
        before = self._readable(name) if there else None
        if not there or self.owner_of(name) != profile.owner_uid:
            # Whatever ends us between the two that follow, nobody's profile finds another's secrets.
            with suppress(ProfileError):
                self._secrets.remove(name)
        self._profiles.put(profile, replace=replace)
        try:
            self._secrets.put(name, secrets)
        except OSError:
            with suppress(OSError, ProfileError):  # it had room for the one, and not for the other
                if before is not None:
                    self._profiles.put(before, replace=True)
                elif not there:
                    self._profiles.remove(name)
            raise
        log.info("profile %s stored", profile.name, extra={"connection": profile.name})

    def problems_of(
        self,
        table: dict[str, Any],
        secrets: Secrets | None,
        *,
        keep_secrets: bool,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> tuple[ProfileProblem, ...]:
        """All that is wrong with a profile as an editor has it, and with its secrets where they are given."""
        problems = problems_of(table)
        if not problems and secrets is None and not keep_secrets:
            problems = meaningless(profile_of(table))
        elif not problems:
            profile = profile_of(table)
            given = secrets or Secrets()
            laid = self._laid_over(profile.name, given, keep=keep_secrets, forget=forget_secrets)
            problems = _problems(profile, laid)
        return tuple(ProfileProblem(**msgspec.structs.asdict(each)) for each in problems)

    def summary(
        self, name: str, status: ConnectionStatus | None, on_demand: OnDemandStatus
    ) -> ProfileSummary:
        """Of one profile. Raises `unknown_profile`."""
        try:
            listed = Listed(name, self._profiles.get(name), None)
        except ProfileError as error:
            if error.code == "unknown_profile":
                raise
            listed = Listed(name, None, error)
        return _summary(listed, status, on_demand)

    def change(self, profile: Profile) -> None:
        """Put it in the place of the one of that name, whose secrets stay."""
        self._profiles.put(profile, replace=True)
        log.info("profile %s changed", profile.name, extra={"connection": profile.name})

    def rename(self, name: str, new_name: str, between: Callable[[], None]) -> None:
        """`between` is called once the profile can be found under both names: whatever ends us, it is there.

        Raises `profile_exists`, `profile_invalid`, `secrets_locked` and what `get` raises.
        """
        profile = msgspec.structs.replace(self._profiles.get(name), name=new_name)
        if problems := validate(profile):
            raise ProfileError("profile_invalid", name=name, problems=tuple(problems))
        if self._profiles.is_taken(new_name):
            raise ProfileError("profile_exists", name=new_name)
        self._secrets.put(new_name, self._secrets.get(name))  # they are sealed for the name that they have
        try:
            self._profiles.put(profile, goes=name)
        except (OSError, ProfileError):
            with suppress(OSError):
                self._secrets.remove(new_name)  # there is no such profile that could be removed
            raise
        between()
        self._profiles.remove(name)
        self._secrets.remove(name)
        log.info("profile %s is called %s now", name, new_name, extra={"connection": new_name})

    def remove(self, name: str) -> None:
        """The secrets first: as long as there is the profile, it can be asked for once more."""
        with suppress(ProfileError):
            self._secrets.remove(name)
        self._profiles.remove(name)
        log.info("profile %s removed", name, extra={"connection": name})

    def remember(self, profile: Profile, **secret: str) -> None:
        """Keep a password that proved right, by its name in Secrets, unless the profile was replaced by one
        that leads elsewhere or is somebody else's."""
        try:
            if _log_in(self._profiles.get(profile.name)) != _log_in(profile):
                log.warning(
                    "a password was not kept: the profile has changed", extra={"connection": profile.name}
                )
                return
            secrets = self._secrets.get(profile.name)
            self._secrets.put(profile.name, msgspec.structs.replace(secrets, **secret))
        except (ProfileError, OSError) as error:
            log.error("a password was not kept: %s", error, extra={"connection": profile.name})

    def pin(self, profile: Profile, certificate: bytes) -> Profile:
        """Trust the gateway's certificate (DER) and no other from now on, unless the profile was replaced
        meanwhile. Returns what is stored."""
        number, name = 1, PINNED
        while name in profile.certificates:
            number += 1
            name = f"{PINNED}-{number}"
        pinned = msgspec.structs.replace(
            profile,
            remote=msgspec.structs.replace(profile.remote, pin=name, system_roots=False),
            certificates={**profile.certificates, name: pem_of(certificate)},
        )
        try:
            if self._profiles.get(profile.name) == profile:
                self.change(pinned)
                return pinned
        except (ProfileError, OSError) as error:
            log.error("the gateway's certificate was not kept: %s", error, extra={"connection": profile.name})
        return profile

    def summaries(
        self, statuses: dict[str, ConnectionStatus], on_demand: dict[str, OnDemandStatus]
    ) -> tuple[ProfileSummary, ...]:
        """Every profile by name, the broken ones among them."""
        return tuple(
            _summary(listed, statuses.get(listed.name), on_demand.get(listed.name, OnDemandStatus()))
            for listed in self._profiles.list()
        )

    def _laid_over(
        self, name: str, secrets: Secrets, *, keep: bool, forget: tuple[SecretName, ...]
    ) -> Secrets:
        if not (keep and self._has(name)):
            return secrets
        return self._secrets.get(name).without(forget).under(secrets)

    def _readable(self, name: str) -> Profile | None:
        with suppress(ProfileError):
            return self._profiles.get(name)
        return None

    def _has(self, name: str) -> bool:
        """Whether there is such a profile: secrets that were left behind by another are nobody's."""
        return self._profiles.has(name)


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


def _log_in(profile: Profile) -> tuple[object, ...]:
    """Whose it is, who gets the password, and for whom: the rest may change while a person is asked."""
    where = (profile.server, profile.port, profile.remote, profile.certificates)
    return profile.owner_uid, *where, profile.local, profile.authentication


def _problems(profile: Profile, secrets: Secrets) -> list[Problem]:
    problems = validate(profile) + validate_secrets(profile, secrets)
    if not problems:
        try:
            session_config(profile, secrets)
        except ProfileError as error:
            problems = list(error.problems)
    return problems
