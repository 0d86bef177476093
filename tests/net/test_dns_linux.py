"""A machine's DNS while a tunnel stands and after it: the real programs that look after it, in namespaces."""

from __future__ import annotations

from functools import partial

import pytest

from ginnel_service.demo.lab import Lab
from ginnel_service.demo.rig import eventually
from helpers.named_machine import FROM_OFFICE, FROM_OUTSIDE, FULL, OFFICE, OUTSIDE, PEERS, SPLIT, NamedMachine

pytestmark = pytest.mark.netns

PLAIN = f"# by hand\nnameserver {OUTSIDE}\nsearch home.example\noptions timeout:1 attempts:1\n"
#: All names through a tunnel that takes its own traffic alone, so the server outside could be asked too.
EVERY_NAME = FULL | {"routes": SPLIT["routes"]}


@pytest.fixture
def machine(lab: Lab) -> NamedMachine:
    return NamedMachine(lab)


@pytest.fixture
def plain(machine: NamedMachine) -> NamedMachine:
    """Nobody looks after its /etc/resolv.conf."""
    machine.write("/etc/resolv.conf", PLAIN)
    machine.sh("chmod 640 /etc/resolv.conf && chown 12:34 /etc/resolv.conf")
    return machine


@pytest.fixture
def resolved(machine: NamedMachine) -> NamedMachine:
    machine.run_resolved()
    return machine


def test_a_plain_file_names_the_tunnels_servers_and_comes_back_exactly(plain: NamedMachine) -> None:
    before = plain.resolv_conf()
    with plain.actor() as actor:
        assert plain.lookup("one.example") == FROM_OUTSIDE
        plain.forget()
        actor.apply(FULL)
        assert plain.lookup("two.example") == FROM_OFFICE
        assert plain.lookup("printer") == FROM_OFFICE
        assert plain.office.asked() == {"two.example", "printer.office.example"}
        assert plain.outside.asked() == set()
        assert "644" in plain.resolv_conf()
        actor.withdraw()
        assert plain.resolv_conf() == before
        assert plain.lookup("three.example") == FROM_OUTSIDE
    assert not list(plain.state.iterdir())


def test_resolved_sends_every_name_to_a_full_tunnel(resolved: NamedMachine) -> None:
    before = resolved.told(), resolved.sh("cat /etc/resolv.conf")
    assert resolved.lookup("one.example") == FROM_OUTSIDE
    with resolved.actor() as actor:
        resolved.forget()
        actor.apply(FULL)
        assert resolved.lookup("two.example") == FROM_OFFICE
        assert resolved.lookup("printer") == FROM_OFFICE
        assert resolved.office.asked() == {"two.example", "printer.office.example"}
        assert resolved.outside.asked() == set()
        actor.withdraw()
    assert (resolved.told(), resolved.sh("cat /etc/resolv.conf")) == before
    assert resolved.lookup("two.example") == FROM_OUTSIDE


def test_resolved_parts_the_names_of_a_split_tunnel(resolved: NamedMachine) -> None:
    with resolved.actor() as actor:
        actor.apply(SPLIT)
        resolved.forget()
        assert resolved.lookup("www.corp.example") == FROM_OFFICE
        assert resolved.lookup("printer") == FROM_OFFICE
        assert resolved.lookup("www.example.org") == FROM_OUTSIDE
        assert resolved.office.asked() == {"www.corp.example", "printer.office.example"}
        assert resolved.outside.asked() == {"www.example.org"}


@pytest.fixture(params=["resolvconf", "openresolv"])
def with_resolvconf(machine: NamedMachine, request: pytest.FixtureRequest) -> NamedMachine:
    machine.install_resolvconf(request.param)
    return machine


def test_resolvconf_asks_the_tunnel_alone_and_comes_back_exactly(with_resolvconf: NamedMachine) -> None:
    machine = with_resolvconf
    before = machine.resolv_conf(), machine.sh("resolvconf -l")
    assert machine.lookup("one.example") == FROM_OUTSIDE
    with machine.actor() as actor:
        actor.apply(FULL)
        machine.forget()
        assert machine.lookup("two.example") == FROM_OFFICE
        assert machine.lookup("printer") == FROM_OFFICE
        assert machine.outside.asked() == set()
        assert OUTSIDE not in machine.resolv_conf()
        # A renewed lease does not bring the server outside back.
        machine.client.run(["resolvconf", "-a", "outside.dhcp"], stdin=f"nameserver {OUTSIDE}\n")
        assert OUTSIDE not in machine.resolv_conf()
        machine.client.run(
            ["resolvconf", "-a", "outside.dhcp"], stdin=f"nameserver {OUTSIDE}\nsearch home.example\n"
        )
        actor.withdraw()
    assert (machine.resolv_conf(), machine.sh("resolvconf -l")) == before
    assert machine.lookup("two.example") == FROM_OUTSIDE


