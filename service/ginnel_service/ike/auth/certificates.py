"""What travels in CERT and CERTREQ payloads (RFC 7296 sections 3.6 and 3.7, RFC 4806)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ...unreadable import UNREADABLE
from ..codes import CertEncoding
from ..der import SEQUENCE, element, elements
from ..errors import InvalidSyntax
from ..events import Fetch
from ..payloads.cert import CertPayload, CertReqPayload
from ..wire import Reader
from .credentials import Credential
from .errors import CertificateRefused
from .policy import TrustPolicy
from .revocation import MAX_EVIDENCE, is_http
from .trust import MAX_CERTIFICATE_OCTETS, MAX_CERTIFICATES, parse_certificate

HASH_OCTETS = 20
MAX_NAMED_ROOTS = 32  # in a CERTREQ of ours
MAX_REFERENCES = 4  # hash-and-URL in one message
BUNDLE_LIMIT_OCTETS = 4 * MAX_CERTIFICATE_OCTETS


@dataclass(frozen=True, slots=True)
class Reference:
    """A certificate or bundle that is elsewhere (hash and URL)."""

    bundle: bool
    digest: bytes
    fetch: Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a peer showed of itself, in its order: the first certificate holds the key that signs AUTH."""

    items: tuple[x509.Certificate | Reference, ...] = ()
    crls: tuple[bytes, ...] = ()
    responses: tuple[bytes, ...] = ()

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """What must be fetched before `leaf` and `others` are whole."""
        return tuple(dict.fromkeys(each.fetch for each in self.items if isinstance(each, Reference)))

    @property
    def leaf(self) -> x509.Certificate:
        """Raises CertificateRefused when there is none."""
        if not self.items:
            raise CertificateRefused("certificate_missing", "the peer sent no certificate")
        first = self.items[0]
        if isinstance(first, Reference):
            text = f"the peer's certificate could not be fetched from {first.fetch.url}"
            raise CertificateRefused("certificate_missing", text)
        return first

    @property
    def others(self) -> tuple[x509.Certificate, ...]:
        return tuple(each for each in self.items[1:] if isinstance(each, x509.Certificate))

    def resolved(self, answers: Mapping[Fetch, bytes | None]) -> Presented:
        """With what was fetched in the place of references; what failed stays one. Raises CertificateRefused
        for what is not what the peer's hash promised.
        """
        items: list[x509.Certificate | Reference] = []
        crls = list(self.crls)
        for item in self.items:
            body = answers.get(item.fetch) if isinstance(item, Reference) else None
            if isinstance(item, x509.Certificate) or body is None:
                items.append(item)
                continue
            if hashlib.sha1(body, usedforsecurity=False).digest() != item.digest:
                text = f"what {item.fetch.url} gives has another hash than the peer says"
                raise CertificateRefused("certificate_broken", text)
            if item.bundle:
                certificates, more = parse_bundle(body)
                items += certificates
                crls += more
            else:
                items.append(parse_certificate(body))
        if len(items) > MAX_CERTIFICATES:
            raise CertificateRefused("certificate_broken", f"{len(items)} certificates in one message")
        return replace(self, items=tuple(items), crls=tuple(crls[:MAX_EVIDENCE]))


def collect(payloads: Iterable[CertPayload]) -> Presented:
    """The CERT payloads of a message. Raises CertificateRefused; encodings that we lack are passed over."""
    items: list[x509.Certificate | Reference] = []
    crls: list[bytes] = []
    responses: list[bytes] = []
    for payload in payloads:
        match payload.encoding:
            case CertEncoding.X509_SIGNATURE:
                items.append(parse_certificate(payload.data))
            case CertEncoding.HASH_AND_URL_X509 | CertEncoding.HASH_AND_URL_BUNDLE:
                items.append(_reference(payload))
            case CertEncoding.CRL:
                crls.append(payload.data)
            case CertEncoding.OCSP_CONTENT:
                responses.append(payload.data)
        if len(items) > MAX_CERTIFICATES or max(len(crls), len(responses)) > MAX_EVIDENCE:
            raise CertificateRefused("certificate_broken", "too many certificates in one message")
    if sum(isinstance(each, Reference) for each in items) > MAX_REFERENCES:
        raise CertificateRefused("certificate_broken", "too many URLs of certificates in one message")
    return Presented(items=tuple(items), crls=tuple(crls), responses=tuple(responses))


