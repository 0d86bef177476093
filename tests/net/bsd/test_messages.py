"""Messages of route(4) in both layouts: octets checked by hand, round trips, and what no kernel would say."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_interface, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.net.base import Address, Network
from ginnel_service.net.bsd import messages, sockaddr
from ginnel_service.net.bsd.layout import (
    DARWIN,
    FREEBSD,
    RTA_DST,
    RTA_GATEWAY,
    RTA_NETMASK,
    RTF_GATEWAY,
    RTF_HOST,
    RTF_STATIC,
    RTF_UP,
    RTM_ADD,
    RTM_GET,
    RTM_NEWADDR,
    Layout,
)
from ginnel_service.net.bsd.messages import (
    AddressMessage,
    Announcement,
    LinkMessage,
    OtherMessage,
    RouteMessage,
    parse,
    serialise,
)
from ginnel_service.net.bsd.sockaddr import Link, Malformed
from helpers import bsd_octets

BOTH = pytest.mark.parametrize("layout", [DARWIN, FREEBSD], ids=["darwin", "freebsd"])

#: `route add -net 10.0.0.0/8 192.168.1.1`, field by field
DARWIN_ADD = bytes.fromhex(
    "8c00 05 01 0000 0000"  # rtm_msglen 140, RTM_VERSION, RTM_ADD, rtm_index, padding
    "03080000 07000000"  # RTF_UP | RTF_GATEWAY | RTF_STATIC; RTA_DST | RTA_GATEWAY | RTA_NETMASK
    "00000000 09000000 00000000 00000000 00000000"  # pid, seq 9, errno, use, inits
    + "00"
    * 56  # rtm_rmx
    + "10 02 0000 0a000000 0000000000000000"
    "10 02 0000 c0a80101 0000000000000000"
    "10 02 0000 ff000000 0000000000000000"
)
FREEBSD_ADD = bytes.fromhex(
    "c800 05 01 0000 0000"  # rtm_msglen 200
    "03080000 07000000"
    "00000000 09000000 00000000 00000000"  # pid, seq, errno, fmask
    "0000000000000000" + "00" * 112 + "10 02 0000 0a000000 0000000000000000"  # inits
    "10 02 0000 c0a80101 0000000000000000"
    "10 02 0000 ff000000 0000000000000000"
)


@pytest.mark.parametrize(
    ("layout", "octets"), [(DARWIN, DARWIN_ADD), (FREEBSD, FREEBSD_ADD)], ids=["darwin", "freebsd"]
)
def test_a_route_is_written_as_the_headers_lay_it_out(layout: Layout, octets: bytes) -> None:
    route = RouteMessage(
        type=RTM_ADD,
        network=ip_network("10.0.0.0/8"),
        gateway=IPv4Address("192.168.1.1"),
        flags=RTF_UP | RTF_GATEWAY | RTF_STATIC,
        seq=9,
    )
    assert serialise(layout, route) == octets
    assert list(parse(layout, octets)) == [route]


def test_sockaddrs_are_rounded_to_four_octets_on_macos_and_eight_on_freebsd() -> None:
    """A sockaddr_in6 has 28 octets: FreeBSD puts four behind it. A sockaddr_dl has 20 and 54."""
    route = RouteMessage(
        type=RTM_ADD,
        network=ip_network("2001:db8::/32"),
        gateway=Link(5, "utun3"),
        flags=RTF_UP | RTF_STATIC,
    )
    darwin, freebsd = serialise(DARWIN, route), serialise(FREEBSD, route)
    assert len(darwin) == 92 + 28 + 20 + 28
    assert len(freebsd) == 152 + 32 + 56 + 32
    assert darwin[92 + 28 :][:13] == bytes.fromhex("14 12 0500 00 05 00 00") + b"utun3"
    assert freebsd[152 + 32 :][:13] == bytes.fromhex("36 12 0500 00 05 00 00") + b"utun3"


def test_a_default_route_of_macos_has_a_mask_of_no_length() -> None:
    default, router = "10 02 0000 00000000", "10 02 0000 c0a80101"
    body = bytes.fromhex(f"{default} {'00' * 8} {router} {'00' * 8} 00000000")
    head = bytes.fromhex("8000 05 04 0400 0000 03080000 07000000" + "00" * 20) + bytes(56)
    (route,) = parse(DARWIN, head + body)
    assert isinstance(route, RouteMessage)
    assert (str(route.network), str(route.gateway), route.index) == ("0.0.0.0/0", "192.168.1.1", 4)


@pytest.mark.parametrize(
    ("mask", "bits"),
    [
        ("00", 0),
        ("05 00 0000 ff", 8),
        ("07 00 0000 ffffff", 24),
        ("07 ff ffff fffff0", 20),  # a family of rubbish, as old kernels leave it
        ("10 02 0000 ffffff80 0000000000000000", 25),
    ],
)
@BOTH
def test_a_mask_is_read_however_short_it_is(layout: Layout, mask: str, bits: int) -> None:
    assert sockaddr.prefix_length(layout, 2, bytes.fromhex(mask)) == bits


def test_an_ipv6_mask_begins_at_its_eighth_octet() -> None:
    assert sockaddr.prefix_length(DARWIN, 30, bytes.fromhex("0e 00 0000 00000000 ffff ffff ffff")) == 48
    assert sockaddr.prefix_length(DARWIN, 30, b"\0") == 0


def test_a_mask_with_holes_is_no_mask() -> None:
    with pytest.raises(Malformed):
        sockaddr.prefix_length(FREEBSD, 2, bytes.fromhex("10 02 0000 ff00ff00"))


def test_a_link_local_next_hop_keeps_its_zone_in_either_form() -> None:
    """KAME's kernels hold the zone in the address itself; FreeBSD tells it in sin6_scope_id."""
    hop = IPv6Address("fe80::1%4")
    darwin, freebsd = sockaddr.serialise(DARWIN, hop), sockaddr.serialise(FREEBSD, hop)
    assert darwin[8:16] == bytes.fromhex("fe80 0004 0000 0000")
    assert darwin[24:] == bytes(4)
    assert freebsd[8:16] == bytes.fromhex("fe80 0000 0000 0000")
    assert freebsd[24:] == bytes.fromhex("04000000")
    assert sockaddr.parse(DARWIN, darwin) == sockaddr.parse(FREEBSD, freebsd) == hop


