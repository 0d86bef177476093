"""A tunnel's whole life on a kernel that behaves as macOS's or FreeBSD's: where packets go, and what is left.

What is left is held against a twin: the same machine, to which the same happened, that never had a tunnel.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import pytest

from ginnel_service.net.base import NetworkError
from ginnel_service.net.bsd.layout import FREEBSD, RTF_STATIC
from ginnel_service.net.bsd.monitor import way
from ginnel_service.net.bsd.network import BsdNetwork
from helpers.bsd_kernel import FakeKernel
from helpers.packet_filter import FakePf, Packet
from net.bsd.world import (
    GATEWAY,
    OTHER_GATEWAY,
    device,
    full,
    home,
    join,
    network,
    open_tun,
    other_uplink,
    outer,
    part,
    uplink,
)


def test_a_full_tunnel_takes_everything(kernel: FakeKernel, ours: BsdNetwork, tmp_path: Path) -> None:
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    for host in ("8.8.8.8", "192.0.2.1", "2606:4700::1111", "192.168.1.9", "2001:db8:1::9"):
        assert kernel.send_packet(host) == device(kernel)
    assert outer(kernel, GATEWAY) == kernel.send_packet("192.168.1.1") == uplink(kernel)
    nic = kernel.nics[kernel.index(device(kernel))]
    assert (nic.mtu, nic.flags & 1) == (1400, 1)
    assert [str(held.address) for held in nic.held] == ["10.9.0.5/32", "fd00:9::5/128"]
    ours.withdraw("a")
    assert kernel.snapshot() == before
    assert not list(tmp_path.iterdir())
    ours.close()


def test_the_machines_own_default_routes_stay(kernel: FakeKernel, ours: BsdNetwork) -> None:
    defaults = [entry for entry in kernel.tables[0] if not entry.network.prefixlen]
    ours.apply("a", full(kernel))
    assert [entry for entry in kernel.tables[0] if not entry.network.prefixlen] == defaults
    ours.close()


def test_the_lan_stays_when_asked(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    ours.apply("a", full(kernel, lan=True))
    for host in ("192.168.1.9", "224.0.0.251", "239.1.2.3", "255.255.255.255"):
        assert kernel.send_packet(host) == uplink(kernel)
    assert kernel.send_packet("2001:db8:1::9") == device(kernel), "no private network"
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_routes_that_a_dhcp_server_told_lead_nothing_past_a_tunnel(
    kernel: FakeKernel, ours: BsdNetwork
) -> None:
    """CVE-2024-3661: a longer prefix, or the very halves of the default route."""
    for prefix in ("203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.8/32"):
        kernel.route(prefix, via="192.168.1.1", dev=uplink(kernel))
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    for host in ("203.0.113.1", "203.0.113.200", "8.8.8.8", "1.1.1.1", "150.0.0.1"):
        assert kernel.send_packet(host) == device(kernel)
    ours.apply("a", full(kernel, mtu=1300))  # its place is still ours
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    ours.withdraw("a")
    assert kernel.snapshot() == before
    ours.close()


def test_a_split_tunnel_takes_its_networks_alone(kernel: FakeKernel, ours: BsdNetwork) -> None:
    kernel.route("10.20.0.0/16", via="192.168.1.1", dev=uplink(kernel))
    before = kernel.snapshot()
    wanted = full(
        kernel,
        routes=(ip_network("10.0.0.0/8"), ip_network("172.16.5.5/32"), ip_network("192.168.1.0/24")),
        bypass=(ip_network("10.30.0.0/16"),),
    )
    ours.apply("a", wanted)
    for host in ("10.1.1.1", "10.20.1.1", "172.16.5.5", "192.168.1.9"):
        assert kernel.send_packet(host) == device(kernel)
    assert outer(kernel, GATEWAY) == uplink(kernel)
    for host in ("10.30.1.1", "8.8.8.8", "192.168.1.1"):
        assert kernel.send_packet(host) == uplink(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_a_blocked_family_is_refused_at_once(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    wanted = full(
        kernel,
        addresses=(ip_interface("10.9.0.5/32"),),
        routes=(ip_network("0.0.0.0/0"),),
        blocked=(ip_network("::/0"),),
    )
    ours.apply("a", wanted)
    for host in ("2606:4700::1111", "2001:db8:1::9", "fd12::1"):
        assert kernel.send_packet(host) == "lo0"
    ours.apply("a", full(kernel))  # and now the tunnel has IPv6
    assert kernel.send_packet("2606:4700::1111") == device(kernel)
    ours.apply("a", wanted)
    assert kernel.send_packet("2606:4700::1111") == "lo0"
    ours.close()
    assert kernel.snapshot() == before


def test_a_rekey_touches_nothing(kernel: FakeKernel, ours: BsdNetwork) -> None:
    ours.apply("a", full(kernel))
    heard = kernel.route_socket()
    ours.apply("a", full(kernel))
    with pytest.raises(TimeoutError):
        heard.receive(0)
    heard.close()
    ours.close()


def test_roaming_takes_the_gateways_route_along(kernel: FakeKernel, ours: BsdNetwork) -> None:
    ours.apply("a", full(kernel))
    other = home(kernel.layout)
    open_tun(other)
    for machine in (kernel, other):
        part(machine, uplink(machine))
        join(machine, other_uplink(machine), "10.44.0.7/24", "10.44.0.1", "2001:db8:2::7/64")
    assert way(GATEWAY, 0, kernel) is not None
    ours.apply("a", full(kernel))
    assert outer(kernel, GATEWAY) == other_uplink(kernel)
    for host in ("8.8.8.8", "192.168.1.9", "10.44.0.9", "2606:4700::1111"):
        assert kernel.send_packet(host) == device(kernel)
    ours.withdraw("a")
    assert kernel.snapshot() == other.snapshot()
    ours.close()


def test_a_next_hop_that_changes_is_followed_without_a_gap(kernel: FakeKernel, ours: BsdNetwork) -> None:
    wanted = full(kernel, bypass=(ip_network("192.0.2.0/24"),))
    ours.apply("a", wanted)
    kernel.unroute("0.0.0.0/0")
    kernel.route("0.0.0.0/0", via="192.168.1.254", dev=uplink(kernel))
    ours.apply("a", wanted)
    entry = kernel.lookup(ip_address("192.0.2.1"))
    assert entry is not None
    assert str(entry.gateway) == "192.168.1.254"
    assert "192.0.2.0/24" in kernel.tables[0].moved, "by RTM_CHANGE"
    ours.close()


def test_a_sleep_through_a_lost_network_ends_well(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    part(kernel, uplink(kernel))
    ours.apply("a", full(kernel))  # nobody knows a way now
    assert way(GATEWAY, 0, kernel) is None
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    join(kernel, uplink(kernel), "192.168.1.5/24", "192.168.1.1", "2001:db8:1::5/64")
    ours.apply("a", full(kernel))
    assert outer(kernel, GATEWAY) == uplink(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_another_gateway_gets_the_route_and_the_old_one_loses_it(
    kernel: FakeKernel, ours: BsdNetwork
) -> None:
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    ours.apply("a", full(kernel, OTHER_GATEWAY))
    assert outer(kernel, OTHER_GATEWAY) == uplink(kernel)
    assert kernel.send_packet(GATEWAY) == device(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_a_gateway_on_ipv6_is_reached_over_its_routers_zone(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    ours.apply("a", full(kernel, "2001:db8:f::7"))
    found = way("2001:db8:f::7", 0, kernel)
    assert found is not None
    assert found.gateway == f"fe80::1%{kernel.index(uplink(kernel))}"
    assert outer(kernel, "2001:db8:f::7") == uplink(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_a_gateway_that_is_a_neighbour_needs_no_next_hop(kernel: FakeKernel, ours: BsdNetwork) -> None:
    ours.apply("a", full(kernel, "192.168.1.77"))
    assert outer(kernel, "192.168.1.77") == uplink(kernel)
    found = way("192.168.1.77", 0, kernel)
    assert found is not None
    assert found.gateway == ""
    ours.close()


def test_new_addresses_replace_the_old(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    moved = full(kernel, addresses=(ip_interface("10.9.0.6/32"), ip_interface("fd00:9::6/128")))
    ours.apply("a", moved)
    nic = kernel.nics[kernel.index(device(kernel))]
    assert [str(held.address) for held in nic.held] == ["10.9.0.6/32", "fd00:9::6/128"]
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    sources = {str(each.source) for each in kernel.tables[0] if each.index == nic.index}
    assert sources == {"10.9.0.6", "fd00:9::6"}
    ours.close()
    assert kernel.snapshot() == before


def test_a_users_route_to_a_host_comes_back(kernel: FakeKernel, ours: BsdNetwork) -> None:
    """There are no halves of a host: its route makes way, through a change of addresses too."""
    kernel.route("203.0.113.50/32", via="192.168.1.200", dev=uplink(kernel))
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    assert kernel.send_packet("203.0.113.50") == device(kernel)
    ours.apply("a", full(kernel, addresses=(ip_interface("10.9.0.6/32"), ip_interface("fd00:9::5/128"))))
    assert kernel.send_packet("203.0.113.50") == device(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_a_users_route_to_a_host_comes_back_although_ours_was_lost(
    kernel: FakeKernel, ours: BsdNetwork
) -> None:
    """A route of ours goes with its address or its device, and nobody's is to be seen in its place then."""
    kernel.route("203.0.113.50/32", via="192.168.1.200", dev=uplink(kernel))
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    kernel.leave(device(kernel), "10.9.0.5/32")
    ours.apply("a", full(kernel))
    assert kernel.send_packet("203.0.113.50") == device(kernel)
    kernel.detach(device(kernel))
    open_tun(kernel)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("203.0.113.50") == device(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_a_route_that_leads_out_already_is_left_alone(kernel: FakeKernel, ours: BsdNetwork) -> None:
    """FreeBSD would make one route of two ways out of a second one."""
    kernel.route("198.51.100.7/32", via="192.168.1.200", dev=uplink(kernel))
    kernel.route("192.0.2.0/24", via="192.168.1.200", dev=uplink(kernel))
    before = kernel.snapshot()
    ours.apply("a", full(kernel, bypass=(ip_network("192.0.2.0/24"),)))
    assert [str(each.gateway) for each in kernel.tables[0] if str(each.network) == "192.0.2.0/24"] == [
        "192.168.1.200"
    ]
    assert kernel.send_packet("192.0.2.9") == outer(kernel, GATEWAY) == uplink(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_guests_and_other_tunnels_keep_their_networks(kernel: FakeKernel, ours: BsdNetwork) -> None:
    kernel.attach("bridge100", 0x8843, 0xD1)
    kernel.hold("bridge100", "192.168.64.1/24")
    kernel.attach("wg0", 0x8051, 131)
    kernel.hold("wg0", "10.77.0.2/32")
    kernel.route("10.77.0.0/24", dev="wg0")
    before = kernel.snapshot()
    ours.apply("a", full(kernel))
    assert kernel.send_packet("192.168.64.7") == "bridge100"
    assert kernel.send_packet("10.77.0.1") == "wg0"
    ours.close()
    assert kernel.snapshot() == before


def test_a_tunnel_without_addresses_leaves_by_the_machines_own(kernel: FakeKernel, ours: BsdNetwork) -> None:
    """Between sites: the selectors hold the machine's address, and FreeBSD wants one for each route."""
    before = kernel.snapshot()
    ours.apply("a", full(kernel, addresses=(), routes=(ip_network("10.20.0.0/16"),)))
    entry = kernel.lookup(ip_address("10.20.0.1"))
    assert entry is not None
    assert (entry.index, str(entry.source)) == (kernel.index(device(kernel)), "192.168.1.5")
    ours.close()
    assert kernel.snapshot() == before


def test_two_tunnels_stand_side_by_side(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    kernel.attach("utun9", 0x8050, 131)
    second = replace(
        full(kernel, OTHER_GATEWAY),
        device="utun9",
        addresses=(ip_interface("10.8.0.2/32"),),
        routes=(ip_network("10.8.0.0/16"),),
    )
    ours.apply("a", full(kernel))
    ours.apply("b", second)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("10.8.3.3") == "utun9"
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    assert outer(kernel, OTHER_GATEWAY) == uplink(kernel), "of the other tunnel"
    ours.withdraw("a")
    assert kernel.send_packet("10.8.3.3") == "utun9"
    ours.close()
    kernel.detach("utun9")
    assert kernel.snapshot() == before


def test_what_somebody_takes_away_is_done_again(kernel: FakeKernel, ours: BsdNetwork) -> None:
    ours.apply("a", full(kernel, blocked=(ip_network("64:ff9b::/96"),)))
    whole = kernel.snapshot()
    for entry in [each for each in kernel.tables[0] if each.flags & 0x40000]:
        kernel.unroute(str(entry.network))
    kernel.leave(device(kernel), "10.9.0.5/32")
    ours.apply("a", full(kernel, blocked=(ip_network("64:ff9b::/96"),)))
    assert kernel.snapshot() == whole
    ours.close()


def test_a_device_that_vanishes_takes_its_part_along(kernel: FakeKernel, ours: BsdNetwork) -> None:
    without = home(kernel.layout).snapshot()
    ours.apply("a", full(kernel))
    kernel.detach(device(kernel))
    ours.withdraw("a")
    assert kernel.snapshot() == without
    ours.close()


def test_a_device_that_is_back_under_its_name_gets_everything_anew(
    kernel: FakeKernel, ours: BsdNetwork
) -> None:
    ours.apply("a", full(kernel))
    kernel.detach(device(kernel))
    open_tun(kernel)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    assert kernel.nics[kernel.index(device(kernel))].mtu == 1400
    ours.close()


def test_a_refused_step_rolls_everything_back(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    kernel.refuse_routes_to = {ip_network("128.0.0.0/1")}
    with pytest.raises(NetworkError) as error:
        ours.apply("a", full(kernel))
    assert (error.value.code, error.value.step) == (
        "os_refused",
        f"route 128.0.0.0/1 through {device(kernel)}",
    )
    assert kernel.snapshot() == before
    ours.close()


def test_who_may_not_is_told_so(kernel: FakeKernel, ours: BsdNetwork) -> None:
    kernel.privileged = False
    with pytest.raises(NetworkError) as error:
        ours.apply("a", full(kernel))
    assert error.value.code == "not_permitted"


def test_a_device_that_is_not_there_is_named(kernel: FakeKernel, ours: BsdNetwork) -> None:
    kernel.detach(device(kernel))
    with pytest.raises(NetworkError) as error:
        ours.apply("a", full(kernel))
    assert error.value.code == "no_such_device"


def test_a_gateways_peers_are_forwarded_and_all_is_as_before(kernel: FakeKernel, tmp_path: Path) -> None:
    pf = FakePf()
    ours = network(kernel, tmp_path, pf)
    before, settings = kernel.snapshot(), dict(kernel.settings)
    pool = ip_network("10.77.0.0/24")
    wanted = full(
        kernel,
        addresses=(ip_interface("10.77.0.1/24"),),
        routes=(),
        link_routes=(pool,),
        forwarding=True,
        translated=(pool,),
    )
    ours.apply("gateway", wanted)
    assert kernel.settings == {"net.inet.ip.forwarding": 1, "net.inet6.ip6.forwarding": 0}
    assert kernel.send_packet("10.77.0.9") == device(kernel)
    leaving = pf.leaves_as(Packet(device=uplink(kernel), source="10.77.0.9"))
    assert leaving is not None
    assert leaving.source == f"({uplink(kernel)})"
    part(kernel, uplink(kernel))
    join(kernel, other_uplink(kernel), "10.0.5.5/24", "10.0.5.1")
    ours.apply("gateway", wanted)  # as the network has changed
    leaving = pf.leaves_as(Packet(device=other_uplink(kernel), source="10.77.0.9"))
    assert leaving is not None
    assert leaving.source == f"({other_uplink(kernel)})"
    part(kernel, other_uplink(kernel))
    join(kernel, uplink(kernel), "192.168.1.5/24", "192.168.1.1", "2001:db8:1::5/64")
    ours.close()
    assert (kernel.snapshot(), kernel.settings, pf.anchors) == (before, settings, {})
    assert not pf.enabled


def test_interruptions_and_a_short_memory_do_no_harm(kernel: FakeKernel, ours: BsdNetwork) -> None:
    before = kernel.snapshot()
    kernel.trouble = True
    ours.apply("a", full(kernel))
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    ours.close()
    assert kernel.snapshot() == before


def test_a_guard_stands_before_the_addresses_and_goes_with_them(kernel: FakeKernel, tmp_path: Path) -> None:
    pf = FakePf()
    ours = network(kernel, tmp_path, pf)
    ours.apply("a", full(kernel, guard=True))
    assert any("10.9.0.5, fd00:9::5" in text for text in pf.texts.values())
    assert pf.enabled
    ours.withdraw("a")
    assert not any(pf.texts.values())
    assert not pf.enabled
    ours.close()


def test_routes_are_of_the_fib_that_the_service_is_in(tmp_path: Path) -> None:
    kernel = home(FREEBSD)
    open_tun(kernel)
    kernel.fib = 1
    kernel.route("0.0.0.0/0", via="192.168.1.1", dev="em0", flags=RTF_STATIC)
    main, second = kernel.tables[0][:], kernel.tables[1][:]
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    assert outer(kernel, GATEWAY) == uplink(kernel)
    with kernel.within(0):
        assert kernel.send_packet("8.8.8.8") == uplink(kernel)
    assert kernel.tables[0] == main
    ours.close()
    assert kernel.tables[1] == second
