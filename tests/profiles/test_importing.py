"""Files of every format against the previews that are expected of them, and every way to be refused."""

from __future__ import annotations

import io
import json
import plistlib
import subprocess
import time
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.cli.import_words import ASKS, FORMATS, NOTES, REFUSED
from ginnel_service.ike.keywords import KEYWORDS
from ginnel_service.profiles import apple
from ginnel_service.profiles.importers import (
    MAX_OCTETS,
    Candidate,
    ImportRefused,
    Preview,
    complete,
    preview,
)
from ginnel_service.profiles.importers.preview import NOTES as NOTE_IDS
from ginnel_service.profiles.importers.preview import REFUSALS
from ginnel_service.profiles.importers.strongswan import KNOWN, identity, seconds
from ginnel_service.profiles.model import OnDemandRule
from ginnel_service.profiles.secrets import Secrets, validate_secrets
from ginnel_service.profiles.validation import validate
from helpers.authority import Authority
from helpers.import_files import CASES, FOLDER, PASSWORD, Case
from helpers.mobileconfig import payload, root, signed, top

ROOT = Authority("Office CA")


def refusal(data: bytes, **options: Any) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        preview(data, **options)
    assert set(caught.value.params) <= set(REFUSALS[caught.value.code])
    return caught.value


def only(found: Preview) -> Candidate:
    (candidate,) = found.candidates
    return candidate


def notes(candidate: Candidate) -> dict[str, str]:
    return {each.source: each.id for each in candidate.unused}


def apple_file(ike: dict[str, Any], *beside: dict[str, Any], **vpn: Any) -> bytes:
    made = {
        **payload("com.apple.vpn.managed", "vpn", 1),
        "VPNType": "IKEv2",
        "IKEv2": {"RemoteAddress": "vpn.example.org", "LocalIdentifier": "alice", **ike},
        **vpn,
    }
    return plistlib.dumps(top(made, *beside))


def app_file(**changes: Any) -> bytes:
    made = {"uuid": "u", "name": "Office", "type": "ikev2-eap", "remote": {"addr": "vpn.example.org"}}
    return json.dumps({**made, **changes}).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_understood_as_it_is_meant(case: Case) -> None:
    expected = json.loads((FOLDER / f"{case.name}.json").read_text())
    assert json.loads(json.dumps(case.preview())) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_nothing_has_to_be_asked_for_can_be_kept(case: Case) -> None:
    for each in preview(case.data, case.name, password=case.password, files=case.files).candidates:
        if not each.asks:
            assert validate(each.profile) == []
            assert validate_secrets(each.profile, each.secrets) == []