def test_resolvconf_asks_a_split_tunnel_first(with_resolvconf: NamedMachine) -> None:
    machine = with_resolvconf
    before = machine.resolv_conf(), machine.sh("resolvconf -l")
    with machine.actor() as actor:
        actor.apply(SPLIT)
        assert machine.lookup("www.corp.example") == FROM_OFFICE
        assert machine.servers() == [OFFICE, OUTSIDE]
        actor.withdraw()
    assert (machine.resolv_conf(), machine.sh("resolvconf -l")) == before


@pytest.fixture
def networkmanager(machine: NamedMachine) -> NamedMachine:
    machine.run_networkmanager()
    return machine


def test_networkmanager_asks_the_tunnel_alone_and_comes_back_exactly(networkmanager: NamedMachine) -> None:
    machine = networkmanager
    before = machine.resolv_conf()
    assert machine.lookup("one.example") == FROM_OUTSIDE
    with machine.actor() as actor:
        actor.apply(FULL)
        machine.forget()
        assert machine.lookup("two.example") == FROM_OFFICE
        assert machine.lookup("printer") == FROM_OFFICE
        assert machine.outside.asked() == set()
        actor.withdraw()
    assert machine.resolv_conf() == before
    assert machine.lookup("two.example") == FROM_OUTSIDE
    assert not list(machine.state.iterdir())


def test_networkmanager_restarted_after_a_crash_of_the_machine_gets_its_own_back(
    networkmanager: NamedMachine,
) -> None:
    """It keeps its global settings on the disk, and the undo journal speaks of another boot."""
    machine = networkmanager
    before = machine.resolv_conf()
    with machine.actor() as actor:
        actor.apply(FULL)
        actor.kill()
    machine.networkmanager.kill()
    machine.forget_this_boot()
    machine.start_networkmanager(until=OFFICE)
    assert machine.recover() == ["undone: ask the servers of a tunnel that is gone"]
    assert machine.resolv_conf() == before
    assert machine.recover() == []


def test_what_somebody_else_told_networkmanager_meanwhile_stays(networkmanager: NamedMachine) -> None:
    machine = networkmanager
    with machine.actor() as actor:
        actor.apply(FULL)
        machine.sh(
            "busctl --system set-property org.freedesktop.NetworkManager /org/freedesktop/NetworkManager"
            " org.freedesktop.NetworkManager GlobalDnsConfiguration 'a{sv}'"
            " 1 domains 'a{sv}' 1 '*' 'a{sv}' 1 servers as 1 203.0.113.53"
        )
        actor.withdraw()
    assert "203.0.113.53" in machine.resolv_conf()


def test_networkmanager_leaves_a_split_tunnel_to_the_file(networkmanager: NamedMachine) -> None:
    machine = networkmanager
    before = machine.resolv_conf()
    with machine.actor() as actor:
        actor.apply(SPLIT)
        assert machine.lookup("www.corp.example") == FROM_OFFICE
        assert machine.servers() == [OFFICE, OUTSIDE]
        actor.withdraw()
    assert machine.resolv_conf() == before


def test_what_a_leak_check_finds_is_what_programs_do(plain: NamedMachine) -> None:
    with plain.actor() as actor:
        assert actor.check(FULL) == {"dns_not_asked": {"servers": [OFFICE]}}
        actor.apply(FULL)
        assert actor.check(FULL) == {"dns_in_tunnel": {"servers": [OFFICE]}}
        plain.write("/etc/resolv.conf", f"nameserver {OFFICE}\nnameserver {OUTSIDE}\n")
        assert actor.check(FULL) == {"dns_leak": {"servers": [OUTSIDE]}}
        actor.apply(SPLIT)
        assert set(actor.check(SPLIT)) == {"dns_in_tunnel", "dns_not_split"}
        plain.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        assert actor.check(FULL)["dns_local_resolver"] == {"servers": ["127.0.0.1"]}


