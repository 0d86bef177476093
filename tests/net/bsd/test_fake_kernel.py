"""The fake kernel has the traps of the real ones; each is named in their manual pages or sources."""

from __future__ import annotations

import errno
from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network

import pytest

from ginnel_service.net.bsd import links, messages
from ginnel_service.net.bsd.layout import (
    AF_INET,
    DARWIN,
    FREEBSD,
    RTF_GATEWAY,
    RTF_HOST,
    RTF_STATIC,
    RTF_UP,
    RTM_ADD,
    RTM_CHANGE,
    RTM_DELETE,
    RTM_GET,
    SIOCSIFMTU,
    Layout,
)
from ginnel_service.net.bsd.messages import RouteMessage
from ginnel_service.net.bsd.sockaddr import Link
from helpers.bsd_kernel import FakeKernel
from net.bsd.world import device, home, open_tun, uplink

BOTH = pytest.mark.parametrize("layout", [DARWIN, FREEBSD], ids=["darwin", "freebsd"])
ROUTE = RouteMessage(
    type=RTM_ADD,
    network=ip_network("10.0.0.0/8"),
    gateway=IPv4Address("192.168.1.1"),
    flags=RTF_UP | RTF_GATEWAY | RTF_STATIC,
)


def request(kernel: FakeKernel, route: RouteMessage) -> int:
    """The errno, 0 for none."""
    try:
        kernel.request(messages.serialise(kernel.layout, route))
    except OSError as error:
        return error.errno or -1
    return 0


@BOTH
def test_errors_are_those_of_route_4(layout: Layout) -> None:
    kernel = home(layout)
    tun = kernel.index(open_tun(kernel))
    assert request(kernel, ROUTE) == 0
    lan = replace(ROUTE, gateway=Link(kernel.index(uplink(kernel))), flags=RTF_UP)
    assert request(kernel, lan) == errno.EEXIST
    assert request(kernel, replace(ROUTE, network=ip_network("11.0.0.0/8"), gateway=None)) == errno.EINVAL
    far = replace(ROUTE, network=ip_network("11.0.0.0/8"), gateway=IPv4Address("172.31.9.9"))
    assert request(kernel, far) == errno.ENETUNREACH
    assert request(kernel, replace(ROUTE, type=RTM_DELETE)) == 0
    assert request(kernel, replace(ROUTE, type=RTM_DELETE)) == errno.ESRCH
    assert request(kernel, replace(ROUTE, type=RTM_CHANGE)) == errno.ESRCH
    kernel.unroute("0.0.0.0/0")
    question = RouteMessage(type=RTM_GET, network=ip_network("8.8.8.8"), flags=RTF_HOST)
    assert request(kernel, question) == errno.ESRCH
    bare = replace(ROUTE, gateway=Link(tun), flags=RTF_UP)
    assert request(kernel, bare) == (errno.ENETUNREACH if layout is FREEBSD else 0)
    kernel.privileged = False
    assert request(kernel, ROUTE) == errno.EPERM
    data = bytearray(messages.serialise(layout, ROUTE))
    data[2] = 4
    with pytest.raises(OSError, match="version"):
        kernel.request(bytes(data))


def test_freebsd_makes_one_route_of_two_ways_and_deletes_by_gateway() -> None:
    kernel = home(FREEBSD)
    kernel.hold("em0", "192.168.1.6/24")
    assert request(kernel, ROUTE) == 0
    assert request(kernel, replace(ROUTE, gateway=IPv4Address("192.168.1.2"))) == 0
    assert request(kernel, replace(ROUTE, type=RTM_DELETE, gateway=IPv4Address("192.168.1.3"))) == errno.ESRCH
    assert request(kernel, replace(ROUTE, type=RTM_DELETE, gateway=IPv4Address("192.168.1.2"))) == 0
    assert [str(each.gateway) for each in kernel.tables[0] if str(each.network) == "10.0.0.0/8"] == [
        "192.168.1.1"
    ]


def test_freebsds_interface_routes_cannot_be_taken() -> None:
    kernel = home(FREEBSD)
    lan = replace(
        ROUTE, network=ip_network("192.168.1.0/24"), gateway=Link(kernel.index("em0")), flags=RTF_UP
    )
    assert request(kernel, replace(lan, type=RTM_DELETE)) == errno.EADDRINUSE
    assert request(kernel, replace(lan, type=RTM_CHANGE)) == errno.EEXIST


def test_a_change_turns_no_interface_route_into_a_gateways_on_macos() -> None:
    kernel = home(DARWIN)
    first = replace(ROUTE, gateway=Link(kernel.index("en0")), flags=RTF_UP | RTF_STATIC)
    assert request(kernel, first) == 0
    assert request(kernel, replace(ROUTE, type=RTM_CHANGE)) == 0
    entry = kernel.lookup(ip_address("10.1.1.1"))
    assert entry is not None
    assert not entry.flags & RTF_GATEWAY


@BOTH
def test_an_address_that_goes_takes_the_routes_that_leave_from_it(layout: Layout) -> None:
    kernel = home(layout)
    name = open_tun(kernel)
    links.add_address(kernel, name, ip_interface("10.9.0.5/32"))
    tun = Link(kernel.index(name), name)
    assert request(kernel, replace(ROUTE, gateway=tun, flags=RTF_UP, source=IPv4Address("10.9.0.5"))) == 0
    assert kernel.send_packet("10.1.1.1") == name
    assert links.remove_address(kernel, name, "10.9.0.5/32")
    assert kernel.send_packet("10.1.1.1") == uplink(kernel)
    assert not links.remove_address(kernel, name, "10.9.0.5/32")


@BOTH
def test_a_device_that_goes_takes_its_routes(layout: Layout) -> None:
    kernel = home(layout)
    tun = kernel.index(open_tun(kernel))
    links.add_address(kernel, device(kernel), ip_interface("10.9.0.5/32"))
    assert request(kernel, replace(ROUTE, gateway=Link(tun), flags=RTF_UP)) == 0
    kernel.detach(device(kernel))
    assert not [each for each in kernel.tables[0] if each.index == tun]
    with pytest.raises(OSError, match="interface") as gone:
        kernel.ioctl(AF_INET, SIOCSIFMTU, b"ginnel0".ljust(32, b"\0"))
    assert gone.value.errno == errno.ENXIO


def test_a_cloned_device_of_freebsd_is_destroyed() -> None:
    kernel = home(FREEBSD)
    open_tun(kernel)
    assert links.is_open(kernel, "ginnel0")
    kernel.nics[kernel.index("ginnel0")].opened = False
    assert not links.is_open(kernel, "ginnel0")
    links.destroy(kernel, "ginnel0")
    assert not kernel.index("ginnel0")
    with pytest.raises(OSError, match="cloned"):
        links.destroy(kernel, "em0")
