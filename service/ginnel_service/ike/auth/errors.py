"""Why a peer's proof is not accepted. The answer to all of them is AUTHENTICATION_FAILED and no more."""

from __future__ import annotations

from ..errors import PeerError


class AuthRefused(PeerError):
    """A proof that is malformed, of a kind we do not take, or simply wrong. `detail` holds no secret."""

    code = "authentication_failed"
    notify = 24  # RFC 7296 section 3.10.1

    def __init__(self, detail: str, code: str = "authentication_failed") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class CertificateRefused(AuthRefused):
    """A certificate that does not vouch for the peer; `CERTIFICATE_CODES` explains the codes."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, code)


#: Every code that a CertificateRefused may carry, and what it means.
CERTIFICATE_CODES = {
    "certificate_broken": "the certificate cannot be read, or breaks the rules of X.509",
    "certificate_missing": "the peer sent no certificate and none is known",
    "certificate_untrusted": "no trusted root vouches for the certificate",
    "certificate_expired": "the certificate, or one above it, has expired",
    "certificate_not_yet_valid": "the certificate, or one above it, is not valid yet; our clock may be wrong",
    "certificate_purpose": "the certificate is not meant for this use",
    "certificate_weak": "a key or signature in the chain is too weak",
    "certificate_identity": "the certificate does not name the peer's identity",
    "certificate_revoked": "the issuer took the certificate back",
    "revocation_unknown": "whether the certificate is revoked is not known, and the profile insists",
}
