"""What a file calls a profile, so that the same profile exported twice is one profile to its reader."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID, uuid5

from ..model import Profile

#: Ours alone (RFC 9562 section 5.5), for profiles that came with no UUID.
NAMESPACE = UUID("6ab65b4c-6c4f-5d9a-9d63-3f0f3c1b7a52")


def stable_uuid(profile: Profile, kind: str, part: str = "") -> str:
    """The UUID that the profile came with in a file of `kind`, else one of its name and server.

    `part` names a thing inside the file.
    """
    origin, _, value = profile.origin.partition(":")
    if origin == kind and not part:
        with suppress(ValueError):
            return str(UUID(value))
    return str(uuid5(NAMESPACE, "\n".join((profile.name, profile.server, part))))
