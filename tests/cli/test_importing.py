"""`ginnel import`, `export` and `edit` against a service that keeps profiles."""

from __future__ import annotations

import json
import os
import plistlib
import stat
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from cli.conftest import PSK, Served, office
from ginnel_service.cli import secret
from ginnel_service.cli.exits import Exit
from ginnel_service.profiles.importers import preview
from ginnel_service.profiles.model import Authentication, Network, Profile, Timing
from ginnel_service.profiles.secrets import Secrets
from helpers.authority import Authority
from helpers.import_files import FOLDER, PASSWORD

PLAIN = "correct horse"
#: A .sswan without its gateway.
OFFICE = {"uuid": "6f7c1de8-2a6a-4f5d-8f0e-1a2b3c4d5e6f", "name": "Office", "type": "ikev2-eap"}


def file(name: str) -> str:
    return str(FOLDER / name)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "can_ask", lambda: True)


def test_a_file_is_shown_then_kept(served: Served) -> None:
    result = served.run("import", file("eap.mobileconfig"), "--yes")
    assert result.exit_code == 0, result.output
    for shown in (
        *(
            "Apple's configuration profile",
            "Example Inc.",
            "Be kind.",
            "vpn.example.org",
            "PayloadContent[0].IKEv2.MTU",
        ),
        *("Would be trusted, for this profile alone: CN=Office CA", "SHA-256 ", "Ginnel sets no proxy"),
        *("secrets.password", "ginnel up Office-VPN"),
    ):
        assert shown in result.stdout
    assert PLAIN not in result.output
    profile, secrets = served.service.profiles["Office-VPN"], served.service.secrets["Office-VPN"]
    assert (profile.kill_switch.mode, profile.network.mtu, profile.timing.idle_s) == ("connecting", 1300, 900)
    assert (secrets.password, secrets.ppk) == (PLAIN, b"\x01\x02\x03" * 11)


@pytest.mark.usefixtures("terminal")
def test_a_person_is_asked_before_anything_is_kept(served: Served) -> None:
    refused = served.run("import", file("eap.sswan"), stdin="n\n")
    assert refused.exit_code != 0
    assert served.service.profiles == {}
    assert served.run("import", file("eap.sswan"), stdin="y\n").exit_code == 0
    assert served.service.profiles["Office"].remote.ca == ("Office-CA",)


def test_without_a_terminal_it_has_to_be_confirmed(served: Served) -> None:
    for more in ((), ("--json",)):
        result = served.run("import", file("eap.sswan"), *more)
        assert result.exit_code == Exit.USAGE
        assert "--yes" in result.stderr
    assert served.service.profiles == {}


def test_a_dry_run_keeps_nothing_and_needs_no_service(served: Served, tmp_path: Path) -> None:
    found = served.json("import", file("binary.mobileconfig"), "--dry-run")
    assert found["created"] == []
    assert [each["profile"]["name"] for each in found["preview"]["candidates"]] == [
        *("By-certificate", "By-key", "By-EAP-TLS")
    ]
    assert found["preview"]["candidates"][1]["secrets"] == ["psk"]
    assert served.service.profiles == {}


def test_several_connections_become_several_profiles(served: Served) -> None:
    assert served.json("import", file("binary.mobileconfig"), "--yes")["created"] == [
        *("By-certificate", "By-key", "By-EAP-TLS")
    ]
    assert set(served.service.profiles) == {"By-certificate", "By-key", "By-EAP-TLS"}
    assert (
        served.run("import", file("swanctl.conf"), "--yes", "--pick", "key", "--name", "lab").exit_code == 0
    )
    assert served.service.secrets["lab"].psk == b"open sesame"
    assert served.run("import", file("swanctl.conf"), "--yes", "--name", "x").exit_code == Exit.USAGE
    assert served.run("import", file("swanctl.conf"), "--yes", "--pick", "x").exit_code == Exit.USAGE


