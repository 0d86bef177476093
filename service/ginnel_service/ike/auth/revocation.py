"""Was a certificate taken back? CRLs (RFC 5280 sections 5 and 6.3) and OCSP (RFC 6960, in IKE RFC 4806).

Nothing is fetched here: `wanted` says what is to be had where, `check` judges what came. Evidence proves
itself by signature and dates, so that it does not matter who brought it or kept it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, SignatureAlgorithmOID

from ...unreadable import UNREADABLE
from ..events import Fetch
from .credentials import lenient
from .errors import CertificateRefused
from .names import subject_text
from .policy import TrustPolicy

CRL_LIMIT_OCTETS = 10 << 20
OCSP_LIMIT_OCTETS = 1 << 16
MAX_URLS = 2  # of one kind, of one certificate
MAX_FETCHES = 16  # at once
MAX_EVIDENCE = 20  # that came along in IKE, of each kind
CLOCK_SKEW_S = 300.0
NO_NEXT_UPDATE_S = 86400.0  # how long OCSP that promises no date is believed
_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
_GARBAGE = (*UNREADABLE, InvalidSignature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known: answers to fetches (None: there was none), and DER that came along in IKE."""

    fetched: Mapping[Fetch, bytes | None] = field(default_factory=dict)
    crls: tuple[bytes, ...] = ()
    responses: tuple[bytes, ...] = ()


def wanted(
    chain: Sequence[x509.Certificate], policy: TrustPolicy, have: Evidence, utc_s: float
) -> tuple[Fetch, ...]:
    """What to fetch next; () when `check` can judge. Call it again with the answers: a failed source is
    followed by the next one. Raises CertificateRefused as soon as something is revoked.
    """
    asked: list[Fetch] = []
    for certificate, issuer in _pairs(chain):
        if _judge(certificate, issuer, policy, have, utc_s) is None:
            continue
        sources = list(_sources(certificate, issuer, policy))
        if (following := next((each for each in sources if each not in have.fetched), None)) is not None:
            asked.append(following)
    return tuple(dict.fromkeys(asked))[:MAX_FETCHES]


def check(
    chain: Sequence[x509.Certificate], policy: TrustPolicy, evidence: Evidence, utc_s: float
) -> tuple[str, ...]:
    """What stayed open, in words; raises CertificateRefused for what is revoked, or open when strict."""
    if len(evidence.crls) > MAX_EVIDENCE or len(evidence.responses) > MAX_EVIDENCE:
        raise CertificateRefused("certificate_broken", "too many CRLs or OCSP responses in one message")
    notes = []
    for certificate, issuer in _pairs(chain):
        reason = _judge(certificate, issuer, policy, evidence, utc_s)
        if reason is None:
            continue
        text = f"whether the certificate of {subject_text(certificate)} is revoked is not known: {reason}"
        if policy.revocation.strict:
            raise CertificateRefused("revocation_unknown", text)
        if policy.revocation.crl or policy.revocation.ocsp:
            notes.append(text)
    return tuple(notes)


def _pairs(chain: Sequence[x509.Certificate]) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """Each certificate with its issuer; the root at the end is trusted as it is."""
    return pairwise(chain)


class _Unusable(Exception):
    """Why a piece of evidence says nothing about a certificate."""


def _judge(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    policy: TrustPolicy,
    have: Evidence,
    utc_s: float,
) -> str | None:
    """None when the certificate is known to be good, else why that is not known. Raises when revoked."""
    good, reasons = False, []
    fetches = _sources(certificate, issuer, policy)
    fetched = [(bool(each.body), have.fetched[each]) for each in fetches if each in have.fetched]
    pieces = [
        *((True, each) for each in have.responses[:MAX_EVIDENCE]),
        *((False, each) for each in (*policy.crls, *have.crls[:MAX_EVIDENCE])),
        *fetched,
    ]
    for is_ocsp, data in pieces:
        if data is None:
            reasons.append(f"the {'OCSP responder' if is_ocsp else 'CRL server'} does not answer")
            continue
        try:
            with lenient():
                (_by_ocsp if is_ocsp else _by_crl)(data, certificate, issuer, policy, utc_s)
            good = True
        except _Unusable as unusable:
            reasons.append(str(unusable))
        except _GARBAGE as error:
            reasons.append(f"the {'OCSP response' if is_ocsp else 'CRL'} is broken ({type(error).__name__})")
    if good:
        return None
    return "; ".join(dict.fromkeys(reasons[-4:])) or "its issuer names no source that the profile allows"


