"""What pf is told on macOS and FreeBSD, and which packets pass by it, on a pf that reads its texts."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from ginnel_service.net.base import NAME_PORTS, KillSwitch
from ginnel_service.net.firewall.pf import guard_anchor, kill_switch_anchor, nat_anchor
from ginnel_service.net.firewall.pfctl import FILE_NAME, Outcome, PacketFilter, PfError, System, run_pfctl
from helpers.packet_filter import FakePf, Packet

GATEWAYS = (ip_address("198.51.100.2"), ip_address("2001:db8:2::2"))
LAN = (ip_network("192.168.7.0/24"), ip_network("fd12::/64"))
SYSTEMS: tuple[System, ...] = ("freebsd", "darwin")

WEB = Packet(proto="tcp", dport=443)
NAME = Packet(dport=53, target="192.168.7.1")
IKE = Packet(target="198.51.100.2", dport=4500)
IKE6 = Packet(source="2001:db8::7", target="2001:db8:2::2", dport=500)
INSIDE = Packet(device="utun7", source="10.9.0.5", target="10.1.2.3")
LEAKS = (
    WEB,
    NAME,
    Packet(dport=123),
    Packet(proto="icmp"),
    Packet(proto="esp"),
    Packet(proto="tcp", source="2001:db8::7", target="2001:db8:9::9"),
    Packet(proto="icmp6", source="2001:db8::7", target="2001:db8:9::9", kind=128),
    Packet(target="192.168.7.40", dport=445, proto="tcp"),
    Packet(target="198.51.100.2", dport=53),  # a name, asked of the gateway's own host
    Packet(target="198.51.100.2", proto="icmp"),
    Packet(device="en1"),
    Packet(way="in", source="203.0.113.9", target="192.168.7.2", sport=443, dport=40000, proto="tcp"),
    Packet(target="203.0.113.9", fragment=True),
)
UPKEEP = (
    Packet(source="0.0.0.0", target="255.255.255.255", sport=68, dport=67),
    Packet(way="in", source="192.168.7.1", target="192.168.7.2", sport=67, dport=68),
    Packet(source="fe80::7", target="ff02::1:2", sport=546, dport=547),
    Packet(proto="icmp6", source="fe80::7", target="ff02::1:ff00:9", kind=135),
    Packet(proto="icmp6", source="fe80::7", target="ff02::16", kind=143, options=True),
    Packet(way="in", proto="icmp6", source="fe80::1", target="fe80::7", kind=134),
    Packet(way="in", proto="icmp", source="198.51.100.9", target="192.168.7.2", kind=3),
    Packet(proto="igmp", target="224.0.0.22", options=True),
    Packet(device="lo0", source="127.0.0.1", target="127.0.0.1"),
)


@pytest.fixture
def pf() -> FakePf:
    return FakePf()


@pytest.fixture(params=SYSTEMS)
def held(request: pytest.FixtureRequest, pf: FakePf, tmp_path: Path) -> PacketFilter:
    return PacketFilter(request.param, tmp_path, pf)


def passing(pf: FakePf, packets: Sequence[Packet]) -> list[Packet]:
    return [packet for packet in packets if pf.passes(packet)]


def test_nothing_leaks_and_the_network_is_kept_up(held: PacketFilter, pf: FakePf) -> None:
    assert passing(pf, LEAKS) == list(LEAKS)
    held.set_kill_switch(KillSwitch())
    assert passing(pf, (*LEAKS, IKE, IKE6, INSIDE)) == []
    plain = [packet for packet in UPKEEP if not packet.options]
    assert passing(pf, plain) == plain
    pf.main.remove("pass all keep state")  # the last rule that matches has to allow options
    assert passing(pf, UPKEEP) == list(UPKEEP)
    assert passing(pf, LEAKS) == []
    held.set_kill_switch(None)
    assert passing(pf, LEAKS) == list(LEAKS)


def test_the_tunnel_and_its_gateway_pass_and_nothing_else(held: PacketFilter, pf: FakePf) -> None:
    held.set_kill_switch(KillSwitch(devices=("utun7",), gateways=GATEWAYS))
    ours = (IKE, IKE6, INSIDE, Packet(target="198.51.100.2", proto="tcp", dport=443))
    assert passing(pf, ours) == list(ours)
    back = Packet(way="in", source="198.51.100.2", target="192.168.7.2", sport=4500, dport=40000)
    assert passing(pf, (back, Packet(way="in", device="utun7", target="10.9.0.5"))) != []
    assert pf.passes(Packet(target="198.51.100.2", fragment=True))  # of a certificate in IKE_AUTH
    pf.states.clear()
    assert passing(pf, LEAKS) == []


def test_the_services_own_question_for_a_name_passes_and_nobody_elses(held: PacketFilter, pf: FakePf) -> None:
    held.set_kill_switch(KillSwitch())
    question = Packet(target="192.168.7.1", sport=NAME_PORTS[0], dport=53, user=0)
    answer = Packet(
        way="in", source="192.168.7.1", target="192.168.7.2", sport=53, dport=NAME_PORTS[0], user=0
    )
    assert passing(pf, (question, answer)) == [question, answer]
    pf.states.clear()
    others = (
        replace(question, user=501),
        replace(question, sport=40000),
        replace(question, dport=853),
        replace(question, proto="tcp"),
        replace(answer, user=501),
    )
    assert passing(pf, others) == []


def test_a_gateway_that_moves_passes_at_once_and_the_old_one_no_more(held: PacketFilter, pf: FakePf) -> None:
    old, new = GATEWAYS[:1], (ip_address("203.0.113.77"),)
    elsewhere = Packet(target="203.0.113.77", dport=4500)
    held.set_kill_switch(KillSwitch(gateways=old))
    assert pf.passes(IKE)
    assert not pf.passes(elsewhere)
    held.set_kill_switch(KillSwitch(gateways=(*old, *new)))
    assert pf.passes(elsewhere)
    held.set_kill_switch(KillSwitch(gateways=new))
    assert pf.passes(elsewhere)
    assert not pf.passes(IKE)


def test_flows_are_cut_where_more_is_stopped_and_live_where_less_is(held: PacketFilter, pf: FakePf) -> None:
    def flushed() -> int:
        return pf.calls.count(("-q", "-F", "states"))

    assert pf.passes(WEB)  # without a filter
    pf.enabled = True
    assert pf.passes(WEB)
    assert WEB.flow in pf.states
    held.set_kill_switch(KillSwitch())
    assert flushed() == 1
    assert not pf.passes(WEB)
    held.set_kill_switch(KillSwitch(devices=("utun7",), gateways=GATEWAYS))
    assert flushed() == 1
    held.set_kill_switch(KillSwitch(devices=("utun7",), gateways=GATEWAYS, portal=True))
    assert flushed() == 1
    held.set_kill_switch(KillSwitch(devices=("utun7",), gateways=GATEWAYS))
    assert flushed() == 2


def test_the_lan_passes_when_asked_but_is_asked_no_names(held: PacketFilter, pf: FakePf) -> None:
    printer = Packet(target="192.168.7.40", dport=631, proto="tcp")
    group = Packet(target="239.255.255.250", dport=1900)
    answer = Packet(way="in", source="192.168.7.40", target="192.168.7.2", sport=631, dport=40000)
    held.set_kill_switch(KillSwitch(), LAN)
    assert passing(pf, (printer, group, answer)) == []
    held.set_kill_switch(KillSwitch(lan=True), LAN)
    assert passing(pf, (printer, group, answer)) == [printer, group, answer]
    pings = [
        Packet(target="192.168.7.40", proto="icmp"),
        Packet(source="fd12::7", target="fd12::9", proto="icmp6", kind=128),
    ]
    assert passing(pf, pings) == pings
    assert passing(pf, (NAME, Packet(target="192.168.7.1", dport=853, proto="tcp"), WEB)) == []
    held.set_kill_switch(KillSwitch(lan=True), ())  # another network, which is nobody's LAN
    assert passing(pf, (printer, group, answer)) == []


def test_a_portal_is_names_and_the_web(held: PacketFilter, pf: FakePf) -> None:
    page = Packet(way="in", proto="tcp", source="203.0.113.9", target="192.168.7.2", sport=443, flags="SA")
    held.set_kill_switch(KillSwitch(portal=True))
    assert passing(pf, (NAME, WEB, page)) == [NAME, WEB, page]
    assert not pf.passes(Packet(dport=123))
    assert not pf.passes(Packet(way="in", proto="tcp", sport=443, dport=22, source="203.0.113.9"))
    held.set_kill_switch(KillSwitch())
    assert passing(pf, (NAME, WEB, page)) == []


def test_a_guarded_address_is_reached_from_its_device_alone(held: PacketFilter, pf: FakePf) -> None:
    guarded = ip_address("10.9.0.5")
    inside, beside, other = (
        Packet(way="in", device=device, source=source, target=target)
        for device, source, target in (
            ("utun7", "10.1.2.3", "10.9.0.5"),
            ("en0", "10.1.2.4", "10.9.0.5"),
            ("en0", "10.1.2.4", "192.168.7.2"),
        )
    )
    held.set_guards({"utun7": (guarded,)})
    assert passing(pf, (inside, beside, other)) == [inside, other]
    pf.states.clear()
    held.set_kill_switch(KillSwitch(devices=("utun7",)))  # one tag in the place of another
    assert passing(pf, (inside, beside, other)) == [inside]
    held.set_kill_switch(None)
    held.set_guards({})
    assert passing(pf, (inside, beside, other)) == [inside, beside, other]
    assert pf.anchors == {}


def test_what_peers_send_beyond_a_gateway_bears_its_address(held: PacketFilter, pf: FakePf) -> None:
    pools = (ip_network("10.77.0.0/24"), ip_network("fd00:77::/64"))
    held.set_nat("tun1", ["em0", "em1"], pools)
    for uplink in ("em0", "em1"):
        leaving = pf.leaves_as(Packet(device=uplink, source="10.77.0.9"))
        assert leaving is not None
        assert leaving.source == f"({uplink})"
        leaving6 = pf.leaves_as(Packet(device=uplink, source="fd00:77::9", target="2001:db8:9::9"))
        assert leaving6 is not None
        assert leaving6.source == f"({uplink})"
    assert pf.leaves_as(own := Packet(device="em0")) == own
    assert not pf.passes(Packet(way="in", device="em0", source="203.0.113.9", target="10.77.0.9"))
    assert pf.passes(Packet(way="in", device="tun1", source="10.77.0.8", target="10.77.0.9"))
    assert held.unset_nat()
    assert not held.unset_nat()
    assert pf.anchors == {}


@pytest.mark.parametrize("name", ["", "a b", "tun0\npass all", '"x"', "{x}", "tun0 }", "x" * 16])
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="pf"):
        kill_switch_anchor(KillSwitch(devices=(name,)))
    with pytest.raises(ValueError, match="pf"):
        guard_anchor({name: GATEWAYS})
    with pytest.raises(ValueError, match="pf"):
        nat_anchor("tun0", [name], LAN)


@pytest.mark.parametrize(
    ("system", "anchor"), [("freebsd", "ginnel/killswitch"), ("darwin", "com.apple/ginnel.killswitch")]
)
def test_it_outlives_who_set_it_and_is_lifted_by_who_comes_after(
    system: System, anchor: str, pf: FakePf, tmp_path: Path
) -> None:
    PacketFilter(system, tmp_path, pf).set_kill_switch(KillSwitch(gateways=GATEWAYS))
    assert list(pf.anchors) == [anchor]
    assert not pf.passes(WEB)
    after = PacketFilter(system, tmp_path, pf)
    assert after.stands("killswitch")
    assert after.sweep() == ["removed: the kill switch"]
    assert after.sweep() == []
    assert pf.passes(WEB)
    assert not pf.enabled
    assert not list(tmp_path.iterdir())


def test_a_service_that_starts_anew_needs_pf_once(held: PacketFilter, pf: FakePf, tmp_path: Path) -> None:
    for _ in range(3):
        held.set_kill_switch(KillSwitch())
        held.set_guards({"utun7": GATEWAYS})
        held = PacketFilter(held._system, tmp_path, pf)
    assert pf.calls.count(("-E",)) + pf.calls.count(("-q", "-e")) == 1
    assert len(pf.tokens) <= 1
    held.set_kill_switch(None)
    held.set_guards({})
    assert not pf.enabled
    assert not pf.tokens


def test_whoever_needed_pf_before_keeps_it(held: PacketFilter, pf: FakePf) -> None:
    pf.enabled, pf.tokens = True, {"1234"}
    held.set_kill_switch(KillSwitch())
    held.set_kill_switch(None)
    assert pf.enabled
    assert pf.tokens == {"1234"}


def test_a_token_of_another_boot_is_none(pf: FakePf, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("99\n")
    held = PacketFilter("darwin", tmp_path, pf)
    held.set_kill_switch(KillSwitch())
    assert not pf.passes(WEB)
    held.set_kill_switch(None)
    assert not pf.enabled


def test_a_note_of_another_boot_takes_pf_from_nobody(pf: FakePf, tmp_path: Path) -> None:
    """The machine went down with our kill switch; now rc.conf(5) has pf enabled."""
    for first in (None, KillSwitch()):
        (tmp_path / FILE_NAME).write_text("enabled\n")
        pf.enabled = True
        held = PacketFilter("freebsd", tmp_path, pf)
        held.set_kill_switch(first)
        held.set_kill_switch(None)
        assert pf.enabled


@pytest.mark.parametrize(
    "rules",
    [
        ["pass all"],
        ["pass out quick all", 'anchor "ginnel/*" all'],
        ["pass quick on em0 all keep state", 'anchor "ginnel/*" all'],
    ],
)
def test_rules_that_do_not_call_ours_first_are_no_kill_switch(
    rules: list[str], pf: FakePf, tmp_path: Path
) -> None:
    pf.main = rules
    with pytest.raises(PfError, match="pf"):
        PacketFilter("freebsd", tmp_path, pf).set_kill_switch(KillSwitch())
    assert pf.anchors == {}


@pytest.mark.parametrize("argument", ["-s", "-e", "-f", "-F"])
def test_a_refusal_is_told_and_what_stood_stands(argument: str, pf: FakePf, tmp_path: Path) -> None:
    held = PacketFilter("freebsd", tmp_path, pf)
    pf.fails = argument
    with pytest.raises(PfError) as refused:
        held.set_kill_switch(KillSwitch())
    assert refused.value.errno == errno.EPERM
    if argument != "-F":
        assert pf.anchors == {}


def test_flows_that_could_not_be_cut_are_cut_when_it_is_tried_again(pf: FakePf, tmp_path: Path) -> None:
    held = PacketFilter("freebsd", tmp_path, pf)
    pf.enabled = True
    assert pf.passes(WEB)
    pf.fails = "states"
    with pytest.raises(PfError):
        held.set_kill_switch(KillSwitch())
    pf.fails = ""
    held.set_kill_switch(KillSwitch())
    assert not pf.passes(WEB)


def test_what_a_program_says_is_heard_whatever_octets_it_is_of() -> None:
    program = r"""cat; printf 'caf\351'; printf "$HOME" >&2; exit 3"""
    assert run_pfctl(("/bin/sh", "-c", program), "pass all ") == Outcome(3, "pass all caf\ufffd")


def test_a_missing_pfctl_is_told(tmp_path: Path) -> None:
    def missing(arguments: Sequence[str], text: str) -> Outcome:
        raise FileNotFoundError(2, f"{arguments} {text}")

    with pytest.raises(PfError):
        PacketFilter("freebsd", tmp_path, missing).set_kill_switch(KillSwitch())