def _reference(payload: CertPayload) -> Reference:
    digest, url = payload.data[:HASH_OCTETS], payload.data[HASH_OCTETS:].decode("latin-1")
    if not is_http(url):
        raise CertificateRefused("certificate_broken", "the peer's certificate is at no http URL")
    bundle = payload.encoding == CertEncoding.HASH_AND_URL_BUNDLE
    limit = BUNDLE_LIMIT_OCTETS if bundle else MAX_CERTIFICATE_OCTETS
    return Reference(bundle, digest, Fetch(url, limit_octets=limit))


def parse_bundle(der: bytes) -> tuple[list[x509.Certificate], list[bytes]]:
    """A CertificateBundle (RFC 7296 section 3.6): certificates tagged 0, CRLs tagged 1.

    Raises CertificateRefused.
    """
    certificates: list[x509.Certificate] = []
    crls: list[bytes] = []
    try:
        outer = list(elements(der[: BUNDLE_LIMIT_OCTETS + 1], SEQUENCE))
        if len(outer) != 1:
            raise InvalidSyntax("not one sequence")
        reader = Reader(outer[0])
        while len(reader):
            tag, body = element(reader)
            if tag == 0xA0:
                certificates.append(parse_certificate(bytes(body)))
            elif tag == 0xA1:
                crls.append(bytes(body))
            else:
                raise InvalidSyntax(f"tag {tag}")
            if len(certificates) > MAX_CERTIFICATES or len(crls) > MAX_EVIDENCE:
                raise InvalidSyntax("too many members")
    except InvalidSyntax as error:
        raise CertificateRefused("certificate_broken", f"not a bundle of certificates: {error}") from None
    return certificates, crls


def authority_hash(certificate: x509.Certificate) -> bytes:
    """SHA-1 of the SubjectPublicKeyInfo, by which CERTREQ names authorities; b"" for unusable keys."""
    try:
        key = certificate.public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE:
        return b""
    return hashlib.sha1(spki, usedforsecurity=False).digest()


def certreq_data(roots: Sequence[x509.Certificate]) -> bytes:
    """The authorities of a CERTREQ; empty, so that the peer chooses, when they are too many to name."""
    if len(roots) > MAX_NAMED_ROOTS:
        return b""
    return b"".join(dict.fromkeys(authority_hash(each) for each in roots))


def requests(policy: TrustPolicy) -> tuple[CertReqPayload, ...]:
    """Our CERTREQ payloads: for certificates, and where the profile asks OCSP, for a response from anyone
    whom the issuer allows, which is what an empty value says (RFC 4806 section 3.1).
    """
    named = b"" if policy.system else certreq_data(policy.roots)
    asked = [CertReqPayload(CertEncoding.X509_SIGNATURE, named)]
    if policy.revocation.ocsp:
        asked.append(CertReqPayload(CertEncoding.OCSP_CONTENT, b""))
    return tuple(asked)


def payloads(
    credential: Credential,
    asked: Iterable[CertReqPayload] = (),
    *,
    urls: Sequence[str] = (),
    response: bytes = b"",
) -> tuple[CertPayload, ...]:
    """Our CERT payloads, leaf first.

    `urls`, for a peer that sent HTTP_CERT_LOOKUP_SUPPORTED: where the chain's certificates are, in its order;
    "" for those that are nowhere. `response`: OCSP about our leaf, for a peer that asks (RFC 4806).
    """
    made = []
    for at, certificate in enumerate(credential.chain):
        url = urls[at] if at < len(urls) else ""
        made.append(
            hash_and_url(certificate, url)
            if url
            else CertPayload(CertEncoding.X509_SIGNATURE, certificate.public_bytes(Encoding.DER))
        )
    if response and any(each.encoding == CertEncoding.OCSP_CONTENT for each in asked):
        made.append(CertPayload(CertEncoding.OCSP_CONTENT, response))
    return tuple(made)


def hash_and_url(certificate: x509.Certificate, url: str) -> CertPayload:
    """SHA-1 of the certificate, and where it is."""
    digest = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).digest()
    return CertPayload(CertEncoding.HASH_AND_URL_X509, digest + url.encode("ascii"))
