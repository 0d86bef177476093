"""What a file would become: shown to a person before anything is kept, and the one way to refuse a file.

Identifiers here are stable; the words for a person live in the clients.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from ..model import Profile
from ..secrets import Secrets

#: A profile's file is a few kilobytes; one with a long chain and a company's logo some hundred.
MAX_OCTETS: Final = 1024 * 1024
MAX_DEPTH: Final = 32
MAX_VALUES: Final = 50_000
MAX_CANDIDATES: Final = 32
#: Of what was not understood in one place; a file with more is told of by its first ones.
MAX_NOTES: Final = 200

Format = Literal["mobileconfig", "sswan", "swanctl", "ipsec", "azure", "pkcs12", "toml"]
#: What a person has to say or give before a candidate can be kept.
Ask = Literal["server", "username", "identity", "psk", "ppk", "pkcs12_password", "certificate"]

#: Why a file is refused, with the parameters that each may have.
REFUSALS: Final[dict[str, tuple[str, ...]]] = {
    "import_too_large": ("limit",),
    "import_unknown_format": (),
    "import_malformed": ("format", "cause"),
    "import_duplicate_key": ("key",),
    "import_invalid": ("problems",),
    "import_nothing": ("format",),
    "import_encrypted": (),
    "import_enrolment": ("kind",),
    "import_l2tp": (),
    "import_ikev1": (),
    "import_other_vpn": ("kind",),
    "import_dns_only": (),
    "import_wireguard": (),
    "import_openvpn": (),
    "import_certificate_only": (),
}

#: Why something in a file has no effect, with the parameters that each may have.
NOTES: Final[dict[str, tuple[str, ...]]] = {
    "unknown_key": (),
    "unusable_value": ("cause",),
    "weak_algorithm": ("words",),
    "old_tls": ("version",),
    "proxy": (),
    "apps": (),
    "script": (),
    "other_payload": ("kind",),
    "other_connection": ("kind",),
    "enrolment": ("kind",),
    "signed_by_issuer": ("issuer",),
    "server_name": ("name",),
    "not_a_root": ("subject",),
    "too_many": (),
    "include": ("file",),
    "missing_file": ("file",),
    "transport_mode": (),
    "several_children": (),
    "gateway_routes": (),
    "elsewhere": (),
    "always_so": (),
    "locked": (),
}


class ImportRefused(Exception):
    """A file cannot become a profile: `code` is a key of REFUSALS, `params` hold no secret."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def kind_of(error: ImportRefused) -> str:
    """What a note says of a connection that was refused beside others that were not."""
    return str(error.params.get("kind", error.code.removeprefix("import_")))


class _Shown(Struct, frozen=True, kw_only=True):
    pass


class Used(_Shown, frozen=True, kw_only=True):
    """Something that was understood: where it stood in the file and what it became.

    `field` is that of the profile, or `secrets.` and that of Secrets, whose value is `set`. A value that no
    one place of the file says has no sources.
    """

    field: str
    value: str
    sources: tuple[str, ...] = ()


class Unused(_Shown, frozen=True, kw_only=True):
    """Something that has no effect; `id` is a key of NOTES."""

    id: str
    source: str
    params: dict[str, str] = {}


class Root(_Shown, frozen=True, kw_only=True):
    """A certificate out of the file that would be trusted for this profile alone. Dates are ISO 8601, UTC."""

    name: str  # in the profile's certificates
    subject: str
    issuer: str
    sha256: str
    not_before: str
    not_after: str


class Signer(_Shown, frozen=True, kw_only=True):
    """Who signed the file. `verified` says that the signature is of that certificate and the file unchanged.

    Whether the certificate belongs to whom it names, nobody vouches for here.
    """

    subject: str
    issuer: str
    sha256: str
    verified: bool


class Candidate(_Shown, frozen=True, kw_only=True):
    """One profile of a file. `asks` is what is missing from it; `complete` fills that in."""

    profile: Profile
    secrets: Secrets
    used: tuple[Used, ...] = ()
    unused: tuple[Unused, ...] = ()
    roots: tuple[Root, ...] = ()
    asks: tuple[Ask, ...] = ()


class Preview(_Shown, frozen=True, kw_only=True):
    """A file as we understand it. The texts are the file's own, control characters escaped."""

    format: Format
    title: str = ""
    organization: str = ""
    description: str = ""
    consent: str = ""  # that the file wants agreed to
    signer: Signer | None = None
    candidates: tuple[Candidate, ...]
    unused: tuple[Unused, ...] = ()  # of the file as a whole


def complete(
    candidate: Candidate,
    *,
    name: str = "",
    server: str = "",
    username: str = "",
    identity: str = "",
    secrets: Secrets | None = None,
) -> Candidate:
    """`candidate` with what was missing, or with something else instead; empty values change nothing."""
    profile, given = candidate.profile, secrets or Secrets()
    authentication, local = profile.authentication, profile.local
    if username:
        authentication = msgspec.structs.replace(authentication, username=username)
    if identity:
        local = msgspec.structs.replace(local, id=identity)
    profile = msgspec.structs.replace(
        profile,
        name=name or profile.name,
        server=server or profile.server,
        authentication=authentication,
        local=local,
    )
    merged = candidate.secrets.under(given)
    return msgspec.structs.replace(
        candidate, profile=profile, secrets=merged, asks=_still(candidate.asks, profile, merged)
    )


def _still(asks: tuple[Ask, ...], profile: Profile, secrets: Secrets) -> tuple[Ask, ...]:
    answered: dict[str, object] = {
        "server": profile.server,
        "username": profile.authentication.username,
        "identity": profile.local.id,
        "psk": secrets.psk,
        "ppk": secrets.ppk,
    }
    return tuple(ask for ask in asks if not answered.get(ask))
