"""Chains: who is trusted, for what, when, how strong; `openssl` and strongSwan's `pki` as authors."""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.auth import signature
from ginnel_service.ike.auth.credentials import load_certificates, load_credential
from ginnel_service.ike.auth.errors import CERTIFICATE_CODES, CertificateRefused
from ginnel_service.ike.auth.policy import TrustPolicy
from ginnel_service.ike.auth.trust import matches, parse_certificate, public_key, verify_chain
from ginnel_service.ike.payloads.identity import Identity
from helpers.authority import (
    CLIENT,
    DAY_S,
    IKE_INTERMEDIATE,
    NOW,
    SERVER,
    Authority,
    Issued,
    common_name,
    dns,
    ip,
    mail,
    new_key,
    usage_of,
)

ROOT = Authority()
INNER = ROOT.intermediate()
POLICY = TrustPolicy(roots=(ROOT.certificate,))
GATEWAY = INNER.issue(sans=[dns("gw.example")])


def verify(issued: Issued, policy: TrustPolicy = POLICY, utc_s: float = NOW, *, server: bool = True) -> int:
    return len(verify_chain(issued.certificate, issued.chain[1:], policy, utc_s, server=server))


def refused(issued: Issued, policy: TrustPolicy = POLICY, utc_s: float = NOW, *, server: bool = True) -> str:
    with pytest.raises(CertificateRefused) as caught:
        verify(issued, policy, utc_s, server=server)
    assert caught.value.code in CERTIFICATE_CODES
    assert caught.value.notify == 24
    return f"{caught.value.code}: {caught.value.detail}"


def test_a_chain_over_intermediates_in_any_order_is_trusted() -> None:
    lowest = INNER.intermediate("Lowest").issue()
    others = (*reversed(lowest.chain[1:]), GATEWAY.certificate, ROOT.certificate)
    chain = verify_chain(lowest.certificate, others, POLICY, NOW, server=True)
    assert chain == (*lowest.chain, ROOT.certificate)


def test_an_intermediate_or_the_leaf_itself_may_be_the_trusted_root() -> None:
    assert verify(GATEWAY, TrustPolicy(roots=(INNER.certificate,))) == 2
    assert verify(GATEWAY, TrustPolicy(roots=(GATEWAY.certificate,))) == 1
    alone = Authority("Alone", ca=False, key_usage=usage_of("digital_signature"))
    pinned = Issued(alone.certificate, alone.key, (alone.certificate,))
    assert verify(pinned, TrustPolicy(roots=(alone.certificate,))) == 1
    assert refused(pinned).startswith("certificate_untrusted")


def test_a_missing_intermediate_and_a_stranger_are_untrusted() -> None:
    assert "Test Issuing" in refused(replace(GATEWAY, chain=(GATEWAY.certificate,)))
    assert refused(Authority("Test Root").issue()).startswith("certificate_untrusted")
    assert refused(GATEWAY, TrustPolicy(roots=())).startswith("certificate_untrusted")


def test_an_authority_of_the_same_name_but_another_key_does_not_help() -> None:
    forged = Authority("Test Root").intermediate("Test Issuing").issue()
    assert refused(forged).startswith("certificate_untrusted")


def test_a_trusted_leaf_is_no_authority() -> None:
    leaf = ROOT.issue("leaf")
    under = Authority("leaf", key=leaf.key).issue("gw.example")
    sham = Issued(under.certificate, under.key, (under.certificate, leaf.certificate))
    for policy in (POLICY, TrustPolicy(roots=(leaf.certificate,))):
        with pytest.raises(CertificateRefused):
            verify(sham, policy)


@pytest.mark.parametrize("who", ["leaf", "intermediate", "root"])
def test_dates_of_the_whole_chain_count_and_are_named(who: str) -> None:
    late = {"not_after": NOW + DAY_S}
    root = Authority("Root R", **(late if who == "root" else {}))  # type: ignore[arg-type]
    inner = root.intermediate("Inner I", **(late if who == "intermediate" else {}))
    leaf = inner.issue("Leaf L", **(late if who == "leaf" else {}))  # type: ignore[arg-type]
    policy = TrustPolicy(roots=(root.certificate,))
    assert verify(leaf, policy) == 3
    text = refused(leaf, policy, NOW + 2 * DAY_S)
    assert text.startswith("certificate_expired")
    assert "2026-01-02" in text
    assert "2026-01-03" in text
    assert {"leaf": "Leaf L", "intermediate": "Inner I", "root": "Root R"}[who] in text


