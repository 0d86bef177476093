"""What a peer's certificate must satisfy, as a profile or a gateway's file says."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What to ask for. Not `strict`: what cannot be found out is accepted, and said."""

    crl: bool = False
    ocsp: bool = False
    strict: bool = False


_NO_REVOCATION = Revocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """What a peer's certificate must satisfy.

    A root may be any certificate: an authority, or the peer's own, which is then trusted by itself.
    """

    roots: tuple[x509.Certificate, ...]
    system: bool = False  # the roots are the system's: too many to name in a CERTREQ
    allow_cn: bool = False  # the subject's common name may name a peer without subjectAltName
    allow_sha1: bool = False  # in certificates and AUTH
    revocation: Revocation = _NO_REVOCATION
    crls: tuple[bytes, ...] = ()  # at hand, DER or PEM, whatever `revocation` asks for