@pytest.mark.usefixtures("terminal")
def test_what_is_missing_is_asked_for_once(served: Served) -> None:
    result = served.run("import", file("azure.zip"), stdin="alice\ny\n")
    assert result.exit_code == 0, result.output
    assert served.service.profiles["azuregateway-1234"].authentication.username == "alice"
    result = served.run("import", file("algo.mobileconfig"), stdin=f"{PASSWORD}\ny\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert served.service.secrets["AlgoVPN-192.0.2.7-IKEv2"].private_key
    wrong = served.run("import", file("algo.mobileconfig"), "--replace", stdin="nonsense\n")
    assert wrong.exit_code == Exit.USAGE


def test_what_is_missing_is_given_by_options(served: Served, tmp_path: Path) -> None:
    (tmp_path / "opens").write_text(PASSWORD + "\n")
    opens = ("--key-password-file", str(tmp_path / "opens"), "--yes")
    told = served.run("import", file("alice.p12"), *opens)
    assert told.exit_code == Exit.USAGE
    assert "--server" in told.stderr
    given = ("--server", "vpn.example.org", "--id", "alice@example.org", "--name", "home")
    assert served.run("import", file("alice.p12"), *opens, *given).exit_code == 0
    home = served.service.profiles["home"]
    assert (home.server, home.local.id, home.authentication.rounds) == (
        *("vpn.example.org", "alice@example.org", ("certificate",)),
    )
    beside = ("--with", file("alice.p12"))
    assert served.run("import", file("VpnSettings.xml"), *beside, *opens).exit_code == 0
    assert served.service.secrets["azuregateway-1234"].private_key
    lacking = served.run("import", file("VpnSettings.xml"), "--yes", "--replace")
    assert lacking.exit_code == Exit.USAGE
    assert "--with" in lacking.stderr


def test_the_same_file_again_is_an_update_that_keeps_what_was_added(served: Served, tmp_path: Path) -> None:
    made = {"uuid": "6f7c1de8-2a6a-4f5d-8f0e-1a2b3c4d5e6f", "name": "Office", "type": "ikev2-eap"}
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(json.dumps({**made, "remote": {"addr": "a.example.org"}}))
    second.write_text(
        json.dumps({**made, "name": "Renamed", "remote": {"addr": "a.example.org"}, "mtu": 1300})
    )
    (tmp_path / "password").write_text(PLAIN)
    given = ("--username", "alice", "--password-file", str(tmp_path / "password"), "--name", "work")
    assert served.json("import", str(first), "--yes", *given)["created"] == ["work"]
    answer = served.json("import", str(second), "--yes")
    assert (answer["created"], answer["updated"]) == ([], ["work"])
    assert set(served.service.profiles) == {"work"}
    work = served.service.profiles["work"]
    assert (work.network.mtu, work.authentication.username) == (1300, "alice")
    assert served.service.secrets["work"].password == PLAIN


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ({"addr": "evil.example.org"}, "(a.example.org -> evil.example.org)"),
        ({"addr": "a.example.org", "id": "evil.example.org"}, "(a.example.org -> evil.example.org)"),
    ],
)
def test_an_update_for_another_gateway_has_none_of_the_secrets(
    served: Served, tmp_path: Path, keychain: ModuleType, remote: dict[str, str], told: str
) -> None:
    first, forged = tmp_path / "first", tmp_path / "forged"
    first.write_text(json.dumps({**OFFICE, "remote": {"addr": "a.example.org"}}))
    forged.write_text(json.dumps({**OFFICE, "remote": remote}))
    (tmp_path / "password").write_text(PLAIN)
    given = ("--username", "alice", "--password-file", str(tmp_path / "password"))
    assert served.run("import", str(first), "--yes", *given).exit_code == 0
    keychain.entries["ginnel: Office", "alice"] = PLAIN
    result = served.run("import", str(forged), "--yes")
    assert f"{told}: stored secrets are forgotten." in result.stdout
    assert served.service.secrets["Office"] == Secrets()
    assert served.service.profiles["Office"].authentication.username == "alice"
    assert keychain.entries == {}


