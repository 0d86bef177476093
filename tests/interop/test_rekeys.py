"""Either side replaces IKE and CHILD SAs while pings run at 500 a second in each family; none may be lost."""

from __future__ import annotations

import threading

import pytest

from ginnel_service.demo.lab import Lab
from ginnel_service.demo.rig import GatewayOptions, eventually
from helpers.peers import PROFILE, X25519, CharonToGinnel, GinnelToCharon, Suite
from helpers.strongswan import Charon
from helpers.traffic import Pinging, no_ping_is_lost

pytestmark = [pytest.mark.alone, pytest.mark.interop, pytest.mark.netns]

kinds = pytest.mark.parametrize("what", ["child", "ike"])
suites = pytest.mark.parametrize(
    "suite", [X25519, Suite("aes256gcm16-prfsha384-ecp384", "aes256gcm16-ecp384")], ids=["plain", "pfs"]
)


def settled(charon: Charon) -> None:
    """Wait until strongSwan has heard our answers, too: one IKE SA and one pair of ESP SAs are in use."""

    def one_of_each() -> bool:
        found = charon.sas()
        return found.count("state=ESTABLISHED") == found.count("state=INSTALLED") == 1

    eventually(one_of_each, "one IKE SA with one pair of ESP SAs", alive=[charon.process])


@suites
@kinds
def test_our_initiator_rekeys(lab: Lab, what: str, suite: Suite) -> None:
    pair = GinnelToCharon(lab, suite=suite)
    pair.up()
    with Pinging(pair.net.client):
        for count in (1, 2):
            pair.service.ginnel("rekey", PROFILE, "--what", what)
            pair.service.wait_for_rekey(PROFILE, what, count=count)
    settled(pair.charon)


@suites
@kinds
def test_strongswans_gateway_rekeys(lab: Lab, what: str, suite: Suite) -> None:
    pair = GinnelToCharon(lab, suite=suite)
    pair.up()
    with Pinging(pair.net.client):
        for count in (1, 2):
            pair.charon.rekey_ike() if what == "ike" else pair.charon.rekey_child()
            pair.service.wait_for_rekey(PROFILE, what, count=count)
            settled(pair.charon)


@suites
@kinds
def test_strongswans_initiator_rekeys(lab: Lab, what: str, suite: Suite) -> None:
    pair = CharonToGinnel(lab, suite=suite)
    pair.up()
    with Pinging(pair.net.client):
        for count in (1, 2):
            pair.charon.rekey_ike() if what == "ike" else pair.charon.rekey_child()
            pair.gateway.wait_for("rekeyed", count=count)
            settled(pair.charon)
    assert {(event["what"], event["by"]) for event in pair.gateway.events("rekeyed")} == {(what, "peer")}


@pytest.mark.slow
def test_our_gateway_rekeys_before_its_lifetimes_end(lab: Lab) -> None:
    options = GatewayOptions(timing={"child_lifetime_s": 10, "ike_lifetime_s": 10})
    pair = CharonToGinnel(lab, options=options)
    pair.up()
    due = {("child", "gateway"), ("ike", "gateway")}
    with Pinging(pair.net.client):
        eventually(
            lambda: due <= {(event["what"], event["by"]) for event in pair.gateway.events("rekeyed")},
            "both to be rekeyed", alive=[pair.gateway.process],
        )  # fmt: skip
    assert not pair.gateway.events("closed")


#: Each side prefers another group of the same two, so that its first attempt is refused.
OURS, THEIRS = "aes256gcm16-x25519-ecp256", "aes256gcm16-ecp256-x25519"


@pytest.mark.parametrize("by", ["us", "them"])
def test_a_child_is_rekeyed_with_another_group_than_the_first(lab: Lab, by: str) -> None:
    pair = GinnelToCharon(lab, suite=Suite("aes128gcm16-prfsha256-x25519", OURS), esp=THEIRS)
    pair.up()
    with Pinging(pair.net.client):
        for count in (1, 2):
            if by == "us":
                pair.service.ginnel("rekey", PROFILE, "--what", "child")
            else:
                pair.charon.rekey_child()
            pair.service.wait_for_rekey(PROFILE, "child", count=count)
            settled(pair.charon)


@kinds
def test_both_sides_rekey_at_once(lab: Lab, what: str) -> None:
    pair = GinnelToCharon(lab)
    pair.up()
    theirs = threading.Thread(
        target=pair.charon.rekey_ike if what == "ike" else pair.charon.rekey_child, name="theirs"
    )
    with Pinging(pair.net.client):
        theirs.start()
        pair.service.ginnel("rekey", PROFILE, "--what", what)
        theirs.join()
        pair.service.wait_for_rekey(PROFILE, what)
    no_ping_is_lost(pair.net.client, count=100)
    assert pair.status()["state"] == "up"
