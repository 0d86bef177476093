from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.gateway.pools import Pool, Pools


def test_the_lowest_free_address_is_leased_and_the_edges_never() -> None:
    pool = Pool(ip_network("10.0.0.0/29"))
    assert pool.own == ip_address("10.0.0.1")
    assert [str(pool.lease()) for _ in range(6)] == [*(f"10.0.0.{n}" for n in range(2, 7)), "None"]


def test_what_is_given_back_is_leased_again() -> None:
    pool = Pool(ip_network("10.0.0.0/29"))
    first, second, _ = pool.lease(), pool.lease(), pool.lease()
    assert first is not None
    assert second is not None
    pool.release(second)
    pool.release(first)
    pool.release(first)
    assert pool.lease() == first
    assert pool.lease() == second
    assert pool.lease() == ip_address("10.0.0.5")


def test_foreign_addresses_are_ignored() -> None:
    pool = Pool(ip_network("10.0.0.0/29"))
    for text in ("10.0.0.1", "10.0.0.6", "192.0.2.1", "::1"):
        pool.release(ip_address(text))
    assert pool.lease() == ip_address("10.0.0.2")


def test_a_huge_pool_costs_nothing() -> None:
    assert Pool(ip_network("fd00::/16")).lease() == ip_address("fd00::2")


def test_a_network_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        Pool(ip_network("10.0.0.0/31"))


def test_a_lease_of_two_families_is_whole_or_not_at_all() -> None:
    pools = Pools((ip_network("10.0.0.0/30"), ip_network("fd00::/126")))
    assert pools.lease(ipv4=True, ipv6=True) == (ip_address("10.0.0.2"), ip_address("fd00::2"))
    assert pools.lease(ipv4=True, ipv6=True) is None
    pools.release([ip_address("10.0.0.2")])
    assert pools.lease(ipv4=True, ipv6=True) is None
    assert pools.lease(ipv4=True, ipv6=False) == (ip_address("10.0.0.2"),)


def test_a_family_that_is_not_offered_is_left_out() -> None:
    pools = Pools((ip_network("10.0.0.0/30"), None))
    assert pools.lease(ipv4=False, ipv6=True) is None
    assert pools.lease(ipv4=True, ipv6=True) == (ip_address("10.0.0.2"),)


@given(st.lists(st.integers(0, 40)))
def test_no_address_is_leased_twice(actions: list[int]) -> None:
    """Above 20: release the lease of that rank; else lease."""
    pool = Pool(ip_network("10.0.0.0/28"))
    leased: list[IPv4Address | IPv6Address] = []
    for action in actions:
        if action > 20 and leased:
            pool.release(leased.pop(action % len(leased)))
        else:
            address = pool.lease()
            assert (address is None) == (len(leased) == 13)
            if address is not None:
                assert address not in leased
                leased.append(address)


def test_a_wished_address_is_leased_while_it_is_free() -> None:
    pool = Pool(ip_network("10.0.0.0/29"))
    assert pool.lease(ip_address("10.0.0.4")) == ip_address("10.0.0.4")
    assert pool.lease(ip_address("10.0.0.4")) == ip_address("10.0.0.2")
    for other in ("10.0.0.1", "10.0.0.7", "192.0.2.1"):  # the gateway's, an edge, elsewhere
        assert str(pool.lease(ip_address(other))) in {"10.0.0.3", "10.0.0.5", "10.0.0.6"}
    assert pool.lease() is None


def test_wishing_and_giving_back_for_ever_costs_nothing() -> None:
    pool = Pool(ip_network("fd00::/64"))
    wish = ip_address("fd00::ffff:1")
    for _ in range(1000):
        assert pool.lease(wish) == wish
        pool.release(wish)
    assert pool.lease() == ip_address("fd00::2")
    assert len(pool._free) == 0


def test_a_fixed_address_is_given_or_nothing_is() -> None:
    pools = Pools((ip_network("10.0.0.0/24"), ip_network("fd00::/112")))
    mine = ip_address("10.0.0.200")
    assert pools.lease(ipv4=True, ipv6=True, fixed=[mine]) == (mine, ip_address("fd00::2"))
    assert pools.lease(ipv4=True, ipv6=True, fixed=[mine]) is None, "it is taken"
    assert pools.lease(ipv4=True, ipv6=False, fixed=[ip_address("192.0.2.1")]) is None, "it is not ours"
    assert pools.lease(ipv4=False, ipv6=True, fixed=[mine]) == (ip_address("fd00::3"),), "nobody asked for it"
    pools.release([mine])
    assert pools.lease(ipv4=True, ipv6=False, fixed=[mine]) == (mine,)


def test_a_named_pool_is_for_who_is_sent_there() -> None:
    pools = Pools((ip_network("10.0.0.0/24"),), {"staff": [ip_network("10.1.0.0/29")]})
    assert pools.lease(ipv4=True, ipv6=False) == (ip_address("10.0.0.2"),)
    staff = pools.lease(ipv4=True, ipv6=False, pool="staff")
    assert staff == (ip_address("10.1.0.2"),)
    assert pools.lease(ipv4=True, ipv6=False, pool="nowhere") is None
    pools.release(staff)
    assert pools.lease(ipv4=True, ipv6=False, pool="staff") == staff
