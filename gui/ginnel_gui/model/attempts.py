"""Passwords of the keychain in one attempt to connect: used once, forgotten when wrong, kept when right.

Qt-free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ginnel_service.ipc.schema import ConnectionStatus, PromptKind, PromptStatus
from ginnel_service.profiles.model import Profile

#: kind of prompt -> the keychain's entry for it, before the name; `ginnel up --keychain` has the first
_ENTRIES: Final[dict[PromptKind, str]] = {"password": "ginnel: ", "pkcs12": "ginnel certificate: "}

Key = tuple[str, str]  # an entry and a user name


def key_of(prompt: PromptStatus) -> Key | None:
    """Where the keychain has the answer; None: it is none to keep."""
    entry = _ENTRIES.get(prompt.kind)
    return None if entry is None else (entry + prompt.name, prompt.username)


def keys_of(profile: Profile) -> tuple[Key, ...]:
    """Where the keychain has what prompts of `profile` ask for, the password first."""
    said = profile.authentication
    usernames: dict[PromptKind, str] = {
        "password": said.username or said.eap_identity or profile.local_identity,
        "pkcs12": "",
    }
    return tuple((entry + profile.name, usernames[kind]) for kind, entry in _ENTRIES.items())


@dataclass(slots=True)
class Attempts:
    """By the names of connections. What has to be done to the keychain comes out of `heard`."""

    _used: dict[str, set[Key]] = field(default_factory=dict)
    _new: dict[str, dict[Key, str]] = field(default_factory=dict, repr=False)

    def was_used(self, prompt: PromptStatus) -> bool:
        """Whether the keychain answered this question in this attempt already: then its answer was wrong."""
        return key_of(prompt) in self._used.get(prompt.name, ())

    def use(self, prompt: PromptStatus) -> None:
        """The keychain answers."""
        if (key := key_of(prompt)) is not None:
            self._used.setdefault(prompt.name, set()).add(key)

    def wrong(self, prompt: PromptStatus) -> None:
        """What the keychain said is no longer of this attempt."""
        if (key := key_of(prompt)) is not None:
            self._used.get(prompt.name, set()).discard(key)

    def keep(self, prompt: PromptStatus, password: str) -> None:
        """The person wants it kept, once it led to a connection."""
        if (key := key_of(prompt)) is not None:
            self._new.setdefault(prompt.name, {})[key] = password

    def heard(self, status: ConnectionStatus) -> tuple[dict[Key, str], frozenset[Key]]:
        """What to keep now, and what to forget."""
        if status.state in {"connecting", "disconnecting"}:
            return {}, frozenset()
        if status.state == "reconnecting" and status.error is None:
            return {}, frozenset()
        used, new = self._used.pop(status.name, set()), self._new.pop(status.name, {})
        if status.state == "up":
            return new, frozenset()
        refused = status.error is not None and status.error.code == "wrong_password"
        return {}, frozenset(key for key in used if refused and key[0].startswith(_ENTRIES["password"]))