@BOTH
def test_a_host_has_no_netmask(layout: Layout) -> None:
    route = RouteMessage(
        type=RTM_ADD,
        network=ip_network("192.0.2.7"),
        gateway=IPv4Address("192.168.1.1"),
        flags=RTF_UP | RTF_HOST | RTF_GATEWAY,
    )
    data = serialise(layout, route)
    assert data[12:16] == (RTA_DST | RTA_GATEWAY).to_bytes(4, "little")
    assert list(parse(layout, data)) == [route]


@BOTH
def test_interfaces_and_addresses_of_a_dump_are_read(layout: Layout) -> None:
    data = bsd_octets.link(layout, 7, "en0", 0x8863, 6, 1500)
    data += bsd_octets.interface_address(layout, RTM_NEWADDR, 7, ip_interface("192.168.1.5/24"), None)
    data += bsd_octets.interface_address(layout, RTM_NEWADDR, 7, ip_interface("fe80::5%7/64"), None)
    own = ip_interface("10.9.0.5/32")
    data += bsd_octets.interface_address(layout, RTM_NEWADDR, 7, own, own.ip)
    assert list(parse(layout, data)) == [
        LinkMessage(index=7, flags=0x8863, kind=6, mtu=1500, name="en0"),
        AddressMessage(type=RTM_NEWADDR, index=7, address=ip_interface("192.168.1.5/24")),
        AddressMessage(type=RTM_NEWADDR, index=7, address=ip_interface("fe80::5%7/64")),
        AddressMessage(type=RTM_NEWADDR, index=7, address=own, destination=own.ip),
    ]


def test_an_announcement_is_freebsds_alone() -> None:
    data = bytes.fromhex("1800 05 11 0900") + b"ginnel0".ljust(16, b"\0") + bytes.fromhex("0100")
    assert list(parse(FREEBSD, data)) == [Announcement(index=9, name="ginnel0", what=1)]
    assert list(parse(DARWIN, data)) == [OtherMessage(type=17)]


