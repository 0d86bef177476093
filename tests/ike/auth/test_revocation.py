"""CRLs and OCSP: what is asked for, what counts as an answer, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.auth.errors import CertificateRefused
from ginnel_service.ike.auth.policy import Revocation, TrustPolicy
from ginnel_service.ike.auth.revocation import MAX_FETCHES, Evidence, check, is_http, wanted
from ginnel_service.ike.auth.trust import verify_chain
from ginnel_service.ike.events import Fetch
from helpers.authority import DAY_S, NOW, Authority, new_key, usage_of

CRL, OCSP = "http://crl.example/a.crl", "http://ocsp.example/"
ROOT = Authority()
LEAF = ROOT.issue(crl_urls=[CRL], ocsp_urls=[OCSP])
CHAIN = (*LEAF.chain, ROOT.certificate)
SOFT = TrustPolicy(roots=(ROOT.certificate,), revocation=Revocation(crl=True, ocsp=True))
STRICT = replace(SOFT, revocation=Revocation(crl=True, ocsp=True, strict=True))
RESPONDER = ROOT.issue("responder", ekus=[ExtendedKeyUsageOID.OCSP_SIGNING])


def refused(
    evidence: Evidence, policy: TrustPolicy = STRICT, chain: tuple[x509.Certificate, ...] = CHAIN
) -> str:
    with pytest.raises(CertificateRefused) as caught:
        check(chain, policy, evidence, NOW)
    return f"{caught.value.code}: {caught.value.detail}"


def crl(**options: object) -> Evidence:
    return Evidence(crls=(ROOT.crl(**options),))  # type: ignore[arg-type]


def answer(**options: object) -> Evidence:
    return Evidence(responses=(ROOT.ocsp_response(LEAF.certificate, **options),))  # type: ignore[arg-type]


def test_sources_are_asked_one_after_the_other() -> None:
    first = wanted(CHAIN, SOFT, Evidence(), NOW)
    assert [(each.url, each.content_type) for each in first] == [(OCSP, "application/ocsp-request")]
    request = ocsp.load_der_ocsp_request(first[0].body)
    assert request.serial_number == LEAF.certificate.serial_number
    known: dict[Fetch, bytes | None] = {first[0]: None}
    second = wanted(CHAIN, SOFT, Evidence(fetched=known), NOW)
    assert second == (Fetch(CRL, limit_octets=10 << 20),)
    known[second[0]] = ROOT.crl()
    assert wanted(CHAIN, SOFT, Evidence(fetched=known), NOW) == ()
    assert check(CHAIN, STRICT, Evidence(fetched=known), NOW) == ()


def test_a_good_answer_asks_for_no_more() -> None:
    (fetch,) = wanted(CHAIN, SOFT, Evidence(), NOW)
    have = Evidence(fetched={fetch: ROOT.ocsp_response(LEAF.certificate)})
    assert wanted(CHAIN, SOFT, have, NOW) == ()
    assert wanted(CHAIN, SOFT, answer(), NOW) == ()
    assert check(CHAIN, STRICT, have, NOW) == ()


def test_only_what_the_profile_allows_is_asked() -> None:
    for crl_too, ocsp_too, urls in ((True, False, [CRL]), (False, True, [OCSP]), (False, False, [])):
        policy = replace(SOFT, revocation=Revocation(crl=crl_too, ocsp=ocsp_too))
        assert [each.url for each in wanted(CHAIN, policy, Evidence(), NOW)] == urls
    quiet = replace(SOFT, revocation=Revocation())
    assert check(CHAIN, quiet, Evidence(), NOW) == ()


def test_every_element_below_the_root_is_asked_about() -> None:
    inner = ROOT.intermediate(crl_urls=["http://crl.example/root.crl"])
    leaf = inner.issue(crl_urls=["http://crl.example/inner.crl"])
    chain = (*leaf.chain, ROOT.certificate)
    asked = wanted(chain, SOFT, Evidence(), NOW)
    assert [each.url for each in asked] == ["http://crl.example/inner.crl", "http://crl.example/root.crl"]
    both = Evidence(crls=(inner.crl(), ROOT.crl([inner.certificate])))
    assert "Test Issuing" in refused(both, SOFT, chain)
    assert check(chain, STRICT, Evidence(crls=(inner.crl(), ROOT.crl())), NOW) == ()


def test_soft_accepts_silence_and_says_so_strict_refuses() -> None:
    asked = dict.fromkeys(wanted(CHAIN, SOFT, Evidence(), NOW))
    (note,) = check(CHAIN, SOFT, Evidence(fetched=asked), NOW)
    assert "OCSP responder does not answer" in note
    assert refused(Evidence(fetched=asked)).startswith("revocation_unknown")
    bare = ROOT.issue()
    assert "no source" in refused(Evidence(), chain=(bare.certificate, ROOT.certificate))


@pytest.mark.parametrize("policy", [SOFT, STRICT, replace(SOFT, revocation=Revocation())])
def test_revoked_is_always_refused_with_date_and_reason(policy: TrustPolicy) -> None:
    for evidence in (crl(revoked=[LEAF.certificate]), answer(status="revoked")):
        text = refused(evidence, policy)
        assert text.startswith("certificate_revoked")
        assert "2025-12-31" in text
        assert "keyCompromise" in text
        with pytest.raises(CertificateRefused, match="revoked"):
            wanted(CHAIN, policy, evidence, NOW)
    stale = crl(revoked=[LEAF.certificate], this_update=NOW - 9 * DAY_S, next_update=NOW - 8 * DAY_S)
    assert refused(stale, policy).startswith("certificate_revoked")


def test_one_revocation_outweighs_good_answers() -> None:
    both = Evidence(crls=(ROOT.crl([LEAF.certificate]),), responses=answer().responses)
    assert refused(both, SOFT).startswith("certificate_revoked")


def test_what_came_with_the_chain_revokes_at_once() -> None:
    for more in (
        {"crls": crl(revoked=[LEAF.certificate]).crls},
        {"responses": answer(status="revoked").responses},
    ):
        with pytest.raises(CertificateRefused, match="revoked"):
            verify_chain(LEAF.certificate, (), SOFT, NOW, server=True, **more)
    assert verify_chain(LEAF.certificate, (), SOFT, NOW, server=True, crls=[b"?"], responses=[b"?"]) == CHAIN


def _forged(response: bytes) -> Evidence:
    """The signature comes last in a response without certificates."""
    return Evidence(responses=(response[:-1] + bytes((response[-1] ^ 1,)),))


def _point(**options: object) -> tuple[x509.ExtensionType, bool]:
    plain: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**plain, **options}), True  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (crl(next_update=NOW - 3000, this_update=NOW - DAY_S), "too old"),
        (crl(this_update=NOW + 3000), "future"),
        (crl(key=new_key()), "does not verify"),
        (Evidence(crls=(Authority("Other").crl(),)), "another issuer"),
        (crl(extensions=[(x509.DeltaCRLIndicator(1), True)]), "delta"),
        (crl(extensions=[_point(indirect_crl=True)]), "indirect"),
        (crl(extensions=[_point(only_contains_ca_certs=True)]), "other certificates"),
        (crl(extensions=[_point(only_contains_attribute_certs=True)]), "other certificates"),
        (
            crl(extensions=[_point(full_name=[x509.UniformResourceIdentifier("http://x/")])]),
            "another distribution point",
        ),
        (
            crl(extensions=[_point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise]))]),
            "some reasons",
        ),
        (Evidence(crls=(ROOT.crl()[:-9],)), "broken"),
        (Evidence(crls=(b"",)), "broken"),
        (answer(status="unknown"), "does not know"),
        (answer(this_update=NOW - 2 * DAY_S, next_update=NOW - DAY_S), "too old"),
        (answer(this_update=NOW - 2 * DAY_S, next_update=None), "too old"),
        (answer(this_update=NOW + 3000), "future"),
        (_forged(answer().responses[0]), "nobody whom the issuer allows"),
        (answer(responder=ROOT.issue("no responder")), "nobody whom the issuer allows"),
        (
            answer(responder=Authority().issue(ekus=[ExtendedKeyUsageOID.OCSP_SIGNING])),
            "nobody whom the issuer allows",
        ),
        (
            answer(responder=ROOT.issue(ekus=[ExtendedKeyUsageOID.OCSP_SIGNING], not_after=NOW - 60)),
            "nobody whom the issuer allows",
        ),
        (Evidence(responses=(ROOT.ocsp_response(ROOT.issue().certificate),)), "another certificate"),
        (Evidence(responses=(b"\x30\x03\x0a\x01\x03",)), "TRY_LATER"),
        (Evidence(responses=(b"garbage",)), "broken"),
        (Evidence(responses=(bytes(1 << 17),)), "too large"),
    ],
)
def test_evidence_that_proves_nothing(evidence: Evidence, reason: str) -> None:
    text = refused(evidence)
    assert text.startswith("revocation_unknown")
    assert reason in text
    assert len(check(CHAIN, SOFT, evidence, NOW)) == 1


@pytest.mark.parametrize(
    "evidence",
    [
        crl(),
        crl(next_update=NOW - 200, this_update=NOW - DAY_S),  # within the clock's tolerance
        crl(revoked=[RESPONDER.certificate]),
        crl(extensions=[_point(full_name=[x509.UniformResourceIdentifier(CRL)])]),
        crl(extensions=[_point(only_contains_user_certs=True)]),
        crl(revoked=[LEAF.certificate], reason=x509.ReasonFlags.remove_from_crl),
        answer(),
        answer(next_update=None),
        answer(by_name=True),
        answer(responder=RESPONDER),
        answer(responder=RESPONDER, by_name=True),
        answer(id_hash=hashes.SHA256()),
    ],
)
def test_evidence_that_suffices(evidence: Evidence) -> None:
    assert check(CHAIN, STRICT, evidence, NOW) == ()


@pytest.mark.parametrize("kind", ["rsa2048", "p384", "ed25519", "ed448"])
def test_every_key_type_signs_evidence(kind: str) -> None:
    root = Authority(kind=kind)
    leaf = root.issue()
    chain = (leaf.certificate, root.certificate)
    assert check(chain, STRICT, Evidence(crls=(root.crl(),)), NOW) == ()
    assert check(chain, STRICT, Evidence(responses=(root.ocsp_response(leaf.certificate),)), NOW) == ()


def test_an_issuer_without_the_right_signs_no_crl() -> None:
    root = Authority(key_usage=usage_of("key_cert_sign"))
    leaf = root.issue()
    text = refused(Evidence(crls=(root.crl(),)), chain=(leaf.certificate, root.certificate))
    assert "may not sign CRLs" in text


def test_an_answer_for_another_issuers_certificate_of_the_same_number_does_not_count() -> None:
    other = Authority("Other")
    response = other.ocsp_response(LEAF.certificate)
    assert "another certificate" in refused(Evidence(responses=(response,)))


def test_fetches_are_few_and_plain_http() -> None:
    urls = [f"http://x{number}.example/" for number in range(9)]
    bad = ["ldap://x/cn=a", "https://x/", "file:///etc/passwd", "http:///nothing"]
    leaf = ROOT.issue(crl_urls=[*bad, *urls])
    chain = (leaf.certificate, ROOT.certificate)
    known: dict[Fetch, bytes | None] = {}
    while asked := wanted(chain, SOFT, Evidence(fetched=known), NOW):
        known.update(dict.fromkeys(asked))
    assert [each.url for each in known] == urls[:2]
    long = tuple(ROOT.issue(str(at), crl_urls=[urls[at % 9] + str(at)]).certificate for at in range(30))
    assert len(wanted(long, SOFT, Evidence(), NOW)) == MAX_FETCHES


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/x?y", True),
        ("http://192.0.2.1:8080/", True),
        ("HTTP://a.example/", True),
        ("http://[2001:db8::1]/", True),
        ("http://[2001:db8::1/", False),
        ("http://u:p@a.example/", False),
        ("http://a.example:99999/", False),
        ("http://a.example/\r\nX: y", False),
        ("http://ä.example/", False),
        ("http://a.example/" + "x" * 1024, False),
        ("https://a.example/", False),
        ("", False),
    ],
)
def test_urls_that_are_followed(url: str, expected: bool) -> None:
    assert is_http(url) is expected


def test_too_much_evidence_is_refused() -> None:
    assert "too many" in refused(Evidence(crls=(b"",) * 21), SOFT)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=20), st.booleans())
def test_damaged_evidence_never_counts_as_good(at: int, noise: bytes, is_crl: bool) -> None:
    whole = ROOT.crl() if is_crl else answer().responses[0]
    at %= len(whole)
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    evidence = Evidence(crls=(damaged,)) if is_crl else Evidence(responses=(damaged,))
    assert check(CHAIN, SOFT, evidence, NOW) or damaged == whole


def test_a_pinned_certificate_needs_no_evidence() -> None:
    assert check((LEAF.certificate,), STRICT, Evidence(), NOW) == ()
