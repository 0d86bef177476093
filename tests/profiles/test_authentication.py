from __future__ import annotations

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ginnel_service.profiles.certificates import open_key, pem_of
from ginnel_service.profiles.model import Profile, parse_profile, serialise_profile
from ginnel_service.profiles.secrets import Secrets, validate_secrets
from ginnel_service.profiles.validation import validate
from helpers.authority import Authority

ROOT = Authority()
ALICE, BOB = ROOT.issue("alice"), ROOT.issue("bob")
PEM, CA = pem_of(ALICE.pem()), pem_of(ROOT.pem)
KEY = ALICE.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def made(**tables: Any) -> Profile:
    return msgspec.convert({"name": "office", "server": "vpn.example.org", **tables}, Profile)


def fields(profile: Profile) -> list[str]:
    problems = validate(profile)
    assert all(problem.remedy for problem in problems)
    return [problem.field for problem in problems]


def by_certificate(**more: Any) -> Profile:
    return made(certificates={"own": PEM}, authentication={"certificate": "own", **more})


def test_a_server_and_a_user_name_suffice() -> None:
    profile = made(authentication={"username": "alice"})
    assert validate(profile) == []
    assert validate_secrets(profile, Secrets()) == []
    assert profile.local_identity == "alice"
    assert profile.authentication.rounds == ("eap",)
    assert profile.authentication.eap_methods == ("mschapv2", "peap", "ttls", "gtc")
    assert profile.authentication.wants_password
    assert profile.remote_method == "certificate"


def test_a_certificate_suffices() -> None:
    profile = by_certificate()
    assert validate(profile) == []
    assert profile.authentication.rounds == ("certificate",)
    assert profile.remote_method == "certificate"
    assert validate_secrets(profile, Secrets(private_key=KEY)) == []


def test_an_older_profile_means_what_it_meant() -> None:
    text = b'name = "a"\nserver = "b"\n[local]\nid = "c"\n[authentication]\nmethod = "psk"\n'
    for toml in (text, text.partition(b"[auth")[0]):
        profile = parse_profile(toml)
        assert validate(profile) == []
        assert (profile.authentication.rounds, profile.remote_method) == (("psk",), "psk")
        assert [problem.field for problem in validate_secrets(profile, Secrets())] == ["psk"]


def test_md5_runs_only_where_named_and_tls_only_with_a_certificate() -> None:
    assert "md5" not in made(authentication={"username": "a"}).authentication.eap_methods
    assert made(authentication={"username": "a", "eap": ["md5"]}).authentication.eap_methods == ("md5",)
    both = by_certificate(username="alice")
    assert both.authentication.eap_methods == ("mschapv2", "tls", "peap", "ttls", "gtc")
    assert not both.authentication.wants_password


def test_eap_alone_proves_the_gateway_by_safe_methods_only() -> None:
    profile = made(authentication={"username": "alice", "eap_only": True})
    assert validate(profile) == []
    assert profile.authentication.eap_methods == ("peap", "ttls")
    assert profile.remote_method == "eap"
    unsafe = made(authentication={"username": "alice", "eap_only": True, "eap": ["mschapv2", "tls"]})
    assert "authentication.eap_only" in fields(unsafe)


def test_a_second_round_follows_the_first() -> None:
    profile = by_certificate(method="certificate", second="eap", username="alice")
    assert validate(profile) == []
    assert profile.authentication.rounds == ("certificate", "eap")
    assert fields(by_certificate(method="certificate", second="certificate")) == ["authentication.second"]


def test_a_gateway_may_prove_itself_otherwise_than_we_do() -> None:
    profile = made(authentication={"username": "alice"}, remote={"method": "psk"})
    assert validate(profile) == []
    assert [problem.field for problem in validate_secrets(profile, Secrets())] == ["psk"]