@pytest.mark.usefixtures("terminal", "keychain")
def test_an_update_for_another_gateway_asks_for_the_key_anew(served: Served, tmp_path: Path) -> None:
    name, values = "By-key", plistlib.loads((FOLDER / "binary.mobileconfig").read_bytes())
    assert served.run("import", file("binary.mobileconfig"), "--yes", "--pick", name).exit_code == 0
    old = served.service.profiles[name]
    served.service.profiles[name] = msgspec.structs.replace(old, server="before.example.org")
    for payload in values["PayloadContent"]:
        payload.get("IKEv2", {}).pop("SharedSecret", None)
    bare = tmp_path / "bare.mobileconfig"
    bare.write_bytes(plistlib.dumps(values))
    result = served.run("import", str(bare), "--pick", name, stdin="another key\ny\n")
    assert result.exit_code == 0, result.output
    assert served.service.secrets[name].psk == b"another key"


def test_another_profile_of_that_name_is_not_overwritten(with_office: Served) -> None:
    assert with_office.run("import", file("office.toml"), "--yes").exit_code == Exit.FAILED
    assert with_office.service.profiles["office"] == office()
    assert with_office.run("import", file("office.toml"), "--yes", "--replace").exit_code == 0
    assert with_office.service.profiles["office"].network.lan


def test_what_takes_the_place_of_another_is_not_answered_by_its_keychain(
    with_office: Served, keychain: ModuleType
) -> None:
    keychain.entries["ginnel: office", "alice"] = PLAIN
    taken = ("--name", "office", "--username", "alice", "--yes")
    assert with_office.run("import", file("eap.sswan"), *taken).exit_code == Exit.FAILED
    assert keychain.entries
    assert with_office.run("import", file("eap.sswan"), *taken, "--replace").exit_code == 0
    assert keychain.entries == {}


def test_a_signature_that_does_not_hold_is_refused(served: Served, tmp_path: Path) -> None:
    data = (FOLDER / "signed.mobileconfig").read_bytes()
    changed = tmp_path / "changed"
    changed.write_bytes(data.replace(b"vpn.example.org", b"vpn.example.com"))
    good = served.run("import", file("signed.mobileconfig"), "--dry-run")
    assert "CN=alice" in good.stdout
    assert "DOES NOT HOLD" not in good.stdout
    assert "DOES NOT HOLD" in served.run("import", str(changed), "--dry-run").stdout
    refused = served.json("import", str(changed), "--yes")
    assert refused["error"]["code"] == "import_unverified"
    assert served.service.profiles == {}
    assert served.run("import", str(changed), "--yes", "--unverified").exit_code == 0


def test_standard_input_holds_a_file(served: Served) -> None:
    data = (FOLDER / "eap.sswan").read_bytes()
    assert served.run("import", "-", "--yes", stdin=data).exit_code == 0
    assert "Office" in served.service.profiles
    assert served.run("import", "-", "--with", "-", "--yes", stdin=data).exit_code == Exit.USAGE


def test_a_file_of_another_kind_is_named(served: Served) -> None:
    result = served.run("import", "-", "--yes", stdin=b"[Interface]\nPrivateKey = x\n")
    assert result.exit_code == Exit.BAD_PROFILE
    assert "WireGuard" in result.stderr


def test_no_control_character_of_a_file_reaches_the_terminal(served: Served) -> None:
    made = {"uuid": "u", "name": "a\x1b[2Jb", "type": "ikev2-eap", "remote": {"addr": "a\x1b[2J"}, "\x1bx": 1}
    result = served.run("import", "-", "--dry-run", stdin=json.dumps(made))
    assert result.exit_code == 0
    assert "\x1b" not in result.output


# export


