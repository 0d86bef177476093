"""Whom we trust: chains from a peer's certificate to a root, for the purpose, at a time (RFC 5280, RFC 4945).

pyOpenSSL builds and verifies the path: signatures, dates, basic constraints, path lengths, name constraints,
critical extensions. What an IKE peer may do with its key, and which strength we take, is checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from OpenSSL import crypto

from ...unreadable import UNREADABLE
from .credentials import MAX_CHAIN, lenient
from .errors import AuthRefused, CertificateRefused
from .names import as_named, check_identity, matches, subject_text
from .policy import Revocation, TrustPolicy
from .revocation import Evidence, check
from .signature import MAX_RSA_BITS, PublicKey, key_type

__all__ = ["as_named", "check_identity", "matches", "parse_certificate", "public_key", "verify_chain"]

MAX_CERTIFICATES = 20  # of one message
MAX_CERTIFICATE_OCTETS = 1 << 16
MIN_RSA_BITS = 2048
_IKE_INTERMEDIATE = ObjectIdentifier("1.3.6.1.5.5.8.2.2")
_IPSEC_IKE = ObjectIdentifier("1.3.6.1.5.5.7.3.17")  # RFC 4945 section 5.1.3.12
_ANY_PURPOSE = {ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, _IKE_INTERMEDIATE, _IPSEC_IKE}
#: OpenSSL's verify errors (x509_vfy.h) that deserve words of their own; the rest is `certificate_broken`.
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNTRUSTED = {2, 7, 18, 19, 20, 21, 27}
_OPENSSL_ERRORS = (crypto.Error, *UNREADABLE)


def parse_certificate(der: bytes) -> x509.Certificate:
    """A certificate from the network. Raises CertificateRefused."""
    if len(der) > MAX_CERTIFICATE_OCTETS:
        raise CertificateRefused("certificate_broken", f"a certificate of {len(der)} octets")
    try:
        with lenient():
            return x509.load_der_x509_certificate(der)
    except UNREADABLE as error:
        raise CertificateRefused("certificate_broken", f"not a certificate: {error}") from None


def public_key(certificate: x509.Certificate) -> PublicKey:
    """The key with which the certificate's owner signs. Raises CertificateRefused."""
    try:
        key = certificate.public_key()
        key_type(key)
    except UNREADABLE as error:
        raise _refused("certificate_broken", certificate, f"has an unreadable key: {error}") from None
    except AuthRefused as error:
        raise _refused("certificate_broken", certificate, f"has {error.detail}") from None
    return key  # type: ignore[return-value]  # key_type saw to it


def verify_chain(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    policy: TrustPolicy,
    utc_s: float,
    *,
    server: bool,
    crls: Sequence[bytes] = (),
    responses: Sequence[bytes] = (),
) -> tuple[x509.Certificate, ...]:
    """The chain from `leaf` to the root that vouches for it, or raises CertificateRefused.

    `server`: the peer acts as a gateway. `crls` and `responses` (OCSP) came along with the certificates: who
    is revoked by them is refused at once; what they leave open is for `revocation.check`.
    """
    if len(others) >= MAX_CERTIFICATES:
        raise CertificateRefused("certificate_broken", f"{len(others) + 1} certificates in one message")
    try:
        with lenient():
            chain = _path(leaf, others, policy, utc_s)
        for certificate in chain:
            anchor = certificate == chain[-1]
            _check_strength(certificate, policy, anchor=anchor)
            if certificate == leaf or not anchor:
                _check_purpose(certificate, server=server)
        _check_leaf(leaf)
    except _OPENSSL_ERRORS as error:
        raise _refused("certificate_broken", leaf, f"breaks the rules of X.509: {error}") from None
    if crls or responses:
        told = Evidence(crls=tuple(crls), responses=tuple(responses))
        soft = replace(policy, revocation=Revocation(crl=True, ocsp=True))
        check(chain, soft, told, utc_s)
    return chain


def lacks_root_alone(leaf: x509.Certificate, policy: TrustPolicy, utc_s: float, *, server: bool) -> bool:
    """Whether `leaf`, for which no root vouches, would do if it were a root itself, and can be shown."""
    try:
        leaf.subject, leaf.issuer  # noqa: B018  (parsed when read)
        verify_chain(leaf, (), replace(policy, roots=(leaf,)), utc_s, server=server)
    except (CertificateRefused, *UNREADABLE):
        return False
    return True


