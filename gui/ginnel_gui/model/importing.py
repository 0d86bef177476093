"""From a file's candidates to profiles: names that are free, what was imported before, and what is left out
because the person does not trust it. Qt-free.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from ginnel_service.profiles.importers import Candidate
from ginnel_service.profiles.model import Profile


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, or with a number behind it where that is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[:60]}-{number}"
    return found


def by_origin(profiles: Iterable[Profile]) -> dict[str, Profile]:
    """The profiles that were imported, by where they came from."""
    found: dict[str, Profile] = {}
    for profile in profiles:
        if profile.origin:
            found.setdefault(profile.origin, profile)
    return found


def new_roots(candidate: Candidate, old: Profile | None) -> tuple[str, ...]:
    """The names of the roots to ask about: those that `old` does not trust already."""
    trusted = {old.certificates.get(name) for name in old.remote.ca} if old is not None else set()
    certificates = candidate.profile.certificates
    return tuple(root.name for root in candidate.roots if certificates.get(root.name) not in trusted)


def without_roots(candidate: Candidate, names: Collection[str]) -> Candidate:
    """`candidate` that does not trust those. Without any left, what this machine trusts counts."""
    profile = candidate.profile
    own = {profile.authentication.certificate, profile.remote.pin}
    kept = {key: pem for key, pem in profile.certificates.items() if key not in names or key in own}
    remote = msgspec.structs.replace(
        profile.remote, ca=tuple(name for name in profile.remote.ca if name not in names)
    )
    return msgspec.structs.replace(
        candidate, profile=msgspec.structs.replace(profile, remote=remote, certificates=kept)
    )
