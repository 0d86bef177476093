"""A gateway that lets users in by key, by certificate and by EAP, side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from ginnel_service.gateway.config import GatewayConfig, load, parse
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.gateway.policy import Policy
from ginnel_service.gateway.pools import Pools
from ginnel_service.ike.auth.certificates import certreq_data
from ginnel_service.ike.auth.policy import TrustPolicy
from ginnel_service.ike.codes import IdType
from ginnel_service.ike.config import PskAuth, SessionConfig, SignatureAuth
from ginnel_service.ike.eap.config import EapServerConfig
from ginnel_service.ike.payloads.identity import Identity
from helpers.authority import SERVER, Authority, chain_pem, dns, of_no_version

ROOT = Authority()
GATEWAY = ROOT.issue("gw", sans=[dns("gw.example.org")], ekus=[SERVER])
BASE = """identity = "gw.example.org"
pool_ipv4 = "10.0.0.0/24"
"""
CERTIFICATES = """[certificates]
certificate = "gw.pem"
key = "gw.key"
ca = ["ca.pem"]
"""
EAP = '[eap]\nmethods = ["mschapv2", "tls"]\n'
KEY_USER = '[[users]]\nid = "lab@example.org"\npsk = "hush-psk"\n'
EAP_USER = '[[users]]\nid = "carol"\npassword = "hush-password"\nppk_id = "c"\nppk = "hush-ppk"\n'
WHOLE = BASE + CERTIFICATES + EAP + KEY_USER + EAP_USER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in {
        "gw.pem": chain_pem(GATEWAY.chain),
        "gw.key": GATEWAY.key_pem(),
        "both.pem": GATEWAY.pem(),
        "ca.pem": ROOT.pem,
    }.items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    return tmp_path


def find(config: GatewayConfig, who: str, *, eap: bool = False) -> SessionConfig | None:
    policy = Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))
    return policy.find(Identity.parse_text(who), None, eap=eap)


def test_every_kind_of_user_finds_their_way(folder: Path) -> None:
    config = parse(WHOLE.encode(), folder)
    by_key = find(config, "lab@example.org")
    assert by_key is not None
    assert by_key.local_auth == by_key.remote_auth == (PskAuth(b"hush-psk"),)
    by_certificate = find(config, "alice@example.org")
    assert by_certificate is not None
    assert by_certificate.remote_id == Identity.parse_text("alice@example.org")
    (proof,), (trust,) = by_certificate.local_auth, by_certificate.remote_auth
    assert isinstance(proof, SignatureAuth)
    assert proof.credential.certificate == GATEWAY.certificate
    assert isinstance(trust, TrustPolicy)
    assert trust.roots == (ROOT.certificate,)
    by_eap = find(config, "192.0.2.77", eap=True)
    assert by_eap is not None
    assert by_eap.remote_id is None
    assert by_eap.local_auth == (proof,)
    (server,) = by_eap.remote_auth
    assert isinstance(server, EapServerConfig)
    assert [str(method) for method in server.methods] == ["mschapv2", "tls"]
    assert server.lookup(b"carol") == server.lookup(b"CORP\\carol") == b"hush-password"
    assert server.lookup(b"lab@example.org") is None


def test_a_ppk_belongs_to_its_user_and_is_announced(folder: Path) -> None:
    config = parse(WHOLE.encode(), folder)
    policy = Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))
    greeting = policy.greeting()
    assert greeting.ppk
    assert greeting.authorities == certreq_data((ROOT.certificate,))
    carol = find(config, "carol", eap=True)
    assert carol is not None
    assert carol.ppk is not None
    assert (carol.ppk.id, carol.ppk.secret, carol.ppk.required) == (b"c", b"hush-ppk", True)
    other = find(config, "lab@example.org")
    assert other is not None
    assert other.ppk is None
    # A user of EAP has it whatever identity the IKE SA was begun with
    assert policy.ppk_of(Identity.parse_text("carol")) == carol.ppk
    assert policy.ppk_of(Identity(IdType.KEY_ID, rb"OFFICE\carol")) == carol.ppk
    assert policy.ppk_of(Identity.parse_text("bob")) is None


def test_certificates_by_hash_and_url_are_for_who_asks(folder: Path) -> None:
    config = parse(WHOLE.encode(), folder)
    policy = Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))
    assert not policy.greeting().lookup
    more = 'lookup = true\nurls = ["http://example.org/gw.der"]\nca = ['
    config = parse(WHOLE.replace("ca = [", more).encode(), folder)
    policy = Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))
    assert policy.greeting().lookup
    found = find(config, "alice@example.org")
    assert found is not None
    assert found.certificate_lookup
    (proof,) = found.local_auth
    assert isinstance(proof, SignatureAuth)
    assert proof.urls == ("http://example.org/gw.der",)


def test_without_a_certificate_only_keys_open(folder: Path) -> None:
    config = parse((BASE + KEY_USER).encode(), folder)
    assert find(config, "lab@example.org") is not None
    assert find(config, "lab@example.org", eap=True) is None
    assert find(config, "alice@example.org") is None
    policy = Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))
    assert (policy.greeting().ppk, policy.greeting().authorities) == (False, b"")


def test_eap_tls_lets_in_who_has_a_certificate_of_the_users_authority(folder: Path) -> None:
    found = find(parse(WHOLE.encode(), folder), "anyone", eap=True)
    assert found is not None
    (server,) = found.remote_auth
    assert isinstance(server, EapServerConfig)
    assert server.tls is not None
    assert server.tls.credential is not None
    assert server.tls.credential.chain == GATEWAY.chain
    assert server.tls.trust.roots == (ROOT.certificate,)


def test_paths_begin_at_the_file_and_one_file_may_hold_both(folder: Path) -> None:
    file = folder / "gateway.toml"
    file.write_text(BASE + '[certificates]\ncertificate = "both.pem"\nca = ["ca.pem"]\n')
    file.chmod(0o600)
    assert find(load(file), "alice@example.org") is not None


@pytest.mark.parametrize("name", ["gw.key", "both.pem"])
def test_a_key_that_others_can_read_is_refused(folder: Path, name: str) -> None:
    (folder / name).chmod(0o640)
    text = WHOLE if name == "gw.key" else WHOLE.replace("gw.pem", "both.pem").replace('key = "gw.key"\n', "")
    with pytest.raises(GatewayError, match="chmod 600"):
        parse(text.encode(), folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WHOLE.replace("gw.pem", "nowhere.pem"), "nowhere.pem: No such file"),
        (WHOLE.replace('"gw.key"', '"."'), "is not a regular file"),
        (WHOLE.replace('ca = ["ca.pem"]', 'ca = ["gw.key"]'), "certificates.ca"),
        (WHOLE.replace("gw.pem", "ca.pem"), "does not belong"),
        (WHOLE.replace('certificate = "gw.pem"\n', ""), "certificates.key goes with a certificate"),
        (BASE + '[certificates]\nca = ["ca.pem"]\n', "certificates.certificate is missing beside ca"),
        (BASE + EAP.replace(', "tls"', "") + EAP_USER, "is missing for EAP"),
        (BASE + CERTIFICATES + EAP_USER, "eap.methods is missing"),
        (WHOLE.replace('ca = ["ca.pem"]\n', ""), "certificates.ca is missing for EAP-TLS"),
        (WHOLE.replace('"tls"]', '"gtc"]'), "gtc"),
        (WHOLE.replace("ca = [", 'urls = ["https://example.org/gw.der"]\nca = ['), "no http URL"),
        (BASE + '[[users]]\nid = "a"\n', "no way to log in"),
        (BASE + '[[users]]\nid = "a"\npsk = "x"\nppk = "hush"\n', "goes with ppk_id"),
        (BASE + KEY_USER + KEY_USER, "twice"),
    ],
)
def test_every_mistake_is_named_and_no_secret(folder: Path, text: str, words: str) -> None:
    with pytest.raises(GatewayError) as caught:
        parse(text.encode(), folder)
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("data", [b"nonsense", of_no_version(ROOT.crl())])
def test_what_is_no_crl_is_named(folder: Path, data: bytes) -> None:
    (folder / "crl.der").write_bytes(data)
    with pytest.raises(GatewayError, match=r"crl\.der is no CRL"):
        parse(WHOLE.replace("ca = [", 'crl = ["crl.der"]\nca = [').encode(), folder)


def test_no_secret_shows(folder: Path) -> None:
    config = parse(WHOLE.encode(), folder)
    assert "hush" not in repr(config) + repr(config.proofs)
