"""What pf is told on systems that are not at hand: the texts, and the order of pfctl's calls."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from ginnel_service.net.base import KillSwitch, NetworkError
from ginnel_service.net.firewall.pf import Outcome, PacketFilter, System, guard_anchor, kill_switch_anchor

GATEWAYS = (ip_address("198.51.100.2"), ip_address("2001:db8:2::2"))
LAN = (ip_network("192.168.7.0/24"), ip_network("fd12::/64"))


class FakePfctl:
    """A pf whose main ruleset is `rules`."""

    def __init__(self, rules: str = 'anchor "ginnel/*" all\nanchor "com.apple/*" all\n') -> None:
        self.rules = rules
        self.enabled = False
        self.fails = ""  # the argument that makes a call fail
        self.calls: list[tuple[str, ...]] = []
        self.anchors: dict[str, str] = {}

    def __call__(self, arguments: Sequence[str], text: str) -> Outcome:
        program, *rest = arguments
        assert program == "/sbin/pfctl"
        self.calls.append(tuple(rest))
        if self.fails in rest:
            return Outcome(1, "pfctl: Permission denied")
        match rest:
            case ["-s", "rules"]:
                return Outcome(0, self.rules)
            case ["-s", "info"]:
                return Outcome(0, f"Status: {'Enabled' if self.enabled else 'Disabled'}")
            case ["-E"]:
                return Outcome(0, "No ALTQ support in kernel\npf enabled\nToken : 16342739234\n")
            case ["-q", "-e"]:
                self.enabled = True
            case ["-q", "-a", anchor, "-f", "-"]:
                self.anchors[anchor] = text
            case ["-q", "-a", anchor, "-F", "rules"]:
                self.anchors.pop(anchor, None)
        return Outcome(0, "")


def test_all_that_bears_no_tag_is_blocked_last() -> None:
    lines = kill_switch_anchor(KillSwitch()).splitlines()
    assert lines[-2:] == [
        "block return out quick all ! tagged ginnel",
        "block drop in quick all ! tagged ginnel",
    ]
    assert all(line.startswith("pass ") and line.endswith(" no state tag ginnel") for line in lines[:-2])
    assert not [line for line in lines[:-2] if " quick " in line], "the machine's own rules come after"


def test_devices_and_gateways_pass() -> None:
    text = kill_switch_anchor(KillSwitch(devices=("utun7",), gateways=GATEWAYS))
    assert "pass out on utun7 all no state tag ginnel\n" in text
    assert "to { 198.51.100.2, 2001:db8:2::2 } port != 53 no state" in text
    assert "198.51.100.2" not in kill_switch_anchor(KillSwitch())


def test_the_lan_passes_when_asked_but_is_asked_no_names() -> None:
    assert "192.168.7.0/24" not in kill_switch_anchor(KillSwitch(), LAN)
    text = kill_switch_anchor(KillSwitch(lan=True), LAN)
    (line,) = [line for line in text.splitlines() if "192.168.7.0/24" in line and "udp" in line]
    assert "port { 1:52, 54:852, 854:65535 }" in line
    assert "239.0.0.0/8" in line


def test_a_portal_is_names_and_the_web() -> None:
    text = kill_switch_anchor(KillSwitch(portal=True))
    assert "pass out proto { tcp, udp } from any to any port 53 no state" in text
    assert "pass out proto tcp from any to any port { 80, 443 } no state" in text
    assert "443" not in kill_switch_anchor(KillSwitch())


def test_a_guard_lets_in_from_its_device_alone() -> None:
    assert guard_anchor({"tun3": GATEWAYS[:1]}) == (
        "pass in on lo0 from any to { 198.51.100.2 } no state tag ginnel-guarded\n"
        "pass in on tun3 from any to { 198.51.100.2 } no state tag ginnel-guarded\n"
        "block drop in quick from any to { 198.51.100.2 } ! tagged ginnel-guarded\n"
    )


@pytest.mark.parametrize("name", ["", "a b", "tun0\npass all", '"x"', "{x}", "tun0 }", "x" * 16])
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="pf"):
        kill_switch_anchor(KillSwitch(devices=(name,)))
    with pytest.raises(ValueError, match="pf"):
        guard_anchor({name: GATEWAYS})


@pytest.mark.parametrize(
    ("system", "anchor"), [("freebsd", "ginnel/killswitch"), ("darwin", "com.apple/ginnel.killswitch")]
)
def test_the_switch_is_loaded_and_open_flows_are_cut(system: System, anchor: str) -> None:
    pf = FakePfctl()
    PacketFilter(system, pf).set_kill_switch(KillSwitch())
    assert pf.anchors == {anchor: kill_switch_anchor(KillSwitch())}
    assert pf.calls[-1] == ("-q", "-F", "states")
    PacketFilter(system, pf).set_kill_switch(None)
    assert pf.anchors == {}


def test_macos_counts_who_needs_pf() -> None:
    pf = FakePfctl()
    held = PacketFilter("darwin", pf)
    held.set_kill_switch(KillSwitch())
    held.set_guards({"utun7": GATEWAYS})
    held.release()
    held.release()
    assert pf.calls.count(("-E",)) == 1
    assert [call for call in pf.calls if "-X" in call] == [("-q", "-X", "16342739234")]


def test_freebsd_enables_pf_once() -> None:
    pf = FakePfctl()
    held = PacketFilter("freebsd", pf)
    held.set_guards({"tun0": GATEWAYS})
    held.set_guards({"tun1": GATEWAYS})
    assert pf.calls.count(("-q", "-e")) == 1
    held.set_guards({})
    assert pf.anchors == {}


def test_rules_that_do_not_call_ours_are_no_kill_switch() -> None:
    pf = FakePfctl("pass all\n")
    with pytest.raises(NetworkError, match="firewall_unavailable"):
        PacketFilter("freebsd", pf).set_kill_switch(KillSwitch())
    assert pf.anchors == {}


@pytest.mark.parametrize("argument", ["-s", "-e", "-f", "-F"])
def test_a_refusal_is_told(argument: str) -> None:
    pf = FakePfctl()
    pf.fails = argument
    with pytest.raises(NetworkError, match="firewall_unavailable"):
        PacketFilter("freebsd", pf).set_kill_switch(KillSwitch())


def test_a_missing_pfctl_is_told() -> None:
    def missing(arguments: Sequence[str], text: str) -> Outcome:
        raise FileNotFoundError(2, f"{arguments} {text}")

    with pytest.raises(NetworkError, match="firewall_unavailable"):
        PacketFilter("freebsd", missing).set_kill_switch(KillSwitch())
