"""What nftables is told is made of names, addresses and numbers alone, and says what it should."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from ginnel_service.net.base import KillSwitch
from ginnel_service.net.firewall.nftables import Nearby, guard_ruleset, kill_switch_ruleset
from ginnel_service.net.surroundings import is_default, is_private

NEAR = Nearby(
    lan=(ip_network("192.168.0.0/16"), ip_network("192.168.7.0/24"), ip_network("fd12::/64")),
    bridges=("docker0",),
)


def chain(text: str, name: str) -> list[str]:
    return text.split(f" chain {name} {{")[1].split("}\n", maxsplit=1)[0].splitlines()


@pytest.mark.parametrize("name", ["", 'x"', "x*", "a b", "a\nb", "a{", "tun0;", "\udcff", "x" * 16, "ü"])
def test_a_name_that_nftables_would_read_otherwise_is_refused(name: str) -> None:
    """A star at the end is a pattern; within quotes nothing can be escaped."""
    with pytest.raises(ValueError, match="nftables"):
        kill_switch_ruleset(KillSwitch(devices=(name,)))
    with pytest.raises(ValueError, match="nftables"):
        kill_switch_ruleset(KillSwitch(), Nearby(bridges=(name,)))
    with pytest.raises(ValueError, match="nftables"):
        guard_ruleset(name, [ip_address("10.0.0.1")])


def test_the_old_table_goes_in_the_transaction_that_brings_the_new_one() -> None:
    lines = kill_switch_ruleset(KillSwitch()).splitlines()
    assert lines[:3] == [
        "add table inet ginnel-kill-switch",
        "delete table inet ginnel-kill-switch",
        "table inet ginnel-kill-switch {",
    ]


def test_names_are_refused_before_the_lan_is_let_through() -> None:
    output = chain(kill_switch_ruleset(KillSwitch(lan=True), NEAR), "output")
    (names,) = [at for at, rule in enumerate(output) if "{ 53, 853 } goto refuse" in rule]
    lan = [at for at, rule in enumerate(output) if "192.168.0.0/16" in rule or "fd12::/64" in rule]
    assert len(lan) == 2
    assert names < min(lan)
    assert not [rule for rule in output if "192.168.7.0/24" in rule], "sets of nftables hold no overlaps"


def test_the_lan_is_shut_unless_asked_for() -> None:
    text = kill_switch_ruleset(KillSwitch(), NEAR)
    assert "192.168" not in text
    assert "fd12" not in text
    assert "224.0.0.0/24" not in text


def test_nothing_is_forwarded_but_into_tunnels_and_between_guests() -> None:
    assert chain(kill_switch_ruleset(KillSwitch()), "forward")[2:] == ["  goto refuse", " "]
    rules = chain(kill_switch_ruleset(KillSwitch(devices=("tun0",), lan=True), NEAR), "forward")
    accepted = [rule for rule in rules if rule.endswith("accept")]
    assert accepted[0] == '  oifname { "tun0" } accept'
    assert all('iifname { "tun0" }' in rule or 'iifname { "docker0" }' in rule for rule in accepted[1:])


def test_a_kernel_without_socket_matching_filters_what_leaves_all_the_same() -> None:
    text = kill_switch_ruleset(KillSwitch(), sockets=False)
    assert "hook input" not in text
    assert "hook output" in text
    assert "hook forward" in text


@pytest.mark.parametrize("text", ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2", "::/0", "2000::/3", "8000::/1"])
def test_parts_of_a_default_route_are_default_routes(text: str) -> None:
    assert is_default(text)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "fc00::/7", "8.0.0.0/8", "fd12::/64"])
def test_networks_are_not(text: str) -> None:
    assert not is_default(text)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("10.1.0.0/16", True),
        ("172.31.0.0/16", True),
        ("172.0.0.0/8", False),  # reaches into the Internet
        ("169.254.0.0/16", True),
        ("fe80::/64", True),
        ("fd12::/64", True),
        ("192.0.2.0/24", False),
        ("100.64.0.0/24", False),  # a carrier's customers
        ("2001:db8::/32", False),
    ],
)
def test_what_may_be_a_lan(text: str, private: bool) -> None:
    assert is_private(ip_network(text)) is private
