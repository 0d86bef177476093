"""Planning is pure: what is wanted, in which order, and how it differs from what is there."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.net.base import Wanted
from ginnel_service.net.plan import (
    MAIN_TABLE,
    TABLE,
    AddAddress,
    AddBlock,
    AddExemption,
    AddGuard,
    AddRoute,
    AddRule,
    AddThrow,
    Do,
    Facts,
    LinkUp,
    Plan,
    SetLink,
    SetSysctl,
    Step,
    is_device,
    make_plan,
    steps_for,
)

V4 = Facts(ipv6=False)
FULL = Wanted(
    device="t0",
    mtu=1400,
    addresses=(ip_interface("10.0.0.5/32"), ip_interface("fd00::5/128")),
    routes=(ip_network("0.0.0.0/0"), ip_network("::/0")),
    bypass=(ip_network("192.0.2.0/24"),),
)


def follow(present: tuple[Step, ...], plan: Plan) -> tuple[Step, ...]:
    """What an owner has after `plan`."""
    here = list(present)
    for item in plan.do:
        if item.instead_of is not None:
            here.remove(item.instead_of)
        here.append(item.step)
    for step in plan.undo:
        here.remove(step)
    return tuple(here)


def test_routes_name_the_virtual_address_of_their_family_as_source() -> None:
    steps = steps_for(FULL, Facts())
    assert AddRoute("0.0.0.0/0", "t0", TABLE, "10.0.0.5") in steps
    assert AddRoute("::/0", "t0", TABLE, "fd00::5") in steps


def test_order_is_device_address_route_rule() -> None:
    steps = steps_for(FULL, V4)
    assert steps == (
        SetLink("t0", 1400),
        LinkUp("t0"),
        AddAddress("t0", "10.0.0.5/32"),
        AddThrow("192.0.2.0/24"),
        AddRoute("0.0.0.0/0", "t0", TABLE, "10.0.0.5"),
        AddRule(4),
    )


def test_tunnel_without_routes_needs_no_rule_and_no_throw() -> None:
    wanted = Wanted(device="t0", mtu=1400, bypass=FULL.bypass, link_routes=(ip_network("10.9.0.0/24"),))
    steps = steps_for(wanted, Facts(strict_uplinks=("eth0",)))
    assert not [step for step in steps if isinstance(step, AddRule | AddThrow)]
    assert AddRoute("10.9.0.0/24", "t0", MAIN_TABLE) in steps
    assert not [step for step in steps if "rp_filter" in str(step)]


def test_bypass_wins_over_an_equal_route() -> None:
    wanted = Wanted(device="t0", mtu=1400, routes=FULL.bypass + FULL.routes, bypass=FULL.bypass)
    steps = steps_for(wanted, V4)
    assert AddThrow("192.0.2.0/24") in steps
    assert [step.network for step in steps if isinstance(step, AddRoute)] == ["0.0.0.0/0"]


def test_strict_uplinks_become_loose_for_ipv4_routes_alone() -> None:
    facts = Facts(strict_uplinks=("eth0", "wlan0.5", "t0"))
    loose = [step for step in steps_for(FULL, facts) if "rp_filter" in str(step)]
    assert loose == [
        SetSysctl("net/ipv4/conf/eth0/rp_filter", "2", optional=True),
        SetSysctl("net/ipv4/conf/wlan0.5/rp_filter", "2", optional=True),
    ]
    only_v6 = Wanted(device="t0", mtu=1400, routes=(ip_network("::/0"),))
    assert not [step for step in steps_for(only_v6, facts) if "rp_filter" in str(step)]


def test_forwarding_touches_only_the_families_in_use() -> None:
    wanted = Wanted(device="t0", mtu=1400, link_routes=(ip_network("10.9.0.0/24"),), forwarding=True)
    steps = steps_for(wanted, Facts(advertised_uplinks=("eth0",)))
    assert SetSysctl("net/ipv4/ip_forward", "1") in steps
    assert SetSysctl("net/ipv6/conf/all/forwarding", "1") not in steps


def test_advertised_default_route_survives_ipv6_forwarding() -> None:
    wanted = Wanted(device="t0", mtu=1400, link_routes=(ip_network("fd00:9::/64"),), forwarding=True)
    steps = steps_for(wanted, Facts(advertised_uplinks=("eth0",)))
    accept = SetSysctl("net/ipv6/conf/eth0/accept_ra", "2", optional=True)
    assert steps.index(accept) < steps.index(SetSysctl("net/ipv6/conf/all/forwarding", "1"))


def test_machine_without_ipv6_gets_no_ipv6_step() -> None:
    assert not [step for step in steps_for(FULL, V4) if ":" in str(step) or "ipv6" in str(step).lower()]


def test_repeated_wishes_make_one_step() -> None:
    wanted = Wanted(device="t0", mtu=1400, routes=FULL.routes * 2, addresses=FULL.addresses * 2)
    assert steps_for(wanted, Facts()) == steps_for(
        Wanted(device="t0", mtu=1400, routes=FULL.routes, addresses=FULL.addresses), Facts()
    )


def test_same_wish_again_is_an_empty_plan() -> None:
    assert make_plan(steps_for(FULL, Facts()), FULL, Facts()) == Plan()


def test_wanting_nothing_undoes_all_in_reverse() -> None:
    present = steps_for(FULL, Facts())
    assert make_plan(present, None, Facts()) == Plan(undo=present[::-1])


def test_new_source_address_replaces_the_route_in_place() -> None:
    moved = Wanted(device="t0", mtu=1400, addresses=(ip_interface("10.0.0.6/32"),), routes=FULL.routes[:1])
    before = Wanted(device="t0", mtu=1400, addresses=FULL.addresses[:1], routes=FULL.routes[:1])
    assert make_plan(steps_for(before, V4), moved, V4) == Plan(
        do=(
            Do(AddAddress("t0", "10.0.0.6/32")),
            Do(
                AddRoute("0.0.0.0/0", "t0", TABLE, "10.0.0.6"),
                instead_of=AddRoute("0.0.0.0/0", "t0", TABLE, "10.0.0.5"),
            ),
        ),
        undo=(AddAddress("t0", "10.0.0.5/32"),),
    )


NEAR = Facts(
    lan=(("eth0", "192.168.7.0/24"), ("eth0", "fd12::/64")),
    local=(("docker0", "172.17.0.0/16"), ("t0", "10.77.0.0/24"), ("t1", "10.78.0.0/24")),
    marks=((4, 51820), (6, 51820)),
)


def thrown(wanted: Wanted, facts: Facts = NEAR) -> list[str]:
    return [step.network for step in steps_for(wanted, facts) if isinstance(step, AddThrow) and step.nearby]


def test_guests_and_other_tunnels_stay_out_and_the_lan_only_when_asked() -> None:
    assert thrown(FULL) == ["172.17.0.0/16", "10.78.0.0/24"]
    with_lan = thrown(replace(FULL, lan=True))
    assert with_lan[:4] == ["172.17.0.0/16", "10.78.0.0/24", "192.168.7.0/24", "fd12::/64"]
    assert with_lan[4:] == ["224.0.0.0/24", "239.0.0.0/8", "255.255.255.255/32"]


def test_what_no_tunnel_would_take_needs_no_throw() -> None:
    split = replace(FULL, lan=True, routes=(ip_network("192.168.0.0/16"),))
    assert thrown(split) == ["192.168.7.0/24"]
    assert thrown(Wanted(device="t0", mtu=1400, lan=True)) == []


def test_what_is_blocked_gets_a_route_and_its_family_a_rule() -> None:
    wanted = replace(FULL, routes=FULL.routes[:1], addresses=FULL.addresses[:1], lan=True)
    assert AddRule(6) not in steps_for(wanted, NEAR)
    steps = steps_for(replace(wanted, blocked=(ip_network("::/0"),)), NEAR)
    assert steps.index(AddBlock("::/0")) < steps.index(AddRule(6))
    assert AddThrow("fd12::/64", nearby=True) in steps
    assert not [
        step for step in steps_for(replace(wanted, blocked=(ip_network("::/0"),)), V4) if ":" in str(step)
    ]


def test_blocked_and_routed_stand_side_by_side() -> None:
    """Their keys differ, as their metrics do: the kernel takes the route while there is one."""
    wanted = replace(FULL, blocked=(ip_network("::/0"),))
    keys = [step.key for step in steps_for(wanted, Facts()) if getattr(step, "network", "") == "::/0"]
    assert len(set(keys)) == 2


def test_the_guard_stands_before_the_addresses() -> None:
    steps = steps_for(replace(FULL, guard=True), Facts())
    guard = AddGuard("t0", ("10.0.0.5", "fd00::5"))
    assert steps.index(guard) < steps.index(AddAddress("t0", "10.0.0.5/32"))
    assert guard not in steps_for(replace(FULL, guard=True), Facts(guards=False))
    assert guard not in steps_for(FULL, Facts())


def test_marks_of_other_vpns_are_exempt_in_the_families_in_use() -> None:
    assert AddExemption(6, 51820) in steps_for(FULL, NEAR)
    only4 = replace(FULL, routes=FULL.routes[:1])
    assert [step for step in steps_for(only4, NEAR) if isinstance(step, AddExemption)] == [
        AddExemption(4, 51820)
    ]


NETWORKS = st.lists(
    st.sampled_from(
        [ip_network(text) for text in ("0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24", "::/0", "fd00::/8")]
    )
).map(tuple)
WANTED = st.builds(
    Wanted,
    device=st.sampled_from(["t0", "t1"]),
    mtu=st.sampled_from([1280, 1400]),
    addresses=st.lists(
        st.sampled_from(
            [ip_interface(text) for text in ("10.0.0.5/32", "10.0.0.5/24", "10.0.0.6/32", "fd00::5/128")]
        )
    ).map(tuple),
    routes=NETWORKS,
    bypass=NETWORKS,
    link_routes=NETWORKS,
    forwarding=st.booleans(),
    blocked=NETWORKS,
    lan=st.booleans(),
    guard=st.booleans(),
)
FACTS = st.builds(
    Facts,
    ipv6=st.booleans(),
    strict_uplinks=st.sampled_from([(), ("eth0",), ("eth0", "wlan0")]),
    advertised_uplinks=st.sampled_from([(), ("eth0",)]),
    lan=st.sampled_from([(), NEAR.lan]),
    local=st.sampled_from([(), NEAR.local]),
    marks=st.sampled_from([(), NEAR.marks]),
    guards=st.booleans(),
)


@given(first=WANTED, second=WANTED, before=FACTS, after=FACTS)
def test_any_plan_leads_to_what_is_wanted(first: Wanted, second: Wanted, before: Facts, after: Facts) -> None:
    present = steps_for(first, before)
    result = follow(present, make_plan(present, second, after))
    assert set(result) == set(steps_for(second, after))
    assert len({step.key for step in result}) == len(result)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../all", "a b", "a\n", "a:1", "x" * 16, "\udcff"])
def test_name_that_no_device_can_have_is_refused(name: str) -> None:
    assert not is_device(name)
    with pytest.raises(ValueError, match="device"):
        SetLink(name, 1400)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kernel/core_pattern", "1"),
        ("net/ipv4/conf/../../../kernel/core_pattern", "1"),
        ("net/ipv4/conf/../rp_filter", "1"),
        ("net/ipv4/ip_forward\n", "1"),
        ("net/ipv4/ip_forward", "|/bin/sh"),
        ("net/ipv4/ip_forward", "1\n"),
    ],
)
def test_setting_that_is_not_ours_is_refused(path: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"setting|device"):
        SetSysctl(path, value)