@BOTH
def test_what_is_of_another_version_or_unknown_is_passed_over(layout: Layout) -> None:
    good = bsd_octets.link(layout, 7, "en0", 1, 6, 1500)
    data = bytes.fromhex("0800 03 01 00000000") + bytes.fromhex("0800 05 13 00000000") + good
    assert [type(each) for each in parse(layout, data)] == [OtherMessage, LinkMessage]


@BOTH
def test_a_dump_that_is_cut_tells_what_is_whole(layout: Layout) -> None:
    one = serialise(layout, RouteMessage(type=RTM_GET, network=ip_network("10.0.0.0/8"), flags=RTF_UP))
    for cut in range(len(one)):
        assert len(list(parse(layout, one + one[:cut]))) == 1


@BOTH
def test_a_sockaddr_that_claims_more_than_there_is_spoils_its_message_alone(layout: Layout) -> None:
    good = serialise(layout, RouteMessage(type=RTM_GET, network=ip_network("10.0.0.0/8"), flags=RTF_UP))
    bad = bytearray(good)
    bad[layout.rt_msghdr] = 255
    assert list(parse(layout, bytes(bad) + good)) == list(parse(layout, good))


ADDRESSES = st.ip_addresses().filter(lambda each: not each.is_link_local and not each.is_multicast)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    address: Address = draw(ADDRESSES)
    return ip_network((address.packed, draw(st.integers(0, address.max_prefixlen))), strict=False)


@st.composite
def routes(draw: st.DrawFn) -> RouteMessage:
    network = draw(networks())
    single = network.prefixlen == network.max_prefixlen
    gateway = draw(
        st.none() | st.builds(Link, st.integers(0, 65535), st.sampled_from(["", "en0", "ginnel12"]))
    )
    return RouteMessage(
        type=draw(st.integers(1, 7)),
        network=network,
        gateway=gateway,
        index=draw(st.integers(0, 65535)),
        flags=(draw(st.integers(0, 2**31 - 1)) & ~RTF_HOST) | (RTF_HOST if single else 0),
        pid=draw(st.integers(0, 2**31 - 1)),
        seq=draw(st.integers(0, 2**31 - 1)),
        errno=draw(st.integers(0, 100)),
        interface=draw(st.none() | st.builds(Link, st.integers(0, 65535))),
        source=draw(st.none() | ADDRESSES),
    )


@given(route=routes(), layout=st.sampled_from([DARWIN, FREEBSD]))
def test_every_route_comes_back_as_it_was(route: RouteMessage, layout: Layout) -> None:
    assert list(parse(layout, serialise(layout, route))) == [route]


@given(data=st.binary(max_size=600), layout=st.sampled_from([DARWIN, FREEBSD]))
def test_nothing_that_a_kernel_says_raises(data: bytes, layout: Layout) -> None:
    list(parse(layout, data))


@given(
    kind=st.integers(0, 255),
    addrs=st.integers(0, 255),
    body=st.binary(max_size=300),
    layout=st.sampled_from([DARWIN, FREEBSD]),
)
def test_nothing_behind_a_right_header_raises(kind: int, addrs: int, body: bytes, layout: Layout) -> None:
    route = RouteMessage(type=kind, network=None)
    data = bytearray(messages.pack(layout, route, {}) + body)
    data[:2] = len(data).to_bytes(2, "little")
    for at in (4, 12):  # where the headers have rtm_addrs, ifm_addrs and ifam_addrs
        data[at] = addrs
    list(parse(layout, bytes(data)))


@given(cut=st.binary(max_size=30), layout=st.sampled_from([DARWIN, FREEBSD]))
def test_a_netmask_of_any_octets_is_a_prefix_or_refused(cut: bytes, layout: Layout) -> None:
    parts = {
        RTA_DST: bsd_octets.address(layout, IPv4Address("10.0.0.0")),
        RTA_NETMASK: bytes([len(cut) + 1]) + cut,
    }
    route = RouteMessage(type=RTM_GET, network=None)
    for found in parse(layout, messages.pack(layout, route, parts)):
        assert isinstance(found, RouteMessage)
        assert found.network is not None
