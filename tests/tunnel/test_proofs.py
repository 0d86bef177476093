"""From a profile and its secrets to who proves what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ginnel_service.ike.auth.policy import TrustPolicy
from ginnel_service.ike.codes import IdType
from ginnel_service.ike.config import EapAuth, PskAuth, SessionConfig, SignatureAuth
from ginnel_service.profiles.certificates import open_key, pem_of
from ginnel_service.profiles.model import Profile, ProfileError
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.profiles.validation import validate
from ginnel_service.tunnel import roots
from ginnel_service.tunnel.convert import session_config
from ginnel_service.tunnel.proofs import lacks_password, with_password
from helpers.authority import SERVER, Authority, chain_pem, dns, mail, of_no_version, pem_block

ROOT = Authority()
ISSUING = ROOT.intermediate()
ALICE = ISSUING.issue("Alice", sans=[mail("alice@example.org")])
GATEWAY = ISSUING.issue("gw", sans=[dns("vpn.example.org")], ekus=[SERVER])
CERTIFICATES = {
    "own": pem_of(ALICE.pem()),
    "ca": pem_of(ROOT.pem),
    "gw": pem_of(chain_pem(GATEWAY.chain[:1])),
}
KEY = open_key(ALICE.key_pem())


def session(secrets: Secrets | None = None, **tables: Any) -> SessionConfig:
    profile = msgspec.convert(
        {"name": "a", "server": "vpn.example.org", "certificates": CERTIFICATES, **tables}, Profile
    )
    assert validate(profile) == []
    return session_config(profile, secrets or Secrets(private_key=KEY, psk=b"a key"))


def eap_of(config: SessionConfig) -> EapAuth:
    (proof,) = config.local_auth
    assert isinstance(proof, EapAuth)
    return proof


def test_a_user_name_becomes_eap_and_the_systems_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ginnel_service.tunnel.proofs.system_roots", lambda: (ROOT.certificate,))
    config = session(Secrets(), authentication={"username": "alice"})
    eap = eap_of(config).eap
    assert [str(method) for method in eap.methods] == ["mschapv2", "peap", "ttls", "gtc"]
    assert (eap.username, eap.password, eap.identity) == ("alice", None, None)
    (trust,) = config.remote_auth
    assert isinstance(trust, TrustPolicy)
    assert trust.system
    assert trust.roots == (ROOT.certificate,)
    assert (trust.revocation.crl, trust.revocation.ocsp, trust.revocation.strict) == (True, True, False)
    assert str(config.remote_id) == "vpn.example.org"
    assert (config.local_id.data, config.eap_only) == (b"alice", False)


def test_a_certificate_becomes_a_signature_and_its_subject_our_name() -> None:
    urls = ["http://example.org/alice.der"]
    said = {"certificate": "own", "rsa_pss": True, "urls": urls}
    config = session(authentication=said, remote={"ca": ["ca"]})
    (proof,) = config.local_auth
    assert isinstance(proof, SignatureAuth)
    assert proof.credential.chain == ALICE.chain
    assert proof.credential.rsa_pss
    assert proof.urls == tuple(urls)
    assert config.local_id.type == IdType.DER_ASN1_DN
    assert config.local_id.data == ALICE.certificate.subject.public_bytes()
    (trust,) = config.remote_auth
    assert isinstance(trust, TrustPolicy)
    assert (trust.roots, trust.system) == ((ROOT.certificate,), False)


def test_a_pinned_certificate_is_the_only_root() -> None:
    (trust,) = session(authentication={"username": "a"}, remote={"pin": "gw"}).remote_auth
    assert isinstance(trust, TrustPolicy)
    assert (trust.roots, trust.system) == ((GATEWAY.certificate,), False)


def test_two_rounds_are_two_proofs() -> None:
    config = session(
        authentication={
            "method": "certificate",
            "second": "eap",
            "certificate": "own",
            "username": "alice",
            "eap": ["mschapv2"],
        }
    )
    assert [type(proof) for proof in config.local_auth] == [SignatureAuth, EapAuth]


def test_a_gateway_with_a_psk_may_ask_for_eap() -> None:
    config = session(authentication={"username": "alice"}, remote={"method": "psk"})
    assert config.remote_auth == (PskAuth(b"a key"),)


def test_eap_alone_leaves_nothing_to_prove_by_auth() -> None:
    config = session(authentication={"username": "alice", "eap_only": True})
    assert (config.eap_only, config.remote_auth) == (True, ())


def test_eap_tls_takes_the_certificate_and_a_name_out_of_it() -> None:
    eap = eap_of(session(authentication={"certificate": "own", "eap": ["tls"], "tls_min": "1.3"})).eap
    assert eap.username == "alice@example.org"
    assert eap.tls is not None
    assert eap.tls.credential is not None
    assert (eap.tls.credential.chain, eap.tls.min_version) == (ALICE.chain, "1.3")


def test_the_server_of_eap_must_have_the_name_and_a_chain_to_a_root() -> None:
    def names(**more: Any) -> list[str]:
        config = session(authentication={"username": "alice", **more}, remote={"ca": ["ca"]})
        tls = eap_of(config).eap.tls
        assert tls is not None
        assert (tls.trust,) == config.remote_auth
        return [str(name) for name in tls.server_names]

    assert names() == ["vpn.example.org"]
    assert names(server_names=["radius.example.org", "b.example.org"]) == [
        "radius.example.org",
        "b.example.org",
    ]


def test_a_password_is_asked_for_before_only_where_one_is_needed() -> None:
    lacking = session(authentication={"username": "alice"})
    assert lacks_password(lacking)
    given = with_password(lacking, "hush-hush")
    assert not lacks_password(given)
    assert eap_of(given).eap.password == "hush-hush"
    assert "hush" not in repr(given)
    assert not lacks_password(session(Secrets(password="x"), authentication={"username": "a"}))
    assert not lacks_password(session(authentication={"username": "a", "one_time": True}))
    assert not lacks_password(
        session(authentication={"username": "a", "certificate": "own", "method": "eap"})
    )
    assert not lacks_password(session(local={"id": "alice"}))


def test_a_user_name_that_is_no_identity_is_still_one() -> None:
    assert session(authentication={"username": "CORP=x\\alice"}).local_id.type == IdType.KEY_ID


def test_a_ppk_and_the_choices_of_ike_arrive() -> None:
    config = session(
        Secrets(psk=b"k", ppk=b"quantum"),
        local={"id": "alice"},
        ike={
            "ppk": {"id": "me", "required": True},
            "mobike": False,
            "fragmentation": False,
            "fragment_octets": 600,
            "childless": True,
        },
        remote={"allow_sha1": True, "certificate_requests": False, "certificate_lookup": True},
    )
    assert config.ppk is not None
    assert (config.ppk.id, config.ppk.secret, config.ppk.required) == (b"me", b"quantum", True)
    assert (config.mobike, config.fragmentation, config.fragment_octets) == (False, False, 600)
    assert (config.childless, config.allow_sha1) == (True, True)
    assert (config.certificate_requests, config.certificate_lookup) == (False, True)
    assert session(local={"id": "alice"}).fragment_octets == 1280


def test_what_only_ike_can_see_is_named_with_its_field() -> None:
    with pytest.raises(ProfileError) as caught:
        session(Secrets(), authentication={"certificate": "own"}, remote={"id": "a=b"})
    assert [problem.field for problem in caught.value.problems] == ["private_key", "remote.id"]


def test_the_systems_roots_come_from_a_bundle_or_a_directory(tmp_path: Path) -> None:
    other = Authority("Other")
    bundle = tmp_path / "bundle.pem"
    broken = pem_block(bytes(3)) + pem_block(of_no_version(other.certificate.public_bytes(Encoding.DER)))
    bundle.write_bytes(broken + chain_pem([ROOT.certificate, other.certificate, ROOT.certificate]))
    assert set(roots.load(bundle, 1)) == {ROOT.certificate, other.certificate}
    (tmp_path / "README").write_text("nothing here")
    (tmp_path / "folder").mkdir()
    assert set(roots.load(tmp_path, 1)) == {ROOT.certificate, other.certificate}
