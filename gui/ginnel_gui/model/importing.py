"""From a file's candidates to profiles: names that are free, updates of what was imported before, and what is
left out because the person does not trust it. Qt-free.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from ginnel_service.profiles.importers import Candidate, complete
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


def carried(candidate: Candidate, old: Profile) -> Candidate:
    """`candidate` as an update of `old`, with what the person once added: user name, identity, certificate.

    Keys that are asked for are with the service already.
    """
    done = complete(candidate, name=old.name)
    if "username" in done.asks and old.authentication.username:
        done = complete(done, username=old.authentication.username)
    if "identity" in done.asks and old.local.id:
        done = complete(done, identity=old.local.id)
    name = old.authentication.certificate
    theirs = old.certificates.get(name)
    asks = [each for each in done.asks if each not in {"psk", "ppk"}]
    if "certificate" in asks and theirs is not None:
        profile = msgspec.structs.replace(
            done.profile,
            authentication=msgspec.structs.replace(done.profile.authentication, certificate=name),
            certificates={**done.profile.certificates, name: theirs},
        )
        asks.remove("certificate")
        done = msgspec.structs.replace(done, profile=profile)
    return msgspec.structs.replace(done, asks=tuple(asks))


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
