"""A process killed at every place where it can die: the next one leaves the machine as it was."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest

from ginnel_service.net.bsd.layout import FREEBSD
from ginnel_service.net.bsd.network import BsdNetwork
from helpers.bsd_kernel import FakeKernel
from net.bsd.world import OTHER_GATEWAY, bury, device, full, home, network, open_tun, uplink

#: Of the places where a process can die, one of so many is tried; of an odd number, all kinds come about.
EVERY = int(os.environ.get("GINNEL_DEATHS", "7"))


class Killed(BaseException):
    """As SIGKILL: nobody catches it."""


def dies_at(count: int) -> Callable[[str], None]:
    passed = 0

    def checkpoint(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed == count:
            raise Killed

    return checkpoint


def live(kernel: FakeKernel, ours: BsdNetwork) -> None:
    ours.recover()
    ours.apply("a", full(kernel))
    ours.apply("a", full(kernel, OTHER_GATEWAY, addresses=(ip_interface("10.9.0.6/32"),), lan=True))
    blocked = (ip_network("::/0"),)
    routes = (ip_network("0.0.0.0/0"),)
    ours.apply("a", full(kernel, mtu=1300, routes=routes, blocked=blocked, guard=True))
    ours.withdraw("a")
    ours.close()


@pytest.mark.parametrize("device_survives", [True, False], ids=["device survives", "device dies"])
def test_killed_at_any_step_it_leaves_the_machine_as_it_was(
    kernel: FakeKernel, tmp_path: Path, device_survives: bool
) -> None:
    kernel.route("203.0.113.50/32", via="192.168.1.200", dev=uplink(kernel))
    kernel.route("10.20.0.0/16", via="192.168.1.1", dev=uplink(kernel))
    if not device_survives:
        kernel.detach(device(kernel))
    before = kernel.snapshot()
    deaths = 0
    for count in itertools.count(1 + device_survives, EVERY):
        if not device_survives:
            open_tun(kernel)
        ours = network(kernel, tmp_path, checkpoint=dies_at(count))
        try:
            live(kernel, ours)
            break
        except Killed:
            bury(ours)
        if not device_survives:
            kernel.detach(device(kernel))
        deaths += 1
        successor = network(kernel, tmp_path)
        successor.recover()
        successor.close()
        assert kernel.snapshot() == before, count
        assert not list(tmp_path.iterdir())
    assert deaths * EVERY > 150


def test_a_device_that_a_killed_process_left_is_destroyed(tmp_path: Path) -> None:
    kernel = home(FREEBSD)
    before = kernel.snapshot()
    open_tun(kernel)
    dead = network(kernel, tmp_path)
    dead.apply("a", full(kernel))
    bury(dead)
    kernel.nics[kernel.index("ginnel0")].opened = False
    ours = network(kernel, tmp_path)
    assert ours.recover()[-1] == "destroyed: ginnel0"
    assert kernel.snapshot() == before
    ours.close()


def test_killed_while_it_recovers_the_next_one_ends_it(kernel: FakeKernel, tmp_path: Path) -> None:
    kernel.route("203.0.113.50/32", via="192.168.1.200", dev=uplink(kernel))
    before = kernel.snapshot()
    counts, alive = itertools.count(1, EVERY), False
    while not alive:
        dead = network(kernel, tmp_path)
        dead.apply("a", full(kernel, blocked=(ip_network("64:ff9b::/96"),)))
        bury(dead)
        count = next(counts)
        recovering = network(kernel, tmp_path, checkpoint=dies_at(count))
        try:
            assert recovering.recover()
            alive = True
        except Killed:
            pass
        bury(recovering)
        last = network(kernel, tmp_path)
        last.recover()
        last.close()
        assert kernel.snapshot() == before
    assert count > 30


def test_a_lost_journal_does_not_stop_the_next_tunnel(kernel: FakeKernel, tmp_path: Path) -> None:
    before = kernel.snapshot()
    dead = network(kernel, tmp_path)
    dead.apply("a", full(kernel))
    bury(dead)
    for file in tmp_path.iterdir():
        file.unlink()
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    ours.close()
    nic = kernel.nics[kernel.index(device(kernel))]
    nic.mtu, nic.flags = 1500, nic.flags & ~1  # nobody remembers how these were
    assert kernel.snapshot() == before


def test_the_log_of_another_boot_is_not_undone(kernel: FakeKernel, tmp_path: Path) -> None:
    dead = network(kernel, tmp_path)
    dead.apply("a", full(kernel))
    bury(dead)
    kernel.booted = "boot-2"
    ours = network(kernel, tmp_path)
    assert ours.recover() == []
    ours.close()
