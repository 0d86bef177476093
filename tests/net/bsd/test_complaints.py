"""What users of other clients have met on these systems, each on a kernel that has the same trap."""

from __future__ import annotations

import errno
import struct
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import pytest

from ginnel_service.net.base import NetworkError
from ginnel_service.net.bsd import links, routes
from ginnel_service.net.bsd.layout import AF_INET, DARWIN, FREEBSD, RTF_HOST, RTM_GET, Layout
from ginnel_service.net.bsd.messages import RouteMessage
from ginnel_service.net.bsd.sight import Sight
from ginnel_service.net.bsd.sockaddr import Link
from ginnel_service.net.bsd.talk import RouteTalk
from helpers import bsd_octets
from helpers.bsd_kernel import ETHERNET, IFT_ETHER, IFT_TUNNEL, TUNNEL, FakeKernel
from net.bsd.world import (
    GATEWAY,
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

BOTH = pytest.mark.parametrize("layout", [DARWIN, FREEBSD], ids=["darwin", "freebsd"])


def with_tun(layout: Layout) -> FakeKernel:
    kernel = home(layout)
    open_tun(kernel)
    return kernel


def addresses(kernel: FakeKernel) -> list[str]:
    return [str(held.address) for held in kernel.nics[kernel.index(device(kernel))].held]


# "The virtual IP does not appear on the utun"


@pytest.mark.parametrize(
    ("layout", "far"), [(DARWIN, "10.9.0.5"), (FREEBSD, "192.0.0.8")], ids=["darwin", "freebsd"]
)
def test_a_virtual_address_appears_with_a_far_end(layout: Layout, far: str) -> None:
    kernel = with_tun(layout)
    links.add_address(kernel, device(kernel), ip_interface("10.9.0.5/32"))
    (held,) = kernel.nics[kernel.index(device(kernel))].held
    assert (str(held.address), str(held.destination)) == ("10.9.0.5/32", far)


def test_the_machine_reaches_its_own_virtual_address() -> None:
    """Through lo0 on FreeBSD; macOS sends it into the utun, where `tun_framed` gives it back."""
    for layout, through in ((DARWIN, "utun4"), (FREEBSD, "lo0")):
        kernel = with_tun(layout)
        for text in ("10.9.0.5/32", "fd00:9::5/128"):
            links.add_address(kernel, device(kernel), ip_interface(text))
        assert kernel.send_packet("10.9.0.5") == through
        assert kernel.send_packet("fd00:9::5") == "lo0"


def test_two_tunnels_may_have_the_same_far_end() -> None:
    kernel = with_tun(FREEBSD)
    kernel.attach("ginnel1", TUNNEL, IFT_TUNNEL)
    links.add_address(kernel, "ginnel0", ip_interface("10.9.0.5/32"))
    links.add_address(kernel, "ginnel1", ip_interface("10.8.0.5/32"))
    assert kernel.send_packet("10.9.0.5") == kernel.send_packet("10.8.0.5") == "lo0"


def test_freebsd_refuses_an_address_without_a_far_end() -> None:
    """What would happen if we named none: EDESTADDRREQ, and no address."""
    kernel = with_tun(FREEBSD)
    whole = links.aliasreq4(FREEBSD, "ginnel0", ip_interface("10.9.0.5/32"))
    without = whole[:32] + bytes(16) + whole[48:]
    with pytest.raises(OSError, match="destination") as refused:
        kernel.ioctl(AF_INET, FREEBSD.siocaifaddr, without)
    assert refused.value.errno == errno.EDESTADDRREQ


@BOTH
def test_an_address_that_is_not_there_any_more_comes_back(layout: Layout, tmp_path: Path) -> None:
    kernel = with_tun(layout)
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    kernel.leave(device(kernel), "10.9.0.5/32")
    ours.apply("a", full(kernel))
    assert sorted(addresses(kernel)) == ["10.9.0.5/32", "fd00:9::5/128"]
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    ours.close()


# "The IPv6 virtual IP is refused" (EINVAL), or is there and works only seconds later, or not for long


@BOTH
@pytest.mark.parametrize("text", ["fd00:9::5/128", "fd00:9::5/64"])
def test_an_ipv6_address_of_any_prefix_is_taken(layout: Layout, text: str) -> None:
    kernel = with_tun(layout)
    links.add_address(kernel, device(kernel), ip_interface(text))
    (held,) = kernel.nics[kernel.index(device(kernel))].held
    assert str(held.address) == text
    assert not held.tentative, "nobody looks for a duplicate"


@BOTH
def test_a_named_far_end_is_what_the_kernel_refuses(layout: Layout) -> None:
    kernel = with_tun(layout)
    request = links.aliasreq6(layout, device(kernel), ip_interface("fd00:9::5/64"))
    named = request[:44] + request[16:44] + request[72:]
    with pytest.raises(OSError, match="128 bits") as refused:
        kernel.ioctl(layout.af_inet6, layout.siocaifaddr_in6, named)
    assert refused.value.errno == errno.EINVAL


@BOTH
def test_without_a_lifetime_an_address_would_be_over_at_once(layout: Layout) -> None:
    kernel = with_tun(layout)
    request = links.aliasreq6(layout, device(kernel), ip_interface("fd00:9::5/128"))
    assert struct.unpack_from("=II", request, 120) == (0xFFFFFFFF, 0xFFFFFFFF)
    kernel.ioctl(layout.af_inet6, layout.siocaifaddr_in6, request[:120] + bytes(8) + request[128:])
    assert addresses(kernel) == []


@BOTH
def test_another_prefix_of_the_same_address_replaces_it(layout: Layout, tmp_path: Path) -> None:
    """The kernel changes no address's prefix (EINVAL)."""
    kernel = with_tun(layout)
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    own = ip_interface("10.9.0.5/32")
    ours.apply("a", full(kernel, addresses=(own, ip_interface("fd00:9::5/64"))))
    assert addresses(kernel) == ["10.9.0.5/32", "fd00:9::5/64"]
    ours.apply("a", full(kernel, addresses=(own, ip_interface("fd00:9::5/64"))))
    assert kernel.send_packet("2606:4700::1111") == device(kernel), "its routes went with it: this is heard"
    ours.close()


# "The exclude route breaks connectivity"


@BOTH
def test_without_a_network_no_route_to_the_gateway_is_left_behind(layout: Layout, tmp_path: Path) -> None:
    """One that was made of a network left behind would lead nowhere in the next."""
    kernel = with_tun(layout)
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    part(kernel, uplink(kernel))
    ours.apply("a", full(kernel))
    assert not [each for each in kernel.tables[0] if str(each.network) == f"{GATEWAY}/32"]
    join(kernel, other_uplink(kernel), "10.44.0.7/24", "10.44.0.1")
    ours.apply("a", full(kernel))
    assert outer(kernel, GATEWAY) == other_uplink(kernel)
    ours.close()
    assert not [each for each in kernel.tables[0] if str(each.network) == f"{GATEWAY}/32"]


def test_a_refused_route_to_the_gateway_refuses_the_tunnel(tmp_path: Path) -> None:
    """Else the tunnel's packets would go into the tunnel, round and round."""
    kernel = with_tun(FREEBSD)
    before = kernel.snapshot()
    kernel.refuse_routes_to = {ip_network(f"{GATEWAY}/32")}
    ours = network(kernel, tmp_path)
    with pytest.raises(NetworkError, match=r"keep 198\.51\.100\.7/32 out"):
        ours.apply("a", full(kernel))
    assert kernel.snapshot() == before
    ours.close()


def test_a_neighbour_behind_the_tunnels_routes_is_still_one(tmp_path: Path) -> None:
    """The route to a gateway on the LAN names no next hop: there is none, and the router may drop it."""
    kernel = with_tun(FREEBSD)
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel, "192.168.1.77"))
    found = next(each for each in kernel.tables[0] if str(each.network) == "192.168.1.77/32")
    assert isinstance(found.gateway, Link)
    assert outer(kernel, "192.168.1.77") == uplink(kernel)
    ours.close()


