"""The real service when gateways, networks and the service itself go away and come back.

The arrangement is `helpers.roaming`'s; a `Stream` of pings says what each event costs.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import FileServer, Gateway, Service, eventually, url_of
from helpers.peers import PROFILE, profile
from helpers.roaming import FIRST, SECOND, Roaming, Stream

pytestmark = [pytest.mark.alone, pytest.mark.netns]

QUICK = {"retransmit_s": 0.3, "retransmit_tries": 3, "liveness_s": 2.0}
OUTSIDE = Internet.ROUTER[0]


class Pair:
    """Our client with one profile, our gateway, two uplinks."""

    def __init__(self, lab: Lab, **tables: Any) -> None:
        self.net = Internet(lab)
        self.roaming = Roaming(lab, self.net)
        self.psk = secrets.token_urlsafe(24)
        self.gateway = Gateway(self.net.gateway, self.psk)
        self.service = Service(self.net.client)
        self.service.create({**profile(0), "ike": {}, "esp": {}, "timing": QUICK, **tables}, self.psk)

    def up(self) -> dict[str, Any]:
        return self.service.ginnel("up", PROFILE)

    def wait(self, ready: Callable[[dict[str, Any]], bool], what: str, **more: Any) -> float:
        """Seconds until the status is so."""
        begun = time.monotonic()
        self.service.wait_for(PROFILE, ready, what, **more)
        return time.monotonic() - begun

    def carried(self) -> int:
        """Octets that came out of the tunnel, by the kernel's count: a transfer may be over in a second."""
        lines = self.net.client.run(["cat", "/proc/net/dev"]).stdout.splitlines()
        return next(int(line.split()[1]) for line in lines if line.strip().startswith("ginnel"))

    def reaches(self, address: str) -> bool:
        return self.net.client.run(["ping", "-n", "-c1", "-W1", address], check=False).returncode == 0


def told(record_property: Callable[[str, object], None], **figures: object) -> None:
    for name, value in figures.items():
        record_property(name, value)
        print(f"{name}: {value}")


def test_a_gateway_that_was_killed_and_started_again_is_found_again(
    lab: Lab, record_property: Callable[[str, object], None]
) -> None:
    it = Pair(lab)
    it.up()
    with Stream(it.net.client, interval_s=0.02) as stream:
        it.gateway.process.kill()
        begun = time.monotonic()
        Gateway(it.net.gateway, it.psk)
        it.wait(lambda status: status["state"] == "up" and it.reaches(Internet.SERVER[0]), "the tunnel again")
        took_s = time.monotonic() - begun
    told(record_property, restart_recovered_s=round(took_s, 2), restart_lost=stream.gap.lost)
    assert took_s < 15


def test_a_network_that_is_away_for_long_is_waited_for(
    lab: Lab, record_property: Callable[[str, object], None]
) -> None:
    """MOBIKE keeps the session as long as the gateway does; what was removed has to be made again."""
    it = Pair(lab)
    it.up()
    it.roaming.nowhere()
    it.net.client.ip(f"link del {it.service.status(PROFILE)['device']}")
    it.wait(lambda status: status["waits_for"] == "network", "that it waits for a network")
    assert it.service.status(PROFILE)["next_try_s"] is None
    it.roaming.to_router()
    took_s = it.wait(lambda status: status["state"] == "up", "the tunnel again", timeout_s=10)
    assert it.reaches(Internet.SERVER[0])
    told(record_property, network_back_s=round(took_s, 2))
    assert took_s < 4  # far less than a wait would be


def test_a_transfer_survives_moves_from_uplink_to_uplink(
    lab: Lab, record_property: Callable[[str, object], None]
) -> None:
    it = Pair(lab)
    server = FileServer(it.net.server, 256 << 20)
    since = it.up()["established_at"]
    moves = []
    for move, local in ((it.roaming.to_antenna, SECOND[0]), (it.roaming.to_router, FIRST[0])):
        with Stream(it.net.client) as stream:
            get = ("-m", "ginnel_service.demo.web", "get", url_of(Internet.SERVER[0]))
            before = it.carried()
            download = it.net.client.python(*get, label=f"download-{local}")
            eventually(partial(_is_beyond, it.carried, before + (1 << 20)), "the first octets")
            assert download.running()
            move()
            took_s = it.wait(partial(_is_at, local), "the new path")
        moves.append((round(took_s, 2), stream.gap.lost, round(stream.gap.longest_s, 3)))
        assert stream.gap.longest_s < 1.0
        assert download.popen.wait(90) == 0
        assert server.sha256 in download.log.read_text()
    assert it.service.status(PROFILE)["established_at"] == since
    told(record_property, moves=moves)


