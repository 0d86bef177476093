"""Certificates for TLS inside EAP, made once: a root, a server, a user, and a stranger's root."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ginnel_service.ike.eap.tls_config import CertificateRefused, ChainCheck, TlsConfig, TlsVersion
from ike.eap.ends import NOW

# other software looks at the true time
_BEGIN = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_END = datetime.datetime(2049, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Held:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@functools.cache
def issue(name: str, issuer: str | None = None, email: str | None = None) -> Held:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issue(issuer) if issuer else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if email:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(email)]), critical=False)
    return Held(builder.sign(signer.key if signer else key, hashes.SHA256()), key)


def trusts(root: str) -> ChainCheck:
    """Issued by `root` directly: as much of a check as these tests need."""

    def check(chain: tuple[x509.Certificate, ...], utc_s: float, responses: tuple[bytes, ...]) -> None:
        assert utc_s == NOW
        try:
            chain[0].verify_directly_issued_by(issue(root).certificate)
        except Exception:
            raise CertificateRefused(f"not issued by {root}") from None

    return check


def tls(
    held: Held | None,
    *,
    root: str = "root",
    octets: int = 1024,
    low: TlsVersion = "1.2",
    high: TlsVersion = "1.3",
) -> TlsConfig:
    return TlsConfig(
        check=trusts(root),
        chain=(held.certificate,) if held else (),
        key=held.key if held else None,
        min_version=low,
        max_version=high,
        fragment_octets=octets,
    )


def server_certificate() -> Held:
    return issue("gateway", "root")


def user_certificate() -> Held:
    return issue("Bob", "root", "bob@lab")
