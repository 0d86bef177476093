"""In no state of a service with a kill switch does a packet get out in the clear; without one they do."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CommandError, eventually
from ginnel_service.tunnel import dns_messages
from helpers.leaks import Allowed, Kind, classify

from .walk import LAN, NAME, TUNNEL_ALONE, Walk

pytestmark = pytest.mark.netns

BOTH = (4, 6)
GATEWAYS = frozenset(Internet.GATEWAY)
ALWAYS = {"mode": "always"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_state_lets_a_packet_out(lab: Lab, record_property: Callable[[str, object], None]) -> None:
    with Walk(lab) as it:
        it.state("without a kill switch", None)
        it.create(kill_switch=ALWAYS)
        it.begin_anew()
        it.state("never connected")
        connects_and_moves(it)
        loses_network_and_gateway(it)
        is_hurt_and_ends(it)
        is_refused(it)
        is_opened_by_the_person(it)
    assert it.figures()["names"], "its gateway's name was asked for under the kill switch"
    for state, kind in {
        "a portal": Kind.PORTAL,
        "the LAN": Kind.LAN,
        "the LAN and a tunnel": Kind.LAN,
    }.items():
        found = it.packets(state, kind)
        assert all(any(address in words for words in found) for address in LAN), (state, found[:5])
    for name, value in {"recovered_s": it.took_s, **it.figures()}.items():
        record_property(name, value)
        print(f"{name}: {value}")


def connects_and_moves(it: Walk) -> None:
    os.kill(it.gateway.process.pid, signal.SIGSTOP)
    it.service.ginnel("up", NAME, "--no-wait")
    it.wait("connecting")
    it.state("connecting to a gateway that is silent", rounds=4)
    it.comes_up("up", lambda: os.kill(it.gateway.process.pid, signal.SIGCONT))
    for what in ("child", "ike"):
        with it.meanwhile(f"rekeying {what}"):
            it.service.ginnel("rekey", NAME, "--what", what)
            it.service.wait_for_rekey(NAME, what)
        it.state(f"with a new {what}", carries=BOTH)
    for uplink, local, move in (
        ("the other uplink", "203.0.113.10", it.roaming.to_antenna),
        ("the first uplink", "192.0.2.10", it.to_router),
    ):
        with it.meanwhile(f"moving to {uplink}"):
            move()
            it.wait_for_path(local)
        it.state(f"on {uplink}", carries=BOTH)


def loses_network_and_gateway(it: Walk) -> None:
    it.roaming.nowhere()
    it.state("without a network", rounds=4)
    it.comes_up("with a network again", it.to_router)
    it.net.router.ip("link set gateway down")
    it.wait("reconnecting")
    it.state("reconnecting to a gateway out of reach")
    it.comes_up("resumed", lambda: it.net.router.ip("link set gateway up"))
    assert it.service.status(NAME)["resumed"]
    it.gateway.process.kill()
    it.wait("reconnecting")
    it.state("reconnecting to a gateway that was killed")
    it.comes_up("logged in anew", it.start_gateway)
    assert not it.service.status(NAME)["resumed"]


def is_hurt_and_ends(it: Walk) -> None:
    os.kill(it.service.process.pid, signal.SIGSTOP)
    it.state("the service stands still")
    os.kill(it.service.process.pid, signal.SIGCONT)
    it.state("it goes on", carries=BOTH)
    it.client.ip(f"link del {it.service.status(NAME)['device']}")
    it.state("somebody removed the device", rounds=3)
    it.comes_up("with a device again", lambda: None)
    it.service.process.kill()
    it.state("the service was killed", rounds=4)
    it.comes_up("started after a kill", it.service.start)
    assert it.service.process.stop() == 0
    it.state("the service was stopped", rounds=3)
    it.comes_up("started after a stop", it.service.start)
    it.service.ginnel("down", NAME)
    it.state("down", rounds=3)


def is_refused(it: Walk) -> None:
    for reconnect, state in (({}, "reconnecting"), ({"enabled": False}, "failed")):
        it.create(psk=secrets.token_urlsafe(24), kill_switch=ALWAYS, reconnect=reconnect)
        with pytest.raises(CommandError) as refused:
            it.service.ginnel("up", NAME)
        assert refused.value.code == "authentication_failed"
        assert it.service.status(NAME)["state"] == state
        it.state(f"{state} with a wrong key", rounds=3)
        it.service.ginnel("down", NAME)
    it.create(kill_switch=ALWAYS)
    it.state("another profile in its place")


def is_opened_by_the_person(it: Walk) -> None:
    it.service.ginnel("killswitch", "portal", "--seconds", "10")
    it.state("a portal", Allowed(gateways=GATEWAYS, names=TUNNEL_ALONE.names, portal=True))
    eventually(lambda: it.service.ginnel("killswitch")["portal_until"] is None, "its end")
    it.begin_anew()
    it.state("a portal no more")
    it.create(kill_switch=ALWAYS, network={"lan": True})
    networks = ("192.168.7.0/24", "fd12::/64", "224.0.0.0/24", "fe80::/10", "ff02::/16")
    lan = Allowed(gateways=GATEWAYS, names=TUNNEL_ALONE.names, lan=networks)
    it.state("the LAN", lan)
    it.service.ginnel("up", NAME)
    it.state("the LAN and a tunnel", lan, carries=BOTH)
    it.service.ginnel("down", NAME)
    it.create(kill_switch=ALWAYS)
    it.begin_anew()
    it.state("no LAN any more")
    it.create(kill_switch={"mode": "off"})
    it.state("it is off", None)
    it.create(kill_switch=ALWAYS)
    it.begin_anew()
    it.state("on again")
    it.service.ginnel("remove", NAME)
    it.state("the profile is removed", None)


@pytest.mark.parametrize(
    ("name", "port", "kind"),
    [
        ("gateway.example", 53, Kind.NAME),
        ("Gateway.Example", 53, Kind.NAME),
        ("one.gateway.example", 53, Kind.LEAK),
        ("example", 53, Kind.LEAK),
        ("gateway.example", 5353, Kind.LEAK),
    ],
)
def test_the_name_of_the_gateway_alone_may_be_asked_for(name: str, port: int, kind: Kind) -> None:
    question = dns_messages.question(name, "A").to_wire()
    head = bytes(12) + bytes.fromhex("0800 4500 0000 0000 0000 40 11 0000 c000020a c0000201")
    frame = head + (40000).to_bytes(2) + port.to_bytes(2) + bytes(4)
    assert classify(frame + question, TUNNEL_ALONE).kind is kind
    assert classify(frame + question + b"more", TUNNEL_ALONE).kind is Kind.LEAK
    assert classify(frame + question[:20], TUNNEL_ALONE).kind is Kind.LEAK