def test_a_service_that_was_stopped_for_a_while_goes_on(
    lab: Lab, record_property: Callable[[str, object], None]
) -> None:
    """As a suspended machine's: all its threads stand still. The gateway's patience is longer."""
    it = Pair(lab)
    since = it.up()["established_at"]
    pid = it.service.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(5)
    finally:
        os.kill(pid, signal.SIGCONT)
    begun = time.monotonic()
    eventually(lambda: it.reaches(Internet.SERVER[0]), "packets after the sleep")
    took_s = time.monotonic() - begun
    told(record_property, woken_s=round(took_s, 2))
    assert took_s < 1.5
    status = it.service.status(PROFILE)
    assert (status["state"], status["established_at"]) == ("up", since)


def test_a_move_while_stopped_is_noticed_on_waking(lab: Lab) -> None:
    it = Pair(lab)
    since = it.up()["established_at"]
    pid = it.service.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        it.roaming.to_antenna()
        time.sleep(2)
    finally:
        os.kill(pid, signal.SIGCONT)
    took_s = it.wait(lambda status: SECOND[0] in status["path"]["local"], "the new path")
    eventually(lambda: it.reaches(Internet.SERVER[0]), "packets on the new path")
    assert took_s < 5
    assert it.service.status(PROFILE)["established_at"] == since


def test_a_kill_switch_stands_through_kill_and_restart_until_down(lab: Lab) -> None:
    it = Pair(lab, kill_switch={"mode": "connecting"})
    assert it.reaches(OUTSIDE)
    it.up()
    assert it.reaches(Internet.SERVER[0])
    told_so = it.service.ginnel("killswitch")
    assert told_so["profiles"] == [{"name": PROFILE, "mode": "connecting"}]
    it.service.process.kill()
    assert not it.reaches(OUTSIDE)
    assert not it.reaches(Internet.SERVER[0])
    it.service.start()
    it.wait(lambda status: status["state"] == "up", "the tunnel again")
    assert it.reaches(Internet.SERVER[0])
    assert it.service.process.stop() == 0
    assert not it.reaches(OUTSIDE)
    it.service.start()
    it.service.ginnel("down", PROFILE)
    assert it.service.ginnel("killswitch")["blocking"] is False
    assert it.reaches(OUTSIDE)


def test_a_kill_switch_that_is_always_on_goes_when_it_is_told(lab: Lab) -> None:
    it = Pair(lab, kill_switch={"mode": "always"})
    assert not it.reaches(OUTSIDE)
    it.gateway.process.stop()
    it.service.ginnel("up", PROFILE, "--no-wait")
    it.wait(lambda status: status["state"] == "reconnecting" and status["blocked"], "that it goes on trying")
    Gateway(it.net.gateway, it.psk)
    begun = time.monotonic()
    it.service.ginnel("up", PROFILE)  # now, not when it is due
    assert time.monotonic() - begun < 4
    assert it.reaches(Internet.SERVER[0])
    it.service.ginnel("down", PROFILE)
    assert not it.reaches(OUTSIDE)
    assert it.service.ginnel("killswitch", "off")["blocking"] is False
    assert it.reaches(OUTSIDE)


def test_boot_and_rules_connect_by_themselves(lab: Lab) -> None:
    it = Pair(lab, start={"at": "boot"})
    assert it.service.status(PROFILE)["state"] == "down"
    assert it.service.process.stop() == 0
    it.service.start()
    it.wait(lambda status: status["state"] == "up", "what begins at boot")
    it.service.ginnel("down", PROFILE)
    rules = [
        {"action": "disconnect", "interface": "cellular"},
        {"action": "connect", "interface": "ethernet"},
    ]
    told_so = {**profile(0), "ike": {}, "esp": {}, "timing": QUICK}
    it.service.create({**told_so, "on_demand": {"enabled": True, "rules": rules}}, it.psk)
    it.wait(lambda status: status["state"] == "up", "what a rule says")
    assert it.service.ginnel("ondemand", PROFILE) == {"state": "on", "action": "connect", "rule": 2}
    it.service.ginnel("down", PROFILE)
    assert it.service.ginnel("ondemand", PROFILE)["state"] == "paused"
    it.service.ginnel("ondemand", PROFILE, "resume")
    it.wait(lambda status: status["state"] == "up", "what a rule says again")


def _is_at(local: str, status: dict[str, Any]) -> bool:
    return status["state"] == "up" and local in status["path"]["local"]


def _is_beyond(count: Callable[[], int], least: int) -> bool:
    return count() > least
