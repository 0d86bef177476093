"""CERT and CERTREQ: what a peer shows, what it asks for, and certificates that are elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.auth import certificates
from ginnel_service.ike.auth.credentials import Credential, load_credential
from ginnel_service.ike.auth.errors import CertificateRefused
from ginnel_service.ike.auth.policy import Revocation, TrustPolicy
from ginnel_service.ike.events import Fetch
from ginnel_service.ike.payloads.cert import CertPayload, CertReqPayload
from helpers.authority import Authority, dns

ROOT, OTHER = Authority(), Authority("Other Root")
INNER = ROOT.intermediate()
LEAF = INNER.issue(sans=[dns("gw.example")])
URL = "http://certs.example/leaf.der"


def credential(authority: Authority, *, root: bool = True) -> Credential:
    return load_credential(authority.issue().pem() + (authority.pem if root else b""))


def tlv(tag: int, body: bytes) -> bytes:
    return bytes((tag, 0x83)) + len(body).to_bytes(3, "big") + body


def bundle(*members: tuple[int, bytes]) -> bytes:
    return tlv(0x30, b"".join(tlv(tag, body) for tag, body in members))


def by_reference(data: bytes, encoding: int = 12, url: str = URL) -> certificates.Presented:
    digest = hashlib.sha1(data).digest()
    return certificates.collect([CertPayload(encoding, digest + url.encode())])


def test_what_we_send_is_what_the_peer_collects() -> None:
    ours = load_credential(LEAF.pem() + ROOT.pem)
    assert ours.root == ROOT.certificate
    sent = certificates.payloads(ours)
    assert [each.encoding for each in sent] == [4, 4]
    shown = certificates.collect(sent)
    assert (shown.leaf, shown.others) == (LEAF.certificate, (INNER.certificate,))
    assert shown.fetches == ()


def test_unknown_encodings_are_passed_over_and_evidence_is_kept() -> None:
    shown = certificates.collect(
        [
            CertPayload(1, b"pkcs7"),
            CertPayload(4, LEAF.der),
            CertPayload(7, b"crl"),
            CertPayload(14, b"ocsp"),
            CertPayload(200, b""),
        ]
    )
    assert shown == certificates.Presented(items=(LEAF.certificate,), crls=(b"crl",), responses=(b"ocsp",))


def test_no_certificate_and_a_broken_one_are_refused() -> None:
    with pytest.raises(CertificateRefused) as caught:
        _ = certificates.collect([]).leaf
    assert caught.value.code == "certificate_missing"
    for data in (b"", LEAF.der[:-1], LEAF.der + b"\0", bytes(1 << 17)):
        with pytest.raises(CertificateRefused):
            certificates.collect([CertPayload(4, data)])


@pytest.mark.parametrize(("encoding", "count"), [(4, 21), (7, 21), (14, 21), (12, 5)])
def test_payloads_of_one_message_are_bounded(encoding: int, count: int) -> None:
    data = LEAF.der if encoding == 4 else bytes(20) + URL.encode()
    with pytest.raises(CertificateRefused, match="too many"):
        certificates.collect([CertPayload(encoding, data)] * count)


def test_hash_and_url_resolves_to_the_certificate() -> None:
    ours = load_credential(LEAF.pem())
    sent = certificates.payloads(ours, urls=[URL])
    assert [each.encoding for each in sent] == [12, 4]
    assert sent[0].data == hashlib.sha1(LEAF.der).digest() + URL.encode()
    shown = certificates.collect(sent)
    assert shown.fetches == (Fetch(URL, limit_octets=1 << 16),)
    whole = shown.resolved({shown.fetches[0]: LEAF.der})
    assert (whole.leaf, whole.others, whole.fetches) == (LEAF.certificate, (INNER.certificate,), ())


def test_hash_and_url_that_fails_or_lies_is_refused() -> None:
    shown = by_reference(LEAF.der)
    (fetch,) = shown.fetches
    with pytest.raises(CertificateRefused, match="could not be fetched from http://certs"):
        _ = shown.resolved({fetch: None}).leaf
    with pytest.raises(CertificateRefused, match="another hash"):
        shown.resolved({fetch: ROOT.pem})


@pytest.mark.parametrize("url", ["", "https://x/", "file:///etc/passwd", "http://x/\n", "http://x/\xff"])
def test_only_plain_http_is_fetched(url: str) -> None:
    with pytest.raises(CertificateRefused, match="http"):
        certificates.collect([CertPayload(12, bytes(20) + url.encode("latin-1"))])


def test_a_bundle_holds_certificates_and_crls() -> None:
    inner = INNER.certificate.public_bytes(Encoding.DER)
    data = bundle((0xA0, LEAF.der), (0xA1, INNER.crl()), (0xA0, inner))
    shown = by_reference(data, 13)
    whole = shown.resolved({shown.fetches[0]: data})
    assert (whole.leaf, whole.others) == (LEAF.certificate, (INNER.certificate,))
    assert len(whole.crls) == 1
    assert x509.load_der_x509_crl(whole.crls[0]).issuer == INNER.name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x80",
        bundle((0xA2, LEAF.der)),
        bundle((0xA0, LEAF.der[:-1])),
        bundle((0xA0, LEAF.der)) + b"\0",
        bundle(*[(0xA0, LEAF.der)] * 21),
        bundle(*[(0xA1, b"")] * 21),
    ],
)
def test_broken_bundles_are_refused(data: bytes) -> None:
    with pytest.raises(CertificateRefused):
        certificates.parse_bundle(data)


@given(st.lists(st.tuples(st.sampled_from([1, 4, 7, 12, 13, 14, 99]), st.binary(max_size=120)), max_size=30))
def test_only_refusals_escape_from_any_payloads(parts: list[tuple[int, bytes]]) -> None:
    with suppress(CertificateRefused):
        shown = certificates.collect([CertPayload(*part) for part in parts])
        _ = shown.resolved({fetch: fetch.url.encode() for fetch in shown.fetches}).leaf


def test_certreq_names_the_roots_by_the_hash_of_their_keys(tmp_path: Path) -> None:
    data = certificates.certreq_data((ROOT.certificate, OTHER.certificate, ROOT.certificate))
    assert len(data) == 40
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    command = "openssl x509 -in root.pem -noout -pubkey | openssl pkey -pubin -outform DER | sha1sum"
    made = subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True).stdout
    assert data[:20].hex() == made.decode().split()[0]
    assert certificates.certreq_data([ROOT.certificate] * 33) == b""


def test_our_requests_follow_the_policy() -> None:
    roots = (ROOT.certificate,)
    (plain,) = certificates.requests(TrustPolicy(roots=roots))
    assert plain == CertReqPayload(4, certificates.authority_hash(ROOT.certificate))
    (system,) = certificates.requests(TrustPolicy(roots=roots, system=True))
    assert system.data == b""
    both = certificates.requests(TrustPolicy(roots=roots, revocation=Revocation(ocsp=True)))
    assert [each.encoding for each in both] == [4, 14]


def test_a_response_is_stapled_for_who_asks() -> None:
    ours = load_credential(LEAF.pem())
    asked = [CertReqPayload(14, b"")]
    assert certificates.payloads(ours, asked, response=b"ocsp")[-1] == CertPayload(14, b"ocsp")
    assert len(certificates.payloads(ours, response=b"ocsp")) == 2
    assert len(certificates.payloads(ours, asked)) == 2
