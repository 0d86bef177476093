"""A profile whose certificate and key lie in a PKCS#12 file that has not been opened yet."""

from __future__ import annotations

from typing import Final

import msgspec

from ..ike.config import SessionConfig
from ..profiles.certificates import open_pkcs12
from ..profiles.model import Profile
from ..profiles.secrets import Secrets
from .convert import session_config

#: Where the opened certificate stands; no name that a person may give, so it is in nobody's way.
_OPENED: Final = "pkcs12:opened"


def unlocked_config(
    profile: Profile, secrets: Secrets, password: str, *, export_keys: bool = False
) -> SessionConfig:
    """What `session_config` makes of the profile with its file opened: a second or so of hashing at most.

    Raises UnusableError, PasswordNeededError, ProfileError.
    """
    pem, key = open_pkcs12(secrets.pkcs12, password or None)
    authentication = msgspec.structs.replace(profile.authentication, certificate=_OPENED, pkcs12=False)
    opened = msgspec.structs.replace(
        profile,
        authentication=authentication,
        certificates={**profile.certificates, _OPENED: pem},
    )
    return session_config(opened, msgspec.structs.replace(secrets, private_key=key), export_keys=export_keys)
