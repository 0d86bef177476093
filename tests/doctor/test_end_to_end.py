"""`ginnel doctor NAME` in a lab: each thing that can stand in the way, put there, and found.

   client              router              gateway
[ ginneld ]---------[ drops, narrow ]---------[ gateway, or charon ]
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    CommandError,
    Gateway,
    GatewayOptions,
    Service,
    network_state,
    ping,
)
from ginnel_service.ipc.identifiers import EXAMINATION_IDS
from ginnel_service.net.firewall.nftables import KILL_SWITCH
from helpers import authority, narrow
from helpers.offices import gateway_config
from helpers.strongswan import Charon

pytestmark = pytest.mark.netns

PSK = secrets.token_urlsafe(24)
QUICK = {"retransmit_s": 0.2, "retransmit_tries": 2}
ADDRESS = Internet.GATEWAY[0]


class Street(NamedTuple):
    """A client and a gateway that fit one another."""

    net: Internet
    service: Service

    def profile(self, **more: Any) -> None:
        self.service.create(
            {
                "name": "office",
                "server": ADDRESS,
                "local": {"id": CLIENT_ID},
                "remote": {"id": GATEWAY_ID},
                "timing": QUICK,
                **more,
            },
            PSK,
        )

    def finds(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """What an examination finds, by identifier; nothing that is not promised."""
        told = self.service.ginnel("doctor", "office", *arguments)
        mine = [each for each in told["findings"] if each["connection"] == "office"]
        found = {each["id"]: each for each in mine}
        for each in mine:
            if each["id"] in EXAMINATION_IDS:
                assert set(each["params"]) == set(EXAMINATION_IDS[each["id"]])
        assert not found.keys() & {"check_failed", "check_unfinished"}
        return found


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with Lab() as made:
        net = Internet(made)
        Gateway(net.gateway, PSK)
        yield Street(net, Service(net.client))


@pytest.fixture
def on_the_way(street: Street) -> Iterator[Host]:
    """The router, whose rules go with the test."""
    yield street.net.router
    street.net.router.run(["nft", "flush", "ruleset"])


def drop(host: Host, hook: str, *matches: str) -> None:
    rules = "\n".join(f"  {match} counter drop" for match in matches)
    chain = f" chain c {{\n  type filter hook {hook} priority filter\n{rules}\n }}\n"
    host.run(["nft", "-f", "-"], stdin=f"table inet test {{\n{chain}}}\n")


def warnings(found: dict[str, dict[str, Any]]) -> set[str]:
    return {id_ for id_, each in found.items() if each["severity"] == "warning"}


def test_a_good_gateway_is_found_good(street: Street) -> None:
    street.profile()
    found = street.finds()
    assert not warnings(found)
    assert {"name_is_address", "udp_answers", "tcp_answers", "nat_none", "proposal_accepted"} <= found.keys()
    assert {"fragments_arrive", "routes_clear", "service_rights"} <= found.keys()
    assert found["path_mtu"]["params"] == {"octets": 1500}
    assert found["udp_answers"]["params"]["port"] in (500, 4500)


def test_the_gateway_is_asked_beside_a_tunnel_that_takes_everything(street: Street) -> None:
    street.profile()
    street.service.ginnel("up", "office")
    try:
        found = street.finds()
    finally:
        street.service.ginnel("down", "office")
    assert warnings(found) == {"dns_outside"}  # the gateway names no servers
    assert {"connection_up", "nat_none", "path_mtu", "routes_clear"} <= found.keys()


def test_a_network_without_udp_is_told_from_a_dead_gateway(street: Street, on_the_way: Host) -> None:
    street.profile()
    drop(on_the_way, "forward", "udp dport { 500, 4500 }")
    found = street.finds()
    assert {"udp_silent", "gateway_silent"} <= warnings(found)
    assert found["tcp_answers"]["params"]["port"] == 4500
    assert "proposal_accepted" not in found
    drop(on_the_way, "forward", "tcp dport 4500")
    assert {"gateway_silent", "tcp_closed"} <= warnings(street.finds())


def test_a_single_blocked_port_is_named(street: Street, on_the_way: Host) -> None:
    street.profile()
    drop(on_the_way, "forward", "udp dport 500")
    found = street.finds()
    assert "port_500_blocked" in warnings(found)
    assert "proposal_accepted" in found
    on_the_way.run(["nft", "flush", "ruleset"])
    drop(on_the_way, "forward", "udp dport 4500")
    found = street.finds()
    assert "port_4500_blocked" in warnings(found)
    assert found["path_mtu"]["params"] == {"octets": 1500}  # asked at port 500 then
    street.profile(port=4500)
    assert "gateway_silent" in street.finds()


def test_a_gateway_that_is_not_there_refuses(street: Street) -> None:
    street.profile(server=Internet.ROUTER[0], transport={"tcp": "never"})
    found = street.finds()
    assert {"udp_refused", "gateway_silent"} <= warnings(found)
    assert "tcp_never" in found


def test_this_machines_own_firewall_is_told_from_the_networks(street: Street) -> None:
    street.profile()
    drop(street.net.client, "output", "udp dport { 500, 4500 }")
    try:
        assert "udp_denied" in warnings(street.finds())
    finally:
        street.net.client.run(["nft", "flush", "ruleset"])


def test_a_host_without_a_way_out_is_told(street: Street) -> None:
    street.profile(server="203.0.113.9", transport={"tcp": "never"})
    street.net.client.ip("route add unreachable 203.0.113.0/24")
    try:
        assert "no_route" in warnings(street.finds())
    finally:
        street.net.client.ip("route del unreachable 203.0.113.0/24")


def test_a_narrow_path_that_says_so_is_measured(lab: Lab) -> None:
    net = Internet(lab)
    Gateway(net.gateway, PSK)
    street = Street(net, Service(net.client))
    street.profile()
    narrow.speak(net, 1310)
    found = street.finds()
    assert found["path_mtu_small"]["params"] == {"octets": 1310}
    assert not warnings(found)
    assert "fragments_arrive" in found


def test_a_hole_on_the_path_is_found_with_what_gets_through(lab: Lab) -> None:
    net = Internet(lab)
    Gateway(net.gateway, PSK)
    street = Street(net, Service(net.client))
    street.profile()
    narrow.swallow(net, 1350)
    found = street.finds()
    assert found["path_mtu_hole"]["params"] == {"octets": 1340}  # the step of the ladder below
    assert found["fragments_lost"]["severity"] == "note"
    street.profile(ike={"fragmentation": False})
    assert "fragments_needed" in warnings(street.finds())


def test_a_nat_in_front_of_the_client_is_found(lab: Lab) -> None:
    net = Internet(lab, nat=True)
    Gateway(net.gateway, PSK)
    street = Street(net, Service(net.client))
    street.profile()
    found = street.finds()
    assert "nat_here" in found
    assert "nat_none" not in found


@pytest.mark.parametrize(
    ("theirs", "finds", "says"),
    [
        ("aes256-sha1-modp2048", "gateway_accepts", "aes256-sha1-modp2048"),
        ("aes256gcm16-prfsha256-x448", "gateway_accepts", "aes256gcm16-prfsha256-x448"),
        ("aes256gcm16-prfsha256-ecp384", "proposal_group", "ecp384"),
    ],
)
def test_what_the_gateway_accepts_instead_is_found_out(lab: Lab, theirs: str, finds: str, says: str) -> None:
    net = Internet(lab)
    Gateway(net.gateway, PSK, GatewayOptions(ike_proposals=[theirs]))
    street = Street(net, Service(net.client))
    street.profile()
    found = street.finds()
    assert says in json.dumps(found[finds]["params"])
    assert ("proposal_refused" in warnings(found)) is (finds == "gateway_accepts")
    assert "nat_none" in found


def test_a_name_that_does_not_resolve_ends_the_search_there(street: Street) -> None:
    street.profile(server="nowhere.invalid")
    found = street.finds()
    assert found["name_unresolved"]["params"]["server"] == "nowhere.invalid"
    assert not found.keys() & {"udp_silent", "gateway_silent", "proposal_accepted"}
    assert "service_rights" in found


def test_a_dead_address_of_several_is_noted_and_passed_over(
    street: Street, on_the_way: Host, tmp_path: Path
) -> None:
    dead = "198.51.100.77"
    (tmp_path / "hosts").write_text(f"127.0.0.1 localhost\n{dead} gw.example\n{ADDRESS} gw.example\n")
    street.net.client.run(["mount", "--bind", str(tmp_path / "hosts"), "/etc/hosts"])
    try:
        drop(on_the_way, "forward", f"ip daddr {dead}")
        street.profile(server="gw.example", timing={})
        found = street.finds()
        assert not warnings(found)
        assert found["name_resolves"]["params"]["addresses"] == [dead, ADDRESS]
        assert found["udp_silent"]["severity"] == "note"
        assert found["udp_silent"]["params"]["address"] == dead
        for answers in ("udp_answers", "tcp_answers"):
            assert found[answers]["params"]["address"] == ADDRESS
        street.service.ginnel("up", "office", "--timeout", "20")
        assert ping(street.net.client, Internet.SERVER[0], 3).lost == 0
        assert "offloads_in_use" in street.finds()
    finally:
        street.service.ginnel("down", "office")
        street.net.client.run(["umount", "/etc/hosts"])


@pytest.mark.parametrize(
    ("days", "finds", "severity"),
    [
        ((-30, 300), "certificate_valid", "ok"),
        ((-30, 5), "certificate_ends_soon", "note"),
        ((-30, -1), "certificate_ended", "warning"),
    ],
)
def test_our_own_certificate_is_held_against_the_clock(
    street: Street, tmp_path: Path, days: tuple[int, int], finds: str, severity: str
) -> None:
    begins, ends = (time.time() + day * authority.DAY_S for day in days)
    own = authority.Authority("Test Root").issue("alice", not_before=begins, not_after=ends)
    (tmp_path / "own.pem").write_bytes(own.pem())
    street.service.ginnel(
        *("create", "office", "--replace", "--server", ADDRESS, "--remote-id", GATEWAY_ID),
        *("--certificate", str(tmp_path / "own.pem"), "--key", str(tmp_path / "own.pem")),
    )
    found = street.finds()
    assert found[finds]["severity"] == severity
    assert found[finds]["params"]["certificate"] == "own"
    assert "roots_of_system" in found


def test_a_certificate_of_the_future_says_that_the_clock_is_slow(street: Street, tmp_path: Path) -> None:
    later = authority.NOW + 40 * 365 * authority.DAY_S
    own = authority.Authority("Test Root").issue("alice", not_before=later, not_after=later + authority.DAY_S)
    (tmp_path / "own.pem").write_bytes(own.pem())
    street.service.ginnel(
        *("create", "office", "--replace", "--server", ADDRESS, "--remote-id", GATEWAY_ID),
        *("--certificate", str(tmp_path / "own.pem"), "--key", str(tmp_path / "own.pem")),
        *("--ca", str(tmp_path / "own.pem")),
    )
    found = street.finds()
    assert {"certificate_begins_later", "clock_behind"} <= warnings(found)
    assert found["clock_behind"]["params"]["date"].startswith("20")


def test_a_neighbourhood_with_the_tunnels_subnet_is_found(street: Street) -> None:
    street.profile(network={"subnets": ["192.0.2.0/25", "10.77.0.0/24"]})
    found = street.finds()
    assert found["subnet_on_link"]["params"] == {
        "subnet": "192.0.2.0/25", "network": "192.0.2.0/24", "device": "router",
    }  # fmt: skip
    street.profile(network={"subnets": ["192.0.2.0/25"], "bypass": ["192.0.2.0/24"]})
    assert "routes_clear" in street.finds()


def test_another_vpn_is_found_with_what_it_takes(street: Street) -> None:
    street.profile(network={"subnets": ["10.77.0.0/24"]})
    client = street.net.client
    client.ip(
        "tuntap add dev wg7 mode tun", "link set wg7 up", "addr add 10.7.0.1/32 dev wg7",
        "route add 10.77.0.0/16 dev wg7", f"route add {ADDRESS}/32 dev wg7 table 77",
    )  # fmt: skip
    try:
        found = street.finds()
        assert found["other_vpn"]["params"] == {"device": "wg7"}
        assert found["subnet_of_other_vpn"]["params"] == {"subnet": "10.77.0.0/24", "device": "wg7"}
        client.ip("route add 0.0.0.0/1 dev wg7", "route add 128.0.0.0/1 dev wg7")
        found = street.finds()
        assert {"other_vpn_default", "gateway_through_vpn"} <= found.keys()
    finally:
        client.ip("link del wg7")


def test_passive_sends_nothing(street: Street) -> None:
    street.profile()
    drop(street.net.client, "output", "udp dport { 500, 4500 }")
    try:
        assert not street.finds("--passive").keys() & EXAMINATION_IDS.keys()
        rules = street.net.client.run(["nft", "list", "ruleset"]).stdout
    finally:
        street.net.client.run(["nft", "flush", "ruleset"])
    assert "packets 0" in rules


@pytest.mark.interop
def test_charon_is_understood_and_its_ikev1_named(lab: Lab) -> None:
    net = Internet(lab)
    charon = Charon(net.gateway, gateway_config(psk=PSK, ike="aes128-sha256-modp2048"))
    street = Street(net, Service(net.client))
    street.profile()
    found = street.finds()
    assert not warnings(found)
    assert found["proposal_accepted"]["params"] == {"suite": "aes128-sha256-modp2048"}
    assert found["proposal_group"]["params"] == {"group": "modp2048"}
    assert found["path_mtu"]["params"] == {"octets": 1500}
    assert "nat_gateway" in found  # it is in user space too, and says so

    charon.reload(gateway_config(psk=PSK, ike="aes256-sha1-modp2048", more={"version": 1}))
    found = street.finds()
    assert "gateway_ikev1" in warnings(found)
    assert "gateway_refuses_all" not in found


def test_a_report_holds_what_is_asked_for_and_no_secret(street: Street, tmp_path: Path) -> None:
    street.profile(server=ADDRESS)
    street.service.ginnel("up", "office")
    file = tmp_path / "report.tar.gz"
    try:
        told = street.service.ginnel("doctor", "office", "--report", str(file))
        with pytest.raises(CommandError, match="File exists"):
            street.service.ginnel("doctor", "office", "--passive", "--report", str(file))
    finally:
        street.service.ginnel("down", "office")
    assert told["report"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        members = {each.name.removeprefix("ginnel-report/"): each for each in archive}
        texts = {name: archive.extractfile(each) for name, each in members.items()}
        contents = {name: opened.read().decode() for name, opened in texts.items() if opened is not None}
    assert {"README.txt", "findings.txt", "status.json", "profile.toml", "log.txt"} <= contents.keys()
    assert all(each.mode == 0o600 for each in members.values())
    everything = "\n".join(contents.values())
    for shape in (PSK, PSK.encode().hex()):
        assert shape not in everything
    assert CLIENT_ID not in everything
    assert "[user]" in contents["profile.toml"]
    assert "ginnel0" in contents["network/addresses.txt"]
    assert "26478" in contents["network/rules-ipv4.txt"]
    assert "proposal_accepted" in contents["findings.txt"]
    assert "office" in contents["log.txt"]


def test_repair_undoes_by_hand_what_a_killed_service_left(lab: Lab) -> None:
    net = Internet(lab)
    Gateway(net.gateway, PSK)
    before = network_state(net.client)
    service = Service(net.client)
    Street(net, service).profile()
    service.ginnel("up", "office")
    state = str(service.folder / "state")
    with pytest.raises(CommandError) as refused:
        service.ginnel("doctor", "--repair", "--state-dir", state)
    assert refused.value.code == "service_running"
    service.process.kill()
    assert network_state(net.client) != before
    undone = service.ginnel("doctor", "--repair", "--state-dir", state)["undone"]
    assert undone
    assert network_state(net.client) == before
    assert service.ginnel("doctor", "--repair", "--state-dir", state)["undone"] == []
    plain = [sys.executable, "-m", "ginnel_service.cli.main", "doctor", "--repair", "--state-dir", state]
    done = subprocess.run(net.client.command(plain), capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "Nothing was left behind.\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, who gives the service's files to another user")
def test_repair_works_on_the_files_of_a_service_that_has_a_user_of_its_own(lab: Lab) -> None:
    net = Internet(lab)
    Gateway(net.gateway, PSK)
    before = network_state(net.client)
    service = Service(net.client)
    Street(net, service).profile()
    service.ginnel("up", "office")
    service.process.kill()
    with tempfile.TemporaryDirectory() as folder:  # below directories that anyone may enter
        os.chmod(folder, 0o711)
        state = Path(folder) / "state"
        shutil.copytree(service.folder / "state", state)
        for path in (state, *state.rglob("*")):
            os.chown(path, 65534, 65534)
        assert service.ginnel("doctor", "--repair", "--state-dir", str(state))["undone"]
        assert network_state(net.client) == before
        assert {path.stat().st_uid for path in (state, *state.rglob("*"))} == {65534}


def test_a_kill_switch_that_stands_is_found(street: Street) -> None:
    street.profile()
    assert "kill_switch_off" in street.finds()
    client = street.net.client
    client.run(["nft", "-f", "-"], stdin=f"table inet {KILL_SWITCH} {{}}\n")
    try:
        assert "kill_switch_stops" in warnings(street.finds())
        street.service.ginnel("up", "office")
        found = street.finds()
        street.service.ginnel("down", "office")
        assert "kill_switch_on" in found
    finally:
        client.run(["nft", "flush", "ruleset"])