def test_no_secret_shows_in_a_preview() -> None:
    shown = "".join(path.read_text() for path in FOLDER.glob("*.json"))
    for word in ("correct horse", "open sesame", "not for alice", PASSWORD, "PRIVATE KEY"):
        assert word not in shown


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_unknown_format"),
        (b"hello", "import_unknown_format"),
        (b"\xff\xfe\x00hello", "import_unknown_format"),
        (b"\x89PNG\r\n", "import_unknown_format"),
        (b"x" * (MAX_OCTETS + 1), "import_too_large"),
        (b"[Interface]\nPrivateKey = x\n[Peer]\n", "import_wireguard"),
        (b"client\ndev tun\nremote vpn.example.org 1194\n", "import_openvpn"),
        (b"[main]\nHost=vpn.example.org\nenc_GroupPwd=00\n", "import_ikev1"),
        (ROOT.pem, "import_certificate_only"),
        (b"conn x\n  keyexchange=ikev1\n  right=192.0.2.1\n", "import_ikev1"),
        (b"conn x\n  right=%any\n", "import_other_vpn"),
        (b"conn x\n  right=192.0.2.1\n  type=transport\n", "import_other_vpn"),
        (b"connections { x { version = 1\n remote_addrs = a.org } }", "import_ikev1"),
        (b"connections { x { remote_addrs = a.org\n local { auth = xauth } } }", "import_ikev1"),
        (b"connections { x { remote_addrs = %any } }", "import_other_vpn"),
        (b"connections { x {", "import_malformed"),
        (b'connections { x { a = "y } }', "import_malformed"),
        (b"connections { a = 1\n a = 2 }", "import_duplicate_key"),
        (b"conn x\n right=a.org\n right=b.org\n", "import_duplicate_key"),
        (b"connections {" * 100, "import_malformed"),
        (b"connections { x : x { } }", "import_other_vpn"),
        (b'{"uuid": "u", "uuid": "v"}', "import_duplicate_key"),
        (b'{"a": NaN}', "import_malformed"),
        (b"{" + b'"a": {' * 5000, "import_malformed"),
        (b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}", "import_malformed"),
        (b'{"a": ' + b"9" * 5000 + b"}", "import_malformed"),
        (app_file(type="wireguard"), "import_other_vpn"),
        (b'name = "x"\nserver = = 1', "import_malformed"),
        (b'name = "x"\nserver = "y"\ncolour = "red"', "import_invalid"),
        (b'name = "x"\nserver = "y"\n[secrets]\nplain = "z"', "import_invalid"),
        (b"<?xml version='1.0'?><plist><dict>", "import_malformed"),
        (b"<html/>", "import_unknown_format"),
        (b"<VpnProfile><VpnType>OpenVPN</VpnType></VpnProfile>", "import_openvpn"),
        (
            b"<VpnProfile><VpnServer>a</VpnServer><VpnServer>b</VpnServer></VpnProfile>",
            "import_duplicate_key",
        ),
        (plistlib.dumps({"PayloadType": "Configuration"}), "import_nothing"),
        (plistlib.dumps({"EncryptedPayloadContent": b"x"}), "import_encrypted"),
        (plistlib.dumps(top(payload("com.apple.dnsSettings.managed", "dns", 1))), "import_dns_only"),
        (plistlib.dumps(top(root(b"", 1))), "import_certificate_only"),
        (plistlib.dumps(top({**payload("com.apple.vpn.managed", "v", 1), "VPNType": "L2TP"})), "import_l2tp"),
        (
            plistlib.dumps(top({**payload("com.apple.vpn.managed", "v", 1), "VPNType": "IPSec"})),
            "import_ikev1",
        ),
        (
            plistlib.dumps(top({**payload("com.apple.vpn.managed", "v", 1), "VPNType": "VPN"})),
            "import_other_vpn",
        ),
        (b"PK\x03\x04junk", "import_malformed"),
        (b"\x30\x03\x02\x01\x03", "import_malformed"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_of_no_use_is_named_and_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_a_certificate_that_a_device_would_fetch_is_refused() -> None:
    for kind, name in (("acme", "ACME"), ("scep", "SCEP")):
        enrolment = payload(f"com.apple.security.{kind}", kind, 2)
        ike = {"AuthenticationMethod": "Certificate", "PayloadCertificateUUID": enrolment["PayloadUUID"]}
        error = refusal(apple_file(ike, enrolment))
        assert (error.code, error.params) == ("import_enrolment", {"kind": name})


def test_xml_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    assert refusal(f"{bomb}<plist><string>&b;</string></plist>".encode()).code == "import_malformed"
    assert (
        refusal(f"{bomb}<VpnProfile><VpnServer>&b;</VpnServer></VpnProfile>".encode()).code
        == "import_malformed"
    )
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert (
        refusal(f"{outside}<VpnProfile><VpnServer>&a;</VpnServer></VpnProfile>".encode()).code
        == "import_malformed"
    )


def test_a_key_twice_in_a_property_list_is_refused() -> None:
    data = apple_file({"RemoteAddress": "a.example.org"})
    doubled = data.replace(b"<key>LocalIdentifier</key>", b"<key>RemoteAddress</key>")
    assert refusal(doubled).params == {"key": "RemoteAddress"}


def test_a_binary_list_that_holds_itself_is_refused() -> None:
    data = bytearray(plistlib.dumps([["a"]], fmt=plistlib.FMT_BINARY))
    data[9] = 0  # the outer list's one item is now the list itself
    assert refusal(bytes(data)).code == "import_malformed"
    inner: dict[str, Any] = {"PayloadType": "Configuration", "PayloadContent": []}
    for _ in range(40):
        inner = {"a": inner}
    assert refusal(plistlib.dumps(inner, fmt=plistlib.FMT_BINARY)).code == "import_malformed"


def test_a_zip_that_unpacks_to_too_much_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Generic/VpnSettings.xml", b" " * (50 * MAX_OCTETS))
    assert len(packed.getvalue()) < MAX_OCTETS
    assert refusal(packed.getvalue()).code == "import_too_large"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(300):
            archive.writestr(f"{number}", b"")
    assert refusal(many.getvalue()).code == "import_malformed"


def test_the_signer_is_shown_and_a_change_is_noticed() -> None:
    plain = apple_file({"SharedSecret": "x"})
    for kind in ("p256", "p384", "rsa2048"):
        data = signed(plain, Authority("Signers", kind=kind).issue("Signer", kind=kind))
        found = preview(data)
        assert found.signer is not None
        assert found.signer.verified
        assert found.signer.subject.startswith("CN=Signer,")
        changed = preview(data.replace(b"vpn.example.org", b"vpn.example.com"))
        assert changed.signer is not None
        assert not changed.signer.verified
        assert only(changed).profile.server == "vpn.example.com"


def test_a_signature_may_be_in_pem_or_in_ber(tmp_path: Path) -> None:
    signer = ROOT.issue("Signer")
    data = signed(apple_file({"SharedSecret": "x"}), signer)
    pem = b"-----BEGIN PKCS7-----\n" + b64encode(data) + b"\n-----END PKCS7-----\n"
    assert preview(pem).signer == preview(data).signer
    (tmp_path / "plain").write_bytes(apple_file({"SharedSecret": "x"}))
    (tmp_path / "signer.pem").write_bytes(signer.pem())
    command = [
        "openssl",
        "cms",
        "-sign",
        "-nodetach",
        "-binary",
        "-stream",
        "-outform",
        "DER",
        "-md",
        "sha256",
    ]
    command += ["-signer", str(tmp_path / "signer.pem"), "-in", str(tmp_path / "plain")]
    ber = subprocess.run(command, check=True, capture_output=True).stdout
    assert b"\x30\x80" in ber[:4]  # of indefinite length
    found = preview(ber)
    assert found.signer is not None
    assert found.signer.verified


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{" + b",".join(b'"%d":0' % number for number in range(90_000)) + b',"89999":1}', "duplicate_key"),
        (b"conn a\n right=vpn.example.org\n auto=add\n also=" + b"a " * 20 + b"\n", "malformed"),
        (b"conn a\n right=vpn.example.org\n auto=add\n also=" + b"a " * 400_000 + b"\n", "malformed"),
    ],
)
def test_no_file_keeps_a_processor_busy(data: bytes, code: str) -> None:
    began = time.process_time()
    with pytest.raises(ImportRefused, match=f"import_{code}"):
        preview(data)
    assert time.process_time() - began < 10


