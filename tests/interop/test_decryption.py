"""tshark reads a captured session with strongSwan by the exported keys, and finds no fault in it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, GatewayOptions, Service, ping
from helpers.offices import ToCharon
from helpers.peers import PROFILE, SUITES, X25519, GinnelToCharon, Suite, profile
from helpers.pki import Entity, Pki
from helpers.wireshark import Capture, fields

pytestmark = [pytest.mark.interop, pytest.mark.netns]

PINGS = 20
IKE_AUTH, INTERMEDIATE = 35, 43
#: SA, KE, IDi, IDr, AUTH, Nonce, Delete, TSi, TSr and CP (RFC 7296 section 3.2)
PAYLOADS = {33, 34, 35, 36, 39, 40, 42, 44, 45, 47}


#: IKE ciphers of which Wireshark has its own names.
IKE_SUITES = (
    Suite("aes192gcm8-prfsha1-x25519", "aes128gcm16"),
    Suite("aes256ccm12-prfaescmac-x25519", "aes128gcm16"),
    Suite("aes128ctr-aesxcbc-x25519", "aes128gcm16"),
    Suite("aes256-sha1-modp3072", "aes128gcm16"),
)


@pytest.mark.parametrize(
    ("suite", "outside"), [*((suite, 0) for suite in (*SUITES, *IKE_SUITES)), (X25519, 1)], ids=str
)
def test_tshark_decrypts_a_session(lab: Lab, suite: Suite, outside: int) -> None:
    keys = lab.directory / "keys"
    pair = GinnelToCharon(lab, suite=suite, outside=outside, service_args=("--export-keys", str(keys)))
    capture = Capture(pair.net.router, "client")
    pair.up()
    sent = 0
    for what in ("child", "ike"):
        sent += sum(ping(pair.net.client, address, PINGS).received for address in Internet.SERVER)
        pair.service.ginnel("rekey", PROFILE, "--what", what)
        pair.service.wait_for_rekey(PROFILE, what)
    pair.service.ginnel("down", PROFILE)
    capture.stop()
    assert sent == 4 * PINGS

    rows = fields(
        capture.file,
        "isakmp || esp",
        *("isakmp.exchangetype", "isakmp.enc.decrypted", "isakmp.typepayload", "esp.spi", "esp.icv_good"),
        *("icmp.type", "icmpv6.type", "_ws.malformed", "_ws.expert.message"),
        keys=keys,
    )
    protected = [row for row in rows if row[0] and int(row[0]) > 34]
    esp = [row for row in rows if row[3]]
    # bad integrity, bad padding and malformed packets all have a message; so has nothing else here
    assert [row[7:] for row in rows if row[7] or row[8]] == []
    # IKE_AUTH, both rekeys with their Deletes, and the last Delete are read to their last payload
    assert len(protected) >= 12
    assert all(row[1] for row in protected)
    assert {int(kind) for row in protected for kind in row[2].split(",")} >= PAYLOADS
    # every ping and every answer is found inside ESP, and is authentic where tshark can tell
    assert all(row[4] == "1" for row in esp)
    assert sum(row[5] in {"0", "8"} for row in esp) >= sent
    assert sum(row[6] in {"128", "129"} for row in esp) >= sent


@dataclass(frozen=True)
class Certificates:
    root: Entity
    user: Entity


@pytest.fixture(scope="module")
def made(pki: Pki, to_charon: ToCharon) -> Certificates:
    root = pki.root("seen-root", "rsa3072")
    gateway = pki.issue(root, "seen-gateway", sans=[GATEWAY_ID], flags=["serverAuth"])
    to_charon.charon.forget()
    to_charon.trust(root)
    to_charon.charon.put(gateway.in_charon())
    return Certificates(root, pki.issue(root, "seen-user", "rsa2048", sans=[CLIENT_ID], flags=["clientAuth"]))


@pytest.mark.parametrize("method", ["certificate", "ttls"])
def test_tshark_reads_certificates_and_eap(to_charon: ToCharon, made: Certificates, method: str) -> None:
    own = {"auth": "pubkey", "certs": "seen-gateway.pem", "id": GATEWAY_ID}
    trust = ("--ca", str(made.root.file))
    if method == "certificate":
        to_charon.configure(local=(own,), remote=({"auth": "pubkey", "id": CLIENT_ID},))
        to_charon.profile(*to_charon.by(made.user), *trust, "--id", CLIENT_ID)
    else:
        secret = {"eap-bob": {"id": "bob", "secret": "for tshark"}}
        asked = {"auth": f"eap-{method}", "eap_id": "%any", "id": "%any"}
        to_charon.configure(local=(own,), remote=(asked,), secrets=secret)
        user = ("--username", "bob", "--eap", method, *to_charon.password("for tshark"))
        to_charon.profile(*user, *trust, authentication={"ttls_inner": "eap"})
    capture = Capture(to_charon.net.router, "client")
    to_charon.connects()
    capture.stop()
    names = ("isakmp.typepayload", "isakmp.cert.encoding", "eap.type", "_ws.malformed", "_ws.expert.message")
    rows = fields(capture.file, "isakmp.exchangetype == 35", *names, keys=to_charon.keys)
    payloads = {int(kind) for row in rows for kind in row[0].split(",") if kind}
    assert [row[3:] for row in rows if row[3]] == []
    assert not [row[4] for row in rows if re.search("[Ii]ncorrect|[Bb]ad|[Mm]alformed", row[4])]
    assert payloads >= {33, 35, 36, 37, 38, 39, 44, 45, 47}
    assert {row[1] for row in rows} >= {"4"}  # X.509 Certificate - Signature
    if method != "certificate":
        assert 48 in payloads
        assert {kind for row in rows for kind in row[2].split(",")} >= {"1", "21"}


def test_tshark_reads_additional_key_exchanges(lab: Lab) -> None:
    """It knows one set of keys for an IKE SA, where every IKE_INTERMEDIATE makes new ones (RFC 9370)."""
    net, keys, psk = Internet(lab), lab.directory / "keys", secrets.token_urlsafe(18)
    suite = "aes256gcm16-prfsha384-x25519-ke1_mlkem768"
    Gateway(net.gateway, psk, GatewayOptions(ike_proposals=[suite], dns=Internet.SERVER))
    service = Service(net.client, "--export-keys", str(keys))
    service.create(profile(0, Suite(suite, "aes256gcm16")), psk)
    capture = Capture(net.router, "client")
    assert service.ginnel("up", PROFILE)["ike_suite"] == suite
    service.ginnel("down", PROFILE)
    capture.stop()
    lines = [line for line in keys.read_text().splitlines() if "ikev2" in line]
    assert len(lines) == 2
    names = ("isakmp.typepayload", "isakmp.key_exchange.data", "_ws.malformed")
    found = {}
    for exchange, line in ((INTERMEDIATE, lines[0]), (IKE_AUTH, lines[1])):
        some = lab.directory / f"keys-{exchange}"
        some.write_text(line + "\n")
        rows = fields(capture.file, f"isakmp.exchangetype == {exchange}", *names, keys=some)
        assert not any(row[2] for row in rows)
        found[exchange] = {int(kind) for row in rows for kind in row[0].split(",") if kind}
        if exchange == INTERMEDIATE:
            # ML-KEM-768's encapsulation key and ciphertext (FIPS 203 section 8)
            assert {len(row[1]) // 2 for row in rows if row[1]} == {1184, 1088}
    assert found[INTERMEDIATE] >= {34}
    assert found[IKE_AUTH] >= {33, 35, 36, 39, 44, 45, 47}


def test_keys_stay_inside_unless_they_are_asked_for(lab: Lab) -> None:
    pair = GinnelToCharon(lab, service_args=("--log-level", "debug"))
    pair.up()
    pair.service.ginnel("rekey", PROFILE, "--what", "ike")
    pair.service.wait_for_rekey(PROFILE, "ike")
    # The folder of that name holds what stored secrets are sealed under.
    assert not [path for path in lab.directory.rglob("keys") if path.is_file()]
    for process in lab.processes:
        text = process.log.read_text(errors="replace")
        assert pair.psk not in text
        assert "ikev2_decryption_table" not in text
