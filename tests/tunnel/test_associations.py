"""What a session's CHILD SAs become on the packet path."""

from __future__ import annotations

from dataclasses import replace

from ginnel_service.ike.events import ChildKeys, ChildSa, Endpoint, EspSuite, Path
from ginnel_service.tunnel.dataplane import Associations, EspSettings
from tunnel.fakes import FakePlane

KEYS = ChildKeys(b"k", b"")
CHILD = ChildSa(b"\0\0\0\1", b"\0\0\0\2", EspSuite(20, 256), KEYS, KEYS, (), ())
PATH = Path(Endpoint("192.0.2.1", 4500), Endpoint("192.0.2.2", 4500), True)


def installed(settings: EspSettings | None) -> tuple[dict[str, object], dict[str, object]]:
    plane = FakePlane()
    sas = Associations(plane, settings)
    sas.install_inbound(CHILD)
    sas.install_outbound(CHILD, PATH)
    (inbound,), (outbound,) = plane.inbound_sas.values(), plane.outbound_sas.values()
    return inbound, outbound


def test_every_sa_gets_what_the_profile_asks_for() -> None:
    inbound, outbound = installed(
        EspSettings(replay_window=64, copy_dscp=True, max_octets=5_000_000, max_packets=2000)
    )
    assert inbound["replay_window"] == 64
    assert outbound["copy_dscp"] is True
    for sa in (inbound, outbound):
        assert (sa["soft_octets"], sa["soft_packets"]) == (5_000_000, 2000)


def test_the_plane_knows_where_a_peers_first_packet_is_expected_from() -> None:
    plane = FakePlane()
    relay = replace(PATH, remote=Endpoint("127.0.0.1", 9))
    Associations(plane, via=lambda path: relay).install_inbound(CHILD, PATH)
    Associations(plane).install_inbound(replace(CHILD, spi_in=b"\0\0\0\3"))
    assert [sa["peer"] for sa in plane.inbound_sas.values()] == [relay.remote, None]


def test_without_settings_the_limits_are_the_ciphers_and_dscp_stays_inside() -> None:
    inbound, outbound = installed(None)
    assert inbound["replay_window"] == 4096
    assert outbound["copy_dscp"] is False
    for sa in (inbound, outbound):
        assert (sa["soft_octets"], sa["soft_packets"]) == (0, 0)


def test_peers_that_chose_the_same_spi_are_told_apart() -> None:
    plane = FakePlane()
    children = [replace(CHILD, spi_in=spi_in) for spi_in in (b"\0\0\0\3", b"\0\0\0\4")]
    peers = [Associations(plane) for _ in children]
    for sas, child in zip(peers, children, strict=True):
        sas.install_inbound(child)
        sas.install_outbound(child, PATH)
    for handle, owner in zip(plane.outbound_sas, peers, strict=True):
        child = children[peers.index(owner)]
        assert [sas.owner_of(2, handle) for sas in peers] == [
            child if sas is owner else None for sas in peers
        ]
    assert [sas.owner_of(3) for sas in peers] == [children[0], None]
    assert [sas.owner_of(2) for sas in peers] == [None, None]  # theirs, not ours


def test_what_an_ipv4_path_carried_is_no_less_than_an_ipv6_one_must() -> None:
    plane = FakePlane()
    sas = Associations(plane)
    sas.install_outbound(CHILD, PATH)
    sas.set_path_mtu(1200)
    there = Path(Endpoint("2001:db8::1", 4500), Endpoint("2001:db8::2", 4500), True)
    sas.move(there)
    successor = replace(CHILD, spi_in=b"\0\0\0\3")
    sas.install_outbound(successor, there)
    assert plane.outbound_sas[2]["path_mtu"] == 1280
    sas.set_path_mtu(1000)  # still of the path before
    assert {sa["path_mtu"] for sa in plane.outbound_sas.values()} == {1280}
    sas.move(PATH)
    sas.set_path_mtu(1000)
    assert {sa["path_mtu"] for sa in plane.outbound_sas.values()} == {1000}
