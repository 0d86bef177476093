from __future__ import annotations

import errno
from ipaddress import ip_address, ip_interface, ip_network

import msgspec
import pytest

from ginnel_service.ike.config import PskAuth
from ginnel_service.ike.errors import SessionError
from ginnel_service.ike.events import ChildKeys, ChildSa, Configuration, Endpoint, EspSuite, Path
from ginnel_service.ike.payloads.selector import TrafficSelector
from ginnel_service.ike.proposals import keywords, weaknesses
from ginnel_service.net.base import Dns as NameServers
from ginnel_service.net.base import Network as AnyNetwork
from ginnel_service.net.base import NetworkError, Wanted
from ginnel_service.net.plan import Facts, SetDns, steps_for
from ginnel_service.profiles.model import Dns, Esp, Ike, Local, Network, Profile, ProfileError, Remote
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.tunnel.convert import (
    blocked,
    esp_settings,
    inner_mtu,
    name_servers,
    outer_octets,
    routes,
    session_config,
    wanted_network,
)
from ginnel_service.tunnel.dataplane import EspSettings
from ginnel_service.tunnel.errors import TunnelError, as_tunnel_error, socket_error, tun_error

GCM = EspSuite(20, 256)
CBC = EspSuite(12, 256, 12)
V4 = Path(Endpoint("192.0.2.1", 4500), Endpoint("192.0.2.2", 4500), True)
V6 = Path(Endpoint("2001:db8::1", 4500), Endpoint("2001:db8::2", 4500), True)


@pytest.mark.parametrize(
    ("suite", "path", "mtu"),
    [
        (GCM, V4, 1438),
        (CBC, V4, 1422),
        (GCM, V6, 1418),
        (CBC, V6, 1406),
        (EspSuite(18, 128), V4, 1446),  # an ICV of 8 octets
        (EspSuite(30, 128), V4, 1446),  # no IV on the wire
        (EspSuite(13, 128, 2), V4, 1442),
        (EspSuite(12, 256, 14), V4, 1406),
        (EspSuite(11, 0, 12), V4, 1446),
    ],
)
def test_the_inner_mtu_fills_an_outer_packet_and_no_more(suite: EspSuite, path: Path, mtu: int) -> None:
    assert inner_mtu(suite, path, 9000) == mtu
    assert inner_mtu(suite, path) == 1400
    assert inner_mtu(suite, path, 1280) == 1280
    assert inner_mtu(suite, path, 9000, path_mtu=1500 - 16) == mtu - 16


@pytest.mark.parametrize("path", [V4, V6])
@pytest.mark.parametrize("suite", [GCM, CBC])
def test_the_outer_packet_of_an_inner_one_is_the_least_that_holds_it(suite: EspSuite, path: Path) -> None:
    for inner in range(1280, 1400):
        octets = outer_octets(suite, path, inner)
        assert inner_mtu(suite, path, 9000, octets) >= inner > inner_mtu(suite, path, 9000, octets - 1)
    assert outer_octets(GCM, V4, 1400) == 1464


def test_routes_are_of_the_families_that_have_an_address() -> None:
    anything = tuple(TrafficSelector.from_network(text) for text in ("10.0.0.0/8", "::/0"))
    keys = ChildKeys(b"", b"")
    child = ChildSa(b"1234", b"5678", GCM, keys, keys, (), anything)
    assert routes((child,), {4}) == (ip_network("10.0.0.0/8"),)
    assert routes((child,), {4, 6}) == (ip_network("10.0.0.0/8"), ip_network("::/0"))
    assert routes((child,), set()) == (ip_network("10.0.0.0/8"), ip_network("::/0"))


def test_the_machine_gets_the_routes_of_all_children_in_an_order_of_their_own() -> None:
    keys = ChildKeys(b"", b"")
    profile = Profile(name="a", server="vpn.example.org", local=Local(id="alice@example.org"))
    one, two = (
        ChildSa(spi, spi, suite, keys, keys, (), (TrafficSelector.from_network(subnet),))
        for spi, suite, subnet in ((b"1234", GCM, "10.0.0.0/8"), (b"5678", CBC, "fd00:1::/32"))
    )
    wanted = wanted_network("tun0", profile, Configuration(), (two, one), V6, 1500 - 40)
    assert wanted.routes == (ip_network("10.0.0.0/8"), ip_network("fd00:1::/32"))
    assert wanted.mtu == inner_mtu(CBC, V6, 0, 1500 - 40) < inner_mtu(GCM, V6, 0, 1500 - 40)
    assert wanted == wanted_network("tun0", profile, Configuration(), (one, two), V6, 1500 - 40)


