"""A profile under way: its fields with the places that they came from, its certificates and secrets, and what
has no effect. `done` makes a candidate of it; what no profile can hold is dropped there, and said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ..certificates import PasswordNeededError, UnusableError, load_certificates
from ..model import MAX_CERTIFICATES, NAME_PATTERN, PASSWORD_METHODS, Profile, printable, shape_problems
from ..secrets import Secrets
from ..validation import validate
from .keyring import Keyring
from .preview import MAX_NOTES, Ask, Candidate, Root, Unused, Used

#: Name of our own certificate among a profile's, and of the one that the gateway must have.
OWN: Final = "own"
PINNED: Final = "gateway"
#: What a person may expect of a file, and therefore is not dropped when it is wrong, but refused.
_ESSENTIAL = re.compile(r"name|server|port|authentication\..*|remote\..*|local\..*|ike\.ppk\..*")
_SHOWN: Final = 200


class Draft:
    """`keyring` opens what is locked; without one there is nothing to open."""

    def __init__(self, keyring: Keyring | None = None) -> None:
        self.keyring = keyring or Keyring()
        self.fields: dict[str, Any] = {}
        self.secrets: dict[str, Any] = {}
        self.locked = False  # a PKCS#12 file did not open
        self._sources: dict[str, list[str]] = {}
        self._notes: list[Unused] = []
        self._certificates: dict[str, str] = {}
        self._roots: list[x509.Certificate] = []
        self._root_names: list[str] = []

    def put(self, field: str, value: Any, source: str = "") -> None:
        """`field` is dotted; the last value wins."""
        self.fields[field] = value
        self._from(field, source)

    def also(self, field: str, source: str) -> None:
        """`source` says once more what `field` has already."""
        self._from(field, source)

    def secret(self, name: str, value: str | bytes, source: str = "") -> None:
        if value:
            self.secrets[name] = value
            self._from(f"secrets.{name}", source)

    def skip(self, note: str, source: str, **params: str) -> None:
        """Something of the file has no effect. `params` never hold a value that could be a secret."""
        if len(self._notes) < MAX_NOTES:
            shown = {key: shorten(value) for key, value in params.items()}
            self._notes.append(Unused(id=note, source=shorten(source), params=shown))

    def root(self, certificate: x509.Certificate, source: str, name: str = "") -> None:
        """Trust `certificate`, if it is that of an authority, for this profile."""
        if not is_authority(certificate):
            self.skip("not_a_root", source, subject=certificate.subject.rfc4514_string())
            return
        if certificate in self._roots:
            return
        name = self._name(certificate, name, source)
        if name:
            self._roots.append(certificate)
            self._root_names.append(name)
            self._from("remote.ca", source)

    def pin(self, certificate: x509.Certificate, source: str) -> None:
        self._certificates[PINNED] = certificate.public_bytes(Encoding.PEM).decode()
        self.put("remote.pin", PINNED, source)

    def own(self, pem: str, pkcs8: bytes, source: str) -> None:
        """Our certificate with the chain behind it, and its key where there is one."""
        self._certificates[OWN] = pem
        self.put("authentication.certificate", OWN, source)
        self.secret("private_key", pkcs8, source)

    def pkcs12(self, data: bytes, password: str | None, source: str) -> None:
        """Ours out of a PKCS#12 file; `password` is the one that came with it."""
        try:
            pem, key = self.keyring.open_pkcs12(data, password)
        except PasswordNeededError:
            self.locked = True
            self.skip("locked", source)
        except UnusableError as error:
            self.skip("unusable_value", source, cause=str(error))
        else:
            self.own(pem, key, source)

    @property
    def notes(self) -> tuple[Unused, ...]:
        return tuple(self._notes)

    def done(self, title: str, *, origin: str = "") -> Candidate:
        """The candidate; `title` is what the file calls it."""
        self._trust()
        self.fields["name"] = profile_name(title)
        self.fields.setdefault("server", "")
        if origin and len(origin) <= _SHOWN and origin.isprintable():
            self.fields["origin"] = origin
        profile = self._profile()
        secrets = msgspec.convert(self.secrets, Secrets)
        if "certificate" in asks(profile, secrets) and self._take_identity():
            return self.done(title, origin=origin)
        return Candidate(
            profile=profile,
            secrets=secrets,
            used=self._used(profile),
            unused=tuple(self._notes),
            roots=tuple(
                described(name, root) for name, root in zip(self._root_names, self._roots, strict=True)
            ),
            asks=asks(profile, secrets, locked=self.locked),
        )

    def _take_identity(self) -> bool:
        """A file that leaves our certificate to the person: it is the PKCS#12 file that came along."""
        for name, data in self.keyring.files.items():
            if data[:1] == b"\x30" and OWN not in self._certificates and not self.locked:
                self.pkcs12(data, None, name)
                if OWN in self._certificates:
                    return True
        return False

    def _from(self, field: str, source: str) -> None:
        places = self._sources.setdefault(field, [])
        if source and source not in places:
            places.append(shorten(source))

    def _name(self, certificate: x509.Certificate, wanted: str, source: str) -> str:
        """A free name for a certificate, which is kept under it; empty where there is no room."""
        if len(self._certificates) >= MAX_CERTIFICATES:
            self.skip("too_many", source)
            return ""
        stem = profile_name(wanted or next(iter(common_names(certificate)), ""), "ca")[:48].rstrip("._-")
        name, number = stem, 1
        while name in self._certificates or name in (OWN, PINNED):
            number += 1
            name = f"{stem}-{number}"
        self._certificates[name] = certificate.public_bytes(Encoding.PEM).decode()
        return name

    def _trust(self) -> None:
        """Without another root, the one behind our own certificate vouches for the gateway as well."""
        if not (self._roots or "remote.pin" in self.fields) and OWN in self._certificates:
            for certificate in load_certificates(self._certificates[OWN])[1:]:
                if certificate.issuer == certificate.subject and is_authority(certificate):
                    self.root(certificate, self._sources["authentication.certificate"][0])
        if self._root_names:
            self.fields["remote.ca"] = self._root_names
        if self._certificates:
            self.fields["certificates"] = self._certificates

    def _profile(self) -> Profile:
        """What can be a profile of the fields; the rest is dropped."""
        for problem in shape_problems(Profile, nested(self.fields)):
            self._drop(problem.field, problem.message)
        self.fields.setdefault("server", "")
        while True:
            profile = msgspec.convert(nested(self.fields), Profile)
            wrong = {each.field.partition("[")[0]: each.message for each in validate(profile)}
            droppable = {field: why for field, why in wrong.items() if self._may_drop(field)}
            if not droppable:
                return profile
            for field, why in droppable.items():
                self._drop(field, why)

    def _may_drop(self, field: str) -> bool:
        return field in self.fields and not _ESSENTIAL.fullmatch(field)

    def _drop(self, field: str, cause: str) -> None:
        if self.fields.pop(field, None) is not None:
            for source in self._sources.pop(field, None) or [field]:
                self.skip("unusable_value", source, cause=cause)

    def _used(self, profile: Profile) -> tuple[Used, ...]:
        values = flat(msgspec.to_builtins(profile))
        defaults = flat(msgspec.to_builtins(Profile(name="", server="")))
        found = []
        for field, value in values.items():
            if field.startswith("certificates.") or field == "owner_uid":
                continue
            if field in self._sources or value != defaults.get(field):
                sources = tuple(self._sources.get(field, ()))
                found.append(Used(field=field, value=shorten(value), sources=sources))
        for name in Secrets.__struct_fields__:
            if name in self.secrets:
                sources = tuple(self._sources.get(f"secrets.{name}", ()))
                found.append(Used(field=f"secrets.{name}", value="set", sources=sources))
        return tuple(found)