def test_not_yet_valid_suggests_the_clock() -> None:
    text = refused(GATEWAY, utc_s=NOW - 2 * DAY_S)
    assert text.startswith("certificate_not_yet_valid")
    assert "clock" in text
    assert "2025-12-31" in text


@pytest.mark.parametrize(
    ("ekus", "server", "accepted"),
    [
        ([], True, True),
        ([], False, True),
        ([SERVER], True, True),
        ([SERVER], False, False),
        ([CLIENT], True, False),
        ([CLIENT], False, True),
        ([IKE_INTERMEDIATE], True, True),
        ([IKE_INTERMEDIATE], False, True),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], True, True),
        ([ExtendedKeyUsageOID.IPSEC_IKE], True, True),
        ([ExtendedKeyUsageOID.CODE_SIGNING], True, False),
        ([ExtendedKeyUsageOID.CODE_SIGNING, SERVER], True, True),
    ],
)
def test_extended_key_usage_must_allow_the_role(
    ekus: list[ObjectIdentifier], server: bool, accepted: bool
) -> None:
    issued = INNER.issue(ekus=ekus)
    if accepted:
        assert verify(issued, server=server) == 3
    else:
        assert refused(issued, server=server).startswith("certificate_purpose")


@pytest.mark.parametrize(
    ("bits", "accepted"),
    [(("digital_signature",), True), (("content_commitment",), True), (("key_encipherment",), False)],
)
def test_key_usage_must_allow_signatures(bits: tuple[str, ...], accepted: bool) -> None:
    issued = INNER.issue(key_usage=usage_of(*bits))
    if accepted:
        assert verify(issued) == 3
    else:
        assert refused(issued).startswith("certificate_purpose")


def test_basic_constraints_and_path_length_bind_authorities() -> None:
    no_ca = ROOT.intermediate("No CA", ca=False)
    assert refused(no_ca.issue()).startswith("certificate_broken")
    no_sign = ROOT.intermediate("No signing", key_usage=usage_of("digital_signature"))
    assert refused(no_sign.issue()).startswith("certificate_")
    short = ROOT.intermediate("Short", path_length=0)
    assert verify(short.issue()) == 3
    assert refused(short.intermediate("Below").issue()).startswith("certificate_broken")


def test_name_constraints_bind_every_name() -> None:
    allowed = x509.NameConstraints(
        [x509.DNSName("example"), x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))], None
    )
    bound = ROOT.intermediate("Bound", constraints=allowed)
    assert verify(bound.issue(sans=[dns("gw.example"), ip("192.0.2.7")])) == 3
    assert "permitted" in refused(bound.issue(sans=[dns("gw.example"), dns("gw.other")]))
    assert "permitted" in refused(bound.issue(sans=[ip("198.51.100.1")]))
    assert "permitted" in refused(bound.issue("gw.other", sans=[]))  # also the common name
    barred = ROOT.intermediate("Barred", constraints=x509.NameConstraints(None, [mail("bad.example")]))
    assert verify(barred.issue(sans=[mail("a@good.example")])) == 3
    assert "excluded" in refused(barred.issue(sans=[mail("a@bad.example")]))


def test_an_unknown_critical_extension_is_refused() -> None:
    odd = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert verify(INNER.issue(extensions=[(odd, False)])) == 3
    assert refused(INNER.issue(extensions=[(odd, True)])).startswith("certificate_broken")


def test_an_extension_that_the_library_cannot_name_is_refused() -> None:
    """It raises a KeyError for a TLS feature (RFC 7633) of another number than it knows."""
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.24"), bytes.fromhex("3003020163"))
    leaf = Authority().issue("gw.example", extensions=[(unknown, False)]).certificate
    with pytest.raises(CertificateRefused) as caught:
        matches(Identity.parse_text("gw.example"), leaf, allow_cn=False)
    assert caught.value.code == "certificate_broken"