def _by_crl(
    data: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    policy: TrustPolicy,
    utc_s: float,
) -> None:
    """Returns when the CRL shows that `certificate` is good."""
    if len(data) > CRL_LIMIT_OCTETS:
        raise _Unusable("the CRL is too large")
    pem = data.startswith(b"-----BEGIN")
    crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
    if crl.issuer != certificate.issuer:
        raise _Unusable("the CRL is another issuer's")
    usage = _extension(issuer, x509.KeyUsage)
    if usage is not None and not usage.crl_sign:
        raise _Unusable("the issuer may not sign CRLs")
    _check_hash(crl.signature_hash_algorithm, policy)
    if not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]  # others raise TypeError
        raise _Unusable("the CRL's signature does not verify")
    whole = _check_scope(crl, certificate)
    # Even a CRL out of date shows that a certificate was revoked
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        except x509.ExtensionNotFound:
            reason = x509.ReasonFlags.unspecified
        if reason != x509.ReasonFlags.remove_from_crl:
            raise _revoked(certificate, entry.revocation_date_utc, reason)
    _check_dates(crl.last_update_utc, crl.next_update_utc, utc_s, "CRL")
    if not whole:
        raise _Unusable("the CRL covers some reasons only")


def _check_scope(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the CRL covers every reason for `certificate` (RFC 5280 sections 5.2.4, 5.2.5)."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            raise _Unusable("delta CRLs are not used")
        if isinstance(value, x509.IssuingDistributionPoint):
            return _check_point(value, certificate)
        if extension.critical and isinstance(value, x509.UnrecognizedExtension):
            raise _Unusable("the CRL has an unknown critical extension")
    return True


def _check_point(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    basic = _extension(certificate, x509.BasicConstraints)
    is_ca = basic is not None and basic.ca
    if point.indirect_crl:
        raise _Unusable("indirect CRLs are not used")
    if point.only_contains_attribute_certs or (
        point.only_contains_user_certs if is_ca else point.only_contains_ca_certs
    ):
        raise _Unusable("the CRL is for other certificates")
    if point.relative_name is not None:
        raise _Unusable("CRLs with relative names are not used")
    if point.full_name is not None:
        own = {name for each in _points(certificate) for name in each.full_name or ()}
        if own.isdisjoint(point.full_name):
            raise _Unusable("the CRL is for another distribution point")
    return point.only_some_reasons is None


def _by_ocsp(
    data: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    policy: TrustPolicy,
    utc_s: float,
) -> None:
    """Returns when the OCSP response shows that `certificate` is good."""
    if len(data) > OCSP_LIMIT_OCTETS:
        raise _Unusable("the OCSP response is too large")
    response = ocsp.load_der_ocsp_response(data)
    if response.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise _Unusable(f"the OCSP responder says {response.response_status.name}")
    single = next((each for each in response.responses if _is_about(each, certificate, issuer)), None)
    if single is None:
        raise _Unusable("the OCSP response is about another certificate")
    if any(each.critical for each in response.extensions):
        raise _Unusable("the OCSP response has an unknown critical extension")
    _check_hash(response.signature_hash_algorithm, policy)
    if not any(_signed(response, signer) for signer in _responders(response, issuer, policy, utc_s)):
        raise _Unusable("the OCSP response is signed by nobody whom the issuer allows")
    if single.certificate_status == ocsp.OCSPCertStatus.REVOKED:
        raise _revoked(certificate, single.revocation_time_utc, single.revocation_reason)
    _check_dates(single.this_update_utc, single.next_update_utc, utc_s, "OCSP response")
    if single.certificate_status != ocsp.OCSPCertStatus.GOOD:
        raise _Unusable("the OCSP responder does not know the certificate")


def _is_about(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    asked = _request(certificate, issuer, single.hash_algorithm)
    return (asked.issuer_name_hash, asked.issuer_key_hash) == (
        single.issuer_name_hash,
        single.issuer_key_hash,
    )


def _responders(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, policy: TrustPolicy, utc_s: float
) -> Iterator[x509.Certificate]:
    """The issuer, and those to whom it delegated (RFC 6960 section 4.2.2.2)."""
    yield issuer
    now = datetime.fromtimestamp(utc_s, UTC)
    for each in response.certificates[:5]:
        usage = _extension(each, x509.ExtendedKeyUsage)
        if usage is None or ExtendedKeyUsageOID.OCSP_SIGNING not in usage:
            continue
        if not each.not_valid_before_utc <= now <= each.not_valid_after_utc:
            continue
        try:
            _check_hash(each.signature_hash_algorithm, policy)
            each.verify_directly_issued_by(issuer)
        except (_Unusable, *_GARBAGE):
            continue
        yield each


def _signed(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, data = signer.public_key(), response.tbs_response_bytes
    algorithm = response.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            if response.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
                return False  # its parameters are out of reach
            key.verify(response.signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(response.signature, data, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and algorithm is None:
            key.verify(response.signature, data)
        else:
            return False
    except _GARBAGE:
        return False
    return True


def _sources(certificate: x509.Certificate, issuer: x509.Certificate, policy: TrustPolicy) -> Iterator[Fetch]:
    """What the certificate points at, OCSP first: it is small."""
    try:
        if policy.revocation.ocsp:
            # SHA-1 is what every responder knows; it only names the issuer
            body = _request(certificate, issuer, hashes.SHA1()).public_bytes(Encoding.DER)  # noqa: S303
            for url in _ocsp_urls(certificate):
                yield Fetch(url, body, "application/ocsp-request", OCSP_LIMIT_OCTETS)
        if policy.revocation.crl:
            for url in _crl_urls(certificate):
                yield Fetch(url, limit_octets=CRL_LIMIT_OCTETS)
    except _GARBAGE:
        return  # unreadable pointers lead nowhere


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    access = _extension(certificate, x509.AuthorityInformationAccess)
    told = [each for each in access or () if each.access_method == AuthorityInformationAccessOID.OCSP]
    return _http(each.access_location for each in told)


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    # Points of another issuer are for indirect CRLs, those with reasons cover them only
    direct = [each for each in _points(certificate) if each.crl_issuer is None and each.reasons is None]
    return _http(name for each in direct for name in each.full_name or ())


def _http(names: Iterator[x509.GeneralName]) -> list[str]:
    found = [each.value for each in names if isinstance(each, x509.UniformResourceIdentifier)]
    return [url for url in found if is_http(url)][:MAX_URLS]


def is_http(url: str) -> bool:
    """Whether we would fetch `url`: plain HTTP, since what it gives proves itself."""
    if len(url) > 1024 or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def _points(certificate: x509.Certificate) -> list[x509.DistributionPoint]:
    return list(_extension(certificate, x509.CRLDistributionPoints) or ())[:16]


def _request(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: hashes.HashAlgorithm
) -> ocsp.OCSPRequest:
    return ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm).build()


def _check_hash(algorithm: hashes.HashAlgorithm | None, policy: TrustPolicy) -> None:
    weak = isinstance(algorithm, hashes.MD5) or (isinstance(algorithm, hashes.SHA1) and not policy.allow_sha1)
    if weak:
        raise _Unusable("it is signed with a weak hash")


def _check_dates(since: datetime, until: datetime | None, utc_s: float, what: str) -> None:
    if since.timestamp() > utc_s + CLOCK_SKEW_S:
        raise _Unusable(f"the {what} is of the future: is this computer's clock right?")
    end = until.timestamp() + CLOCK_SKEW_S if until is not None else since.timestamp() + NO_NEXT_UPDATE_S
    if utc_s > end:
        raise _Unusable(f"the {what} of {since:%Y-%m-%d} is too old")


def _revoked(
    certificate: x509.Certificate, when: datetime | None, reason: x509.ReasonFlags | None
) -> CertificateRefused:
    date = f" on {when:%Y-%m-%d}" if when else ""
    why = f" ({reason.value})" if reason not in (None, x509.ReasonFlags.unspecified) else ""
    text = f"the certificate of {subject_text(certificate)} was revoked{date}{why}"
    return CertificateRefused("certificate_revoked", text)


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
