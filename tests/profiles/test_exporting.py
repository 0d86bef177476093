"""What is exported comes back as it was, as far as the format can carry it; what it cannot is named."""

from __future__ import annotations

import json
import plistlib
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginnel_service.profiles import apple
from ginnel_service.profiles.certificates import UnusableError, open_key
from ginnel_service.profiles.exporters import export_mobileconfig, export_sswan, export_toml, losses
from ginnel_service.profiles.importers import preview
from ginnel_service.profiles.model import (
    Authentication,
    Dns,
    Esp,
    Ike,
    KillSwitch,
    Local,
    Network,
    OnDemand,
    OnDemandRule,
    Ppk,
    Profile,
    Remote,
    Revocation,
    Timing,
)
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.profiles.validation import validate
from helpers.authority import Authority, chain_pem

ROOT = Authority("Office-CA")
ALICE = ROOT.intermediate("Users").issue("alice")
CERTIFICATES = {"Office-CA": ROOT.pem.decode(), "own": chain_pem(ALICE.chain).decode()}
KEY = open_key(ALICE.key_pem())

#: How one can log in, with the secrets that it takes.
LOGINS: dict[str, tuple[dict[str, Any], Secrets]] = {
    "psk": ({"authentication": Authentication(method="psk")}, Secrets(psk=b"open sesame")),
    "password": (
        {"authentication": Authentication(method="eap", username="alice")},
        Secrets(password="correct horse"),
    ),
    "certificate": (
        {"authentication": Authentication(method="certificate", certificate="own", rsa_pss=True)},
        Secrets(private_key=KEY),
    ),
    "tls": (
        {"authentication": Authentication(method="eap", eap=("tls",), certificate="own")},
        Secrets(private_key=KEY),
    ),
    "both": (
        {
            "authentication": Authentication(
                method="certificate", second="eap", username="alice", certificate="own"
            )
        },
        Secrets(private_key=KEY, password="correct horse"),
    ),
    "password and key": (
        {"authentication": Authentication(method="eap", username="alice"), "remote": Remote(method="psk")},
        Secrets(password="correct horse", psk=b"open sesame"),
    ),
}


def office(login: str, **changes: Any) -> Profile:
    chosen, secrets = LOGINS[login]
    certificates = dict(CERTIFICATES) if secrets.private_key else {"Office-CA": CERTIFICATES["Office-CA"]}
    made = {
        "name": "office",
        "server": "vpn.example.org",
        "local": Local(id="alice@example.org"),
        "remote": Remote(id="gw.example.org", ca=("Office-CA",)),
        "certificates": certificates,
        **changes,
    }
    if "remote" in chosen:
        made["remote"] = msgspec.structs.replace(made["remote"], method=chosen["remote"].method)
    made["authentication"] = chosen["authentication"]
    return Profile(**made)