@pytest.mark.parametrize("weak", ["root", "intermediate", "leaf"])
def test_small_rsa_keys_are_refused_anywhere(weak: str) -> None:
    root = Authority(kind="rsa1024" if weak == "root" else "rsa2048")
    inner = root.intermediate(kind="rsa1024" if weak == "intermediate" else "rsa2048")
    leaf = inner.issue(kind="rsa1024" if weak == "leaf" else "rsa2048")
    text = refused(leaf, TrustPolicy(roots=(root.certificate,)))
    assert text.startswith("certificate_weak")
    assert "1024" in text


@pytest.mark.parametrize("kind", ["rsa2048", "p384", "p521", "ed25519", "ed448"])
def test_every_key_type_signs_chains(kind: str) -> None:
    root = Authority(kind=kind)
    issued = root.intermediate(kind=kind).issue(kind=kind, pss=kind.startswith("rsa"))
    assert verify(issued, TrustPolicy(roots=(root.certificate,))) == 3


def test_a_leaf_key_that_cannot_sign_in_ike_is_refused() -> None:
    issued = INNER.issue(key=ec.generate_private_key(ec.SECP256K1()))
    assert refused(issued).startswith("certificate_broken")
    with pytest.raises(CertificateRefused):
        public_key(issued.certificate)


def test_too_many_certificates_and_too_long_chains_are_refused() -> None:
    with pytest.raises(CertificateRefused, match="in one message"):
        verify_chain(GATEWAY.certificate, [INNER.certificate] * 20, POLICY, NOW, server=True)
    lowest = ROOT
    for depth in range(9):
        lowest = lowest.intermediate(f"Depth {depth}")
    assert "chain of 11" in refused(lowest.issue())
    assert lowest.parent is not None
    assert verify(lowest.parent.issue()) == 10
    with pytest.raises(CertificateRefused, match="65537 octets"):
        parse_certificate(bytes(65537))


def test_a_loop_of_authorities_ends() -> None:
    key_a, key_b = new_key(), new_key()
    a, b = Authority("A", key=key_a), Authority("B", key=key_b)
    loop = [b.intermediate("A", key=key_a).certificate, a.intermediate("B", key=key_b).certificate]
    with pytest.raises(CertificateRefused):
        verify_chain(a.issue().certificate, loop * 5, POLICY, NOW, server=True)


