"""A profile as a file for another program: which formats there are, and what each of them loses. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ginnel_service.profiles.exporters import export_mobileconfig, export_sswan, export_toml, losses
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets

from .fields import SECRET
from .words import QT_TRANSLATE_NOOP, Words

Kind = Literal["toml", "sswan", "mobileconfig"]


@dataclass(frozen=True, slots=True)
class Format:
    kind: Kind
    words: Words
    about: Words


FORMATS: Final[tuple[Format, ...]] = (
    Format(
        "toml",
        QT_TRANSLATE_NOOP("Export", "&Ginnel (.toml)"),
        QT_TRANSLATE_NOOP("Export", "For another machine with Ginnel. Nothing is lost."),
    ),
    Format(
        "sswan",
        QT_TRANSLATE_NOOP("Export", "&strongSwan's app (.sswan)"),
        QT_TRANSLATE_NOOP("Export", "For Android."),
    ),
    Format(
        "mobileconfig",
        QT_TRANSLATE_NOOP("Export", "&Apple's configuration profile (.mobileconfig)"),
        QT_TRANSLATE_NOOP("Export", "For macOS, iPhone and iPad."),
    ),
)


@dataclass(frozen=True, slots=True)
class Exported:
    data: bytes
    lost: tuple[str, ...]  # fields that the format cannot carry


def export(profile: Profile, kind: Kind, secrets: Secrets, p12_password: str = "") -> Exported:
    """Raises UnusableError where a key or certificate cannot be written."""
    if kind == "sswan":
        data = export_sswan(profile, secrets, p12_password=p12_password)
    elif kind == "mobileconfig":
        data = export_mobileconfig(profile, secrets)
    else:
        data = export_toml(profile, secrets)
    return Exported(data, losses(profile, data, password=p12_password or None))


def secrets_of(profile: Profile) -> tuple[str, ...]:
    """The secrets that a file of `profile` would need, by their fields' paths."""
    authentication = profile.authentication
    found = []
    if authentication.wants_password and not authentication.one_time:
        found.append("password")
    if "psk" in (*authentication.rounds, profile.remote_method):
        found.append("psk")
    if profile.ike.ppk.id:
        found.append("ppk")
    return tuple(SECRET + name for name in found)
