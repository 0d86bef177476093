"""A gateway's own small authority: its root, the gateway's certificate, those of users, and the CRL.

RSA with 3,072 bits: the one kind of key that Windows, Android's own client, Apple's and strongSwan all take
for IKEv2. What is no root lives for 825 days: Apple believes no server's certificate that is to live longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from ..ike.auth.names import host
from ..unreadable import UNREADABLE
from .errors import GatewayError

KEY_BITS: Final = 3072
ROOT_LIFE: Final = timedelta(days=3653)
LIFE: Final = timedelta(days=825)
#: Clocks differ: a certificate is good at once on a phone that is a little behind.
EARLIER: Final = timedelta(hours=1)
#: "The iKEIntermediate EKU" that old Windows and macOS clients want to see (RFC 4945 section 5.1.3.12).
IKE_INTERMEDIATE: Final = ObjectIdentifier("1.3.6.1.5.5.8.2.2")
_MAX_COMMON_NAME: Final = 64  # ub-common-name (RFC 5280 appendix A.1)


@dataclass(frozen=True, slots=True)
class Issued:
    """PEM of a certificate and of its key, in PKCS#8 and not encrypted."""

    certificate: bytes
    key: bytes

    @property
    def serial(self) -> str:
        """In hexadecimal, as users are noted by it."""
        return serial_text(x509.load_pem_x509_certificate(self.certificate).serial_number)

    def __repr__(self) -> str:
        return f"Issued(serial={self.serial!r})"


def serial_text(number: int) -> str:
    return f"{number:x}"


def found(identity: str, now: datetime | None = None) -> Issued:
    """A root for the gateway that is `identity`."""
    now = now or datetime.now(UTC)
    key = _new_key()
    name = _name(f"{identity} VPN authority")
    builder = _builder(name, name, key, key, now, ROOT_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return _issued(builder, key, key)


class Authority:
    """The root with its key. Raises GatewayError `authority_unusable` for what is none."""

    def __init__(self, certificate: bytes, key: bytes) -> None:
        try:
            self._certificate = x509.load_pem_x509_certificate(certificate)
            loaded = load_pem_private_key(key, None)
        except UNREADABLE:
            raise GatewayError("authority_unusable", cause="it is no PEM certificate with its key") from None
        if not isinstance(loaded, rsa.RSAPrivateKey):
            raise GatewayError("authority_unusable", cause="its key is not RSA")
        if loaded.public_key() != self._certificate.public_key():
            raise GatewayError("authority_unusable", cause="its key belongs to another certificate")
        self._key = loaded

    def gateway(self, identity: str, *more: str, now: datetime | None = None) -> Issued:
        """A certificate for the gateway, by its identity and by further names that clients connect to."""
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, IKE_INTERMEDIATE]
        return self._issue(identity, dict.fromkeys((identity, *more)), purposes, now)

    def user(self, name: str, now: datetime | None = None) -> Issued:
        return self._issue(name, {name: None}, [ExtendedKeyUsageOID.CLIENT_AUTH], now)

    def revoke(self, crl: bytes | None, serials: tuple[str, ...], now: datetime | None = None) -> bytes:
        """PEM of a CRL with what stands in `crl`, and with `serials`.

        It is good for as long as the root: what is on it stays on it, and the gateway reads the file itself.
        """
        now = now or datetime.now(UTC)
        before = x509.load_pem_x509_crl(crl) if crl is not None else None
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._certificate.subject)
        until = max(self._certificate.not_valid_after_utc, now + EARLIER)  # users go after its end, too
        builder = builder.last_update(now - EARLIER).next_update(until)
        builder = builder.add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )
        taken = {entry.serial_number: entry for entry in before or ()}
        for serial in serials:
            number = int(serial, 16)
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
            taken.setdefault(number, entry.build())
        for entry_done in taken.values():
            builder = builder.add_revoked_certificate(entry_done)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def _issue(
        self, subject: str, names: dict[str, None], purposes: list[ObjectIdentifier], now: datetime | None
    ) -> Issued:
        now = now or datetime.now(UTC)
        if now + timedelta(days=1) > self._certificate.not_valid_after_utc:
            raise GatewayError("authority_unusable", cause="it has expired, or is about to")
        key = _new_key()
        life = min(LIFE, self._certificate.not_valid_after_utc - now)
        builder = _builder(_name(subject), self._certificate.subject, key, self._key, now, life)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        return _issued(builder, key, self._key)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, KEY_BITS)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_MAX_COMMON_NAME])])


def _general_name(text: str) -> x509.GeneralName:
    """As the identity that a person writes so. Raises GatewayError `name_unusable`."""
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        pass
    try:
        if "@" in text[1:] and not text.startswith("@") and " " not in text:
            return x509.RFC822Name(text)
        if host(text) is None:
            raise ValueError
        return x509.DNSName(text)
    except ValueError:
        raise GatewayError("name_unusable", name=text) from None


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - EARLIER).not_valid_after(now - EARLIER + life)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return made.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=not signs_certificates,  # TLS 1.2 of old EAP peers
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _issued(
    builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey, issuer_key: rsa.RSAPrivateKey
) -> Issued:
    certificate = builder.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.PEM)
    return Issued(certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
