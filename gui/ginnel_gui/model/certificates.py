"""Certificates as a person reads them, and files that hold them. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from ginnel_service.profiles.certificates import (
    UnusableError,
    load_certificates,
    open_key,
    open_pkcs12,
    pem_of,
)

#: How long before its end a certificate is worth a warning.
SOON: Final = timedelta(days=30)

Validity = Literal["good", "early", "soon", "over"]


@dataclass(frozen=True, slots=True)
class Shown:
    """`subject` and `issuer` are short names; `full` is the whole subject. Times are in UTC."""

    subject: str
    issuer: str
    full: str
    sha256: str  # lower-case hexadecimal
    begins: datetime
    ends: datetime
    self_signed: bool = False
    names: tuple[str, ...] = ()

    def validity(self, now: datetime | None = None) -> Validity:
        now = now or datetime.now(UTC)
        if now < self.begins:
            return "early"
        if now > self.ends:
            return "over"
        return "soon" if self.ends - now < SOON else "good"

    @property
    def fingerprint(self) -> str:
        """In pairs, sixteen a line, as other programs show it."""
        pairs = [self.sha256[at : at + 2].upper() for at in range(0, len(self.sha256), 2)]
        return "\n".join(":".join(pairs[at : at + 16]) for at in range(0, len(pairs), 16))


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds: certificates as PEM text, and a private key as PKCS#8 where there is one."""

    pem: str
    key: bytes = field(default=b"", repr=False)


def shown(pem: str) -> tuple[Shown, ...]:
    """The certificates of PEM text; none when they cannot be read."""
    try:
        return tuple(_shown(each) for each in load_certificates(pem))
    except UnusableError:
        return ()


def opened(data: bytes, password: str | None = None) -> Opened:
    """A file in PEM, DER or PKCS#12; a private key alone has no certificates.

    Raises UnusableError, and PasswordNeededError where a password is missing or wrong.
    """
    in_pem = b"-----BEGIN " in data
    try:
        pem = pem_of(data)
    except UnusableError:
        if not in_pem and data[:1] == b"\x30":
            return _without_certificate(data, password)
        if b"PRIVATE KEY-----" not in data:
            raise
        pem = ""
    key = open_key(data, password) if in_pem and b"PRIVATE KEY-----" in data else b""
    return Opened(pem, key)


def _without_certificate(data: bytes, password: str | None) -> Opened:
    """A PKCS#12 file, or a private key in DER. An unencrypted one of those needs no password."""
    try:
        return Opened("", open_key(data))
    except UnusableError:
        return Opened(*open_pkcs12(data, password))


def _shown(certificate: x509.Certificate) -> Shown:
    return Shown(
        subject=_short(certificate.subject),
        issuer=_short(certificate.issuer),
        full=certificate.subject.rfc4514_string(),
        sha256=certificate.fingerprint(SHA256()).hex(),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        self_signed=certificate.subject == certificate.issuer,
    )


def _short(name: x509.Name) -> str:
    """The common name with the organisation, as far as there are any."""
    found = [
        str(each.value)
        for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)
        for each in name.get_attributes_for_oid(oid)[:1]
    ]
    return ", ".join(found) or name.rfc4514_string()