def _path(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], policy: TrustPolicy, utc_s: float
) -> tuple[x509.Certificate, ...]:
    store = crypto.X509Store()
    store.set_time(datetime.fromtimestamp(utc_s, UTC))
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)  # a root need not be self-signed
    for root in policy.roots:
        if (trusted := _openssl(root)) is not None:
            store.add_cert(trusted)
    between = []
    for each in others:
        try:
            between.append(crypto.X509.from_cryptography(each))
        except _OPENSSL_ERRORS:
            continue  # what cannot be read does not help
    subject = crypto.X509.from_cryptography(leaf)
    try:
        found = crypto.X509StoreContext(store, subject, between).get_verified_chain()
    except crypto.X509StoreContextError as error:
        raise _explained(error, leaf, utc_s) from None
    if len(found) > MAX_CHAIN:
        raise _refused("certificate_broken", leaf, f"has a chain of {len(found)} certificates")
    chain = tuple(each.to_cryptography() for each in found)
    # OpenSSL may go on above a root that is not self-signed; what vouches for it no longer matters
    anchor = next((at for at, each in enumerate(chain) if each in policy.roots), None)
    if anchor is None:
        raise _refused("certificate_untrusted", leaf, "leads to no trusted root")
    return chain[: anchor + 1]


@lru_cache(maxsize=512)
def _openssl(root: x509.Certificate) -> crypto.X509 | None:
    """A root in pyOpenSSL's form, kept: the system has more than a hundred."""
    try:
        return crypto.X509.from_cryptography(root)
    except _OPENSSL_ERRORS:
        return None


def _explained(
    error: crypto.X509StoreContextError, leaf: x509.Certificate, utc_s: float
) -> CertificateRefused:
    number, _, text = error.errors
    try:
        subject = error.certificate.to_cryptography()
    except _OPENSSL_ERRORS:
        subject = leaf
    today = f"it is {_date(utc_s)} by this computer's clock"
    if number == _EXPIRED:
        when = _date(subject.not_valid_after_utc.timestamp())
        return _refused("certificate_expired", subject, f"expired on {when}; {today}")
    if number == _NOT_YET_VALID:
        when = _date(subject.not_valid_before_utc.timestamp())
        return _refused("certificate_not_yet_valid", subject, f"is valid from {when}; {today}, is it right?")
    if number in _UNTRUSTED:
        issuer = subject.issuer.rfc4514_string()[:200]
        issuer = "".join(each if each.isprintable() else "?" for each in issuer)
        return _refused("certificate_untrusted", subject, f"is not vouched for: {text} (issuer '{issuer}')")
    return _refused("certificate_broken", subject, f"does not verify: {text}")


def _check_strength(certificate: x509.Certificate, policy: TrustPolicy, *, anchor: bool) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        text = f"has an RSA key of {key.key_size} bits; {MIN_RSA_BITS} are the least"
        raise _refused("certificate_weak", certificate, text)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < 256:
        raise _refused("certificate_weak", certificate, f"has a key on the curve {key.curve.name}")
    if anchor:
        return  # trusted as it is; nobody relies on its own signature
    signed_with = certificate.signature_hash_algorithm
    weak = isinstance(signed_with, hashes.MD5) or (
        isinstance(signed_with, hashes.SHA1) and not policy.allow_sha1
    )
    if weak and signed_with is not None:
        raise _refused("certificate_weak", certificate, f"is signed with {signed_with.name}")


def _check_purpose(certificate: x509.Certificate, *, server: bool) -> None:
    """RFC 4945 section 5.1.3.12: no extended key usage at all means any."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    wanted = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    if wanted not in usage and _ANY_PURPOSE.isdisjoint(usage):
        role = "gateway (serverAuth)" if server else "client (clientAuth)"
        raise _refused("certificate_purpose", certificate, f"is not meant for a {role}")


def _check_leaf(leaf: x509.Certificate) -> None:
    """RFC 4945 section 5.1.3.2: a key usage must allow signatures."""
    public_key(leaf)
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise _refused("certificate_purpose", leaf, "is not meant for signatures (key usage)")


def _refused(code: str, certificate: x509.Certificate, text: str) -> CertificateRefused:
    return CertificateRefused(code, f"the certificate of {subject_text(certificate)} {text}")


def _date(utc_s: float) -> str:
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
