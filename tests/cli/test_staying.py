"""On-demand rules, the kill switch, sessions and waits on the command line."""

from __future__ import annotations

import os

import msgspec
import pytest

from ginnel_service.cli.exits import Exit
from ginnel_service.ipc.access import Policy
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    DnsStatus,
    KillSwitchHold,
    KillSwitchStatus,
    OnDemandStatus,
)
from ginnel_service.profiles.model import Start

from .conftest import Served, office

BLOCKING = KillSwitchStatus(
    blocking=True,
    profiles=(KillSwitchHold(name="home", mode="connecting"), KillSwitchHold(name="office", mode="always")),
    lan=True,
)
NOBODY = Policy(admin_uids=frozenset())


def test_rules_are_shown_and_changed(with_office: Served) -> None:
    assert with_office.run("ondemand", "office").stdout == "office: no rules are on.\n"
    refused = with_office.run("ondemand", "office", "pause")
    assert refused.exit_code == Exit.FAILED
    assert "ginnel ondemand office on" in refused.stderr
    assert with_office.json("ondemand", "office", "on")["state"] == "on"
    assert "put off" in with_office.run("ondemand", "office", "pause").stdout
    with_office.service.on_demand["office"] = OnDemandStatus(state="on", action="disconnect", rule=2)
    shown = with_office.run("ondemand", "office", "status").stdout
    assert shown == "office: the rules are on; in this network they disconnect (rule 2).\n"
    assert with_office.run("ondemand", "nowhere").exit_code == Exit.UNKNOWN_PROFILE


def test_the_kill_switch_says_for_whom_it_is_on(with_office: Served) -> None:
    assert with_office.run("killswitch").stdout == "The kill switch is off.\n"
    with_office.service.kill_switch = BLOCKING
    told = with_office.run("killswitch").stdout
    for words in ("stopped", "for home, until `ginnel down home`", "for office, always", "Private networks"):
        assert words in told
    assert with_office.json("killswitch")["profiles"][1] == {"name": "office", "mode": "always"}


def test_a_portal_needs_something_that_is_stopped(with_office: Served) -> None:
    refused = with_office.run("killswitch", "portal")
    assert refused.exit_code == Exit.FAILED
    assert "No kill switch is on" in refused.stderr
    with_office.service.kill_switch = BLOCKING
    assert "captive portal" in with_office.run("killswitch", "portal", "--seconds", "60").stdout
    assert with_office.run("killswitch", "portal", "--seconds", "5").exit_code == Exit.USAGE


def test_off_lets_traffic_pass(with_office: Served) -> None:
    with_office.service.kill_switch = BLOCKING
    assert with_office.run("killswitch", "off").stdout == "The kill switch is off.\n"


@pytest.mark.parametrize("policy", [NOBODY])
def test_another_persons_kill_switch_is_theirs(served: Served) -> None:
    served.service.profiles["home"] = office(name="home", owner_uid=os.getuid() + 1)
    served.service.kill_switch = KillSwitchStatus(blocking=True, profiles=BLOCKING.profiles[:1])
    for arguments in (("portal",), ("off",), ("off", "--force")):
        assert served.run("killswitch", *arguments).exit_code == Exit.NOT_PERMITTED
    assert served.run("killswitch").exit_code == 0
    assert served.service.kill_switch.blocking
    served.service.on_demand["home"] = OnDemandStatus(state="on")
    assert served.run("ondemand", "home", "pause").exit_code == Exit.NOT_PERMITTED
    assert served.run("ondemand", "home").exit_code == 0


@pytest.mark.parametrize("policy", [NOBODY])
def test_off_is_for_ones_own_profiles_and_force_is_not(served: Served) -> None:
    served.service.profiles["home"] = office(name="home", owner_uid=os.getuid())
    served.service.profiles["office"] = office(owner_uid=os.getuid() + 1)
    served.service.kill_switch = BLOCKING
    assert served.run("killswitch", "off", "--force").exit_code == Exit.NOT_PERMITTED
    left = served.json("killswitch", "off")["profiles"]
    assert [each["name"] for each in left] == ["office"]


def test_a_login_begins_ones_own_profiles(served: Served) -> None:
    served.service.profiles["home"] = office(name="home", owner_uid=os.getuid(), start=Start(at="login"))
    assert "Connecting home" in served.run("up", "--login").stdout
    assert served.service.sessions == [os.getuid()]
    assert served.run("up", "--login", "home").exit_code == Exit.USAGE
    assert served.run("up").exit_code == Exit.USAGE


def test_up_while_it_waits_makes_the_next_attempt_at_once(with_office: Served) -> None:
    waiting = ConnectionStatus(name="office", state="reconnecting", waits_for="network", blocked=True)
    with_office.service.connections["office"] = waiting
    with_office.run("up", "office", "--no-wait")
    assert with_office.service.retried == ["office"]
    shown = with_office.run("status", "office").stdout
    assert "reconnecting, waits for a network, traffic is stopped" in shown


def test_what_is_in_effect_is_shown(with_office: Served) -> None:
    with_office.run("up", "office")
    service = with_office.service
    assert "asked as without the tunnel" in with_office.run("status", "office").stdout
    service.connections["office"] = msgspec.structs.replace(
        service.connections["office"],
        refused=("::/0",),
        lan=True,
        bypass=("203.0.113.0/24",),
        dns_in_effect=DnsStatus(servers=("10.9.0.53",), everything=False, match=("corp.example",)),
    )
    shown = with_office.run("status", "office").stdout
    for words in (
        "::/0",
        "203.0.113.0/24, private networks at hand",
        "below corp.example asked at 10.9.0.53",
    ):
        assert words in shown
