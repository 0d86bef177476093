"""Users that an administrator keeps: the file, the CRL, and what is handed out."""

from __future__ import annotations

import json
import plistlib
import stat
import tomllib
from pathlib import Path

import pytest
from cryptography import x509

from ginnel_service.gateway.config import GatewayConfig, load
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.gateway.policy import Policy
from ginnel_service.gateway.pools import Pools
from ginnel_service.gateway.proofs import User
from ginnel_service.gateway.registry import Registry, establish
from ginnel_service.gateway.users import save_users
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.profiles.certificates import open_pkcs12
from ginnel_service.profiles.importers import preview


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gateway's file; making its keys takes a while."""
    return establish(tmp_path_factory.mktemp("office") / "gw", "vpn.example.org", ("192.0.2.1",))


@pytest.fixture
def registry(made: Path) -> Registry:
    (made.parent / "users.toml").unlink(missing_ok=True)
    return Registry(made)


def test_a_folder_is_private_and_its_configuration_has_no_problem(made: Path) -> None:
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.parent.iterdir()} == {0o600}
    config = load(made)
    assert config.proofs.credential is not None
    assert config.proofs.clients is not None
    assert config.translated == (config.pool_ipv4,)


def test_a_folder_that_is_there_is_left_alone(made: Path) -> None:
    before = {file.name: file.read_bytes() for file in made.parent.iterdir()}
    with pytest.raises(GatewayError, match="not_written"):
        establish(made.parent, "vpn.example.org")
    assert {file.name: file.read_bytes() for file in made.parent.iterdir()} == before


def test_users_are_listed_with_how_they_log_in(registry: Registry) -> None:
    registry.add("carl", "psk")
    registry.add("bob", "password")
    assert [(each.id, each.ways, each.kept) for each in registry.list()] == [
        ("bob", ("password",), True),
        ("carl", ("psk",), True),
    ]
    with pytest.raises(GatewayError, match="user_exists"):
        registry.add("bob", "psk")
    with pytest.raises(GatewayError, match="user_exists: bob"):
        registry.add("@bob", "psk")


def test_a_password_opens_the_gateway_until_the_user_is_removed(registry: Registry, made: Path) -> None:
    handout = registry.add("bob", "password")
    said = tomllib.loads(handout.files["bob.toml"].decode())["secrets"]["password"]
    server = load(made).proofs.eap
    assert server is not None
    assert server.lookup(b"bob") == said.encode()
    registry.remove("bob")
    server = load(made).proofs.eap
    assert server is not None
    assert server.lookup(b"bob") is None
    with pytest.raises(GatewayError, match="user_unknown"):
        registry.remove("bob")


def test_a_certificate_is_handed_out_once_and_taken_back_with_its_user(
    registry: Registry, made: Path
) -> None:
    handout = registry.add("alice@example.org", "certificate")
    assert set(handout.files) == {
        f"alice-example.org.{each}" for each in ("toml", "sswan", "mobileconfig", "p12")
    }
    chain, _ = open_pkcs12(handout.files["alice-example.org.p12"], handout.password)
    assert chain.count("BEGIN CERTIFICATE") == 2
    again = registry.export("alice@example.org")
    assert again.password != handout.password
    serials = {_serial(each) for each in (handout.files, again.files)}
    assert len(serials) == 2
    registry.remove("alice@example.org")
    revoked = _revoked(made.parent / "crl.pem")
    assert serials <= revoked
    everything = b"".join(file.read_bytes() for file in made.parent.iterdir())
    assert everything.count(b"BEGIN PRIVATE KEY") == 2, "the authority's and the gateway's alone"


def _serial(files: dict[str, bytes]) -> int:
    text = tomllib.loads(files["alice-example.org.toml"].decode())["certificates"]["own"]
    return x509.load_pem_x509_certificate(text.encode()).serial_number


def _revoked(path: Path) -> set[int]:
    return {entry.serial_number for entry in x509.load_pem_x509_crl(path.read_bytes())}


@pytest.mark.parametrize("way", ["psk", "password", "certificate"])
def test_our_own_importer_finds_nothing_missing_in_what_is_handed_out(registry: Registry, way: str) -> None:
    handout = registry.add("dora@example.org", way, server="192.0.2.1")  # type: ignore[arg-type]
    for name, data in handout.files.items():
        if name.endswith(".p12"):
            continue
        shown = preview(data, password=handout.password or None)
        (candidate,) = shown.candidates
        assert candidate.profile.server == "192.0.2.1"
        assert not shown.unused, name


def test_files_of_users_with_names_alike_do_not_replace_one_another(registry: Registry) -> None:
    names = ("eve@example.org", "eve-example.org", "Eve@example.org")
    handed = [set(registry.add(name, "psk").files) for name in names]
    assert "eve-example.org.toml" in handed[0]
    assert len(set.union(*handed)) == sum(map(len, handed))
    assert set(registry.export(names[1]).files) == handed[1]
    assert not set(registry.export(names[0]).files) & (handed[1] | handed[2])


