"""What is wrong with the certificates that a profile names, as far as they alone tell. Pure.

What the gateway shows is known only once it has authenticated: of that the last attempt's error tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509

from ..ipc.schema import Finding
from ..profiles.certificates import UnusableError, belongs, load_certificates, load_key
from ..profiles.model import Profile
from .verdict import find

SOON: Final = timedelta(days=21)


def of_certificates(profile: Profile, private_key: bytes | None, now: datetime) -> list[Finding]:
    """`private_key` is ours as PKCS#8, empty where there is none, None where that is not known."""
    found: list[Finding] = []
    own = profile.authentication.certificate
    for name in dict.fromkeys((own, profile.remote.pin, *profile.remote.ca)):
        if name:
            found += _of_one(profile, name, now, mine=name == own)
    if own in profile.certificates and private_key is not None:
        found += _of_key(profile.certificates[own], own, private_key)
    if profile.remote_method != "psk" and not profile.remote.ca and not profile.remote.pin:
        found.append(find("roots_of_system", "ok"))
    return found


def latest_beginning(profile: Profile) -> tuple[str, datetime] | None:
    """The certificate of the profile that begins last: a right clock is later."""
    begins = [
        (each.not_valid_before_utc, name) for name in profile.certificates for each in _chain(profile, name)
    ]
    if not begins:
        return None
    begin, name = max(begins)
    return name, begin


def _of_one(profile: Profile, name: str, now: datetime, *, mine: bool) -> list[Finding]:
    chain = _chain(profile, name)
    if not chain:
        return [find("certificate_unreadable", "warning", certificate=name)]
    links = chain if mine else chain[:1]  # our chain holds as long as each of its links
    begin = max(each.not_valid_before_utc for each in links)
    end = min(each.not_valid_after_utc for each in links)
    if now < begin:
        return [find("certificate_begins_later", "warning", certificate=name, date=_date(begin))]
    if now > end:
        return [find("certificate_ended", "warning", certificate=name, date=_date(end))]
    if end - now < SOON and mine:
        return [find("certificate_ends_soon", "note", certificate=name, date=_date(end))]
    return [find("certificate_valid", "ok", certificate=name, date=_date(end))]


def _of_key(pem: str, name: str, private_key: bytes) -> list[Finding]:
    if not private_key:
        return [find("private_key_missing", "warning", certificate=name)]
    try:
        fits = belongs(load_key(private_key), load_certificates(pem)[0])
    except (UnusableError, IndexError):
        fits = False
    return [] if fits else [find("private_key_differs", "warning", certificate=name)]


def _chain(profile: Profile, name: str) -> Sequence[x509.Certificate]:
    """Empty where it cannot be read."""
    try:
        return load_certificates(profile.certificates[name])
    except (KeyError, UnusableError):
        return ()


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