@pytest.mark.parametrize(
    ("tables", "field"),
    [
        ({"authentication": {"method": "certificate"}}, "authentication.certificate"),
        ({"authentication": {"urls": ["https://example.org/me.der"]}}, "authentication.urls"),
        ({"authentication": {"method": "eap"}}, "authentication.username"),
        ({"authentication": {"username": "a", "eap": ["tls"]}}, "authentication.certificate"),
        ({"authentication": {"username": "a", "eap": ["gtc", "gtc"]}}, "authentication.eap"),
        ({"authentication": {"username": "a", "certificate": "none"}}, "authentication.certificate"),
        (
            {"authentication": {"username": "a", "tls_min": "1.3", "tls_max": "1.2"}},
            "authentication.tls_min",
        ),
        ({"remote": {"ca": ["nowhere"]}}, "remote.ca"),
        ({"remote": {"pin": "nowhere"}}, "remote.pin"),
        ({"authentication": {"username": "a"}, "remote": {"id": "%any"}}, "remote.id"),
        ({"remote": {"pin": "x", "system_roots": True}, "certificates": {"x": PEM}}, "remote.pin"),
        (
            {"remote": {"revocation": {"crl": False, "ocsp": False, "strict": True}}},
            "remote.revocation.strict",
        ),
        (
            {"authentication": {"username": "a", "eap_only": True}, "remote": {"method": "psk"}},
            "remote.method",
        ),
        ({"certificates": {"a b": PEM}}, "certificates.a b"),
        ({"certificates": {"x": "nonsense"}}, "certificates.x"),
        ({"certificates": {"x": PEM.replace("MII", "AAA")}}, "certificates.x"),
        ({"ike": {"ppk": {"required": True}}}, "ike.ppk.id"),
        ({"ike": {"reauth_s": 1}}, "ike.reauth_s"),
        ({"ike": {"fragment_octets": 100}}, "ike.fragment_octets"),
    ],
)
def test_every_mistake_is_named(tables: dict[str, Any], field: str) -> None:
    assert field in fields(made(local={"id": "alice"}, **tables))


def test_names_of_certificates_hold_no_control_characters() -> None:
    assert fields(made(local={"id": "a"}, certificates={"a\x1b": PEM})) == ["certificates"]


def test_what_would_be_too_large_to_read_again_is_refused() -> None:
    large = "text around it is passed over\n" * 2000 + CA
    assert fields(made(local={"id": "a"}, certificates={"one": large})) == []
    assert fields(made(local={"id": "a"}, certificates={f"c{n}": large for n in range(5)})) == [
        "certificates"
    ]


@pytest.mark.parametrize(
    ("secrets", "field"),
    [
        (Secrets(), "private_key"),
        (Secrets(private_key=b"nonsense"), "private_key"),
        (Secrets(private_key=open_key(BOB.key_pem())), "private_key"),
        (Secrets(private_key=KEY, password="x" * 2000), "password"),
    ],
)
def test_secrets_that_do_not_fit_are_named(secrets: Secrets, field: str) -> None:
    (problem,) = validate_secrets(by_certificate(), secrets)
    assert problem.field == field


def test_a_ppk_needs_its_octets() -> None:
    profile = made(authentication={"username": "a"}, ike={"ppk": {"id": "k"}})
    assert [problem.field for problem in validate_secrets(profile, Secrets())] == ["ppk"]
    assert validate_secrets(profile, Secrets(ppk=b"x" * 32)) == []


def test_certificates_survive_the_file_as_people_know_them() -> None:
    profile = made(
        authentication={"certificate": "own", "rsa_pss": True, "server_names": ["radius.example.org"]},
        remote={"ca": ["office"], "allow_cn": True},
        ike={"ppk": {"id": "k"}, "mobike": False},
        certificates={"own": PEM, "office": CA},
    )
    text = serialise_profile(profile)
    assert parse_profile(text) == profile
    assert b"\n-----BEGIN CERTIFICATE-----\n" in text


def test_no_secret_shows() -> None:
    secrets = Secrets(psk=b"hush-psk", password="hush-password", private_key=KEY, ppk=b"hush-ppk")
    assert "hush" not in repr(secrets) + str(secrets.__rich_repr__())
    assert secrets.values == (b"hush-psk", b"hush-password", KEY, b"hush-ppk")