def test_a_locked_certificate_asks_for_its_password() -> None:
    data = (FOLDER / "algo.mobileconfig").read_bytes()
    locked = only(preview(data))
    assert locked.asks == ("pkcs12_password",)
    assert only(preview(data, password="wrong")).asks == ("pkcs12_password",)
    assert only(preview(data, password=PASSWORD)).asks == ()


def test_what_is_missing_is_asked_for_and_filled_in() -> None:
    candidate = only(preview(app_file(remote={})))
    assert candidate.asks == ("server", "username")
    done = complete(candidate, server="vpn.example.org", username="alice", secrets=Secrets(password="x"))
    assert done.asks == ()
    assert validate(done.profile) == []
    assert done.secrets.password == "x"
    key = only(preview(apple_file({"LocalIdentifier": ""})))
    assert key.asks == ("psk", "identity")
    assert complete(key, identity="me", secrets=Secrets(psk=b"k")).asks == ()


@pytest.mark.parametrize(
    ("ike", "rounds", "eap", "remote"),
    [
        ({"SharedSecret": "x"}, ("psk",), (), "psk"),
        ({"AuthenticationMethod": "SharedSecret", "SharedSecret": "x"}, ("psk",), (), "psk"),
        ({"ExtendedAuthEnabled": 1, "AuthName": "a"}, ("eap",), (), "certificate"),
        (
            {"ExtendedAuthEnabled": 1, "AuthName": "a", "AuthenticationMethod": "Certificate"},
            ("eap",),
            (),
            "certificate",
        ),
        (
            {
                "ExtendedAuthEnabled": 1,
                "AuthName": "a",
                "AuthenticationMethod": "SharedSecret",
                "SharedSecret": "x",
            },
            *(("eap",), (), "psk"),
        ),
        ({"AuthenticationMethod": "Certificate"}, ("certificate",), (), "certificate"),
        ({"ExtendedAuthEnabled": 1, "PayloadCertificateUUID": "x"}, ("eap",), ("tls",), "certificate"),
    ],
)
def test_apples_ways_to_authenticate(
    ike: dict[str, Any], rounds: tuple[str, ...], eap: tuple[str, ...], remote: str
) -> None:
    profile = only(preview(apple_file(ike))).profile
    assert profile.authentication.rounds == rounds
    assert profile.authentication.eap == eap
    assert profile.remote_method == remote