def test_a_leak_check_knows_what_resolved_asks_where(resolved: NamedMachine) -> None:
    with resolved.actor() as actor:
        assert actor.check(FULL) == {"dns_not_asked": {"servers": [OFFICE]}}
        actor.apply(FULL)
        assert actor.check(FULL) == {"dns_in_tunnel": {"servers": [OFFICE]}}
        resolved.resolvectl("domain", "outside", "home.example")
        assert actor.check(FULL)["dns_names_elsewhere"] == {"domains": ["home.example"], "servers": [OUTSIDE]}
        resolved.forget()
        assert resolved.lookup("nas.home.example") == FROM_OUTSIDE
        assert resolved.lookup("www.example") == FROM_OFFICE
        resolved.resolvectl("domain", "outside", "~.")
        assert actor.check(FULL) == {"dns_leak": {"servers": [OUTSIDE]}}
        resolved.resolvectl("domain", "outside", "")
        resolved.resolvectl("domain", "office", "office.example")
        assert actor.check(FULL) == {"dns_leak": {"servers": [OUTSIDE]}}
        actor.apply(FULL)
        assert actor.check(FULL) == {"dns_in_tunnel": {"servers": [OFFICE]}}
        resolved.sh(f"rm /etc/resolv.conf; echo nameserver {OUTSIDE} > /etc/resolv.conf")
        resolved.sh("sed -i 's/^hosts:.*/hosts: files resolve dns/' /etc/nsswitch.conf")
        assert actor.check(FULL)["dns_read_directly"] == {"servers": [OUTSIDE]}


@pytest.mark.parametrize("keeper", ["plain", "resolved", "openresolv", "networkmanager"])
def test_what_somebody_else_changed_meanwhile_is_set_again(lab: Lab, keeper: str) -> None:
    """As the service does it when its watch says so: the same wish once more."""
    machine = NamedMachine(lab)
    spoil = f"echo nameserver {OUTSIDE} > /etc/resolv.conf"
    match keeper:
        case "plain":
            machine.write("/etc/resolv.conf", PLAIN)
        case "resolved":
            machine.run_resolved()
            spoil = f"{PEERS}/systemd-resolved/usr/bin/resolvectl revert office"
        case "openresolv":
            machine.install_resolvconf(keeper)
        case "networkmanager":
            machine.run_networkmanager()
            spoil = (
                "busctl --system set-property org.freedesktop.NetworkManager /org/freedesktop/NetworkManager"
                " org.freedesktop.NetworkManager GlobalDnsConfiguration 'a{sv}' 0"
            )
    before = machine.resolv_conf()
    with machine.actor() as actor:
        actor.apply(EVERY_NAME)
        machine.sh(spoil)
        eventually(partial(_asks_outside, machine), "what somebody else said")
        actor.apply(EVERY_NAME)
        machine.forget()
        assert machine.lookup("two.example") == FROM_OFFICE
        assert machine.outside.asked() == set()
        actor.withdraw()
    assert machine.lookup("three.example") == FROM_OUTSIDE
    if keeper == "plain":  # what was there before ours is theirs by now
        assert machine.resolv_conf().splitlines()[1:] == [f"nameserver {OUTSIDE}"]
    else:
        assert machine.resolv_conf() == before


def _asks_outside(machine: NamedMachine) -> bool:
    return machine.lookup("one.example") == FROM_OUTSIDE


def test_a_restart_of_resolved_is_mended(resolved: NamedMachine) -> None:
    with resolved.actor() as actor:
        actor.apply(EVERY_NAME)
        resolved.resolved.stop()
        resolved.sh("rm -rf /run/systemd/resolve/netif")
        resolved.start_resolved()
        resolved.resolvectl("dns", "outside", OUTSIDE)
        assert resolved.lookup("one.example") == FROM_OUTSIDE
        actor.apply(EVERY_NAME)
        assert resolved.lookup("two.example") == FROM_OFFICE


def test_resolved_that_has_gone_needs_no_undoing(resolved: NamedMachine) -> None:
    with resolved.actor() as actor:
        actor.apply(FULL)
        resolved.resolved.kill()
        actor.withdraw()
        assert not list(resolved.state.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("keeper", ["resolvconf", "openresolv", "resolved", "networkmanager"])
def test_a_killed_services_successor_undoes(lab: Lab, keeper: str) -> None:
    machine = NamedMachine(lab)
    match keeper:
        case "resolved":
            machine.run_resolved()
        case "networkmanager":
            machine.run_networkmanager()
        case _:
            machine.install_resolvconf(keeper)
    before = machine.resolv_conf()
    routes = {"routes": FULL["routes"]}
    deaths = 0
    while True:
        with machine.actor() as actor:
            actor.apply(routes)
            actor.call("die", deaths + 1)
            answers = [actor.call("apply", "a", fields) for fields in (FULL, routes)]
        if answers[-1]:
            break
        deaths += 1
        machine.recover()
        assert machine.resolv_conf() == before
        assert not list(machine.state.iterdir())
    assert deaths > 8
    machine.recover()
    assert machine.lookup("www.example") == FROM_OUTSIDE