@pytest.mark.parametrize("kind", ["toml", "sswan", "mobileconfig"])
def test_an_export_holds_no_secret_unless_asked(with_office: Served, tmp_path: Path, kind: str) -> None:
    profile = office(authentication=Authentication(username="alice"), network=Network(mtu=1300))
    with_office.service.profiles["office"] = profile
    path = tmp_path / "office"
    assert with_office.run("export", "office", "--format", kind, "--output", str(path)).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = preview(path.read_bytes()).candidates[0]
    assert found.secrets == Secrets()
    assert (found.profile.server, found.profile.network.mtu) == ("vpn.example.org", 1300)
    again = with_office.run("export", "office", "--format", kind, "--output", str(path))
    assert again.exit_code != 0  # nothing is overwritten
    (tmp_path / "password").write_text(PLAIN)
    given = ("--with-secrets", "--password-file", str(tmp_path / "password"))
    result = with_office.run("export", "office", "--format", kind, *given)
    assert preview(result.stdout_bytes).candidates[0].secrets.password == PLAIN
    assert with_office.run("export", "office", *given[1:]).exit_code == Exit.USAGE


@pytest.mark.usefixtures("terminal")
def test_secrets_of_an_export_are_typed_unseen(with_office: Served) -> None:
    result = with_office.run(
        *("export", "office", "--format", "mobileconfig", "--with-secrets", "--json"), stdin=f"{PSK[:9]}\n"
    )
    answer = json.loads(result.stdout)
    assert answer["lost"] == ["timing.liveness_s"]
    assert preview(answer["data"].encode()).candidates[0].secrets.psk == PSK[:9].encode()
    told = with_office.run("export", "office", "--format", "sswan")
    assert "authentication.method" in told.stderr  # the app knows no pre-shared keys


def test_a_certificate_is_exported_with_its_key(served: Served, tmp_path: Path) -> None:
    alice = Authority("Office CA").issue("alice")
    (tmp_path / "alice.p12").write_bytes(alice.pkcs12(PASSWORD))
    (tmp_path / "opens").write_text(PASSWORD)
    opens = ("--key-password-file", str(tmp_path / "opens"))
    create = ("--server", "vpn.example.org", "--pkcs12", str(tmp_path / "alice.p12"), *opens)
    assert served.run("create", "office", *create).exit_code == 0
    for kind in ("sswan", "mobileconfig", "toml"):
        given = ("--with-secrets", "--pkcs12", str(tmp_path / "alice.p12"), *opens)
        result = served.run("export", "office", "--format", kind, *given)
        assert result.exit_code == 0, result.stderr
        found = preview(result.stdout_bytes, password=PASSWORD).candidates[0]
        assert found.secrets == served.service.secrets["office"]
    assert served.run("export", "office", "--with-secrets").exit_code == Exit.USAGE


# edit


def test_single_fields_are_set_and_the_secrets_stay(with_office: Served) -> None:
    with_office.service.secrets["office"] = Secrets(psk=PSK.encode())
    changes = (
        "network.lan=true",
        "timing.idle_s=600",
        'network.subnets=["10.0.0.0/8"]',
        "local.id=alice@x.org",
    )
    options = [part for change in changes for part in ("--set", change)]
    assert with_office.json("edit", "office", *options) == {"changed": True, "name": "office"}
    changed = with_office.service.profiles["office"]
    assert (changed.network.lan, changed.timing.idle_s, changed.local.id) == (True, 600, "alice@x.org")
    assert changed.network.subnets == ("10.0.0.0/8",)
    assert with_office.service.secrets["office"].psk == PSK.encode()
    assert with_office.json("edit", "office", "--set", "network.lan=true")["changed"] is False


