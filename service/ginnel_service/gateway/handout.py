"""What a user is handed: a profile for this gateway with all that it takes to log in, in three formats.

A certificate comes as PKCS#12, too, for clients that want nothing else; its password is for the person alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ..profiles.certificates import open_key, pack_pkcs12
from ..profiles.exporters import export_mobileconfig, export_sswan, export_toml
from ..profiles.model import Authentication, Local, Network, Profile, Remote, Revocation
from ..profiles.secrets import Secrets
from .authority import Issued
from .config import GatewayConfig
from .errors import GatewayError
from .proofs import User

FORMATS: Final = ("mobileconfig", "sswan", "toml")
_PASSWORD_OCTETS: Final = 12
_NO_REVOCATION: Final = Revocation(crl=False, ocsp=False)  # our own authority publishes nothing


@dataclass(frozen=True, slots=True)
class Handout:
    """Files by their name. `password` opens what is encrypted among them; it is in none of them."""

    files: dict[str, bytes] = field(repr=False)
    password: str = field(default="", repr=False)


def hand_out(
    config: GatewayConfig,
    user: User,
    formats: tuple[str, ...],
    *,
    server: str = "",
    ca: str = "",
    issued: Issued | None = None,
) -> Handout:
    """The files for `user`, who has the certificate `issued` if any. `server`: where the gateway is reached,
    where its identity does not say it. `ca` is PEM.

    Raises GatewayError `format_unusable` for a format that cannot carry the user's way to log in.
    """
    profile, kept = profile_for(config, user, server=server, ca=ca, issued=issued)
    password = secrets.token_urlsafe(_PASSWORD_OCTETS) if issued is not None else ""
    writers: dict[str, Callable[[], bytes]] = {
        "mobileconfig": lambda: export_mobileconfig(profile, kept),
        "sswan": lambda: export_sswan(profile, kept, p12_password=password),
        "toml": lambda: export_toml(profile, kept),
    }
    stem = _file_stem(config, user)
    if formats == ("sswan",) and kept.psk:
        raise GatewayError("format_unusable", format="sswan", user=user.id)
    files = {f"{stem}.{each}": writers[each]() for each in formats if not (each == "sswan" and kept.psk)}
    if issued is not None:
        files[f"{stem}.p12"] = pack_pkcs12(profile.certificates["own"] + ca, kept.private_key, password)
    return Handout(files, password)


def profile_for(
    config: GatewayConfig, user: User, *, server: str = "", ca: str = "", issued: Issued | None = None
) -> tuple[Profile, Secrets]:
    """`user`'s profile, and what it takes."""
    identity = str(config.identity)
    certificates = {"ca": ca} if ca else {}
    authentication, kept = Authentication(method="psk"), Secrets(psk=user.psk.encode())
    if issued is not None:
        authentication = Authentication(certificate="own")
        kept = Secrets(private_key=open_key(issued.key))
        certificates["own"] = issued.certificate.decode()
    elif user.password:
        authentication = Authentication(username=user.id, eap=("mschapv2",))
        kept = Secrets(password=user.password)
    if kept.psk:  # by which the gateway proves itself, too
        certificates = {}
    made = Profile(
        name=_stem(identity),
        server=server or identity,
        port=config.ike_port,
        local=Local(id=user.id),
        remote=Remote(id=identity, ca=("ca",) if "ca" in certificates else (), revocation=_NO_REVOCATION),
        authentication=authentication,
        network=Network(
            subnets=tuple(map(str, config.subnets)),
            ipv4=config.pool_ipv4 is not None,
            ipv6=config.pool_ipv6 is not None,
        ),
        certificates=certificates,
    )
    return made, kept


def _file_stem(config: GatewayConfig, user: User) -> str:
    """With a digest where another user's files would bear the same name, on disks that fold case too."""
    stem = _stem(user.id)
    if any(each.id != user.id and _stem(each.id).lower() == stem.lower() for each in config.users):
        stem += "-" + hashlib.sha256(user.id.encode()).hexdigest()[:8]
    return stem


def _stem(name: str) -> str:
    """A name for a file and a profile."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:60] or "ginnel"
