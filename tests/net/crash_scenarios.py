"""A service that is killed, wherever it was, and its successor.

Run as a program with the name of a scenario and an empty state directory; exits 0 when it holds. The
namespace, and all in it, goes with the process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ginnel_service.net.linux.network import LinuxNetwork
from net.world import (
    FULL,
    GATEWAY,
    MOVED,
    assert_same,
    child,
    killed_at,
    open_tun,
    play,
    recover,
    snapshot,
    sysctl,
    way,
)


def life(state: Path, checkpoint: Callable[[str], None]) -> None:
    """Everything a service does to the network from its start to its end."""
    network = LinuxNetwork(state, checkpoint=checkpoint)
    network.recover()
    network.apply("a", FULL)
    network.apply("gateway", GATEWAY)
    network.apply("a", MOVED)
    network.withdraw("a")
    network.close()


def kill_at_every_step(state: Path, *, devices_survive: bool) -> None:
    if devices_survive:
        open_tun("tun0")
        open_tun("tun1")
    before = snapshot()

    def live(count: int) -> None:
        if not devices_survive:
            open_tun("tun0")
            open_tun("tun1")
        life(state, killed_at(count))

    deaths = 0
    while not child(partial(live, deaths + 1)):
        deaths += 1
        recover(state)
        assert_same(before)
        assert not list(state.iterdir())
    assert deaths > 60, deaths
    assert_same(before)


def kill_at_every_step_device_dies(state: Path) -> None:
    kill_at_every_step(state, devices_survive=False)


def kill_at_every_step_device_survives(state: Path) -> None:
    kill_at_every_step(state, devices_survive=True)


def kill_while_recovering(state: Path) -> None:
    open_tun("tun0")
    open_tun("tun1")
    before = snapshot()

    def up_and_killed() -> None:
        network = LinuxNetwork(state)
        network.apply("a", FULL)
        network.apply("gateway", GATEWAY)
        os.kill(os.getpid(), signal.SIGKILL)

    def recovering(count: int) -> None:
        network = LinuxNetwork(state, checkpoint=killed_at(count))
        assert network.recover()

    deaths = 0
    alive = False
    while not alive:
        assert not child(up_and_killed)
        deaths += 1
        alive = child(partial(recovering, deaths))
        recover(state)
        assert_same(before)
    assert deaths > 30


def recover_says_what_it_undid(state: Path) -> None:
    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", FULL)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    assert recover(state) == [
        "undone: look up the tunnels' routes first for IPv6",
        "undone: look up the tunnels' routes first for IPv4",
        "undone: keep 2001:db8::/64 out of the tunnels",
        "undone: keep 172.16.0.0/12 out of the tunnels",
        "undone: keep 192.0.2.0/24 out of the tunnels",
        "undone: set net.ipv4.conf.up0.rp_filter to 2",
    ]
    assert recover(state) == []


def first_apply_recovers_by_itself(state: Path) -> None:
    before = snapshot()

    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", FULL)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    tun = open_tun("tun1")
    network = LinuxNetwork(state)
    network.apply("b", GATEWAY)
    network.close()
    os.close(tun)
    assert_same(before)


def lost_journal_does_not_stop_the_next_tunnel(state: Path) -> None:
    before = snapshot()

    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", FULL)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    for file in state.iterdir():
        file.unlink()
    sysctl("ipv4/conf/up0/rp_filter", "1")
    tun = open_tun("tun0")
    network = LinuxNetwork(state)
    network.apply("a", FULL)
    assert way("8.8.8.8") == ("tun0", "10.9.0.5")
    network.close()
    os.close(tun)
    assert_same(before)


if __name__ == "__main__":
    play(globals())