@pytest.mark.parametrize("group", apple.GROUPS)
@pytest.mark.parametrize("encryption", apple.ENCRYPTION)
def test_apples_algorithms_have_words_that_ike_knows(encryption: str, group: int) -> None:
    suite = {"EncryptionAlgorithm": encryption, "DiffieHellmanGroup": group}
    profile = only(preview(apple_file({"IKESecurityAssociationParameters": suite, "EnablePFS": 1}))).profile
    for proposal in (*profile.ike.proposals, *profile.esp.proposals):
        assert set(proposal.split("-")) <= KEYWORDS.keys()
    assert KEYWORDS.keys() >= {"mlkem768", "mlkem1024"} == set(apple.POST_QUANTUM.values())


def test_apples_dns_says_which_names_go_inside() -> None:
    def dns(**table: Any) -> Any:
        return only(
            preview(apple_file({"SharedSecret": "x"}, DNS={"ServerAddresses": ["10.0.0.1"], **table}))
        ).profile.dns

    assert dns().mode == "auto"
    assert dns(SupplementalMatchDomains=[""]).mode == "all"
    both = dns(SupplementalMatchDomains=["a.org"], SearchDomains=["b.org"])
    assert (both.match, both.search) == (("a.org",), ("b.org", "a.org"))
    assert dns(SupplementalMatchDomains=["a.org"], SupplementalMatchDomainsNoSearch=1).search == ()


def test_a_rule_that_is_not_understood_never_widens() -> None:
    def rules(*given: dict[str, Any]) -> tuple[OnDemandRule, ...]:
        ike = {"SharedSecret": "x", "OnDemandEnabled": 1, "OnDemandRules": list(given)}
        return only(preview(apple_file(ike))).profile.on_demand.rules

    assert rules({"Action": "Disconnect", "InterfaceTypeMatch": "Satellite"}, {"Action": "Connect"}) == (
        OnDemandRule(action="connect"),
    )
    assert rules({"Action": "Disconnect", "DNSServerAddressMatch": ["10.*"]}, {"Action": "Connect"}) == ()
    assert rules({"Action": "Reboot"}) == ()


