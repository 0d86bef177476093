from __future__ import annotations

from typing import Any

from ginnel_gui.model.traffic import Fate, Kind, named, traffic
from ginnel_service.ipc.schema import ConnectionStatus
from ginnel_service.profiles.model import KillSwitch, Network, Profile

OFFICE = ("10.0.0.0/8",)


def profile(mode: Any = "off", **network: Any) -> Profile:
    return Profile(
        name="office", server="vpn.example.org", network=Network(**network), kill_switch=KillSwitch(mode=mode)
    )


def fates(*args: Any) -> dict[Kind, Fate]:
    return {lane.kind: lane.fate for lane in traffic(*args).lanes}


def test_a_full_tunnel_carries_everything_and_the_local_network_too() -> None:
    assert fates(profile(), "connected") == {"internet": "tunnel", "lan": "tunnel"}


def test_the_local_network_stays_outside_where_the_profile_says_so() -> None:
    assert fates(profile(lan=True), "connected") == {"internet": "tunnel", "lan": "outside"}


def test_a_split_tunnel_leaves_the_internet_alone() -> None:
    assert fates(profile(subnets=OFFICE), "connected") == {
        "office": "tunnel",
        "internet": "outside",
        "lan": "outside",
    }


def test_halves_of_everything_are_everything() -> None:
    halves = ("0.0.0.0/1", "128.0.0.0/1", "::/0")
    assert fates(profile(subnets=halves), "connected")["internet"] == "tunnel"


def test_the_family_that_a_full_tunnel_lacks_is_stopped() -> None:
    assert fates(profile(subnets=("0.0.0.0/0",)), "connected") == {
        "internet4": "tunnel",
        "internet6": "blocked",
        "lan": "tunnel",
    }


def test_the_profile_may_let_that_family_pass() -> None:
    found = fates(profile(subnets=("0.0.0.0/0",), ipv6_outside="allow"), "connected")
    assert found["internet6"] == "outside"


def test_a_family_may_be_stopped_beside_a_split_tunnel() -> None:
    found = fates(profile(subnets=OFFICE, ipv6_outside="block"), "connected")
    assert (found["internet4"], found["internet6"]) == ("outside", "blocked")


def test_exceptions_stay_outside() -> None:
    found = traffic(profile(bypass=("203.0.113.0/24",)), "connected")
    (lane,) = (lane for lane in found.lanes if lane.kind == "bypass")
    assert (lane.fate, lane.networks) == ("outside", ("203.0.113.0/24",))


def test_what_the_service_says_counts_once_it_is_up() -> None:
    status = ConnectionStatus(name="office", state="up", routes=("10.2.0.0/16",), refused=("::/0",))
    found = traffic(profile(), "connected", status)
    assert {lane.kind: lane.fate for lane in found.lanes} == {
        "office": "tunnel",
        "internet4": "outside",
        "internet6": "blocked",
        "lan": "outside",
    }
    assert found.lanes[0].networks == ("10.2.0.0/16",)


def test_without_a_kill_switch_all_passes_when_the_tunnel_breaks() -> None:
    assert fates(profile(), "interrupted") == {"internet": "outside", "lan": "outside"}


def test_a_kill_switch_stops_all_but_an_open_local_network() -> None:
    assert fates(profile("connecting"), "interrupted") == {"internet": "blocked", "lan": "blocked"}
    assert fates(profile("connecting", lan=True), "interrupted") == {"internet": "blocked", "lan": "outside"}


def test_only_one_that_is_always_on_holds_while_disconnected() -> None:
    assert fates(profile("connecting"), "off") == {"internet": "outside", "lan": "outside"}
    assert fates(profile("always"), "off") == {"internet": "blocked", "lan": "blocked"}


def test_a_kill_switch_stops_what_a_split_tunnel_and_its_exceptions_leave_out() -> None:
    assert fates(profile("connecting", subnets=OFFICE, bypass=("10.1.0.0/16",)), "connected") == {
        "office": "tunnel",
        "internet": "blocked",
        "lan": "blocked",
        "bypass": "blocked",
    }


def test_lanes_of_the_tunnel_come_first_and_stopped_ones_last() -> None:
    found = traffic(profile(subnets=("0.0.0.0/0",), lan=True), "connected")
    assert [lane.fate for lane in found.lanes] == ["tunnel", "outside", "blocked"]


def test_many_networks_are_counted_not_listed() -> None:
    words = named(tuple(f"10.{number}.0.0/16" for number in range(9)))
    assert words is not None
    assert words.values == ("10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16", "6")