def openssl(tmp_path: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(("digest", "may"), [("sha1", True), ("md5", False)])
def test_old_signatures_in_chains_are_refused(tmp_path: Path, digest: str, may: bool) -> None:
    root = Authority(kind="rsa2048")
    (tmp_path / "ca.pem").write_bytes(root.pem)
    (tmp_path / "ca.key").write_bytes(Issued(root.certificate, root.key, ()).key_pem())
    openssl(
        tmp_path,
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-noenc",
        "-keyout",
        "k",
        "-subj",
        "/CN=old",
        "-out",
        "r",
    )
    signed = ["x509", "-req", "-in", "r", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
    openssl(tmp_path, *signed, f"-{digest}", "-days", "30", "-out", "leaf.pem")
    (leaf,) = load_certificates((tmp_path / "leaf.pem").read_bytes())
    policy = TrustPolicy(roots=(root.certificate,))
    now = leaf.not_valid_before_utc.timestamp() + 60
    with pytest.raises(CertificateRefused, match=f"signed with {digest}"):
        verify_chain(leaf, (), policy, now, server=True)
    lenient = replace(policy, allow_sha1=True)
    if may:
        assert len(verify_chain(leaf, (), lenient, now, server=True)) == 2
    else:
        with pytest.raises(CertificateRefused, match="md5"):
            verify_chain(leaf, (), lenient, now, server=True)


def test_authorities_with_serial_number_zero_are_taken(tmp_path: Path) -> None:
    made = ["req", "-x509", "-newkey", "ed25519", "-noenc", "-keyout", "k", "-subj", "/CN=old", "-days", "30"]
    openssl(tmp_path, *made, "-set_serial", "0", "-out", "root.pem")
    (root,) = load_certificates((tmp_path / "root.pem").read_bytes())
    shown = parse_certificate(root.public_bytes(Encoding.DER))
    now = root.not_valid_before_utc.timestamp() + 60
    assert verify_chain(shown, (), TrustPolicy(roots=(root,)), now, server=True) == (root,)


@pytest.mark.interop
@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_certificates_of_strongswan_are_trusted_and_sign(tmp_path: Path, kind: str) -> None:
    pki = shutil.which("pki")
    assert pki is not None

    def run(name: str, *arguments: str) -> None:
        made = subprocess.run([pki, *arguments], cwd=tmp_path, check=True, capture_output=True).stdout
        (tmp_path / name).write_bytes(made)

    size = {"rsa": ["--size", "2048"], "ecdsa": ["--size", "384"], "ed25519": []}[kind]
    for name in ("ca.key", "key"):
        run(name, "--gen", "--type", kind, *size)
    subject = "C=CH, O=strongSwan, CN=Root"
    run("ca", "--self", "--ca", "--in", "ca.key", "--dn", subject, "--lifetime", "10")
    run("pub", "--pub", "--in", "key")
    names = ["--san", "gw.example", "--san", "192.0.2.1", "--flag", "serverAuth", "--flag", "ikeIntermediate"]
    issue = ["--issue", "--cacert", "ca", "--cakey", "ca.key", "--in", "pub", "--lifetime", "5"]
    run("leaf", *issue, "--dn", "C=CH, O=strongSwan, CN=gw", *names)
    ours = load_credential((tmp_path / "leaf").read_bytes(), key=(tmp_path / "key").read_bytes())
    root = load_certificates((tmp_path / "ca").read_bytes())
    now = ours.certificate.not_valid_before_utc.timestamp() + 60
    assert len(verify_chain(ours.certificate, (), TrustPolicy(roots=root), now, server=True)) == 2
    for text in ("gw.example", "192.0.2.1", "C=CH, O=strongSwan, CN=gw"):
        assert matches(Identity.parse_text(text), ours.certificate, allow_cn=False)
    scheme = signature.choose(ours, frozenset({2, 3, 4, 5}), allow_sha1=False)
    assert scheme is not None
    method, data = signature.sign(ours, scheme, b"octets")
    signature.verify(public_key(ours.certificate), method, data, b"octets", allow_sha1=False)


@pytest.mark.interop
def test_strongswan_verifies_our_test_chain(tmp_path: Path) -> None:
    leaf = ROOT.issue("leaf", not_after=NOW + 3000 * DAY_S)  # strongSwan looks at the wall clock
    (tmp_path / "leaf.der").write_bytes(leaf.der)
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    command = ["pki", "--verify", "--in", "leaf.der", "--cacert", "root.pem"]
    made = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "certificate trusted" in made.stdout


@given(st.integers(0, 1000), st.binary(min_size=1, max_size=40))
def test_only_a_refusal_escapes_from_damaged_certificates(at: int, noise: bytes) -> None:
    der = GATEWAY.der
    at %= len(der)
    damaged = der[:at] + noise + der[at + len(noise) :]
    if damaged == der:
        return
    with pytest.raises(CertificateRefused):
        verify_chain(parse_certificate(damaged), GATEWAY.chain[1:], POLICY, NOW, server=True)


@given(st.integers(0, 1000), st.binary(min_size=1, max_size=8))
def test_names_of_damaged_certificates_raise_only_refusals(at: int, noise: bytes) -> None:
    der = GATEWAY.der
    at %= len(der)
    try:
        damaged = parse_certificate(der[:at] + noise + der[at + len(noise) :])
        for text in ("gw.example", "192.0.2.1", "a@b.example", "@#0102", "C=CH, CN=x"):
            matches(Identity.parse_text(text), damaged, allow_cn=True)
        public_key(damaged)
    except CertificateRefused as error:
        assert error.notify == 24  # noqa: PT017


def test_the_subject_in_a_message_is_printable() -> None:
    issued = Authority("x").issue(subject=common_name("bell \a and\nline"))
    text = refused(issued)
    assert text.isprintable()