#: What either format can say of a profile. A device takes the ESP proposals from IKE's where none are given.
APPLE: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    esp=st.builds(
        Esp,
        proposals=st.sampled_from([("aes256gcm16",), ("aes128-sha256-modp2048",), ("aes256-sha512",)]),
        lifetime_s=st.integers(*apple.LIFETIME_MIN).map(lambda minutes: minutes * 60.0),
    ),
    ike=st.builds(
        Ike,
        proposals=st.sampled_from(
            [
                (),
                ("aes256gcm16-prfsha384-ecp384",),
                ("aes128-sha256-modp2048",),
                ("chacha20poly1305-prfsha512-x25519-ke1_mlkem768",),
                ("aes256gcm16-prfsha256-ecp256-ke1_mlkem768-ke1_none-ke2_mlkem1024-ke2_none",),
            ]
        ),
        lifetime_s=st.integers(*apple.LIFETIME_MIN).map(lambda minutes: minutes * 60.0),
        mobike=st.booleans(),
        redirect=st.booleans(),
    ),
    network=st.builds(Network, mtu=st.sampled_from([0, 1280, 1400]), lan=st.booleans()),
    timing=st.builds(
        Timing,
        liveness_s=st.sampled_from(list(apple.LIVENESS_S.values())),
        keepalive_s=st.integers(0, 3600).map(float),
        idle_s=st.integers(10, 3600).map(float) | st.just(0.0),
    ),
    dns=st.builds(
        Dns,
        servers=st.lists(st.sampled_from(["10.0.0.53", "fd00::53"]), unique=True, min_size=1).map(tuple),
        search=st.sampled_from([(), ("example.org",)]),
        match=st.sampled_from([(), ("corp.example.org", "lab.example.org")]),
    ),
    kill_switch=st.builds(KillSwitch, mode=st.sampled_from(["off", "connecting"])),
    on_demand=st.builds(
        OnDemand,
        rules=st.lists(
            st.builds(
                OnDemandRule,
                action=st.sampled_from(["connect", "disconnect", "ignore"]),
                interface=st.sampled_from(["", "wifi"]),
                ssids=st.sampled_from([(), ("Office", "At home")]),
                dns_domains=st.sampled_from([(), ("example.org",)]),
                dns_servers=st.sampled_from([(), ("10.0.0.53",)]),
                probe=st.sampled_from(["", "https://example.org/"]),
            )
            | st.builds(
                OnDemandRule,
                action=st.just("evaluate"),
                domains=st.just(("a.org", "b.org")),
                probe=st.just(""),
            ),
            min_size=1,
            max_size=4,
        ).map(tuple),
        enabled=st.booleans(),
    ),
)

APP: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    port=st.integers(1, 65535),
    ike=st.builds(Ike, proposals=st.sampled_from([(), ("aes256gcm16-prfsha384-ecp384",)])),
    esp=st.builds(Esp, proposals=st.sampled_from([(), ("aes128gcm16-ecp256",)])),
    network=st.builds(
        Network,
        subnets=st.sampled_from([("0.0.0.0/0", "::/0"), ("10.0.0.0/8", "fd00::/8")]),
        bypass=st.sampled_from([(), ("10.1.0.0/16",)]),
        ipv4_outside=st.sampled_from(["auto", "block"]),
        ipv6_outside=st.sampled_from(["auto", "block"]),
        mtu=st.sampled_from([0, 1280, 1500]),
    ),
    timing=st.builds(Timing, keepalive_s=st.integers(10, 120).map(float)),
    dns=st.builds(Dns, servers=st.sampled_from([(), ("10.0.0.53", "fd00::53")])),
    remote=st.builds(
        Remote,
        id=st.sampled_from(["", "gw.example.org"]),
        ca=st.just(("Office-CA",)),
        certificate_requests=st.booleans(),
        revocation=st.builds(Revocation, crl=st.just(True), ocsp=st.booleans(), strict=st.booleans()),
    ),
)


def back(data: bytes, password: str | None = None) -> tuple[Profile, Secrets]:
    (candidate,) = preview(data, password=password).candidates
    assert candidate.asks == ()
    return msgspec.structs.replace(candidate.profile, origin=""), candidate.secrets


@settings(max_examples=40)
@given(st.sampled_from(["psk", "password", "certificate", "tls", "password and key"]), APPLE)
def test_an_apple_profile_comes_back(login: str, changes: dict[str, Any]) -> None:
    if changes["on_demand"].enabled and not changes["on_demand"].rules:
        return
    profile, secrets = office(login, **changes), LOGINS[login][1]
    assert validate(profile) == []
    data = export_mobileconfig(profile, secrets)
    assert back(data) == (profile, secrets)
    assert losses(profile, data) == ()


