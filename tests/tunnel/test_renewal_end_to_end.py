"""`ginnel` authenticates anew at our gateway, again and again, while pings run: not one may be lost."""

from __future__ import annotations

import secrets

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, GatewayOptions, Service
from helpers.traffic import Pinging
from tunnel.test_ways_in import ALICE, Office

pytestmark = [pytest.mark.alone, pytest.mark.netns]

EVERY = {"reauth_s": 6.0}


def stays_up(net: Internet, gateway: Gateway, service: Service, renewals: int = 1) -> None:
    up = service.ginnel("up", "office")
    with Pinging(net.client, interval_s=0.01):
        gateway.wait_for("established", count=1 + renewals, timeout_s=60)
        gateway.wait_for("closed", count=renewals)
    status = service.status("office")
    assert (status["state"], status["established_at"]) == ("up", up["established_at"])
    assert status["addresses"] == up["addresses"]
    assert {tuple(event["addresses"]) for event in gateway.events("established")} == {
        tuple(address.partition("/")[0] for address in up["addresses"])
    }
    service.ginnel("down", "office")


@pytest.mark.parametrize(("nat", "tcp"), [(False, "never"), (True, "never"), (False, "always")])
def test_with_a_key(lab: Lab, nat: bool, tcp: str) -> None:
    net, psk = Internet(lab, nat=nat), secrets.token_urlsafe(16)
    gateway = Gateway(net.gateway, psk, GatewayOptions(timing=EVERY))
    service = Service(net.client)
    profile = {
        "name": "office",
        "server": Internet.GATEWAY[0],
        "local": {"id": CLIENT_ID},
        "remote": {"id": GATEWAY_ID},
        "transport": {"tcp": tcp},
    }
    service.create(profile, psk)
    stays_up(net, gateway, service, renewals=1 if nat else 2)  # the second begins where the first has led


@pytest.mark.parametrize("by", ["certificate", "password"])
def test_with_certificates_and_with_a_password(lab: Lab, by: str) -> None:
    office = Office(lab, timing=EVERY)
    ca = ("--ca", office.file("ca.pem"))
    if by == "certificate":
        key = ("--pkcs12", office.file("alice.p12"), "--key-password-file", office.file("rosebud"))
        office.create(*key, "--id", ALICE, *ca)
    else:
        office.create("--username", "carol", "--password-file", office.file("password"), *ca)
    stays_up(office.net, office.gateway, office.service)
