"""What is said of what was heard: every finding that is promised, with the parameters that it promises."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import msgspec
import pytest

from ginnel_service.doctor import clock, conflicts, dns, verdict
from ginnel_service.doctor.asking import Heard
from ginnel_service.doctor.certificates import latest_beginning, of_certificates
from ginnel_service.doctor.knock import Reply
from ginnel_service.doctor.surroundings import memory_is_locked, name_servers
from ginnel_service.doctor.verdict import Door, Sizes
from ginnel_service.ike.events import Endpoint
from ginnel_service.ipc.identifiers import EXAMINATION_IDS
from ginnel_service.ipc.schema import Finding
from ginnel_service.net.base import Reach, Surroundings
from ginnel_service.net.machine import look_around
from ginnel_service.profiles.certificates import open_key
from ginnel_service.profiles.model import Authentication, Network, Profile, Remote
from ginnel_service.profiles.model import Dns as ProfileDns
from helpers import authority

NOW = datetime.fromtimestamp(authority.NOW, UTC)
GOOD = Heard(reply=Reply(kind="accepted", suite="x", nat_supported=True), ms=12.4)
SILENT = Heard()


def ids(found: list[Finding]) -> dict[str, str]:
    for each in found:
        assert set(each.params) == set(EXAMINATION_IDS[each.id]), each.id
    return {each.id: each.severity for each in found}


def doors(**heard: Heard) -> list[Door]:
    """`p500=...`, and `v6_500=...` for the other family."""
    return [
        Door(Endpoint("2001:db8::1" if name[0] == "v" else "192.0.2.9", int(name.lstrip("pv6_"))), each)
        for name, each in heard.items()
    ]


def test_both_ports_open_is_good() -> None:
    assert set(ids(verdict.of_udp(doors(p500=GOOD, p4500=GOOD))).values()) == {"ok"}


@pytest.mark.parametrize(
    ("heard", "id_"),
    [
        (SILENT, "udp_silent"),
        (Heard(error=errno.ECONNREFUSED), "udp_refused"),
        (Heard(error=errno.EPERM), "udp_denied"),
        (Heard(error=errno.ENETUNREACH), "no_route"),
        (Heard(error=errno.EHOSTUNREACH), "no_route"),
        (Heard(reply=Reply(kind="ikev1")), "gateway_ikev1"),
    ],
)
def test_what_comes_instead_of_an_answer_is_told(heard: Heard, id_: str) -> None:
    assert ids(verdict.of_udp(doors(p500=heard)))[id_] == "warning"


def test_a_family_that_does_not_work_beside_one_that_does_is_a_note() -> None:
    found = ids(verdict.of_udp(doors(p500=GOOD, v6_500=Heard(error=errno.ENETUNREACH))))
    assert found == {"udp_answers": "ok", "no_route": "note"}
    assert ids(verdict.of_udp(doors(p500=GOOD, v6_500=SILENT)))["udp_silent"] == "note"


def test_the_blocked_port_of_two_is_named() -> None:
    assert "port_500_blocked" in ids(verdict.of_udp(doors(p500=SILENT, p4500=GOOD)))
    assert "port_4500_blocked" in ids(verdict.of_udp(doors(p500=GOOD, p4500=SILENT)))
    assert "gateway_silent" in ids(verdict.of_udp(doors(p500=SILENT, p4500=SILENT)))


def test_tcp_matters_where_udp_does_not_work() -> None:
    remote = Endpoint("192.0.2.9", 4500)
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    for outcome, id_ in ((refused, "tcp_closed"), (TimeoutError(), "tcp_closed"), (SILENT, "tcp_other")):
        assert ids(verdict.of_tcp(remote, outcome, udp=True)) == {id_: "note"}
        assert ids(verdict.of_tcp(remote, outcome, udp=False)) == {id_: "warning"}
    assert ids(verdict.of_tcp(remote, GOOD, udp=False)) == {"tcp_answers": "ok"}


def test_nat_is_known_from_accepted_questions_alone() -> None:
    def nat(reply: Reply) -> set[str]:
        return set(ids(verdict.of_nat([SILENT, Heard(reply=reply)])))

    assert nat(Reply(kind="accepted", nat_supported=True)) == {"nat_none"}
    both = Reply(kind="accepted", nat_supported=True, nat_local=True, nat_remote=True)
    assert nat(both) == {"nat_here", "nat_gateway"}
    assert nat(Reply(kind="accepted")) == {"nat_unsupported"}
    assert ids(verdict.of_nat([SILENT, Heard(reply=Reply(kind="refused"))])) == {"nat_unknown": "note"}


def test_lost_fragments_matter_where_ike_needs_them() -> None:
    assert ids(verdict.of_fragments(GOOD, 2500, cuts_itself=False)) == {"fragments_arrive": "ok"}
    assert ids(verdict.of_fragments(SILENT, 2500, cuts_itself=True)) == {"fragments_lost": "note"}
    assert ids(verdict.of_fragments(SILENT, 2500, cuts_itself=False)) == {"fragments_needed": "warning"}


def test_sizes_are_told_as_they_were_found() -> None:
    assert ids(verdict.of_sizes(Sizes(1500, hole=False))) == {"path_mtu": "ok"}
    assert ids(verdict.of_sizes(Sizes(1300, hole=False))) == {"path_mtu_small": "note"}
    assert ids(verdict.of_sizes(Sizes(1300, hole=True))) == {"path_mtu_hole": "warning"}
    assert ids(verdict.of_sizes(Sizes(0, hole=True))) == {"path_mtu_unknown": "note"}


def test_names_are_told_with_who_was_asked() -> None:
    assert ids(verdict.of_name("gw", ["192.0.2.9"], 3.2, ["192.0.2.53"])) == {"name_resolves": "ok"}
    assert ids(verdict.of_name("gw", ["192.0.2.9"], 2500.0, [])) == {"name_slow": "note"}
    assert ids(verdict.of_name("192.0.2.9", ["192.0.2.9"], 0.1, [])) == {"name_is_address": "ok"}


def test_groups_have_their_words_or_their_numbers() -> None:
    assert verdict.group_name(31) == "x25519"
    assert verdict.group_name(4242) == "4242"


def with_certificate(begins: datetime, ends: datetime, key: bytes = b"") -> dict[str, str]:
    root = authority.Authority("Root")
    own = root.issue("alice", not_before=begins.timestamp(), not_after=ends.timestamp())
    profile = Profile(
        name="office",
        server="gw",
        authentication=Authentication(certificate="own"),
        remote=Remote(ca=("gone",)),
        certificates={"own": authority.chain_pem(own.chain).decode()},
    )
    assert latest_beginning(profile) == ("own", begins)
    return ids(of_certificates(profile, key or open_key(own.key_pem()), NOW))


def test_certificates_are_held_against_the_clock_and_the_key() -> None:
    day = timedelta(days=1)
    good = with_certificate(NOW - day, NOW + 90 * day)
    assert good == {"certificate_valid": "ok", "certificate_unreadable": "warning"}
    assert with_certificate(NOW - day, NOW + day)["certificate_ends_soon"] == "note"
    assert with_certificate(NOW - 2 * day, NOW - day)["certificate_ended"] == "warning"
    assert with_certificate(NOW + day, NOW + 2 * day)["certificate_begins_later"] == "warning"
    other = open_key(authority.Authority("Other").issue("bob").key_pem())
    assert with_certificate(NOW - day, NOW + 90 * day, other)["private_key_differs"] == "warning"
    assert with_certificate(NOW - day, NOW + 90 * day, b"nonsense")["private_key_differs"] == "warning"
    eap = Profile(name="a", server="gw", authentication=Authentication(username="alice"))
    assert ids(of_certificates(eap, b"", NOW)) == {"roots_of_system": "ok"}
    assert latest_beginning(eap) is None


def test_a_missing_private_key_is_told() -> None:
    own = authority.Authority("Root").issue("alice")
    profile = Profile(
        name="office",
        server="gw",
        authentication=Authentication(certificate="own"),
        remote=Remote(ca=("own",)),
        certificates={"own": authority.chain_pem(own.chain).decode()},
    )
    assert ids(of_certificates(profile, b"", NOW))["private_key_missing"] == "warning"


def test_the_clock_is_believed_as_far_as_it_is_kept_and_certificates_agree() -> None:
    later = ("own", NOW + timedelta(days=1))
    earlier = ("own", NOW - timedelta(days=1))
    assert ids(clock.of_clock(True, NOW, later, "")) == {"clock_behind": "warning"}
    assert ids(clock.of_clock(True, NOW, earlier, "")) == {"clock_kept_right": "ok"}
    assert ids(clock.of_clock(False, NOW, None, "")) == {"clock_not_kept_right": "note"}
    assert ids(clock.of_clock(False, NOW, None, "certificate_expired")) == {"clock_doubtful": "warning"}
    assert ids(clock.of_clock(True, NOW, None, "certificate_expired")) == {"clock_kept_right": "ok"}
    assert clock.of_clock(None, NOW, None, "unreachable") == []
    assert clock.synchronised() in (True, False, None)


def around(*reaches: tuple[str, str, bool], tunnels: tuple[str, ...] = ()) -> Surroundings:
    made = tuple(Reach(ip_network(net), device, on_link) for net, device, on_link in reaches)
    return Surroundings(reaches=made, tunnels=frozenset(tunnels), ways=(("192.0.2.9", "eth0"),))


def office(*subnets: str, bypass: tuple[str, ...] = ()) -> Profile:
    return Profile(name="office", server="gw", network=Network(subnets=subnets, bypass=bypass))


LAN = ("192.168.1.0/24", "eth0", True)


def test_a_subnet_that_is_a_neighbourhood_is_found_whether_asked_for_or_learnt() -> None:
    def found(profile: Profile, *learnt: str) -> dict[str, str]:
        return ids(conflicts.of_routes(profile, learnt, around(LAN), frozenset()))

    assert found(office("192.168.0.0/16")) == {"subnet_on_link": "warning"}
    assert found(office("0.0.0.0/0"), "192.168.1.128/25") == {"subnet_on_link": "warning"}
    for harmless in (office("0.0.0.0/0", "::/0"), office("10.0.0.0/8"), office("0.0.0.0/1")):
        assert found(harmless) == {"routes_clear": "ok"}
    assert found(office("192.168.0.0/16", bypass=("192.168.1.0/24",))) == {"routes_clear": "ok"}


def test_a_neighbourhood_that_the_profile_leaves_outside_is_no_conflict() -> None:
    made = Profile(name="office", server="gw", network=Network(subnets=("192.168.0.0/16",), lan=True))
    assert ids(conflicts.of_routes(made, (), around(LAN), frozenset())) == {"routes_clear": "ok"}
    public = msgspec.structs.replace(made, network=Network(subnets=("8.8.0.0/16",), lan=True))
    near = around(("8.8.8.0/24", "eth0", True))  # not private: it goes through the tunnel all the same
    assert ids(conflicts.of_routes(public, (), near, frozenset())) == {"subnet_on_link": "warning"}


def test_our_own_devices_are_no_conflict_and_other_vpns_are() -> None:
    made = around(("10.0.0.0/8", "ginnel0", False), ("10.0.0.0/8", "wg0", False), tunnels=("ginnel0", "wg0"))
    found = conflicts.of_routes(office("10.1.0.0/16"), (), made, frozenset({"ginnel0"}))
    assert ids(found) == {"subnet_of_other_vpn": "warning", "other_vpn": "note"}
    assert {each.params.get("device") for each in found} == {"wg0"}
    whole = Surroundings(
        reaches=(Reach(ip_network("0.0.0.0/1"), "wg0"),),
        tunnels=frozenset({"wg0"}),
        ways=(("192.0.2.9", "wg0"),),
    )
    assert set(ids(conflicts.of_routes(office("10.1.0.0/16"), (), whole, frozenset()))) == {
        "other_vpn_default",
        "gateway_through_vpn",
    }


def test_name_servers_and_locked_memory_are_read(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# nameserver 9.9.9.9\nnameserver 127.0.0.53\nnameserver\nsearch example.org\n")
    assert name_servers(file) == ("127.0.0.53",)
    assert name_servers(tmp_path / "none") == ()
    file.write_text("Name:\tx\nVmLck:\t       0 kB\n")
    assert not memory_is_locked(file)
    file.write_text("VmLck:\t   51204 kB\n")
    assert memory_is_locked(file)
    assert memory_is_locked(tmp_path / "none")
    assert look_around(["127.0.0.1"], 0).ways == (("127.0.0.1", "lo"),)


def test_names_that_leave_a_tunnel_which_takes_everything_are_found() -> None:
    def found(profile: Profile, *routes: str) -> dict[str, str]:
        return ids(dns.without_servers(profile, [ip_network(net) for net in routes], ["192.168.1.1"]))

    assert found(office("0.0.0.0/0"), "0.0.0.0/0") == {"dns_outside": "warning"}
    off = msgspec.structs.replace(office("0.0.0.0/0"), dns=ProfileDns(mode="off"))
    assert found(off, "0.0.0.0/0") == {"dns_outside": "note"}
    assert found(office("10.0.0.0/8"), "10.0.0.0/8") == {"dns_clear": "ok"}


def test_a_name_server_that_the_tunnel_would_swallow_is_found() -> None:
    def found(profile: Profile) -> dict[str, str]:
        return ids(dns.before_connecting(profile, ["192.168.1.1", "fe80::1%eth0", "nonsense"]))

    assert found(office("192.168.0.0/16")) == {"dns_in_subnet": "warning"}
    assert found(office("192.168.0.0/16", bypass=("192.168.1.0/24",))) == {"dns_clear": "ok"}
    assert found(office("0.0.0.0/0", "::/0")) == {"dns_clear": "ok"}  # servers come with it