@settings(max_examples=40)
@given(st.sampled_from(["password", "certificate", "tls", "both"]), APP)
def test_a_profile_for_the_app_comes_back(login: str, changes: dict[str, Any]) -> None:
    profile, secrets = office(login, **changes), LOGINS[login][1]
    assert validate(profile) == []
    data = export_sswan(profile, secrets, p12_password="rosebud")
    assert back(data, "rosebud") == (profile, secrets)
    assert losses(profile, data, password="rosebud") == ()


@pytest.mark.parametrize("login", LOGINS)
def test_our_own_format_carries_everything(login: str) -> None:
    profile = office(login, network=Network(lan=True, ipv4=False), esp=Esp(copy_dscp=True), owner_uid=1000)
    data = export_toml(profile, LOGINS[login][1])
    assert back(data) == (msgspec.structs.replace(profile, owner_uid=0), LOGINS[login][1])
    assert losses(profile, data) == ()


@pytest.mark.parametrize("export", [export_toml, export_sswan, export_mobileconfig])
@pytest.mark.parametrize("login", LOGINS)
def test_nothing_secret_is_written_unasked(login: str, export: Any) -> None:
    data = export(office(login))
    assert preview(data).candidates[0].secrets == Secrets()
    assert b"PRIVATE" not in data


def test_a_ppk_goes_with_its_name() -> None:
    profile = office("password", ike=Ike(ppk=Ppk(id="office", required=True)))
    secrets = Secrets(password="x", ppk=b"\x00\x01" * 16)
    found, kept = back(export_mobileconfig(profile, secrets))
    assert (found.ike.ppk, kept.ppk) == (profile.ike.ppk, secrets.ppk)


def test_what_a_format_cannot_carry_is_named() -> None:
    profile = office(
        "password",
        esp=Esp(copy_dscp=True),
        network=Network(lan=True, bypass=("10.1.0.0/16",)),
        timing=Timing(liveness_s=60),
    )
    assert losses(profile, export_mobileconfig(profile)) == ("esp.copy_dscp", "network.bypass")
    assert losses(profile, export_sswan(profile)) == ("esp.copy_dscp", "network.lan", "timing.liveness_s")
    keyed = office("psk")
    assert "authentication.method" in losses(keyed, export_sswan(keyed))
    with pytest.raises(UnusableError):
        export_mobileconfig(keyed, Secrets(psk=b"\xff"))


def test_the_same_profile_has_the_same_identifier_each_time() -> None:
    profile = office("password")
    assert export_sswan(profile) == export_sswan(profile)
    uuid = "6f7c1de8-2a6a-4f5d-8f0e-1a2b3c4d5e6f"
    came = msgspec.structs.replace(profile, origin=f"sswan:{uuid}")
    assert json.loads(export_sswan(came))["uuid"] == uuid
    named = msgspec.structs.replace(profile, origin="mobileconfig:org.example.vpn")
    again = preview(export_mobileconfig(named)).candidates[0]
    assert again.profile.origin == "mobileconfig:org.example.vpn"


def test_others_can_read_what_we_write(tmp_path: Path) -> None:
    profile, secrets = office("certificate"), LOGINS["certificate"][1]
    payloads = plistlib.loads(export_mobileconfig(profile, secrets))["PayloadContent"]
    assert [each["PayloadType"] for each in payloads] == [
        *("com.apple.vpn.managed", "com.apple.security.root", "com.apple.security.pkcs12")
    ]
    assert len({each["PayloadUUID"] for each in payloads}) == len(payloads)
    identity = payloads[2]
    assert payloads[0]["IKEv2"]["PayloadCertificateUUID"] == identity["PayloadUUID"]
    (tmp_path / "p12").write_bytes(identity["PayloadContent"])
    (tmp_path / "password").write_text(identity["Password"])
    command = [
        "openssl",
        "pkcs12",
        "-in",
        str(tmp_path / "p12"),
        "-nokeys",
        "-passin",
        f"file:{tmp_path}/password",
    ]
    assert b"CN = alice" in subprocess.run(command, check=True, capture_output=True).stdout
