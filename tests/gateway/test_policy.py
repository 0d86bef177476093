from __future__ import annotations

import pytest

from ginnel_service.gateway.config import parse
from ginnel_service.gateway.policy import Policy
from ginnel_service.gateway.pools import Pools
from ginnel_service.ike.config import PskAuth
from ginnel_service.ike.eap.outcome import NO_TERMS
from ginnel_service.ike.payloads.identity import Identity

CONFIG = parse(
    b'identity = "gw"\npool_ipv4 = "10.0.0.0/30"\ndns = ["10.0.0.1"]\nusers = [{ id = "a@b", psk = "x" }]'
)


def policy() -> Policy:
    return Policy(CONFIG, Pools((CONFIG.pool_ipv4, CONFIG.pool_ipv6)))


def test_a_user_is_found_by_identity_alone_and_strangers_are_not() -> None:
    found = policy().find(Identity.parse_text("a@b"), None, eap=False)
    assert found is not None
    assert found.remote_auth == (PskAuth(b"x"),)
    assert policy().find(Identity.parse_text("b@a"), None, eap=False) is None


def test_a_peer_that_wants_another_gateway_is_refused() -> None:
    assert policy().find(Identity.parse_text("a@b"), Identity.parse_text("other"), eap=False) is None
    assert policy().find(Identity.parse_text("a@b"), Identity.parse_text("gw"), eap=False) is not None


def test_a_peer_without_a_lease_may_speak_for_no_address() -> None:
    found = policy().find(Identity.parse_text("a@b"), None, eap=False)
    assert found is not None
    assert found.remote_ts == ()


def test_a_lease_has_host_addresses_and_dns_and_can_be_given_back() -> None:
    it = policy()
    who = Identity.parse_text("a@b")
    lease = it.lease(who, ipv4=True, ipv6=True, wished=(), terms=NO_TERMS)
    assert lease is not None
    assert [str(address) for address in lease.addresses] == ["10.0.0.2/32"]
    assert [str(address) for address in lease.dns] == ["10.0.0.1"]
    assert it.lease(who, ipv4=True, ipv6=False, wished=(), terms=NO_TERMS) is None
    it.release(lease)
    assert it.lease(who, ipv4=True, ipv6=False, wished=(), terms=NO_TERMS) == lease


@pytest.mark.parametrize("text", ["a@b", "@alice", "@#6B65", "fd00::0001", "C=CH,CN=alice"])
def test_a_user_who_is_removed_has_to_go_however_the_name_is_spelt(text: str) -> None:
    head = b'identity = "gw"\npool_ipv4 = "10.0.0.0/30"\n'
    bob, user = '{ id = "bob", psk = "y" }', f'{{ id = "{text}", psk = "x" }}'
    config = parse(head + f"users = [{bob}, {user}]".encode())
    it = Policy(config, Pools((config.pool_ipv4, None)))
    who = Identity.parse_text(text)
    it.take(config, now=2.0)
    assert not it.outdated((who,), since=1.0)
    it.take(parse(head + f"users = [{bob}]".encode()), now=3.0)
    assert it.outdated((who,), since=1.0)
    assert not it.outdated((Identity.parse_text("bob"),), since=1.0)


def test_a_removed_user_has_to_go_by_a_distinguished_name_in_another_case_too() -> None:
    head = b'identity = "gw"\npool_ipv4 = "10.0.0.0/30"\n'
    bob, user = '{ id = "bob", psk = "y" }', '{ id = "C=CH, CN=alice", psk = "x" }'
    config = parse(head + f"users = [{bob}, {user}]".encode())
    it = Policy(config, Pools((config.pool_ipv4, None)))
    who = Identity.parse_text("C=ch, CN=ALICE")
    assert it.find(who, None, eap=False) is not None
    it.take(parse(head + f"users = [{bob}]".encode()), now=3.0)
    assert it.outdated((who,), since=1.0)
