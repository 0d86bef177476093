"""The plan for one routing table is pure: whatever others have in it, each packet goes where it should."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, ip_address, ip_interface, ip_network

from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.net.base import Wanted
from ginnel_service.net.bsd.plan import Facts, Foreign, steps_for
from ginnel_service.net.plan import (
    AddAddress,
    AddBlock,
    AddGuard,
    AddRoute,
    AddThrow,
    LinkUp,
    SetLink,
    SetSysctl,
    Step,
    Translate,
)
from ginnel_service.net.surroundings import is_private

HOME = Facts(
    foreign=(
        Foreign("0.0.0.0/0", "en0"),
        Foreign("192.168.1.0/24", "en0", on_link=True),
        Foreign("127.0.0.0/8", "lo0", on_link=True, out=False),
        Foreign("::/0", "en0"),
        Foreign("fe80::/64", "en0", on_link=True),
    ),
    own=("192.168.1.5", "127.0.0.1"),
    routers=("192.168.1.1", "fe80::1%4"),
    host_routes=True,
)
FULL = Wanted(
    device="tun0",
    mtu=1400,
    addresses=(ip_interface("10.9.0.5/32"), ip_interface("fd00:9::5/128")),
    routes=(ip_network("0.0.0.0/0"), ip_network("::/0")),
    gateways=(ip_address("198.51.100.7"),),
    guard=True,
)


def test_order_is_device_guard_address_and_what_is_kept_out_before_what_is_taken() -> None:
    assert steps_for(FULL, HOME) == (
        SetLink("tun0", 1400, 0),
        LinkUp("tun0"),
        AddGuard("tun0", ("10.9.0.5", "fd00:9::5")),
        AddAddress("tun0", "10.9.0.5/32"),
        AddAddress("tun0", "fd00:9::5/128"),
        AddThrow("198.51.100.7/32"),
        AddThrow("192.168.1.1/32"),
        AddRoute("0.0.0.0/1", "tun0", source="10.9.0.5"),
        AddRoute("128.0.0.0/1", "tun0", source="10.9.0.5"),
        AddRoute("::/1", "tun0", source="fd00:9::5"),
        AddRoute("8000::/1", "tun0", source="fd00:9::5"),
        AddRoute("192.168.1.0/25", "tun0", source="10.9.0.5"),
        AddRoute("192.168.1.128/25", "tun0", source="10.9.0.5"),
    )


def test_no_step_is_ever_for_a_prefix_that_somebody_has_a_route_to() -> None:
    foreign = (*HOME.foreign, Foreign("0.0.0.0/1", "wg0"), Foreign("0.0.0.0/2", "wg0"))
    taken = {getattr(step, "network", "") for step in steps_for(FULL, Facts(foreign=foreign))}
    assert not taken & {each.network for each in foreign}
    assert {"0.0.0.0/3", "32.0.0.0/3", "64.0.0.0/2"} <= taken


def test_a_machine_without_ipv6_gets_no_ipv6_step() -> None:
    facts = Facts(ipv6=False, foreign=HOME.foreign[:3])
    wanted = replace(FULL, blocked=(ip_network("::/0"),))
    assert not [step for step in steps_for(wanted, facts) if ":" in str(step)]


def test_bound_sockets_need_no_route_to_a_gateway() -> None:
    facts = Facts(foreign=HOME.foreign, host_routes=False)
    assert AddThrow("198.51.100.7/32") not in steps_for(FULL, facts)


def test_a_gateway_translates_before_it_forwards() -> None:
    pools = (ip_network("10.77.0.0/24"), ip_network("fd00:77::/64"))
    wanted = Wanted(device="tun0", mtu=1400, link_routes=pools, forwarding=True, translated=pools)
    assert steps_for(wanted, HOME)[-3:] == (
        Translate("tun0", ("10.77.0.0/24", "fd00:77::/64")),
        SetSysctl("net.inet.ip.forwarding", "1"),
        SetSysctl("net.inet6.ip6.forwarding", "1"),
    )


def test_one_links_own_prefixes_and_the_machines_addresses_stay() -> None:
    foreign = (
        *HOME.foreign,
        Foreign("169.254.0.0/16", "en0", on_link=True),
        Foreign("224.0.0.0/4", "en0", on_link=True),
        Foreign("192.168.1.5/32", "en0", on_link=True),
        Foreign("192.168.1.1/32", "en0", on_link=True),
    )
    steps = steps_for(FULL, Facts(foreign=foreign, own=HOME.own, routers=HOME.routers))
    kept = ("169.254.", "224.", "192.168.1.5/", "192.168.1.1/", "fe80")
    assert not [step for step in steps if getattr(step, "network", "").startswith(kept)]


# Where packets go: against a plain statement of what is wanted

SMALL = [
    ip_network(text)
    for text in (
        *("0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.0.0.0/9", "10.1.0.0/16", "10.1.1.0/24", "10.1.1.9/32"),
        *("192.168.0.0/16", "192.168.1.0/24", "203.0.113.0/24"),
    )
]
HOSTS = [
    ip_address(text)
    for text in (
        *("8.8.8.8", "10.0.0.1", "10.1.0.1", "10.1.1.1", "10.1.1.9", "10.200.0.1"),
        *("192.168.1.9", "192.168.2.9", "203.0.113.5", "200.1.1.1"),
    )
]
NETWORKS = st.lists(st.sampled_from(SMALL), max_size=3, unique=True).map(tuple)
FOREIGN = st.lists(
    st.builds(Foreign, st.sampled_from(list(map(str, SMALL))), st.just("en0"), st.booleans(), st.booleans()),
    max_size=4,
    unique_by=lambda each: each.network,
)


def fate(wanted: Wanted, foreign: list[Foreign], host: object) -> str:
    """The longest of all wishes that cover a host; of equals: kept out, taken, nearby, blocked."""
    wishes = [(net, 4, "out") for net in wanted.bypass if net.prefixlen]
    wishes += [(net, 3, "in") for net in wanted.routes if net not in wanted.bypass]
    for each in foreign:
        net = ip_network(each.network)
        if not each.out or (wanted.lan and each.on_link and is_private(net)):
            wishes.append((net, 2, "out"))
    wishes += [(net, 1, "nowhere") for net in wanted.blocked]
    over = [wish for wish in wishes if host in wish[0]]
    return max(over, key=lambda wish: (wish[0].prefixlen, wish[1]))[2] if over else "out"


def outcome(steps: tuple[Step, ...], foreign: list[Foreign], host: object) -> str:
    """The longest match in the table, in which a host's route of ours has replaced another's."""
    table: dict[object, str] = {ip_network(each.network): "out" for each in foreign}
    for step in steps:
        if isinstance(step, AddRoute):
            table[ip_network(step.network)] = "in"
        elif isinstance(step, AddBlock):
            table[ip_network(step.network)] = "nowhere"
        elif isinstance(step, AddThrow):
            table[ip_network(step.network)] = "out"
    over = [net for net in table if isinstance(net, IPv4Network) and host in net]
    return table[max(over, key=lambda net: net.prefixlen)] if over else "out"


@given(routes=NETWORKS, bypass=NETWORKS, blocked=NETWORKS, lan=st.booleans(), foreign=FOREIGN)
def test_whatever_others_route_each_packet_goes_where_it_should(
    routes: tuple[IPv4Network, ...],
    bypass: tuple[IPv4Network, ...],
    blocked: tuple[IPv4Network, ...],
    lan: bool,
    foreign: list[Foreign],
) -> None:
    wanted = Wanted(device="tun0", mtu=1400, routes=routes, bypass=bypass, blocked=blocked, lan=lan)
    steps = steps_for(wanted, Facts(foreign=tuple(foreign)))
    for host in HOSTS:
        assert outcome(steps, foreign, host) == fate(wanted, foreign, host), host
    prefixes = [step.network for step in steps if isinstance(step, AddRoute | AddThrow | AddBlock)]
    assert len(set(prefixes)) == len(prefixes)
    shorter = {each.network for each in foreign if not each.network.endswith("/32")}
    assert not shorter & set(prefixes), "the machine's own routes stay, but for those to a host"