# "/32 and /128 routes land on the wrong interface"


@pytest.mark.parametrize("host", ["10.77.0.9/32", "fd77::9/128"])
@BOTH
def test_a_route_to_a_host_that_is_another_links_far_end_is_the_tunnels(
    layout: Layout, host: str, tmp_path: Path
) -> None:
    kernel = with_tun(layout)
    kernel.attach("ppp0", 0x8051, 23)
    own = "10.77.0.1/32" if "." in host else "fd77::1/128"
    kernel.hold("ppp0", own)
    held = kernel.nics[kernel.index("ppp0")].held[0]
    held.destination = ip_interface(host).ip
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel, routes=(ip_network(host),)))
    assert kernel.send_packet(str(ip_interface(host).ip)) == device(kernel)
    ours.close()


def test_by_a_gateway_alone_macos_takes_the_other_link() -> None:
    """What RTA_IFP is for."""
    kernel = with_tun(DARWIN)
    kernel.attach("ppp0", 0x8051, 23)
    kernel.hold("ppp0", "10.77.0.1/32")
    kernel.nics[kernel.index("ppp0")].held[0].destination = ip_address("10.77.0.9")
    tun = Link(kernel.index(device(kernel)), device(kernel))
    named = routes.into(ip_network("10.77.0.9"), tun, None)
    with RouteTalk(kernel) as talk:
        talk.tell(RouteMessage(type=named.type, network=named.network, gateway=tun, flags=named.flags))
        assert kernel.send_packet("10.77.0.9") == "ppp0"
        with pytest.raises(OSError, match="lead elsewhere"):
            routes.put(
                talk,
                RouteMessage(
                    type=named.type, network=named.network, gateway=tun, flags=named.flags, index=tun.index
                ),
            )
    assert not [each for each in Sight(kernel).routes if each.is_ours], "and it does not stay"


