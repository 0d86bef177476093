"""A small office from `ginnel gateway init` on: users, their files, NAT, and the end of a user's time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, POOLS, CommandError, eventually, ping
from helpers import nameserver
from helpers.household import Household
from helpers.offices import client_config
from helpers.strongswan import Charon, why_missing

pytestmark = [pytest.mark.netns]


@pytest.fixture(scope="module")
def office() -> Iterator[Household]:
    with Lab() as lab:
        yield Household(lab, nat_ipv6="true", dns='"auto"')


@pytest.mark.parametrize(
    ("name", "way", "suffix"),
    [
        ("alice@example.org", "certificate", ".toml"),
        ("anna@example.org", "certificate", ".mobileconfig"),
        ("bob", "password", ".toml"),
        ("ben", "password", ".sswan"),
        ("carl@example.org", "psk", ".toml"),
        ("cora@example.org", "psk", ".mobileconfig"),
    ],
)
def test_a_user_comes_in_by_the_file_that_was_handed_out_and_goes_when_removed(
    office: Household, name: str, way: str, suffix: str
) -> None:
    stem, _ = office.gateway.add(name, way)
    profile = office.take(stem.with_suffix(stem.suffix + suffix))
    service, net = office.client(), office.net
    service.ginnel("up", profile, "--timeout", "30")
    try:
        # The server has no route back: what it answers came from the gateway's own address
        for server in Internet.SERVER:
            assert ping(net.client, server, 5).lost == 0
        (peer,) = office.gateway.status()["peers"]
        assert peer["user"] == name
        assert peer["octets_in"] > 0
        assert peer["octets_out"] > 0
        office.gateway.user("remove", name)
        assert office.gateway.reload()["count"] == 1
        service.wait_for(profile, lambda status: status["state"] != "up", "the end of the connection")
    finally:
        service.ginnel("down", profile)
    with pytest.raises(CommandError) as caught:
        service.ginnel("up", profile, "--timeout", "5")
    if way == "password":  # to a client it looks like a wrong one, which a person may know better
        assert profile in str(service.ginnel("prompt"))
    else:
        assert caught.value.code == "authentication_failed"
    service.ginnel("down", profile)
    service.ginnel("remove", profile)


def test_translation_comes_back_when_another_firewall_flushes_all_rulesets(office: Household) -> None:
    host = office.gateway.host
    host.run(["nft", "flush", "ruleset"])

    def put_back() -> bool:
        done = host.run(["nft", "list", "table", "inet", "ginnel-gateway"], check=False)
        return done.returncode == 0 and done.stdout.count("masquerade") == 2

    eventually(put_back, "the gateway's translation")


def test_a_removed_user_disturbs_nobody_else(office: Household) -> None:
    stays, _ = office.gateway.add("stays@example.org", "psk")
    office.gateway.add("goes@example.org", "psk")
    profile = office.take(stays.with_suffix(stays.suffix + ".toml"))
    service = office.client()
    service.ginnel("up", profile, "--timeout", "30")
    office.gateway.user("remove", "goes@example.org")
    told = office.gateway.reload()
    assert told.get("count", 0) == 0
    assert ping(office.net.client, Internet.SERVER[0], 5).lost == 0
    assert [peer["user"] for peer in office.gateway.status()["peers"]] == ["stays@example.org"]
    service.ginnel("down", profile)
    service.ginnel("remove", profile)


def test_a_user_is_disconnected_and_may_come_back(office: Household) -> None:
    stem, _ = office.gateway.add("back@example.org", "psk")
    profile = office.take(stem.with_suffix(stem.suffix + ".toml"))
    service = office.client()
    service.ginnel("up", profile, "--timeout", "30")
    told = office.gateway.administer(
        "disconnect", "back@example.org", "--state-dir", str(office.gateway.state)
    )
    assert told == {"disconnected": 1}
    service.wait_for(profile, lambda status: status["state"] != "up", "the end of the connection")
    service.ginnel("down", profile)
    service.ginnel("up", profile, "--timeout", "30")
    service.ginnel("down", profile)
    service.ginnel("remove", profile)


def test_handing_out_a_certificate_again_takes_the_first_one_back(office: Household) -> None:
    name = "dora@example.org"
    stem, _ = office.gateway.add(name, "certificate")
    first = office.take(stem.with_suffix(stem.suffix + ".toml"), "--name", "first")
    again = office.lab.directory / "again"
    office.gateway.user("export", name, "--export", str(again), "--server", Internet.GATEWAY[0])
    office.gateway.reload()
    service = office.client()
    with pytest.raises(CommandError) as caught:
        service.ginnel("up", first, "--timeout", "30")
    assert caught.value.code == "authentication_failed"
    service.ginnel("down", first)
    second = office.take(again / f"{stem.name}.toml", "--name", "second")
    service.ginnel("up", second, "--timeout", "30")
    service.ginnel("down", second)
    assert office.gateway.events("refused")[-1]["code"] == "certificate_revoked"


def test_nobody_beyond_the_gateway_begins_a_connection_to_a_user(office: Household) -> None:
    stem, _ = office.gateway.add("quiet@example.org", "psk")
    profile = office.take(stem.with_suffix(stem.suffix + ".toml"))
    service, net = office.client(), office.net
    service.ginnel("up", profile, "--timeout", "30")
    (peer,) = office.gateway.status()["peers"]
    routes = [
        f"{pool} via {gateway}" for pool, gateway in zip(POOLS, ("10.77.0.1", "fd77:7::1"), strict=True)
    ]
    net.server.ip(*(f"route add {route}" for route in routes))
    try:
        for inside, server in zip(sorted(peer["addresses"]), Internet.SERVER, strict=True):
            done = net.server.run(["ping", "-n", "-c", "2", "-W", "1", inside], check=False)
            assert " 0 received" in done.stdout
            assert ping(net.client, server, 3).lost == 0
    finally:
        net.server.ip(*(f"route del {route}" for route in routes))
        service.ginnel("down", profile)


def test_users_ask_the_servers_that_the_gateway_asks_itself_and_those_it_asks_later(
    office: Household,
) -> None:
    stem, _ = office.gateway.add("names@example.org", "psk")
    profile = office.take(stem.with_suffix(stem.suffix + ".toml"))
    service, net = office.client(), office.net
    server = nameserver.start(net.server, Internet.SERVER[0], "203.0.113.1")
    service.ginnel("up", profile, "--timeout", "30")
    try:
        assert service.status(profile)["dns"] == [Internet.SERVER[0]]
        found = net.client.run(["getent", "ahostsv4", "www.example"], check=False).stdout.split()
        assert found[:1] == ["203.0.113.1"]
        assert "www.example" in server.asked()
        net.gateway.run(["tee", "/etc/resolv.conf"], stdin=f"nameserver {Internet.SERVER[1]}\n")
        office.gateway.reload()
        service.ginnel("down", profile)
        service.ginnel("up", profile, "--timeout", "30")
        assert service.status(profile)["dns"] == [Internet.SERVER[1]]
    finally:
        service.ginnel("down", profile)


def test_a_gateway_that_was_killed_leaves_no_table_behind_its_successor(office: Household) -> None:
    tables = "nft", "list", "tables"
    assert "ginnel-gateway" in office.net.gateway.run(tables).stdout
    office.gateway.process.kill()
    assert "ginnel-gateway" in office.net.gateway.run(tables).stdout
    office.gateway.start()
    assert "ginnel-gateway" in office.net.gateway.run(tables).stdout
    office.gateway.process.stop()
    assert "ginnel-gateway" not in office.net.gateway.run(tables).stdout
    assert not list(office.gateway.state.glob("control.sock"))


@pytest.mark.interop
def test_strongswan_comes_in_with_the_same_files() -> None:
    assert why_missing() is None
    with Lab() as lab:
        office = Household(lab)
        charon = Charon(office.net.client, client_config(psk="none"))
        remote = ({"auth": "pubkey", "id": GATEWAY_ID},)
        ca = (office.gateway.folder / "ca.pem").read_bytes()
        stem, password = office.gateway.add("alice@example.org", "certificate")
        charon.put({"x509ca/ca.pem": ca, "pkcs12/alice.p12": stem.with_suffix(".org.p12").read_bytes()})
        mine = ({"auth": "pubkey", "id": "alice@example.org"},)
        secrets = {"pkcs12-alice": {"file": "alice.p12", "secret": password}}
        charon.reload(client_config(local=mine, remote=remote, secrets=secrets, plugins=_PLUGINS))
        charon.initiate()
        assert office.gateway.wait_for("established")[-1]["peer"] == "alice@example.org"
        assert ping(office.net.client, Internet.SERVER[0], 5).lost == 0
        office.gateway.user("remove", "alice@example.org")
        assert office.gateway.reload()["count"] == 1
        said = charon.swanctl("--initiate", "--child", "net", "--timeout", "10", check=False)
        assert "completed successfully" not in said
        assert office.gateway.wait_for("refused")[-1]["code"] == "certificate_revoked"


_PLUGINS = "pkcs12 pkcs7 rc2 sha1 des constraints revocation"