def test_a_profile_becomes_a_session() -> None:
    profile = Profile(
        name="a",
        server="vpn.example.org",
        local=Local(id="alice@example.org"),
        esp=Esp(proposals=("aes128gcm16",)),
    )
    config = session_config(profile, Secrets(psk=b"a secret"))
    assert str(config.remote_id) == "vpn.example.org"
    assert config.local_auth == config.remote_auth == (PskAuth(b"a secret"),)
    assert len(config.esp_proposals) == 1
    assert "a secret" not in repr(config)


def test_a_word_of_a_profile_stands_for_several_proposals() -> None:
    profile = Profile(
        name="a",
        server="vpn.example.org",
        local=Local(id="alice@example.org"),
        ike=Ike(proposals=("post_quantum", "default", "aes128-sha1-modp1024")),
        esp=Esp(proposals=("default", "compatible")),
    )
    config = session_config(profile, Secrets(psk=b"a secret"))
    assert [keywords(p).count("mlkem") for p in config.ike_proposals] == [2, 2, 0, 0, 0]
    assert [p.number for p in config.ike_proposals] == [1, 2, 3, 4, 5]
    assert weaknesses(config.ike_proposals) == ("modp1024",)
    assert [p.number for p in config.esp_proposals] == [1, 2, 3]


def test_a_profile_steers_the_packet_path() -> None:
    assert esp_settings(Profile(name="a", server="b")) == EspSettings()
    esp = Esp(replay_window=64, copy_dscp=True, max_octets=1_000_000, max_packets=2000)
    assert esp_settings(Profile(name="a", server="b", esp=esp)) == EspSettings(
        replay_window=64, copy_dscp=True, max_octets=1_000_000, max_packets=2000
    )


def test_any_identity_is_accepted_only_when_asked_for() -> None:
    profile = Profile(name="a", server="192.0.2.1", local=Local(id="alice"), remote=Remote(id="%any"))
    assert session_config(profile, Secrets(psk=b"x")).remote_id is None


def test_every_problem_is_named_at_once_and_no_secret() -> None:
    profile = Profile(
        name="a",
        server="x.example",
        local=Local(id="@#zz"),
        ike=Ike(proposals=("rot13-md5",)),
        esp=Esp(proposals=("null",)),
    )
    with pytest.raises(ProfileError) as caught:
        session_config(profile, Secrets())
    assert [problem.field for problem in caught.value.problems] == [
        "psk",
        "local.id",
        "ike.proposals",
        "esp.proposals",
    ]


def test_errors_keep_their_identifier_and_cause() -> None:
    assert tun_error(PermissionError(errno.EPERM, "no")).code == "tun_not_permitted"
    assert tun_error(FileNotFoundError(errno.ENOENT, "no")).code == "tun_unavailable"
    assert socket_error(OSError(errno.EADDRINUSE, "no"), 4500).params == {"port": 4500}
    assert as_tunnel_error(SessionError("unreachable", "no answer")).params == {"detail": "no answer"}
    assert as_tunnel_error(NetworkError("refused", "add a rule", 1)).params == {
        "step": "add a rule",
        "errno": 1,
    }
    assert as_tunnel_error(KeyError("a secret")).params == {"detail": "KeyError"}


FULL = (ip_network("0.0.0.0/0"), ip_network("::/0"))
HALVES = tuple(ip_network(text) for text in ("0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"))
OFFICE = (ip_network("10.0.0.0/8"),)
SERVERS = (ip_address("10.0.0.53"),)


