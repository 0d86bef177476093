"""Certificates in IKE_AUTH: every kind of key, every reason to refuse, and evidence from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509

from ginnel_service.ike.auth.credentials import Credential, LocalKey
from ginnel_service.ike.auth.policy import Revocation, TrustPolicy
from ginnel_service.ike.codes import ExchangeType, IdType, NotifyType
from ginnel_service.ike.config import PskAuth, SignatureAuth
from ginnel_service.ike.events import Fetch, IkeEstablished, Noted, Prompt, State
from ginnel_service.ike.exchanges.auth import AuthExchange
from ginnel_service.ike.message import Message, parse_message, serialise_message
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.sa import SaPayload
from ginnel_service.ike.payloads.selector import TsiPayload
from ginnel_service.ike.sa import IkeSa
from helpers.authority import CLIENT, DAY_S, NOW, SERVER, Authority, Issued, dns, mail
from simulation.world import STORM, World

ROOT, STRANGER = Authority("Test Root"), Authority("Stranger")
TRUST = TrustPolicy(roots=(ROOT.certificate,))
GATEWAY = Identity.parse_text("gw.example.org")


def credential(issued: Issued, **more: Any) -> SignatureAuth:
    return SignatureAuth(Credential(issued.chain, LocalKey(issued.key), **more))


def gateway(kind: str = "p256", **more: Any) -> Issued:
    return ROOT.issue("gw.example.org", sans=[dns("gw.example.org")], kind=kind, **more)


def alice(kind: str = "p256", **more: Any) -> Issued:
    return ROOT.issue("alice", sans=[mail("alice@example.org")], kind=kind, **more)


def world(
    ours: Issued,
    theirs: Issued,
    seed: int = 1,
    *,
    client: Mapping[str, Any] | None = None,
    gateway: Mapping[str, Any] | None = None,
    **more: Any,
) -> World:
    """Both sides prove themselves by certificate; the client expects the gateway by name."""
    both = {"remote_auth": (TRUST,)}
    return World(
        seed,
        client=both | {"local_auth": (credential(ours),), "remote_id": GATEWAY} | dict(client or {}),
        gateway=both | {"local_auth": (credential(theirs),)} | dict(gateway or {}),
        **more,
    )


def attempt(world: World) -> list[str]:
    world.client.connect(0.0)
    world.run(60.0)
    return world.errors()


@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "p256", "p384", "p521", "ed25519", "ed448"])
def test_every_kind_of_key_proves_both_sides(kind: str) -> None:
    made = world(alice(kind), gateway(kind))
    made.connect()
    made.run(made.now + 5)
    made.assert_settled()
    (established,) = (e for side, e in made.events if side == "gateway" and isinstance(e, IkeEstablished))
    assert str(established.peer) == "alice@example.org"


@pytest.mark.parametrize(
    "said", ["alice@example.org", "alice@EXAMPLE.org", "alice@example.org.", "subject", "key id"]
)
def test_a_peer_bears_the_name_of_its_certificate_however_it_spells_itself(said: str) -> None:
    ours = alice()
    key_id = x509.SubjectKeyIdentifier.from_public_key(ours.key.public_key()).digest
    other = {
        "subject": Identity(IdType.DER_ASN1_DN, ours.certificate.subject.public_bytes()),
        "key id": Identity(IdType.KEY_ID, key_id),
    }
    local_id = other.get(said) or Identity.parse_text(said)
    made = world(ours, gateway(), client={"local_id": local_id}, gateway={"remote_id": None})
    made.policy.find = lambda id_i, id_r, *, eap: made.policy.config  # type: ignore[method-assign]
    made.connect()
    (established,) = (e for side, e in made.events if side == "gateway" and isinstance(e, IkeEstablished))
    assert established.peer == Identity.parse_text("alice@example.org")
    grant = made.peer.grant
    assert grant is not None
    assert (grant.who, grant.id_i) == (established.peer, local_id)


@pytest.mark.parametrize("seed", range(10))
def test_a_long_chain_passes_a_narrow_path_in_a_storm(seed: int) -> None:
    """RFC 7383: IKE_AUTH is several packets here."""
    inner = ROOT.intermediate("Issuing").intermediate("Departmental")
    ours = inner.issue("alice", sans=[mail("alice@example.org")], kind="rsa3072")
    theirs = inner.issue("gw.example.org", sans=[dns("gw.example.org")], kind="rsa3072")
    made = world(ours, theirs, seed, weather=STORM)
    made.carries = {"client": 1280, "gateway": 1280}
    made.connect()
    made.run(made.now + 60)
    made.assert_settled()
    assert made.dropped == 0


REFUSED = {
    "an unknown root": (
        STRANGER.issue("gw", sans=[dns("gw.example.org")]),
        "certificate_untrusted",
    ),
    "another name": (ROOT.issue("gw", sans=[dns("other.example.org")]), "certificate_identity"),
    "out of date": (gateway(not_before=NOW - 9 * DAY_S, not_after=NOW - DAY_S), "certificate_expired"),
    "of the future": (gateway(not_before=NOW + DAY_S), "certificate_not_yet_valid"),
    "for clients": (gateway(ekus=[CLIENT]), "certificate_purpose"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_gateway_is_refused_for_its_certificate(why: str) -> None:
    issued, code = REFUSED[why]
    made = world(alice(), issued)
    assert code in attempt(made)
    assert made.client.state is State.CLOSED
    # The gateway is told, and keeps nothing
    assert not made.gateway.sessions
    assert made.policy.leased == 0


def test_a_client_is_refused_for_its_certificate() -> None:
    made = world(ROOT.issue("alice", sans=[mail("alice@example.org")], ekus=[SERVER]), gateway())
    made.client.connect(0.0)
    made.run(10.0)
    assert "authentication_failed" in made.errors()
    assert "certificate_purpose" in made.errors()


def test_a_stolen_certificate_without_its_key_is_refused() -> None:
    theirs, thief = gateway(), gateway()
    forged = SignatureAuth(Credential(theirs.chain, LocalKey(thief.key)))
    assert "authentication_failed" in attempt(world(alice(), theirs, gateway={"local_auth": (forged,)}))


def test_a_key_and_a_certificate_side_by_side() -> None:
    """The client knows a pre-shared key, the gateway proves itself by certificate."""
    key = PskAuth(b"shared")
    made = world(alice(), gateway(), client={"local_auth": (key,)}, gateway={"remote_auth": (key,)})
    made.connect()
    made.run(made.now + 5)
    made.assert_settled()


def _names_hashes(payload: Payload) -> bool:
    return isinstance(payload, NotifyPayload) and payload.notify == NotifyType.SIGNATURE_HASH_ALGORITHMS


def test_a_peer_without_signature_negotiation_gets_the_classic_method() -> None:
    """RFC 4754 for ECDSA; RSA would need SHA-1, which takes leave to use."""

    def without(made: World) -> World:
        def tap(sender: str, datagram: bytes) -> bool:
            if sender == "client" or datagram[18] != ExchangeType.IKE_SA_INIT:
                return True
            message = parse_message(datagram)
            kept = [p for p in message.payloads if not _names_hashes(p)]
            sa = made.peer.talk.current
            sa.init_response = serialise_message(replace(message, payloads=tuple(kept)))
            made.peer.peer_hashes = None
            made.deliver_after(0.01, sender, sa.init_response, made.peer.path)
            return False

        made.tap = tap
        made.client.connect(0.0)
        made.run(10.0)
        return made

    assert without(world(alice("p384"), gateway("p256"))).client.state is State.ESTABLISHED
    assert "sha1_only" in without(world(alice("rsa2048"), gateway("p256"))).errors()


# Evidence from outside


CRL_URL, OCSP_URL = "http://pki.example.org/root.crl", "http://pki.example.org/ocsp"


class Web:
    """What can be had over HTTP, and what was asked for."""

    def __init__(self, pages: Mapping[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[Fetch] = []

    def __call__(self, what: Fetch | Prompt) -> bytes | None:
        assert isinstance(what, Fetch)
        self.asked.append(what)
        return self.pages.get(what.url)


def revoking(*, strict: bool = False, crl: bool = True, ocsp: bool = True) -> TrustPolicy:
    return TrustPolicy(roots=TRUST.roots, revocation=Revocation(crl=crl, ocsp=ocsp, strict=strict))


POINTING: dict[str, Any] = {"crl_urls": [CRL_URL], "ocsp_urls": [OCSP_URL]}


def test_ocsp_is_asked_and_believed() -> None:
    theirs = gateway(**POINTING)
    made = world(alice(), theirs, client={"remote_auth": (revoking(strict=True),)})
    made.outside = web = Web({OCSP_URL: ROOT.ocsp_response(theirs.certificate)})
    made.connect()
    assert [fetch.url for fetch in web.asked] == [OCSP_URL]


def test_the_crl_helps_where_ocsp_is_silent() -> None:
    made = world(alice(), gateway(**POINTING), client={"remote_auth": (revoking(strict=True),)})
    made.outside = web = Web({CRL_URL: ROOT.crl()})
    made.connect()
    assert [fetch.url for fetch in web.asked] == [OCSP_URL, CRL_URL]


@pytest.mark.parametrize("by", ["crl", "ocsp"])
def test_a_revoked_gateway_is_refused(by: str) -> None:
    theirs = gateway(**POINTING)
    made = world(alice(), theirs, client={"remote_auth": (revoking(),)})
    made.outside = Web(
        {CRL_URL: ROOT.crl([theirs.certificate])}
        if by == "crl"
        else {OCSP_URL: ROOT.ocsp_response(theirs.certificate, status="revoked")}
    )
    assert "certificate_revoked" in attempt(made)


def test_a_revoked_client_is_refused_by_the_gateway_which_answers_late() -> None:
    ours = alice(crl_urls=[CRL_URL])
    made = world(ours, gateway(), gateway={"remote_auth": (revoking(),)})
    made.outside = Web({CRL_URL: ROOT.crl([ours.certificate])})
    assert set(attempt(made)) >= {"certificate_revoked", "authentication_failed"}


@pytest.mark.parametrize("seed", range(10))
def test_a_gateway_that_fetches_answers_every_repetition_once(seed: int) -> None:
    made = world(
        alice(crl_urls=[CRL_URL]),
        gateway(),
        seed,
        gateway={"remote_auth": (revoking(strict=True),)},
        weather=STORM,
    )
    made.outside = web = Web({CRL_URL: ROOT.crl()})
    made.outside_s = 5.0  # the client repeats itself meanwhile
    made.connect()
    made.run(made.now + 30)
    made.assert_settled()
    assert len(web.asked) == 1


def test_what_cannot_be_found_out_is_noted_or_refused() -> None:
    soft = world(alice(), gateway(**POINTING), client={"remote_auth": (revoking(),)})
    soft.connect()
    (note,) = (event.text for side, event in soft.events if side == "client" and isinstance(event, Noted))
    assert "revoked" in note
    strict = world(alice(), gateway(**POINTING), client={"remote_auth": (revoking(strict=True),)})
    assert "revocation_unknown" in attempt(strict)


def test_ocsp_inside_ike_needs_no_fetch() -> None:
    """RFC 4806: the gateway has a response at hand."""
    theirs = gateway(**POINTING)
    stapled = SignatureAuth(
        Credential(theirs.chain, LocalKey(theirs.key)), ocsp=ROOT.ocsp_response(theirs.certificate)
    )
    made = world(
        alice(), theirs, client={"remote_auth": (revoking(strict=True),)}, gateway={"local_auth": (stapled,)}
    )
    made.outside = web = Web({})
    made.connect()
    assert web.asked == []


@pytest.mark.parametrize("lookup", [True, False])
def test_a_certificate_by_hash_and_url(lookup: bool) -> None:
    theirs = gateway()
    url = "http://gw.example.org/own.crt"
    named = SignatureAuth(Credential(theirs.chain, LocalKey(theirs.key)), urls=(url,))
    made = world(alice(), theirs, client={"certificate_lookup": lookup}, gateway={"local_auth": (named,)})
    made.outside = web = Web({url: theirs.der})
    made.connect()
    assert [fetch.url for fetch in web.asked] == ([url] if lookup else [])


def test_a_url_that_gives_something_else_is_refused() -> None:
    theirs, other = gateway(), gateway()
    url = "http://gw.example.org/own.crt"
    named = SignatureAuth(Credential(theirs.chain, LocalKey(theirs.key)), urls=(url,))
    made = world(alice(), theirs, client={"certificate_lookup": True}, gateway={"local_auth": (named,)})
    made.outside = Web({url: other.der})
    assert "certificate_broken" in attempt(made)


def test_a_malformed_answer_that_had_to_wait_for_a_fetch_ends_the_session_on_both_sides() -> None:
    """The gateway has an IKE SA by then, which the client deletes (RFC 7296 section 2.21.2)."""
    made = world(alice(), gateway(crl_urls=[CRL_URL]), client={"remote_auth": (revoking(ocsp=False),)})
    made.outside = Web({CRL_URL: ROOT.crl()})
    made.client.connect(0.0)
    made.run(0.03)
    answer, session = made.peer.answer_request, made.peer

    def answering(sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...] | None:
        return tuple(p for p in answer(sa, message, now) or () if not isinstance(p, SaPayload))

    session.answer_request = answering  # type: ignore[method-assign]
    made.run(5.0)
    assert made.errors() == ["invalid_peer_message"]
    assert not made.gateway.sessions


def test_a_malformed_request_that_had_to_wait_for_a_fetch_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wishes = AuthExchange._wishes

    def without_selectors(exchange: AuthExchange) -> list[Payload]:
        return [p for p in wishes(exchange) if not isinstance(p, TsiPayload)]

    monkeypatch.setattr(AuthExchange, "_wishes", without_selectors)
    made = world(alice(crl_urls=[CRL_URL]), gateway(), gateway={"remote_auth": (revoking(ocsp=False),)})
    made.outside = Web({CRL_URL: ROOT.crl()})
    made.client.connect(0.0)
    made.run(5.0)
    assert sorted(made.errors()) == ["invalid_peer_message", "peer_error"]
    assert not made.gateway.sessions
