"""The real programs in a lab: traffic, every way to fail with its exit code, and what a crash leaves.

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    CommandError,
    Gateway,
    GatewayOptions,
    Service,
    eventually,
    ping,
)

pytestmark = pytest.mark.netns
QUICK = {"retransmit_s": 0.2, "retransmit_tries": 2}


def profile(**more: Any) -> dict[str, Any]:
    return {
        "name": "office",
        "server": Internet.GATEWAY[0],
        "local": {"id": CLIENT_ID},
        "remote": {"id": GATEWAY_ID},
        "timing": QUICK,
        **more,
    }


def machine(host: Host) -> str:
    """All that a tunnel could leave behind, in ip(8)'s words."""
    return "\n".join(
        host.run(["ip", *family, *what]).stdout
        for what in (["rule"], ["route", "show", "table", "all"], ["-br", "address"])
        for family in ([], ["-6"])
    )


def failing(service: Service, *arguments: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as caught:
        service.ginnel(*arguments)
    return caught.value.code, caught.value.status


def test_a_full_disk_is_named_and_loses_nothing(lab: Lab) -> None:
    """The state directory is a disk of its own, which a file of somebody else fills up."""
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    state = lab.directory / "client-ginneld" / "state"
    state.mkdir(parents=True, mode=0o700)
    net.client.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", str(state)])
    Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create(profile(), psk)
    net.client.run(["sh", "-c", f"cat /dev/zero > {state}/filler"], check=False)
    assert failing(service, "edit", "office", "--set", "network.lan=true") == ("storage_refused", 1)
    assert failing(service, "rename", "office", "work") == ("storage_refused", 1)
    assert [each["name"] for each in service.ginnel("list")["profiles"]] == ["office"]
    # What could not be undone is not done
    before = machine(net.client)
    assert failing(service, "up", "office")[0] == "network_refused"
    assert machine(net.client) == before
    net.client.run(["rm", f"{state}/filler"])
    service.ginnel("rename", "office", "work")
    service.ginnel("up", "work")
    assert ping(net.client, Internet.SERVER[0], 3).lost == 0
    # Nobody is kept from the network by it
    service.ginnel("edit", "work", "--set", 'kill_switch.mode="connecting"')
    assert service.ginnel("killswitch")["blocking"]
    net.client.run(["sh", "-c", f"cat /dev/zero > {state}/filler"], check=False)
    assert failing(service, "killswitch", "off") == ("kill_switch_not_kept", 1)
    assert not service.ginnel("killswitch")["blocking"]
    assert service.process.stop() == 0


def test_a_profile_goes_on_under_another_name(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    service.create(profile(), psk)
    service.ginnel("up", "office")
    assert failing(service, "rename", "office", "work") == ("already_up", 1)
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    service.ginnel("down", "office")
    assert service.ginnel("rename", "office", "work") == {"renamed": "office", "name": "work"}
    assert failing(service, "show", "office") == ("unknown_profile", 4)
    service.ginnel("up", "work")  # its key came along
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    lines = service.ginnel("log", "--connection", "work")["entries"]
    assert any("stored" in each["message"] for each in lines)  # from before it had this name
    assert service.process.stop() == 0
    assert gateway.process.stop() == 0


@pytest.mark.parametrize("nat", [False, True])
@pytest.mark.parametrize("outside", [0, 1])
def test_a_connection_carries_traffic_and_leaves_nothing(lab: Lab, outside: int, nat: bool) -> None:
    net = Internet(lab, nat=nat)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    before, gateway_before = machine(net.client), machine(net.gateway)
    service.create(profile(server=Internet.GATEWAY[outside]), psk)
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    assert ping(net.client, Internet.SERVER[1], 50).lost == 0
    service.ginnel("rekey", "office")
    service.wait_for_rekey("office", "child")
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    service.ginnel("down", "office")
    assert machine(net.client) == before
    gateway.wait_for("closed")
    service.ginnel("up", "office")
    assert service.process.stop() == 0
    assert machine(net.client) == before
    assert gateway.process.stop() == 0
    (last,) = gateway.events("counters")
    assert last["counters"]["packets_in"] >= 150
    assert "drop_integrity" not in last["counters"]
    assert machine(net.gateway) != gateway_before
    assert "ginnel" not in machine(net.gateway)
    assert psk not in lab.report(10_000)


@pytest.mark.parametrize(
    ("outside", "family", "other"), [(0, "ip", "198.51.100.77"), (1, "ip6", "2001:db8:2::77")]
)
def test_a_gateway_that_answers_from_another_address_is_understood(
    lab: Lab, outside: int, family: str, other: str
) -> None:
    """As one with several does whose replies leave by their routes; SPIs say whose they are."""
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create(profile(server=Internet.GATEWAY[outside]), psk)
    net.router.run(
        ["nft", "-f", "-"],
        stdin="table inet other {\n counter altered {}\n chain forward {\n"
        "  type filter hook forward priority filter\n"
        f"  {family} saddr {Internet.GATEWAY[outside]} udp sport {{ 500, 4500 }} {family} saddr set {other}"
        " counter name altered\n }\n}\n",
    )
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    service.ginnel("rekey", "office")
    service.wait_for_rekey("office", "child")
    assert ping(net.client, Internet.SERVER[1], 50).lost == 0
    service.ginnel("down", "office")
    told = json.loads(net.router.run(["nft", "-j", "list", "counter", "inet", "other", "altered"]).stdout)
    assert told["nftables"][-1]["counter"]["packets"] > 100


@pytest.mark.parametrize("pairing", ["single", "narrow"])
def test_a_gateway_that_wants_a_child_sa_for_each_subnet_gets_them(lab: Lab, pairing: str) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    subnets = [*Internet.INSIDE, "10.78.0.0/24"]
    Gateway(net.gateway, psk, GatewayOptions(subnets=subnets, pairing=pairing))
    service = Service(net.client)
    before = machine(net.client)
    service.create(profile(network={"subnets": subnets}), psk)
    service.ginnel("up", "office")
    eventually(lambda: all(subnet in machine(net.client) for subnet in subnets), "all routes")
    for count in (3, 6):
        assert ping(net.client, Internet.SERVER[0], 50).lost == 0
        assert ping(net.client, Internet.SERVER[1], 50).lost == 0
        service.ginnel("rekey", "office")
        service.wait_for_rekey("office", "child", count=count)
    assert all(subnet in machine(net.client) for subnet in subnets)
    service.ginnel("down", "office")
    assert machine(net.client) == before


@pytest.mark.parametrize("pairing", ["single", "narrow"])
def test_networks_that_the_gateway_announces_are_asked_for_without_being_named(
    lab: Lab, pairing: str
) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    subnets = [*Internet.INSIDE, "10.78.0.0/24"]
    Gateway(net.gateway, psk, GatewayOptions(subnets=subnets, pairing=pairing))
    service = Service(net.client)
    service.create(profile(), psk)
    service.ginnel("up", "office")
    service.wait_for("office", lambda status: set(status["routes"]) == set(subnets), "all routes")
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    assert ping(net.client, Internet.SERVER[1], 5).lost == 0


def test_the_gateway_may_say_what_goes_through_the_tunnel_if_the_profile_lets_it(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    announced = list(Internet.INSIDE)
    gateway = Gateway(net.gateway, psk, GatewayOptions(more={"announced": announced}))
    service = Service(net.client)
    service.create(profile(), psk)
    service.ginnel("up", "office")
    status = service.status("office")
    assert status["subnets"] == announced
    assert status["routes"] == ["0.0.0.0/0", "::/0"]  # leave is no order
    service.ginnel("down", "office")
    service.ginnel("edit", "office", "--set", "network.announced_only=true")
    service.ginnel("up", "office")
    assert service.status("office")["routes"] == announced
    for inside, outside in zip(Internet.SERVER, Internet.GATEWAY, strict=True):
        assert ping(net.client, inside, 5).lost == 0
        way = net.client.run(["ip", "route", "get", outside]).stdout
        assert "ginnel" not in way
    assert gateway.process.running()


def test_a_killed_service_leaves_nothing_after_its_next_start(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    before = machine(net.client)
    service.create(profile(network={"bypass": ["203.0.113.0/24"]}), psk)
    service.ginnel("up", "office")
    assert machine(net.client) != before
    service.process.kill()
    service.start()
    assert machine(net.client) == before
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    gateway.process.kill()
    Gateway(net.gateway, psk)


def test_every_failure_has_its_exit_code_and_leaves_nothing(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk, GatewayOptions(ike_proposals=["aes256gcm16-prfsha384-ecp384"]))
    service = Service(net.client)
    before = machine(net.client)
    service.create(profile(), "another key")
    assert failing(service, "up", "office") == ("authentication_failed", 7)
    service.create(profile(ike={"proposals": ["aes128gcm16-prfsha256-x25519"]}), psk)
    assert failing(service, "up", "office") == ("no_proposal_chosen", 8)
    service.create(profile(server=Internet.SERVER[0]), psk)
    assert failing(service, "up", "office") == ("unreachable", 9)
    service.create(profile(server="no-such-name.invalid"), psk)
    assert failing(service, "up", "office") == ("name_not_resolved", 10)
    assert failing(service, "up", "home") == ("unknown_profile", 4)
    service.ginnel("down", "office")
    assert machine(net.client) == before
    service.create(profile(), psk)
    service.ginnel("up", "office")
    assert psk not in lab.report(10_000)


def test_a_gateway_that_cannot_start_says_why(lab: Lab, tmp_path: Path) -> None:
    net = Internet(lab)
    running = Gateway(net.gateway, "a key")
    before = machine(net.gateway)
    config = next(lab.directory.glob("*/gateway.toml"))
    start = [sys.executable, "-m", "ginnel_service.cli.main", "gateway", "run", "--config", str(config)]
    start += ["--state-dir", str(tmp_path / "state")]
    busy = net.gateway.run(start, check=False)
    assert (busy.returncode, "port" in busy.stderr) == (12, True)
    assert machine(net.gateway) == before
    assert running.process.stop() == 0
    powerless = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--", *start]
    assert net.gateway.run(powerless, check=False).returncode == 11
    config.chmod(0o644)
    assert net.gateway.run(start, check=False).returncode == 5


def test_a_service_without_rights_or_beside_another_says_so(lab: Lab) -> None:
    host = lab.host("alone")
    service = Service(host)
    start = [sys.executable, "-m", "ginnel_service.daemon", "--runtime-dir", str(service.folder / "run")]
    start += ["--state-dir", str(service.folder / "state")]
    second = host.run(start, check=False)
    assert (second.returncode, "another ginneld" in second.stderr) == (12, True)
    powerless = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--", *start]
    refused = host.run(powerless, check=False)
    assert (refused.returncode, "as root" in refused.stderr) == (6, True)


def test_keys_are_exported_for_a_decoder_only_when_asked_for(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk)
    keys = lab.directory / "keys"
    service = Service(net.client, "--export-keys", str(keys))
    service.create(profile(), psk)
    service.ginnel("up", "office")
    eventually(lambda: keys.exists() and "uat:esp_sa:" in keys.read_text(), "keys in the file")
    assert "uat:ikev2_decryption_table:" in keys.read_text()
    assert keys.stat().st_mode & 0o777 == 0o600
    assert "whoever reads it" in service.process.log.read_text()
