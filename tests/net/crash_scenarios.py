"""A service that is killed, wherever it was, and its successor.

Run as a program with the name of a scenario and an empty state directory; exits 0 when it holds. The
namespace, and all in it, goes with the process.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ginnel_service.net.base import KillSwitch, Wanted
from ginnel_service.net.linux.network import LinuxNetwork
from ginnel_service.net.linux.repair import repair
from net.world import (
    FULL,
    GATEWAY,
    GUARDED,
    MOVED,
    assert_same,
    child,
    ip,
    killed_at,
    nft,
    open_tun,
    play,
    recover,
    refused,
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
    network.apply("a", GUARDED)
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
        network.apply("a", GUARDED)
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


def lost_rule_and_routes_are_found_again(state: Path) -> None:
    """A network manager that clears what it does not know must not let traffic out for long."""
    open_tun("tun0")
    before = snapshot()
    seen: list[str] = []
    network = LinuxNetwork(state, checkpoint=seen.append)
    network.apply("a", GUARDED)
    configured = snapshot()
    seen.clear()
    ip("rule", "del", "priority", "5207")
    ip("-6", "rule", "del", "priority", "5207")
    ip("route", "flush", "table", "26478", "type", "throw")
    ip("-6", "route", "flush", "table", "26478", "type", "unreachable")
    nft("flush", "ruleset")
    assert way("8.8.8.8")[0] == "up0"
    network.apply("a", GUARDED)
    assert_same(configured)
    assert seen == [], "the journal has it all already"
    network.close()
    assert_same(before)


def repair_needs_no_journal(state: Path) -> None:
    open_tun("tun1")
    gateway = LinuxNetwork(state / "gateway")
    gateway.apply(
        "gateway",
        Wanted(
            device="tun1",
            mtu=1380,
            addresses=GATEWAY.addresses,
            link_routes=GATEWAY.link_routes,
            translated=GATEWAY.translated,
        ),
    )
    before = snapshot()

    def up_and_killed() -> None:
        open_tun("tun0")
        network = LinuxNetwork(state / "service")
        network.apply("a", GUARDED)
        network.set_kill_switch(KillSwitch())
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    for file in (state / "service").iterdir():
        file.unlink()
    sysctl("ipv4/conf/up0/rp_filter", "1")
    assert snapshot() != before
    words = repair(state / "service")
    assert "removed: the kill switch" in words
    assert "removed: the guard of tun0" in words
    assert "removed: the IPv6 rule of priority 5207" in words
    assert_same(before)
    assert repair(state / "service") == []
    assert way("10.77.0.9") == ("tun1", "10.77.0.1"), "a gateway that runs is left alone"
    gateway.close()


def repair_uses_the_journal_too(state: Path) -> None:
    before = snapshot()

    def up_and_killed() -> None:
        open_tun("tun0")
        LinuxNetwork(state).apply("a", GUARDED)
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(up_and_killed)
    assert "undone: set net.ipv4.conf.up0.rp_filter to 2" in repair(state)
    assert_same(before)


def repair_is_refused_while_the_service_runs(state: Path) -> None:
    network = LinuxNetwork(state)
    network.recover()
    assert refused(repair, state)[0] == "already_running"
    network.close()


def kill_switch_outlives_a_crash_and_recovery(state: Path) -> None:
    def set_and_killed() -> None:
        network = LinuxNetwork(state)
        network.recover()
        network.set_kill_switch(KillSwitch())
        os.kill(os.getpid(), signal.SIGKILL)

    assert not child(set_and_killed)
    recover(state)
    assert "ginnel-kill-switch" in nft("list", "tables")
    network = LinuxNetwork(state)
    network.set_kill_switch(None)
    network.close()
    assert nft("list", "tables") == ""


def kill_switch_is_kept(state: Path) -> None:
    """It follows the machine's links, and is back when another firewall has flushed everything."""
    network = LinuxNetwork(state)
    ip("addr", "add", "192.168.7.2/24", "dev", "up0")
    network.set_kill_switch(KillSwitch(lan=True))
    table = ("list", "table", "inet", "ginnel-kill-switch")
    assert "192.168.7.0/24" in nft(*table)
    ip("addr", "add", "172.20.1.2/16", "dev", "up0")
    eventually(lambda: "172.20.0.0/16" in nft(*table))
    for _ in range(3):
        nft("flush", "ruleset")
        eventually(lambda: "kill-switch" in nft("list", "tables"))
    nft("add", "table", "inet", "other")
    network.set_kill_switch(KillSwitch())
    assert "192.168" not in nft(*table)
    network.set_kill_switch(None)
    nft("flush", "ruleset")
    network.close()
    assert nft("list", "tables") == ""


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


if __name__ == "__main__":
    play(globals())
