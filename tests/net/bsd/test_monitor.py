"""Changes of the network as the route socket tells them, and the way to a host."""

from __future__ import annotations

import select
from collections.abc import Callable
from pathlib import Path

from ginnel_service.net.base import DeviceState, Way
from ginnel_service.net.bsd.layout import RTF_REJECT
from ginnel_service.net.bsd.monitor import DeviceWatch, NetworkWatch, device_state, way
from helpers.bsd_kernel import ETHERNET, IFT_ETHER, FakeKernel
from net.bsd.world import GATEWAY, device, full, join, network, other_uplink, part, uplink


def test_every_change_is_heard(kernel: FakeKernel) -> None:
    name = uplink(kernel)
    changes: tuple[Callable[[], object], ...] = (
        lambda: kernel.hold(name, "192.168.1.6/24"),
        lambda: kernel.leave(name, "192.168.1.6/24"),
        lambda: kernel.hold(name, "2001:db8:1::6/64"),
        lambda: kernel.route("203.0.113.0/24", via="192.168.1.1", dev=name),
        lambda: kernel.unroute("203.0.113.0/24"),
        lambda: kernel.route("2001:db8:7::/48", via=f"fe80::1%{kernel.index(name)}", dev=name),
        lambda: kernel.carrier(name, there=False),
        lambda: part(kernel, name),
        lambda: join(kernel, other_uplink(kernel), "10.44.0.7/24", "10.44.0.1"),
        lambda: kernel.detach(name),
    )
    watch = NetworkWatch(kernel)
    for change in changes:
        change()
        assert select.select([watch], [], [], 0)[0]
        assert watch.drain()
        assert not watch.drain()
        assert not select.select([watch], [], [], 0)[0]
    watch.close()


def test_our_own_routes_are_no_news(kernel: FakeKernel, tmp_path: Path) -> None:
    """Else each `apply` would bring about the next. Addresses and devices are told all the same."""
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    watch = NetworkWatch(kernel)
    ours.apply("a", full(kernel, "203.0.113.9"))
    assert not watch.drain()
    watch.close()
    ours.close()


def test_neighbours_and_questions_are_no_news(kernel: FakeKernel) -> None:
    watch = NetworkWatch(kernel)
    kernel.send_packet("192.168.1.9")
    way("8.8.8.8", 0, kernel)
    assert not watch.drain()
    watch.close()


def test_word_that_was_lost_counts_as_a_change(kernel: FakeKernel) -> None:
    watch = NetworkWatch(kernel)
    for _ in range(2000):
        way("8.8.8.8", 0, kernel)
    assert watch.drain()
    assert not watch.drain()
    watch.close()


def test_a_device_watch_hears_of_devices_alone(kernel: FakeKernel) -> None:
    watch = DeviceWatch(kernel)
    kernel.route("203.0.113.0/24", via="192.168.1.1", dev=uplink(kernel))
    assert not watch.drain()
    kernel.detach(device(kernel))
    assert watch.drain()
    watch.close()


def test_a_device_says_whether_it_is_up(kernel: FakeKernel, tmp_path: Path) -> None:
    assert device_state(device(kernel), kernel) == DeviceState(up=False, mtu=1500)
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    assert device_state(device(kernel), kernel) == DeviceState(up=True, mtu=1400)
    ours.close()
    assert device_state("en99", kernel) is None


def test_a_way_names_address_device_and_next_hop(kernel: FakeKernel) -> None:
    index = kernel.index(uplink(kernel))
    assert way(GATEWAY, 0, kernel) == Way("192.168.1.5", index, "192.168.1.1")
    assert way("192.168.1.77", 0, kernel) == Way("192.168.1.5", index, "")
    six = way("2001:db8:f::2", 0, kernel)
    assert six is not None
    assert (six.device, six.gateway) == (index, f"fe80::1%{index}")


def test_a_way_leads_beside_our_tunnels(kernel: FakeKernel, tmp_path: Path) -> None:
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    index = kernel.index(uplink(kernel))
    for host in (GATEWAY, "8.8.8.8"):
        assert way(host, 0, kernel) == Way("192.168.1.5", index, "192.168.1.1")
    assert way("2606:4700::1111", 0, kernel) == Way("2001:db8:1::5", index, f"fe80::1%{index}")
    part(kernel, uplink(kernel))
    assert way(GATEWAY, 0, kernel) is None
    join(kernel, other_uplink(kernel), "10.44.0.7/24", "10.44.0.1")
    other = kernel.index(other_uplink(kernel))
    assert way(GATEWAY, 0, kernel) == Way("10.44.0.7", other, "10.44.0.1"), "not the old route of ours"
    ours.close()


def test_a_link_without_a_carrier_is_no_way(kernel: FakeKernel) -> None:
    kernel.carrier(uplink(kernel), there=False)
    assert way(GATEWAY, 0, kernel) is None
    kernel.carrier(uplink(kernel), there=True)
    assert way(GATEWAY, 0, kernel) is not None


def test_what_is_rejected_has_no_way(kernel: FakeKernel) -> None:
    kernel.route("198.51.100.0/24", via="127.0.0.1", dev="lo0", flags=RTF_REJECT)
    assert way(GATEWAY, 0, kernel) is None


def test_another_vpn_may_be_the_way_out(kernel: FakeKernel) -> None:
    """A point-to-point link with a default route is an uplink: a modem, or a tunnel to nest in."""
    kernel.unroute("0.0.0.0/0")
    index = kernel.attach("ppp0", 0x8051, 23)
    kernel.hold("ppp0", "10.66.0.2/32")
    kernel.route("0.0.0.0/0", dev="ppp0")
    assert way(GATEWAY, 0, kernel) == Way("10.66.0.2", index, "")


def test_an_interface_that_comes_is_announced(kernel: FakeKernel) -> None:
    watch = NetworkWatch(kernel)
    kernel.attach("ue0", ETHERNET, IFT_ETHER)
    assert watch.drain() is kernel.layout.announces, "macOS tells with its first address"
    kernel.hold("ue0", "10.1.1.1/24")
    assert watch.drain()
    watch.close()