@pytest.mark.parametrize(
    ("network", "routed", "expected"),
    [
        (Network(), FULL, ()),
        (Network(), FULL[:1], FULL[1:]),  # else everything that speaks IPv6 would pass beside the tunnel
        (Network(), HALVES[:2], FULL[1:]),
        (Network(), FULL[1:], FULL[:1]),
        (Network(), OFFICE, ()),
        (Network(), (*FULL[:1], ip_network("fd00::/8")), ()),
        (Network(ipv6_outside="allow"), FULL[:1], ()),
        (Network(ipv6_outside="block"), OFFICE, FULL[1:]),
        (Network(ipv4_outside="block"), OFFICE, FULL[:1]),
        (Network(ipv4_outside="block", ipv6_outside="block"), HALVES, ()),
    ],
)
def test_what_no_route_leads_into_the_tunnel_is_blocked_when_it_would_leak(
    network: Network, routed: tuple[AnyNetwork, ...], expected: tuple[AnyNetwork, ...]
) -> None:
    assert blocked(network, routed) == expected


@pytest.mark.parametrize(
    ("dns", "domains", "routed", "expected"),
    [
        (Dns(), (), FULL, NameServers(servers=SERVERS)),
        (Dns(), (), HALVES, NameServers(servers=SERVERS)),
        (Dns(), (), FULL[1:], NameServers(servers=SERVERS)),
        (
            Dns(),
            ("corp.example",),
            FULL,
            NameServers(servers=SERVERS, match=("corp.example",), everything=False),
        ),
        (
            Dns(),
            ("corp.example",),
            OFFICE,
            NameServers(servers=SERVERS, match=("corp.example",), everything=False),
        ),
        (Dns(), (), OFFICE, None),
        (Dns(mode="off"), ("corp.example",), FULL, None),
        (Dns(mode="all"), ("corp.example",), OFFICE, NameServers(servers=SERVERS, match=("corp.example",))),
        (
            Dns(mode="split", match=("a.example",), search=("b.example",)),
            ("c.example",),
            FULL,
            NameServers(
                servers=SERVERS,
                search=("b.example",),
                match=("c.example", "a.example", "b.example"),
                everything=False,
            ),
        ),
        (Dns(mode="split"), (), FULL, None),
        (Dns(servers=("192.0.2.53",)), (), FULL, NameServers(servers=(ip_address("192.0.2.53"),))),
    ],
)
def test_names_are_asked_where_the_profile_and_the_gateway_say(
    dns: Dns, domains: tuple[str, ...], routed: tuple[AnyNetwork, ...], expected: NameServers | None
) -> None:
    assert name_servers(dns, Configuration(dns=SERVERS, domains=domains), routed) == expected


def test_what_no_machine_can_use_of_what_is_said_of_dns_breaks_no_tunnel() -> None:
    many = tuple(ip_address(f"10.0.0.{number}") for number in range(1, 40))
    useless = (ip_address("224.0.0.251"), ip_address("::"), ip_address(0))
    dns = Dns(mode="split", match=("_msdcs.Corp.example", *(f"a{number}.example" for number in range(200))))
    domains = ("c.example", "a b", "", "x" * 70)
    found = name_servers(dns, Configuration(dns=(*useless, *many), domains=domains), OFFICE)
    assert found is not None
    assert found.servers == many[:16]
    assert found.match[:3] == ("c.example", "_msdcs.corp.example", "a0.example")
    address = (ip_interface("10.9.0.1"),)
    steps = steps_for(Wanted(device="tun0", mtu=1400, addresses=address, dns=found), Facts())
    assert isinstance(steps[-1], SetDns)
    assert name_servers(Dns(mode="all"), Configuration(dns=useless), OFFICE) is None


def test_without_a_server_dns_is_left_alone() -> None:
    assert name_servers(Dns(mode="all"), Configuration(), FULL) is None


def test_the_machine_guards_what_the_gateway_leased() -> None:
    keys = ChildKeys(b"", b"")
    child = ChildSa(b"1", b"2", GCM, keys, keys, (), (TrafficSelector.from_network("0.0.0.0/0"),))
    profile = Profile(name="a", server="b", network=Network(lan=True))
    leased = Configuration(addresses=(ip_interface("10.9.0.1/24"),), dns=SERVERS)
    wanted = wanted_network("tun0", profile, leased, (child,), V4)
    assert (wanted.guard, wanted.lan, wanted.blocked) == (True, True, FULL[1:])
    assert wanted.dns == NameServers(servers=SERVERS)
    assert not wanted_network("tun0", profile, Configuration(), (child,), V4).guard


