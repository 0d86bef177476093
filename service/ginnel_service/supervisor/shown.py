"""A certificate in the words of the IPC. Pure."""

from __future__ import annotations

from typing import Final

from cryptography import x509

from ..ipc.schema import CertificateShown
from ..profiles.model import printable
from ..tunnel.questions import fingerprint

#: Of what a gateway wrote about itself, a person is shown so many characters and names.
MAX_TEXT: Final = 200
MAX_NAMES: Final = 16


def certificate_shown(der: bytes) -> CertificateShown:
    """`der` has been parsed before. Whatever it says of itself comes out printable and bounded."""
    certificate = x509.load_der_x509_certificate(der)
    return CertificateShown(
        subject=_text(certificate.subject.rfc4514_string()),
        issuer=_text(certificate.issuer.rfc4514_string()),
        names=tuple(_text(name) for name in _names(certificate)[:MAX_NAMES]),
        sha256=fingerprint(der),
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        self_signed=certificate.subject == certificate.issuer,
    )


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return []
    return [
        str(name.value) for name in found if isinstance(name, x509.DNSName | x509.RFC822Name | x509.IPAddress)
    ]


def _text(text: str) -> str:
    return printable(text)[:MAX_TEXT]
