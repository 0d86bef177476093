"""Our own format: what `ginnel show` and `ginnel export` write, perhaps with a table of secrets."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec
import tomli_w
from cryptography import x509

from ..certificates import UnusableError, load_certificates
from ..model import Problem, Profile, ProfileError, parse_profile, printable
from ..secrets import Secrets
from .draft import asks, described, flat, shorten
from .preview import Candidate, ImportRefused, Preview, Root, Used


def read(data: bytes) -> Preview:
    """Raises ImportRefused, with every problem where the file is a profile that cannot be used."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        cause = printable(str(error)[:200]) if isinstance(error, ValueError) else "it is nested too deeply"
        raise ImportRefused("import_malformed", format="toml", cause=cause) from None
    secrets = _secrets(table.pop("secrets", {}))
    try:
        profile = parse_profile(tomli_w.dumps(table).encode())
    except ProfileError as error:
        raise ImportRefused("import_invalid", **error.params) from None
    except (ValueError, TypeError, RecursionError):
        raise ImportRefused("import_malformed", format="toml", cause="it cannot be read") from None
    profile = msgspec.structs.replace(profile, owner_uid=0)
    candidate = Candidate(
        profile=profile,
        secrets=secrets,
        used=_used(profile, secrets),
        roots=_roots(profile),
        asks=asks(profile, secrets),
    )
    return Preview(format="toml", title=shorten(profile.name), candidates=(candidate,))


def _secrets(table: Any) -> Secrets:
    try:
        return msgspec.convert(table, Secrets)
    except (msgspec.ValidationError, ValueError):
        # msgspec's own words could quote a value
        problem = Problem("secrets", "holds what is no secret of a profile", "write text, octets in base64")
        raise ImportRefused("import_invalid", problems=[msgspec.to_builtins(problem)]) from None


def _used(profile: Profile, secrets: Secrets) -> tuple[Used, ...]:
    defaults = flat(msgspec.to_builtins(Profile(name="", server="")))
    found = [
        Used(field=field, value=shorten(value), sources=(field,))
        for field, value in flat(msgspec.to_builtins(profile)).items()
        if value != defaults.get(field) and not field.startswith("certificates.")
    ]
    return (
        *found,
        *(
            Used(field=f"secrets.{name}", value="set", sources=(f"secrets.{name}",))
            for name in Secrets.__struct_fields__
            if getattr(secrets, name)
        ),
    )


def _roots(profile: Profile) -> tuple[Root, ...]:
    found: list[Root] = []
    for name in profile.remote.ca:
        certificates: tuple[x509.Certificate, ...] = ()
        try:
            certificates = load_certificates(profile.certificates.get(name, ""))
        except UnusableError:
            continue  # the check of the profile says so
        found += [described(name, each) for each in certificates]
    return tuple(found)
