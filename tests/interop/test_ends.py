"""How a tunnel with strongSwan ends: by either side's Delete, by silence, or by a refusal at the start."""

from __future__ import annotations

from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CommandError, GatewayOptions, eventually, network_state
from helpers.peers import PROFILE, X25519, CharonToGinnel, GinnelToCharon, Suite, profile
from helpers.traffic import no_ping_is_lost

pytestmark = [pytest.mark.interop, pytest.mark.netns]

QUICK = {"liveness_s": 1.0, "retransmit_s": 0.2, "retransmit_tries": 3}


def test_our_initiator_deletes(lab: Lab) -> None:
    pair = GinnelToCharon(lab)
    before = network_state(pair.net.client)
    pair.up()
    pair.service.ginnel("down", PROFILE)
    assert network_state(pair.net.client) == before
    eventually(lambda: "ESTABLISHED" not in pair.charon.sas(), "the end of strongSwan's SA")


def test_strongswans_gateway_deletes_and_we_come_back(lab: Lab) -> None:
    pair = GinnelToCharon(lab)
    first = pair.up()["established_at"]
    pair.charon.terminate()
    pair.service.wait_for(
        PROFILE, lambda status: status["established_at"] != first, "the end of the first SA"
    )
    pair.service.wait_for(PROFILE, lambda status: status["state"] == "up", "the second SA", timeout_s=20)
    no_ping_is_lost(pair.net.client, count=100)


def test_strongswans_initiator_deletes(lab: Lab) -> None:
    pair = CharonToGinnel(lab)
    pair.up()
    pair.charon.terminate()
    (closed,) = pair.gateway.wait_for("closed")
    assert closed["by"] == "peer"
    assert "code" not in closed


def test_our_gateway_deletes_when_it_stops(lab: Lab) -> None:
    pair = CharonToGinnel(lab)
    pair.up()
    assert pair.gateway.process.stop() == 0
    eventually(lambda: "ESTABLISHED" not in pair.charon.sas(), "the end of strongSwan's SA")
    assert "ginnel" not in network_state(pair.net.gateway)


def test_our_initiator_notices_a_vanished_gateway(lab: Lab) -> None:
    pair = GinnelToCharon(lab, profile_more={"timing": QUICK})
    pair.up()
    pair.charon.process.kill()
    pair.service.wait_for(
        PROFILE,
        lambda status: (
            status["state"] == "reconnecting" and (status["error"] or {}).get("code") == "peer_vanished"
        ),
        "the loss of the gateway",
    )


def test_our_gateway_notices_a_vanished_client(lab: Lab) -> None:
    pair = CharonToGinnel(lab, options=GatewayOptions(timing=QUICK))
    pair.up()
    pair.charon.process.kill()
    (closed,) = pair.gateway.wait_for("closed")
    assert closed["code"] == "peer_vanished"


def test_our_initiator_answers_liveness_checks(lab: Lab) -> None:
    pair = GinnelToCharon(lab, dpd_s=1)
    first = pair.up()["established_at"]
    eventually(lambda: pair.charon.log().count("parsed INFORMATIONAL response") >= 2, "two answers")
    assert pair.status()["established_at"] == first


def test_our_gateway_answers_liveness_checks(lab: Lab) -> None:
    pair = CharonToGinnel(lab, dpd_s=1)
    pair.up()
    eventually(lambda: pair.charon.log().count("parsed INFORMATIONAL response") >= 2, "two answers")
    assert pair.gateway.events("closed") == []


@pytest.mark.parametrize(
    ("change", "psk", "code", "status"),
    [
        ({}, "wrong", "authentication_failed", 7),
        ({"ike": {"proposals": ["aes256-sha512-modp2048"]}}, None, "no_proposal_chosen", 8),
        ({"esp": {"proposals": ["aes256-sha256"]}}, None, "no_proposal_chosen", 8),
        ({"remote": {"id": "another.example"}}, None, "authentication_failed", 7),
        ({"server": "198.51.100.77", "timing": QUICK}, None, "unreachable", 9),
    ],
    ids=["key", "ike-proposal", "esp-proposal", "gateway-identity", "address"],
)
def test_a_refusal_names_its_cause_and_leaves_nothing(
    lab: Lab, change: dict[str, Any], psk: str | None, code: str, status: int
) -> None:
    pair = GinnelToCharon(lab)
    before = network_state(pair.net.client)
    pair.service.create({**profile(0, X25519), **change}, psk or pair.psk)
    with pytest.raises(CommandError) as refused:
        pair.up()
    assert (refused.value.code, refused.value.status) == (code, status)
    pair.service.ginnel("down", PROFILE)
    assert network_state(pair.net.client) == before


def test_an_unexpected_key_exchange_method_is_tried_again(lab: Lab) -> None:
    """Our first KE payload is x25519, the gateway wants P-384: INVALID_KE_PAYLOAD (RFC 7296 section 1.2)."""
    both = "aes256gcm16-prfsha384-x25519-ecp384"
    pair = GinnelToCharon(lab, suite=Suite("aes256gcm16-prfsha384-ecp384", "aes256gcm16"))
    pair.service.create({**profile(0), "ike": {"proposals": [both]}, "esp": {}}, pair.psk)
    assert pair.up()["ike_suite"].endswith("ecp384")
    assert pair.net.client.run(["ping", "-c", "3", "-i", "0.01", Internet.SERVER[0]]).returncode == 0