# "Route changes are ignored": see also test_monitor.py


@BOTH
def test_a_second_uplink_that_takes_over_is_followed(layout: Layout, tmp_path: Path) -> None:
    kernel = with_tun(layout)
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    kernel.unroute("0.0.0.0/0")
    join(kernel, other_uplink(kernel), "10.44.0.7/24", "10.44.0.1")
    ours.apply("a", full(kernel))
    assert outer(kernel, GATEWAY) == other_uplink(kernel)
    assert kernel.send_packet("10.44.0.9") == device(kernel)
    ours.close()


def test_macos_routes_of_one_interface_do_not_mislead(tmp_path: Path) -> None:
    """Each interface has a default route of its own for sockets that are bound to it (RTF_IFSCOPE)."""
    kernel = with_tun(DARWIN)
    kernel.attach("en5", ETHERNET, IFT_ETHER)
    kernel.hold("en5", "10.55.0.2/24")
    kernel.route("0.0.0.0/0", via="10.55.0.1", dev="en5", scope=kernel.index("en5"))
    before = kernel.snapshot()
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    assert outer(kernel, GATEWAY) == "en0"
    ours.close()
    assert kernel.snapshot() == before


def test_what_macos_cloned_before_the_tunnel_leads_nothing_past_it(tmp_path: Path) -> None:
    kernel = with_tun(DARWIN)
    assert kernel.send_packet("192.168.1.9") == "en0"
    assert any(str(each.network) == "192.168.1.9/32" for each in kernel.tables[0])
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("192.168.1.9") == device(kernel)
    ours.close()


def test_what_macos_clones_of_a_route_of_ours_hides_it_from_nobody(tmp_path: Path) -> None:
    """The clone has the same host, no netmask, and no mark."""
    kernel = with_tun(DARWIN)
    before = kernel.snapshot()
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("192.168.1.1") == "en0"
    found = kernel.lookup(ip_address("192.168.1.1"))
    assert found is not None
    assert found.flags & RTF_HOST
    ours.close()
    assert kernel.snapshot() == before


# Answers among the messages of everyone

QUESTION = RouteMessage(type=RTM_GET, network=ip_network("8.8.8.8"), flags=RTF_HOST, interface=Link(0))


def answer_to_others(kernel: FakeKernel, number: int) -> bytes:
    return bsd_octets.route(
        kernel.layout, RTM_GET, ip_network("192.0.2.0/24"), ip_address("192.0.2.1"), pid=77, seq=number
    )


@BOTH
def test_an_answer_is_told_from_the_messages_of_others(layout: Layout) -> None:
    kernel = with_tun(layout)
    other = kernel.route_socket()
    kernel.chatter = [answer_to_others(kernel, number) for number in range(50)]
    with RouteTalk(kernel) as talk:
        found = talk.ask(QUESTION)
    assert (str(found.network), str(found.gateway)) == ("0.0.0.0/0", "192.168.1.1")
    assert str(found.source) == "192.168.1.5"
    other.close()


@BOTH
def test_a_flood_of_messages_that_hides_the_answer_is_asked_through(layout: Layout) -> None:
    kernel = with_tun(layout)
    with RouteTalk(kernel) as talk:
        kernel.chatter = [answer_to_others(kernel, number) for number in range(3000)]
        talk.tell(QUESTION)  # the socket is full now, and has lost some
        kernel.chatter = []
        found = talk.ask(QUESTION)
    assert str(found.gateway) == "192.168.1.1"