def test_a_value_that_no_profile_can_have_is_dropped_and_said() -> None:
    found = only(preview(app_file(mtu=12, **{"dns-servers": ["nonsense"], "nat-keepalive": "soon"})))
    assert found.profile.network.mtu == 0
    assert found.profile.dns.servers == ()
    told = {each.source: each.id for each in found.unused}
    assert told == dict.fromkeys(("mtu", "dns-servers", "nat-keepalive"), "unusable_value")


def test_only_certificates_of_authorities_are_trusted() -> None:
    leaf = ROOT.issue("gw.example.org")
    found = only(preview(apple_file({"SharedSecret": "x"}, root(leaf.der, 2))))
    assert found.roots == ()
    assert "not_a_root" in notes(found).values()
    pinned = only(preview(app_file(remote={"addr": "a.org", "cert": b64encode(leaf.der).decode()})))
    assert (pinned.roots, pinned.profile.remote.pin) == ((), "gateway")


def test_a_root_behind_our_own_certificate_vouches_where_no_other_does(tmp_path: Path) -> None:
    alice = ROOT.issue("alice")
    chain = type(alice)(alice.certificate, alice.key, (alice.certificate, ROOT.certificate))
    found = only(preview(chain.pkcs12(PASSWORD), "alice.p12", password=PASSWORD))
    assert [each.subject for each in found.roots] == ["CN=Office CA,O=Ginnel Test,C=CH"]
    assert found.profile.remote.ca == ("Office-CA",)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("@gw.example.org", "gw.example.org"),
        ("fqdn:gw", "gw"),
        ("@192.0.2.1", "@192.0.2.1"),
        ("@#0a0b", "@#0a0b"),
        ("keyid:0x0a0b", "@#0a0b"),
        ("keyid:ab", "@#6162"),
        ("%gw", "gw"),
        ("%any", "%any"),
        ("2001:db8::1", "2001:db8::1"),
        ("C=CH, CN=x", "C=CH, CN=x"),
        ("", ""),
    ],
)
def test_strongswans_identities(text: str, ours: str) -> None:
    assert identity(text) == ours


def test_strongswans_times() -> None:
    assert [seconds(text) for text in ("30", "30s", "5m", "3h", "1d", "x", "1w", "-1")] == [
        *(30.0, 30.0, 300.0, 10800.0, 86400.0, None, None, None)
    ]


def test_the_words_of_proposals_are_those_of_ike() -> None:
    ours = {word for word in KEYWORDS if "iiv" not in word}
    assert {word for word in ours if KNOWN.fullmatch(word)} == ours
    for word in ("3des", "aes512", "modp768", "md5", "ke8_ecp256", "ke1_3des", "camellia256"):
        assert not KNOWN.fullmatch(word)


def test_secrets_of_others_stay_behind() -> None:
    text = "connections { x { remote_addrs = a.org\n local { auth = eap-mschapv2\n eap_id = alice } } }\n"
    text += 'secrets { eap-bob { id = bob\n secret = "his" } }'
    assert only(preview(text.encode())).secrets == Secrets()


def test_every_identifier_has_words() -> None:
    assert REFUSALS.keys() | {"import_unverified"} == REFUSED.keys()
    assert NOTE_IDS.keys() == NOTES.keys()
    for code, names in REFUSALS.items():
        cause, remedy = REFUSED[code]
        (cause + remedy).format_map(dict.fromkeys(names, "x"))
    for code, names in NOTE_IDS.items():
        NOTES[code].format_map(dict.fromkeys(names, "x"))
    assert set(ASKS) == {"server", "username", "identity", "psk", "ppk", "pkcs12_password", "certificate"}
    assert set(FORMATS) == {"mobileconfig", "sswan", "swanctl", "ipsec", "azure", "pkcs12", "toml"}