def test_apples_file_trusts_the_office_alone_and_names_the_user(registry: Registry) -> None:
    handout = registry.add("eve@example.org", "password", ("mobileconfig",))
    (data,) = handout.files.values()
    payloads = {each["PayloadType"]: each for each in plistlib.loads(data)["PayloadContent"]}
    vpn = payloads["com.apple.vpn.managed"]["IKEv2"]
    assert (vpn["RemoteIdentifier"], vpn["AuthName"]) == ("vpn.example.org", "eve@example.org")
    assert "com.apple.security.root" in payloads


def test_strongswans_app_cannot_log_in_by_key(registry: Registry) -> None:
    with pytest.raises(GatewayError, match="format_unusable"):
        registry.add("carl", "psk", ("sswan",))
    assert not registry.list(), "nobody was added"
    files = registry.add("carl", "psk").files
    assert set(files) == {"carl.mobileconfig", "carl.toml"}
    files = registry.add("bob", "password").files
    assert json.loads(files["bob.sswan"])["local"]["eap_id"] == "bob"


def test_a_user_of_the_gateways_own_file_is_left_to_its_editor(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('identity = "gw"\npool_ipv4 = "10.0.0.0/24"\nusers = [{ id = "a@b", psk = "hush" }]\n')
    file.chmod(0o600)
    registry = Registry(file)
    with pytest.raises(GatewayError, match="user_not_managed"):
        registry.remove("a@b")
    with pytest.raises(GatewayError, match="user_without_way"):
        registry.add("bob", "password")
    with pytest.raises(GatewayError, match="authority_missing"):
        registry.add("bob", "certificate")
    assert set(registry.export("a@b").files) == {"a-b.toml", "a-b.mobileconfig"}


def test_another_certificate_of_the_gateway_is_of_the_same_authority(made: Path) -> None:
    before = load(made).proofs.credential
    Registry(made).renew(("192.0.2.1",))
    after = load(made).proofs.credential
    assert before is not None
    assert after is not None
    assert before.certificate != after.certificate
    assert before.certificate.issuer == after.certificate.issuer


def test_whose_login_changed_or_is_gone_is_outdated_and_nobody_else(registry: Registry, made: Path) -> None:
    for name in ("stays", "goes", "changes"):
        registry.add(name, "psk")
    policy = _policy(load(made))
    who = {name: Identity.parse_text(name) for name in ("stays", "goes", "changes")}
    registry.remove("goes")
    registry.remove("changes")
    registry.add("changes", "psk")
    policy.take(load(made), 100.0)
    assert {name for name, it in who.items() if policy.outdated((it,), 50.0)} == {"goes", "changes"}
    assert not policy.outdated((who["changes"],), 101.0), "who logs in by the new key is welcome"
    ours = Identity.parse_text("vpn.example.org")
    assert policy.readmit(who["goes"], ours, who["goes"], eap=False, since=50.0) is None
    assert policy.readmit(who["stays"], ours, who["stays"], eap=False, since=50.0) is not None


def test_a_certificate_is_shown_anew_when_one_was_taken_back(registry: Registry, made: Path) -> None:
    registry.add("key", "psk")
    registry.add("word", "password")
    registry.add("goes", "certificate")
    policy = _policy(load(made))
    ours, stays = Identity.parse_text("vpn.example.org"), Identity.parse_text("stays@other.example")
    key, word = Identity.parse_text("key"), Identity.parse_text("word")
    policy.take(load(made), 20.0)
    assert policy.readmit(stays, ours, stays, eap=False, since=10.0) is not None
    registry.remove("goes")
    policy.take(load(made), 30.0)
    for by_eap in (False, True):
        assert policy.readmit(stays, ours, stays, eap=by_eap, since=10.0) is None
        assert policy.readmit(stays, ours, stays, eap=by_eap, since=31.0) is not None
    assert policy.readmit(key, ours, key, eap=False, since=10.0) is not None
    assert policy.readmit(word, ours, word, eap=True, since=10.0) is not None


def _policy(config: GatewayConfig) -> Policy:
    return Policy(config, Pools((config.pool_ipv4, config.pool_ipv6)))


def test_no_secret_shows(registry: Registry) -> None:
    handout = registry.add("bob", "password")
    password = tomllib.loads(handout.files["bob.toml"].decode())["secrets"]["password"]
    assert password not in repr(handout) + repr(registry.config) + repr(registry.config.users)


def test_who_has_a_password_and_a_key_is_handed_the_authority_with_the_password(
    registry: Registry, made: Path
) -> None:
    user = User(id="dora", psk="shared", password="of dora")
    save_users(made.parent / "users.toml", (user,))
    handout = Registry(made).export("dora")
    said = tomllib.loads(handout.files["dora.toml"].decode())
    assert said["authentication"]["username"] == "dora"
    assert said["secrets"] == {"password": "of dora"}
    assert said["remote"]["ca"] == ["ca"]
    assert "dora.sswan" in handout.files


def test_nobodys_files_have_the_names_of_anybody_elses(registry: Registry) -> None:
    people = ("Иван", "Пётр", "a b", "a/b", "x" * 61, "x" * 62, "alice@example.org")
    files = [name for each in people for name in registry.add(each, "psk", ("toml",)).files]
    assert len(set(files)) == len(people)
    assert files[-1] == "alice-example.org.toml"
