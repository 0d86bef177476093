"""`ginnel create` with every way to authenticate."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import PSK, Served
from ginnel_service.cli import secret
from ginnel_service.cli.exits import Exit
from ginnel_service.profiles.certificates import belongs, load_certificates, load_key
from helpers.authority import Authority

ROOT = Authority("Office CA")
ALICE = ROOT.intermediate().issue("alice")
CREATE = ("create", "office", "--server", "vpn.example.org")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, data in {
        "alice.pem": ALICE.pem(),
        "alice.der": ALICE.der,
        "alice.key": ALICE.key_pem("key password"),
        "alice.p12": ALICE.pkcs12("key password"),
        "ca.pem": ROOT.pem,
        "password": b"hunter2 hunter2\n",
        "key-password": b"key password\n",
        "ppk": b"\x00\x01\xff" * 11,
    }.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_server_and_a_user_name_suffice(served: Served) -> None:
    assert served.run(*CREATE, "--username", "alice").exit_code == 0
    profile, secrets = served.service.profiles["office"], served.service.secrets["office"]
    assert profile.authentication.rounds == ("eap",)
    assert secrets.values == ()


def test_a_password_is_kept_when_asked(served: Served, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.run(*CREATE, "--username", "a", "--password-file", str(files / "password")).exit_code == 0
    assert served.service.secrets["office"].password == "hunter2 hunter2"
    refused = served.run(*CREATE, "--username", "a", "--save-password", "--replace")
    assert refused.exit_code == Exit.USAGE
    monkeypatch.setattr(secret, "can_ask", lambda: True)
    result = served.run(*CREATE, "--username", "a", "--save-password", "--replace", stdin="typed unseen\n")
    assert result.exit_code == 0
    assert "typed unseen" not in result.output
    assert served.service.secrets["office"].password == "typed unseen"


@pytest.mark.parametrize(
    "options",
    [
        ("--pkcs12", "alice.p12", "--key-password-file", "key-password"),
        ("--certificate", "alice.pem", "--key", "alice.key", "--key-password-file", "key-password"),
        ("--certificate", "alice.pem", "--key", "alice.pem"),
    ],
)
def test_a_certificate_and_its_key_come_from_files(
    served: Served, files: Path, options: tuple[str, ...]
) -> None:
    named = [each if each.startswith("--") else str(files / each) for each in options]
    result = served.run(*CREATE, *named, "--ca", str(files / "ca.pem"))
    assert result.exit_code == 0, result.output
    profile, secrets = served.service.profiles["office"], served.service.secrets["office"]
    assert profile.authentication.rounds == ("certificate",)
    assert load_certificates(profile.certificates[profile.authentication.certificate]) == ALICE.chain
    assert profile.remote.ca == ("ca",)
    assert load_certificates(profile.certificates["ca"]) == (ROOT.certificate,)
    assert belongs(load_key(secrets.private_key), ALICE.certificate)
    assert "PRIVATE" not in served.run("show", "office").stdout


def test_the_password_of_a_key_is_asked_for(
    served: Served, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "can_ask", lambda: True)
    pkcs12 = ("--pkcs12", str(files / "alice.p12"))
    assert served.run(*CREATE, *pkcs12, stdin="key password\n").exit_code == 0
    wrong = served.run(*CREATE, *pkcs12, "--replace", stdin="wrong\n")
    assert wrong.exit_code == Exit.USAGE
    assert "does not open with this password" in wrong.stderr


def test_a_key_of_another_certificate_is_named(served: Served, files: Path) -> None:
    (files / "other.pem").write_bytes(ROOT.issue("bob").pem())
    result = served.run(*CREATE, "--certificate", str(files / "alice.pem"), "--key", str(files / "other.pem"))
    assert result.exit_code == Exit.BAD_PROFILE
    assert "private_key: is not that of the certificate" in result.stderr


def test_a_file_that_is_no_certificate_is_named(served: Served, files: Path) -> None:
    for option in ("--certificate", "--ca", "--pin", "--pkcs12"):
        result = served.run(*CREATE, "--username", "a", option, str(files / "password"))
        assert result.exit_code == Exit.USAGE
        assert option in result.stderr


def test_roots_are_named_after_their_files(served: Served, files: Path) -> None:
    odd = files / "Büro CA (neu).pem"
    odd.write_bytes(ROOT.pem)
    (files / "own.pem").write_bytes(ROOT.pem)
    cas = [
        part
        for file in (odd, files / "ca.pem", files / "ca.pem", files / "own.pem")
        for part in ("--ca", str(file))
    ]
    assert served.run(*CREATE, "--username", "a", *cas, "--system-roots").exit_code == 0
    profile = served.service.profiles["office"]
    assert profile.remote.ca == ("B-ro-CA-neu", "ca", "ca-2", "own-2")
    assert profile.remote.system_roots


def test_every_choice_reaches_the_profile(served: Served, files: Path) -> None:
    arguments = (
        *("--username", "alice", "--eap", "ttls", "--eap", "gtc", "--eap-identity", "anonymous@x.org"),
        *("--one-time", "--server-name", "radius.x.org", "--remote-id", "gw.x.org", "--allow-cn"),
        *("--allow-sha1", "--strict-revocation", "--ppk-id", "k1", "--ppk-file", str(files / "ppk")),
        *("--remote-method", "psk", "--psk-stdin", "--pin", str(files / "ca.pem"), "--id", "me@x.org"),
    )
    result = served.run(*CREATE, *arguments, stdin=PSK)
    assert result.exit_code == 0, result.output
    profile, secrets = served.service.profiles["office"], served.service.secrets["office"]
    authentication, remote = profile.authentication, profile.remote
    assert authentication.eap == ("ttls", "gtc")
    assert (authentication.eap_identity, authentication.one_time) == ("anonymous@x.org", True)
    assert (authentication.server_names, profile.local.id) == (("radius.x.org",), "me@x.org")
    assert (remote.id, remote.method, remote.pin) == ("gw.x.org", "psk", "gateway")
    assert (remote.allow_cn, remote.allow_sha1, remote.revocation.strict) == (True, True, True)
    assert profile.ike.ppk.id == "k1"
    assert (secrets.psk, secrets.ppk) == (PSK.encode(), b"\x00\x01\xff" * 11)


def test_two_rounds_can_be_chosen(served: Served, files: Path) -> None:
    pkcs12 = ("--pkcs12", str(files / "alice.p12"), "--key-password-file", str(files / "key-password"))
    arguments = (*pkcs12, "--username", "alice", "--method", "certificate", "--second", "eap")
    assert served.run(*CREATE, *arguments).exit_code == 0
    assert served.service.profiles["office"].authentication.rounds == ("certificate", "eap")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--psk-stdin", "--id", "a", "--password-file", "-"),
        ("--username", "a", "--ca", "-", "--ca", "-"),
        ("--username", "a", "--pkcs12", "alice.p12", "--key", "alice.key"),
        ("--username", "a", "--eap", "nonsense"),
        ("--username", "a", "--ppk-id", "k"),  # no terminal to ask for it
    ],
)
def test_a_wrong_command_line_ends_with_2(
    served: Served, files: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    assert served.run(*CREATE, *arguments, stdin="").exit_code == Exit.USAGE


def test_a_profile_is_made_for_the_machine(served: Served) -> None:
    result = served.run("create", "office", "--server", "vpn.example.org", "--username", "alice", "--system")
    assert result.exit_code == 0
    assert served.service.profiles["office"].owner_uid == 0


def test_check_says_what_is_wrong_and_makes_nothing(served: Served) -> None:
    good = ("create", "office", "--server", "vpn.example.org", "--id", "alice", "--psk-stdin", "--check")
    assert "Nothing is wrong" in served.run(*good, stdin=PSK).stdout
    assert served.json(*good, stdin=PSK) == {"problems": []}
    broken = served.run(*good, stdin="x" * 2000)
    assert broken.exit_code == Exit.BAD_PROFILE
    assert "psk: is longer than 1024 octets" in broken.stderr
    assert served.service.profiles == {}


def test_a_pkcs12_file_stays_locked_where_that_is_wanted(served: Served, files: Path) -> None:
    file = files / "alice.p12"
    create = (*CREATE, "--pkcs12", str(file), "--keep-locked")
    assert served.run(*create).exit_code == 0
    assert served.service.profiles["office"].authentication.pkcs12
    assert served.service.secrets["office"].pkcs12 == file.read_bytes()
    assert served.service.secrets["office"].private_key == b""
    file.write_bytes(b"no such thing")
    assert "it is no PKCS#12 file" in served.run(*create).stderr
    assert "goes with --pkcs12" in served.run(*CREATE, "--id", "alice", "--keep-locked").stderr
