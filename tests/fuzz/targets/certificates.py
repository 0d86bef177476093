"""Invariant: whatever certificates, CRLs, OCSP responses, signatures and URLs a peer shows, only AuthRefused
(of which CertificateRefused is one) leaves the checks; whatever files a person gives, only LocalError. What
leads to a root was signed below it, and every address that we would fetch from is http.

The first octet picks who looks. Fuzzed octets cannot be signed by chance, so that extensions, names, CRLs and
OCSP responses of the fuzzer's choice are signed here, by authorities whose keys never change.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID, ObjectIdentifier

from fuzz.script import Script
from ginnel_service.ike.auth import certificates, revocation, signature, trust
from ginnel_service.ike.auth.credentials import load_certificates, load_credential
from ginnel_service.ike.auth.errors import AuthRefused
from ginnel_service.ike.auth.names import check_identity, matches
from ginnel_service.ike.auth.policy import Revocation, TrustPolicy
from ginnel_service.ike.errors import LocalError, PeerError
from ginnel_service.ike.events import Fetch
from ginnel_service.ike.payloads.cert import CertPayload
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.tunnel.fetch import FetchError, parse_url
from helpers.authority import NOW, Authority

HOST = "gw.example.org"
IDENTITIES = tuple(
    Identity.parse_text(text) for text in (HOST, "alice@example.org", "192.0.2.1", "2001:db8::1", "@#0102")
)
#: What a certificate may carry (RFC 5280 section 4.2), by its last number below 2.5.29 or in full.
EXTENSIONS = tuple(
    ObjectIdentifier(dotted)
    for dotted in (
        *(f"2.5.29.{number}" for number in (14, 15, 17, 18, 19, 20, 21, 24, 27, 28, 29)),
        *(f"2.5.29.{number}" for number in (30, 31, 32, 33, 35, 36, 37, 46, 54)),
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.24",
        "1.3.6.1.5.5.7.48.1.2",
        "1.2.3.4",
    )
)
NAMES = (NameOID.COMMON_NAME, NameOID.EMAIL_ADDRESS, NameOID.ORGANIZATION_NAME, NameOID.COUNTRY_NAME)
_DAY = timedelta(days=1)
_TODAY = datetime.fromtimestamp(NOW, UTC)
STEPS = 6


def feed(octets: bytes) -> None:
    script = Script(octets)
    script.pick((_raw, _signed, _payloads, _auth, _files, _crl, _ocsp))(script)


def _key(number: int) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


@cache
def _root() -> Authority:
    return Authority("Fuzz Root", key=_key(1))


@cache
def _issuing() -> Authority:
    return Authority("Fuzz Issuing", key=_key(2), parent=_root())


@cache
def _leaf() -> x509.Certificate:
    """A certificate of the issuing authority; its serial number is 7."""
    builder = x509.CertificateBuilder(
        _issuing().certificate.subject, x509.Name([]), _key(3).public_key(), 7, _TODAY - _DAY, _TODAY + _DAY
    )
    return builder.sign(_key(2), None)


@cache
def _policy(choice: int) -> TrustPolicy:
    asked = Revocation(crl=bool(choice & 1), ocsp=bool(choice & 2), strict=bool(choice & 4))
    return TrustPolicy(
        roots=(_root().certificate,), allow_cn=bool(choice & 8), allow_sha1=True, revocation=asked
    )


def _made(script: Script) -> x509.Certificate | None:
    """A certificate below the issuing authority, or below the root, with what the fuzzer wants in it."""
    parent = _issuing() if script.octet() & 1 else _root()
    builder = (
        x509.CertificateBuilder()
        .issuer_name(parent.certificate.subject)
        .public_key(_key(3).public_key())
        .serial_number(1 + script.octet())
        .not_valid_before(_TODAY + _DAY * (script.octet() % 4 - 2))
        .not_valid_after(_TODAY + _DAY * (script.octet() % 4 + 1))
    )
    try:
        name = script.chunk()[:64].decode()
        attributes = [x509.NameAttribute(script.pick(NAMES), name)] if name else []
        builder = builder.subject_name(x509.Name(attributes))
        for _ in range(script.octet() % STEPS):
            oid, critical = script.pick(EXTENSIONS), bool(script.octet() & 1)
            extension = x509.UnrecognizedExtension(oid, script.chunk())
            builder = builder.add_extension(extension, critical)
        return builder.sign(parent.key, None)
    except (ValueError, TypeError):
        return None  # what cannot be made cannot be shown


def _look(leaf: x509.Certificate, others: list[x509.Certificate], choice: int) -> None:
    """As a session does: who may this be, does a root vouch for it, was it taken back."""
    policy = _policy(choice & 15)
    for identity in IDENTITIES:
        told = False
        with contextlib.suppress(AuthRefused):
            told = matches(identity, leaf, allow_cn=policy.allow_cn)
        assert told is not _refuses(identity, leaf, policy)
    with contextlib.suppress(AuthRefused):
        trust.public_key(leaf)
    with contextlib.suppress(AuthRefused):
        chain = trust.verify_chain(leaf, others, policy, NOW, server=bool(choice & 16))
        assert chain[0] == leaf
        assert chain[-1] in policy.roots
        _judge(chain, policy, revocation.Evidence())


def _judge(chain: tuple[x509.Certificate, ...], policy: TrustPolicy, evidence: revocation.Evidence) -> None:
    with contextlib.suppress(AuthRefused):
        fetches = revocation.wanted(chain, policy, evidence, NOW)
        assert all(fetch.url.lower().startswith("http://") and fetch.url.isascii() for fetch in fetches)
        assert len(fetches) <= revocation.MAX_FETCHES
        for fetch in fetches:
            with contextlib.suppress(FetchError):
                parse_url(fetch.url)
    with contextlib.suppress(AuthRefused):
        assert all(note.isprintable() for note in revocation.check(chain, policy, evidence, NOW))


def _refuses(identity: Identity, leaf: x509.Certificate, policy: TrustPolicy) -> bool:
    refused: AuthRefused | None = None
    try:
        check_identity(identity, leaf, allow_cn=policy.allow_cn)
    except AuthRefused as error:
        refused = error
    assert refused is None or refused.detail.isprintable()
    return refused is not None


def _raw(script: Script) -> None:
    """Certificates as they come off the network."""
    choice, read = script.octet(), list[x509.Certificate]()
    for _ in range(STEPS):
        if not script.more:
            break
        with contextlib.suppress(AuthRefused):
            read.append(trust.parse_certificate(script.chunk()))
    if read:
        _look(read[0], read[1:], choice)


def _signed(script: Script) -> None:
    choice, leaf = script.octet(), _made(script)
    if leaf is not None:
        with contextlib.suppress(AuthRefused):
            _look(trust.parse_certificate(leaf.public_bytes(Encoding.DER)), [_issuing().certificate], choice)


def _payloads(script: Script) -> None:
    """CERT payloads of a message, and what their URLs gave."""
    with contextlib.suppress(PeerError):
        shown = certificates.collect(
            [CertPayload.parse(memoryview(script.chunk())) for _ in range(script.octet() % (2 * STEPS))]
        )
        assert all(fetch.url.lower().startswith("http://") for fetch in shown.fetches)
        answers: dict[Fetch, bytes | None] = {}
        for fetch in shown.fetches:
            answers[fetch] = script.chunk() if script.octet() & 1 else None
        whole = shown.resolved(answers)
        _look(whole.leaf, list(whole.others), script.octet())
    with contextlib.suppress(AuthRefused):
        certificates.parse_bundle(script.chunk())


def _auth(script: Script) -> None:
    """An AUTH payload against a key whose signatures nobody guesses."""
    method, signed = script.octet(), script.chunk()
    for key in (_key(3).public_key(), _issuing().key.public_key()):
        with contextlib.suppress(AuthRefused):
            signature.verify(key, method, signed, b"octets", allow_sha1=True)
            raise AssertionError("a signature out of nothing")
    signature.parse_hashes(signed)


def _files(script: Script) -> None:
    password, first, second = script.pick((None, "", "secret")), script.chunk(), script.chunk()
    with contextlib.suppress(LocalError):
        load_credential(first, password, key=second)
    with contextlib.suppress(LocalError):
        load_certificates(first, password)


def _crl(script: Script) -> None:
    """A CRL of the true issuer, and one as it comes."""
    choice, leaf = script.octet(), _leaf()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_issuing().certificate.subject)
        .last_update(_TODAY - _DAY * (script.octet() % 3))
        .next_update(_TODAY + _DAY * (script.octet() % 3 + 1))
    )
    crls = [script.chunk()]
    with contextlib.suppress(ValueError, TypeError):
        for _ in range(script.octet() % STEPS):
            extension = x509.UnrecognizedExtension(script.pick(EXTENSIONS), script.chunk())
            builder = builder.add_extension(extension, bool(script.octet() & 1))
        revoked = x509.RevokedCertificateBuilder().serial_number(1 + script.octet()).revocation_date(_TODAY)
        revoked = revoked.add_extension(
            x509.UnrecognizedExtension(script.pick(EXTENSIONS), script.chunk()), False
        )
        made = builder.add_revoked_certificate(revoked.build()).sign(_key(2), None)
        crls.append(made.public_bytes(Encoding.DER))
    chain = (leaf, _issuing().certificate, _root().certificate)
    _judge(chain, _policy(choice & 15), revocation.Evidence(crls=tuple(crls)))


def _ocsp(script: Script) -> None:
    """An OCSP response of the true issuer, and one as it comes."""
    choice, leaf = script.octet(), _leaf()
    statuses = (ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN)
    responses, status = [script.chunk()], script.pick(statuses)
    with contextlib.suppress(ValueError, TypeError):
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=leaf,
            issuer=_issuing().certificate,
            algorithm=hashes.SHA1() if script.octet() & 1 else hashes.SHA256(),
            cert_status=status,
            this_update=_TODAY - _DAY * (script.octet() % 3),
            next_update=_TODAY + _DAY * (script.octet() % 3) if script.octet() & 1 else None,
            revocation_time=_TODAY - _DAY if status is ocsp.OCSPCertStatus.REVOKED else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, _issuing().certificate)
        for _ in range(script.octet() % STEPS):
            extension = x509.UnrecognizedExtension(script.pick(EXTENSIONS), script.chunk())
            builder = builder.add_extension(extension, bool(script.octet() & 1))
        responses.append(builder.sign(_key(2), None).public_bytes(Encoding.DER))
    chain = (leaf, _issuing().certificate, _root().certificate)
    _judge(chain, _policy(choice & 15), revocation.Evidence(responses=tuple(responses)))
