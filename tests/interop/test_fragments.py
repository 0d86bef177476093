"""Fragmented IKE messages with strongSwan, both ways and in both roles, over a path of 1,280 octets.

Both sides have much to say: every key length with every integrity algorithm to ask for, and many servers to
tell of. tshark reassembles what was captured and decrypts it by the exported keys.
"""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GatewayOptions, ping
from helpers.narrow import swallow
from helpers.peers import PROFILE, CharonToGinnel, GinnelToCharon, Suite
from helpers.wireshark import Capture, fields

pytestmark = [pytest.mark.interop, pytest.mark.netns]

CARRIES = 1280
ESP = [
    f"aes{bits}{mode}-{integ}"
    for bits in (128, 192, 256)
    for mode in ("", "ctr")
    for integ in ("sha256", "sha384", "sha512", "sha1")
]
DNS = tuple(f"10.50.{number // 200}.{number % 200 + 1}" for number in range(200))
SUITES = [Suite(ike, ESP[0]) for ike in ("aes128gcm16-prfsha256-x25519", "aes256-sha256-ecp256")]
IKE_AUTH = "35"
#: IDi or IDr, AUTH, SA, TSi, TSr and CP
REQUEST, RESPONSE = {35, 39, 33, 44, 45, 47}, {36, 39, 33, 44, 45, 47}


def sizes(capture: Capture) -> dict[str, list[int]]:
    """The IPv4 packets with fragments of IKE_AUTH that each side sent."""
    rows = fields(capture.file, f"isakmp.frag.total && isakmp.exchangetype == {IKE_AUTH}", "ip.src", "ip.len")
    return {source: [int(octets) for src, octets in rows if src == source] for source, _ in rows}


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_ginnel_to_strongswan_in_fragments(lab: Lab, suite: Suite) -> None:
    keys = lab.directory / "keys"
    pair = GinnelToCharon(
        lab,
        suite=suite,
        service_args=("--export-keys", str(keys)),
        dns=DNS,
        profile_more={"esp": {"proposals": ESP}},
    )
    swallow(pair.net, CARRIES)
    capture = Capture(pair.net.router, "client")
    pair.up()
    assert sum(ping(pair.net.client, address, 5).received for address in Internet.SERVER) == 10
    pair.service.ginnel("rekey", PROFILE, "--what", "child")
    pair.service.wait_for_rekey(PROFILE, "child")
    pair.service.ginnel("down", PROFILE)
    capture.stop()
    sent = sizes(capture)
    assert len(sent) == 2
    assert all(len(octets) >= 2 and max(octets) <= CARRIES for octets in sent.values())
    rows = fields(
        capture.file,
        f"isakmp.exchangetype == {IKE_AUTH}",
        *("isakmp.flag_r", "isakmp.typepayload", "isakmp.fragment.error", "_ws.malformed"),
        *("isakmp.fragment_number.invalid", "_ws.expert.message"),
        keys=keys,
    )
    assert not [row[2:] for row in rows if any(row[2:])]
    # the last fragment of each message shows what the whole holds
    for response, wanted in (("0", REQUEST), ("1", RESPONSE)):
        seen = {int(kind) for row in rows if row[0] == response for kind in row[1].split(",")}
        assert seen >= wanted


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_strongswan_to_ginnel_in_fragments(lab: Lab, suite: Suite) -> None:
    options = GatewayOptions(dns=DNS, esp_proposals=ESP)
    pair = CharonToGinnel(lab, suite=suite, options=options, esp=", ".join(ESP))
    swallow(pair.net, CARRIES)
    capture = Capture(pair.net.router, "client")
    pair.up()
    assert sum(ping(pair.net.client, address, 5).received for address in Internet.SERVER) == 10
    pair.charon.rekey_child()
    assert sum(ping(pair.net.client, address, 5).received for address in Internet.SERVER) == 10
    capture.stop()
    sent = sizes(capture)
    assert len(sent) == 2
    assert all(len(octets) >= 2 and max(octets) <= CARRIES for octets in sent.values())