@pytest.mark.parametrize(
    "change",
    [
        "network.lam=true",
        "network.lan=3",
        "network.subnets=[]",
        "name=home",
        "timing.idle_s=1",
        "on_demand.rules=[{}]",
    ],
)
def test_a_wrong_change_is_named_and_nothing_is_kept(with_office: Served, change: str) -> None:
    with_office.service.secrets["office"] = Secrets(psk=PSK.encode())
    result = with_office.run("edit", "office", "--set", change)
    assert result.exit_code == Exit.BAD_PROFILE
    assert change.partition("=")[0] in result.stderr
    assert with_office.service.profiles["office"] == office()


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *steps: str) -> Path:
    """An editor whose n-th run is the n-th shell command, with the file's name in $1."""
    script = tmp_path / "editor"
    cases = "\n".join(f"{number}) {step};;" for number, step in enumerate(steps, 1))
    script.write_text(
        f'#!/bin/sh\ncd "{tmp_path}"\necho x >> runs\nstat -c %a "$1" >> modes\necho "$1" > name\n'
        f"case $(wc -l < runs) in\n{cases}\nesac\n"
    )
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    return script


@pytest.mark.usefixtures("terminal")
def test_an_editor_is_opened_until_the_profile_is_right(
    with_office: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_office.service.secrets["office"] = Secrets(psk=PSK.encode())
    editor(
        *(tmp_path, monkeypatch, 'sed -i "s/^mtu = .*/mtu = 12/; s/^lan = .*/lan = true/" "$1"'),
        *('echo "= broken" >> "$1"', 'sed -i "/broken/d; s/^mtu = .*/mtu = 1300/" "$1"'),
    )
    result = with_office.run("edit", "office", stdin="y\ny\n")
    assert result.exit_code == 0, result.output
    assert "network.mtu: 12 is out of range" in result.stderr
    assert "file: cannot be read" in result.stderr
    network = with_office.service.profiles["office"].network
    assert (network.lan, network.mtu) == (True, 1300)
    assert with_office.service.secrets["office"].psk == PSK.encode()
    assert set((tmp_path / "modes").read_text().split()) == {"600"}
    assert not Path((tmp_path / "name").read_text().strip()).parent.exists()


def test_what_was_typed_is_not_lost(
    with_office: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, 'sed -i "s/^mtu = .*/mtu = 12/" "$1"')
    result = with_office.run("edit", "office")
    assert result.exit_code == Exit.BAD_PROFILE
    kept = Path((tmp_path / "name").read_text().strip())
    assert str(kept) in result.stderr
    assert "mtu = 12" in kept.read_text()
    kept.unlink()
    kept.parent.rmdir()


def test_an_editor_that_fails_changes_nothing(
    with_office: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, 'sed -i "s/^mtu = .*/mtu = 1300/" "$1"; exit 3')
    assert with_office.run("edit", "office").exit_code == 1
    assert with_office.service.profiles["office"] == office()
    kept = Path((tmp_path / "name").read_text().strip())
    os.unlink(kept)
    kept.parent.rmdir()
    monkeypatch.setenv("VISUAL", str(tmp_path / "none"))
    assert with_office.run("edit", "office").exit_code == 1


def test_create_takes_what_people_often_want(served: Served) -> None:
    options = (
        *(
            "--server",
            "vpn.example.org",
            "--username",
            "alice",
            "--lan",
            "--dns",
            "10.0.0.53",
            "--dns-mode",
            "split",
        ),
        *(
            "--dns-domain",
            "corp.example.org",
            "--search",
            "example.org",
            "--kill-switch",
            "always",
            "--block-ipv6",
        ),
        *("--on-boot", "--idle", "600"),
    )
    assert served.run("create", "office", *options).exit_code == 0
    profile: Profile = served.service.profiles["office"]
    assert (profile.network.lan, profile.network.ipv6_outside) == (True, "block")
    assert (profile.dns.mode, profile.dns.servers, profile.dns.match, profile.dns.search) == (
        *("split", ("10.0.0.53",), ("corp.example.org",), ("example.org",)),
    )
    assert (profile.kill_switch.mode, profile.start.at, profile.timing) == (
        "always",
        "boot",
        Timing(idle_s=600),
    )
