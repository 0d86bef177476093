"""A machine's DNS while a tunnel stands and after it: the real programs that look after it, in namespaces."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ginnel_service.demo.lab import Lab
from helpers.named_machine import FROM_OFFICE, FROM_OUTSIDE, FULL, OUTSIDE, SPLIT, NamedMachine

pytestmark = pytest.mark.netns

PLAIN = f"# by hand\nnameserver {OUTSIDE}\nsearch home.example\noptions timeout:1 attempts:1\n"


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
