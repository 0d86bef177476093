"""The person's own keychain: passwords that neither the service nor its disk keeps.

By the library keyring, which speaks to the desktop's (Secret Service, KWallet, macOS's Keychain). It is an
extra, `ginnel[keychain]`, as machines without a desktop have none.
"""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import Protocol, cast

from ginnel_service.ipc.schema import PromptStatus
from ginnel_service.profiles.model import Profile

from .wire import CliError


class _Library(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class Keychain:
    """An entry a profile and user name. Every method raises CliError `keychain_unavailable`."""

    def __init__(self) -> None:
        try:
            self._library = cast("_Library", importlib.import_module("keyring"))
        except ImportError:
            raise CliError(
                "keychain_unavailable", detail="the Python library keyring is not installed"
            ) from None

    def find(self, asked: PromptStatus) -> str | None:
        try:
            return self._library.get_password(_entry(asked.name), asked.username)
        except Exception as error:  # a backend's own, of any kind
            raise _refusal(error) from None

    def keep(self, asked: PromptStatus, password: str) -> None:
        try:
            self._library.set_password(_entry(asked.name), asked.username, password)
        except Exception as error:  # a backend's own, of any kind
            raise _refusal(error) from None

    def forget(self, name: str, username: str) -> None:
        """Of the profile `name`; idempotent."""
        try:
            if self._library.get_password(_entry(name), username) is not None:
                self._library.delete_password(_entry(name), username)
        except Exception as error:  # a backend's own, of any kind
            raise _refusal(error) from None

    def rename(self, name: str, username: str, new_name: str) -> None:
        """What was the profile `name`'s is the profile `new_name`'s."""
        try:
            password = self._library.get_password(_entry(name), username)
            if password is not None:
                self._library.set_password(_entry(new_name), username, password)
        except Exception as error:  # a backend's own, of any kind
            raise _refusal(error) from None
        self.forget(name, username)


def forget(*profiles: Profile) -> None:
    """What `ginnel up --keychain` kept for them; one that is locked or absent has nothing to say here."""
    with suppress(CliError):
        keychain = Keychain()
        for each in profiles:
            keychain.forget(each.name, _username(each))


def rename(profile: Profile, new_name: str) -> None:
    """What `ginnel up --keychain` kept for it goes along, unless the keychain is locked or absent."""
    with suppress(CliError):
        Keychain().rename(profile.name, _username(profile), new_name)


def _username(profile: Profile) -> str:
    """As the service asks for the password."""
    said = profile.authentication
    return said.username or said.eap_identity or profile.local_identity


def _entry(name: str) -> str:
    return f"ginnel: {name}"


def _refusal(error: Exception) -> CliError:
    """Names the kind of error alone: a backend's words may hold anything."""
    return CliError("keychain_unavailable", detail=type(error).__name__)
