"""An import that is an update: what of the profile before it stays, and what does not.

An update is told by an identifier that anyone may write into a file. What a person once gave to one gateway
is therefore not handed to another one because a file says so.
"""

from __future__ import annotations

import msgspec

from ..model import ANY_IDENTITY, Profile
from .preview import Candidate, complete


def gateway_change(old: Profile, new: Profile) -> tuple[str, str] | None:
    """The gateway before and now, where `new` names another server or identity than `old`.

    Then no secret of `old` may stay. None: it is the same one. A server that is still to be said is another.
    """
    if new.server != old.server:
        return old.server, new.server
    if new.remote_identity != old.remote_identity:
        return old.remote_identity or ANY_IDENTITY, new.remote_identity or ANY_IDENTITY
    return None


def carried(candidate: Candidate, old: Profile) -> Candidate:
    """`candidate` as an update of `old`, with what the person once added: user name, identity, and for the
    same gateway the certificate.

    Keys that are asked for are with the service already, unless the gateway is another one.
    """
    done = complete(candidate, name=old.name)
    if "username" in done.asks and old.authentication.username:
        done = complete(done, username=old.authentication.username)
    if "identity" in done.asks and old.local.id:
        done = complete(done, identity=old.local.id)
    if gateway_change(old, done.profile) is not None:
        return done
    asks = [each for each in done.asks if each not in {"psk", "ppk"}]
    name = old.authentication.certificate
    theirs = old.certificates.get(name)
    if "certificate" in asks and theirs is not None:
        profile = msgspec.structs.replace(
            done.profile,
            authentication=msgspec.structs.replace(done.profile.authentication, certificate=name),
            certificates={**done.profile.certificates, name: theirs},
        )
        asks.remove("certificate")
        done = msgspec.structs.replace(done, profile=profile)
    return msgspec.structs.replace(done, asks=tuple(asks))
