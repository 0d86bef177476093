"""What an exported file says otherwise than the profile: found by reading the file again."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..importers import ImportRefused, preview
from ..model import Profile


def losses(profile: Profile, data: bytes, *, password: str | None = None) -> tuple[str, ...]:
    """The fields of `profile` that come back otherwise from `data`, in their order.

    `password` is that of the PKCS#12 file inside. Certificates count by what they are, not by their names.
    """
    try:
        found = preview(data, password=password).candidates[0].profile
    except ImportRefused:
        return tuple(_fields(profile))
    theirs = _fields(found)
    return tuple(field for field, value in _fields(profile).items() if theirs.get(field) != value)


def _fields(profile: Profile) -> dict[str, object]:
    """Every field with its value; certificates in place of their names."""
    values = dict(_flat(msgspec.to_builtins(profile)))
    authentication, remote = profile.authentication, profile.remote
    values["authentication.certificate"] = profile.certificates.get(authentication.certificate, "")
    values["remote.pin"] = profile.certificates.get(remote.pin, "")
    values["remote.ca"] = sorted(profile.certificates.get(name, "") for name in remote.ca)
    # How a method was chosen does not matter, as long as it is the same.
    values["authentication.method"] = list(authentication.rounds)
    values["authentication.eap"] = list(authentication.eap_methods) if "eap" in authentication.rounds else []
    values["remote.method"] = profile.remote_method
    for name in ("name", "origin", "owner_uid", "version"):
        values.pop(name)
    return values


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        if prefix + key == "certificates":
            continue
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, value))
    return found