def test_every_address_of_the_gateway_is_named_once() -> None:
    """Where sockets bear no mark, a packet to one of these would go into the tunnel that it carries."""
    keys = ChildKeys(b"", b"")
    child = ChildSa(b"1", b"2", GCM, keys, keys, (), (TrafficSelector.from_network("0.0.0.0/0"),))
    profile, used = Profile(name="a", server="b"), V4.remote.host
    wanted = wanted_network(
        "tun0", profile, Configuration(), (child,), V4, gateways=(used, "2001:db8::7", "203.0.113.9")
    )
    assert [str(each) for each in wanted.gateways] == [used, "2001:db8::7", "203.0.113.9"]


@pytest.mark.parametrize(
    ("carried", "announced", "routed"),
    [
        (("0.0.0.0/0", "::/0"), ("10.0.0.0/8",), ("10.0.0.0/8", "192.0.2.53/32")),
        (("0.0.0.0/0",), ("10.0.0.0/8", "fd00::/16"), ("10.0.0.0/8", "192.0.2.53/32")),
        (("10.1.0.0/16",), ("10.0.0.0/8",), ("10.1.0.0/16",)),  # the selectors hold
        (("10.1.0.0/16",), ("172.16.0.0/12",), ("10.1.0.0/16",)),  # it speaks of what it does not carry
        (("0.0.0.0/0", "::/0"), (), ("0.0.0.0/0", "::/0")),
        (("0.0.0.0/0",), ("0.0.0.0/0",), ("0.0.0.0/0",)),
        (
            ("10.0.0.0/9", "10.128.0.0/16", "10.129.0.0/16", "172.16.0.0/12", "fd00::/8"),
            (
                "10.64.0.0/10",
                "10.128.3.0/24",
                "10.129.0.0/16",
                "192.168.0.0/16",
                "2001:db8::/32",
                "fd00::/32",
            ),
            ("10.64.0.0/10", "10.128.3.0/24", "10.129.0.0/16", "fd00::/32"),
        ),
    ],
)
def test_a_profile_may_leave_to_the_gateway_what_goes_through_the_tunnel(
    carried: tuple[str, ...], announced: tuple[str, ...], routed: tuple[str, ...]
) -> None:
    keys = ChildKeys(b"", b"")
    child = ChildSa(b"1234", b"5678", GCM, keys, keys, (), tuple(map(TrafficSelector.from_network, carried)))
    given = Configuration(dns=(ip_address("192.0.2.53"),), subnets=tuple(map(ip_network, announced)))
    profile = Profile(name="a", server="vpn.example.org")
    everything = wanted_network("tun0", profile, given, (child,), V4)
    assert everything.routes == tuple(map(ip_network, carried))
    only = msgspec.structs.replace(profile, network=Network(announced_only=True))
    wanted = wanted_network("tun0", only, given, (child,), V4)
    assert wanted.routes == tuple(map(ip_network, routed))
    if wanted.routes != everything.routes:
        assert wanted.blocked == ()
        assert wanted.dns is None  # nobody says which names are for its servers


def test_a_gateway_does_not_hold_the_service_up_with_more_networks_than_anyone_has() -> None:
    ranges = tuple(
        TrafficSelector(
            0,
            0,
            65535,
            ip_address((0x2001 << 112) + (n << 100) + 1),
            ip_address((0x2001 << 112) + (n << 100) + (1 << 99) - 2),
        )
        for n in range(255)
    )
    keys = ChildKeys(b"", b"")
    child = ChildSa(b"1234", b"5678", GCM, keys, keys, (), ranges)
    with pytest.raises(TunnelError, match="4,096 networks") as refused:
        wanted_network("tun0", Profile(name="a", server="b"), Configuration(), (child,), V4)
    assert refused.value.code == "invalid_peer_message"
    few = ChildSa(b"1234", b"5678", GCM, keys, keys, (), ranges[:20])
    assert (
        len(wanted_network("tun0", Profile(name="a", server="b"), Configuration(), (few,), V4).routes)
        == 20 * 196
    )
