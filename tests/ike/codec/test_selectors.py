"""Traffic selectors as sets of packets, and narrowing."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.errors import LocalError
from ginnel_service.ike.payloads import RawSelector, TrafficSelector, TsiPayload
from ginnel_service.ike.selectors import MAX_SELECTORS, everything, narrow, to_hosts
from ike.codec.strategies import selectors, small_selectors

net = TrafficSelector.from_network
ANY4, ANY6 = everything()
OPAQUE4 = net("10.0.0.0/8", 17, 65535, 0)


def covers(selectors: tuple[TrafficSelector, ...], one: TrafficSelector) -> bool:
    return any(selector.contains(one) for selector in selectors)


def test_network_gives_a_selector_and_back() -> None:
    selector = net("10.0.0.0/8", 6, 443, 443)
    assert (selector.start, selector.end) == (IPv4Address("10.0.0.0"), IPv4Address("10.255.255.255"))
    assert (selector.type, selector.protocol, selector.start_port) == (7, 6, 443)
    assert selector.networks() == (IPv4Network("10.0.0.0/8"),)
    assert net("2001:db8::/32").type == 8


def test_range_that_is_no_network_gives_several() -> None:
    selector = TrafficSelector(0, 0, 65535, IPv4Address("10.0.0.1"), IPv4Address("10.0.0.4"))
    assert [str(n) for n in selector.networks()] == ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"]


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "10.0.0.0/33", "example.org"])
def test_text_that_is_no_network_is_our_mistake(text: str) -> None:
    with pytest.raises(LocalError):
        net(text)


def test_selector_upside_down_is_our_mistake() -> None:
    low, high = IPv4Address(1), IPv4Address(2)
    with pytest.raises(LocalError):
        TrafficSelector(0, 0, 65535, high, low)
    with pytest.raises(LocalError):
        TrafficSelector(6, 2, 1, low, high)
    with pytest.raises(LocalError):
        TrafficSelector(0, 0, 65535, low, IPv6Address(2))


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (ANY4, "0.0.0.0/0"),
        (net("10.0.0.0/8", 6, 443, 443), "10.0.0.0/8[6/443]"),
        (net("10.0.0.0/8", 6), "10.0.0.0/8[6]"),
        (net("::1", 0, 1, 9), "::1/128[0/1-9]"),
        (OPAQUE4, "10.0.0.0/8[17/opaque]"),
        (TrafficSelector(0, 0, 65535, IPv4Address(1), IPv4Address(4)), "0.0.0.1-0.0.0.4"),
    ],
)
def test_selectors_read_well(selector: TrafficSelector, text: str) -> None:
    assert str(selector) == text


def test_unknown_selector_types_are_kept_but_not_narrowed() -> None:
    assert TsiPayload((RawSelector(9, b"\0"), ANY4)).known == (ANY4,)


def test_hosts_are_single_addresses() -> None:
    (host,) = to_hosts([IPv6Address("2001:db8::7")])
    assert host == net(ip_network("2001:db8::7/128"))


@pytest.mark.parametrize(
    ("offered", "ours", "result"),
    [
        ((ANY4, ANY6), (net("10.1.0.0/16"),), (net("10.1.0.0/16"),)),
        ((net("10.1.0.0/16"),), (ANY4, ANY6), (net("10.1.0.0/16"),)),
        ((ANY6, ANY4), (ANY4, ANY6), (ANY6, ANY4)),  # the offer's order
        ((net("10.1.0.0/16"),), (net("10.2.0.0/16"), ANY6), ()),
        ((net("10.0.0.7"), ANY4), (net("10.0.0.0/24"),), (net("10.0.0.0/24"),)),
        ((ANY4, ANY4), (ANY4, ANY4), (ANY4,)),
        ((net("10.0.0.0/8", 6),), (net("10.0.0.0/8", 17),), ()),
        ((net("10.0.0.0/8", 6),), (net("10.1.0.0/16", 0, 80, 90),), (net("10.1.0.0/16", 6, 80, 90),)),
        ((net("10.0.0.0/8", 6, 1, 9),), (net("10.0.0.0/8", 6, 10, 20),), ()),
        ((OPAQUE4,), (ANY4,), (OPAQUE4,)),
        ((OPAQUE4,), (net("10.0.0.0/8", 17, 1, 2),), ()),
        ((), (ANY4,), ()),
    ],
)
def test_narrowing(
    offered: tuple[TrafficSelector, ...],
    ours: tuple[TrafficSelector, ...],
    result: tuple[TrafficSelector, ...],
) -> None:
    assert narrow(offered, ours) == result


_lists = st.lists(small_selectors, max_size=6).map(tuple)


@given(selectors | small_selectors, selectors | small_selectors)
def test_intersection_lies_within_both_and_is_symmetric(one: TrafficSelector, two: TrafficSelector) -> None:
    both = one.intersect(two)
    assert both == two.intersect(one)
    if both is not None:
        assert one.contains(both)
        assert two.contains(both)
    if one.contains(two):
        assert both == two


@given(_lists, _lists, small_selectors)
def test_narrowed_selects_exactly_what_both_select(
    offered: tuple[TrafficSelector, ...], ours: tuple[TrafficSelector, ...], one: TrafficSelector
) -> None:
    packet = TrafficSelector(one.protocol or 6, one.start_port, one.start_port, one.start, one.start)
    result = narrow(offered, ours)
    assert covers(result, packet) == (covers(offered, packet) and covers(ours, packet))


@given(_lists, _lists)
def test_narrowed_is_minimal_and_stable(
    offered: tuple[TrafficSelector, ...], ours: tuple[TrafficSelector, ...]
) -> None:
    result = narrow(offered, ours)
    assert not any(a.contains(b) for a in result for b in result if a is not b)
    assert narrow(result, ours) == result
    assert set(narrow(ours, offered)) == set(result)


def test_narrowed_fits_one_payload() -> None:
    offered = tuple(net(f"10.{i}.0.0/16") for i in range(255))
    ours = tuple(net("10.0.0.0/8", protocol) for protocol in range(1, 17))
    result = narrow(offered, ours)
    assert len(result) == MAX_SELECTORS
    assert all(covers(offered, one) and covers(ours, one) for one in result)