def asks(profile: Profile, secrets: Secrets, *, locked: bool = False) -> tuple[Ask, ...]:
    """What is missing from a profile and its secrets. A password is asked for when it connects."""
    authentication, rounds = profile.authentication, profile.authentication.rounds
    found: list[Ask] = []
    if not profile.server:
        found.append("server")
    wants_certificate = "certificate" in rounds or ("eap" in rounds and "tls" in authentication.eap_methods)
    if (wants_certificate or locked) and not (authentication.certificate and secrets.private_key):
        found.append("pkcs12_password" if locked else "certificate")
    methods = authentication.eap_methods
    by_password = not methods or any(each in PASSWORD_METHODS for each in methods)
    if "eap" in rounds and by_password and not authentication.username:
        found.append("username")
    if "psk" in (*rounds, profile.remote_method) and not secrets.psk:
        found.append("psk")
    if profile.ike.ppk.id and not secrets.ppk:
        found.append("ppk")
    if not (profile.local_identity or authentication.certificate or {"username", "certificate"} & {*found}):
        found.append("identity")
    return tuple(found)


def described(name: str, certificate: x509.Certificate) -> Root:
    return Root(
        name=name,
        subject=printable(certificate.subject.rfc4514_string()),
        issuer=printable(certificate.issuer.rfc4514_string()),
        sha256=certificate.fingerprint(SHA256()).hex(),
        not_before=_iso(certificate.not_valid_before_utc),
        not_after=_iso(certificate.not_valid_after_utc),
    )


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate may vouch for others; old roots without the extension vouch for themselves."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return certificate.issuer == certificate.subject
    except ValueError:
        return False


def common_names(certificate: x509.Certificate) -> list[str]:
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]


def profile_name(title: str, otherwise: str = "vpn") -> str:
    """`title` as a name that a profile may have."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("._-")[:64].strip("._-")
    return name if re.match(NAME_PATTERN, name) else otherwise


def shorten(text: str) -> str:
    """Fit for a line of a table."""
    text = printable(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Tables out of dotted fields."""
    made: dict[str, Any] = {}
    for field, value in fields.items():
        *tables, last = field.split(".")
        inner = made
        for table in tables:
            inner = inner.setdefault(table, {})
        inner[last] = value
    return made


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Dotted fields out of tables, with their values as text."""
    found: dict[str, str] = {}
    for key, value in table.items():
        field = prefix + key
        if isinstance(value, dict):
            found |= flat(value, field + ".")
        else:
            found[field] = _shown(value)
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return " ".join(f"{key}={_shown(each)}" for key, each in value.items() if each not in ("", [], ()))
    return str(value)


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
