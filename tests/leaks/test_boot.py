"""`ginneld --kill-switch-only` on a host whose packet filter has forgotten everything, as a reboot does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import Service, ping
from helpers.leaks import Sniffer, tempt

from .walk import NAME, ROUTER, TUNNEL_ALONE, Walk

pytestmark = pytest.mark.netns

TABLE = "table inet ginnel-kill-switch"


def ruleset(it: Walk) -> str:
    return it.client.run(["nft", "list", "ruleset"]).stdout


def alone(service: Service) -> subprocess.CompletedProcess[str]:
    paths = ("--runtime-dir", str(service.folder / "run"), "--state-dir", str(service.folder / "state"))
    argv = [sys.executable, "-m", "ginnel_service.daemon", *paths, "--kill-switch-only"]
    return service.host.run(argv, check=False)


def leaks(it: Walk) -> list[str]:
    with Sniffer(it.net.router, "client") as wire:
        tempt(it.client, Internet.GATEWAY[0], *ROUTER)
    return wire.leaks(TUNNEL_ALONE)


def reboot(it: Walk) -> None:
    """As the machine loses power: no program ends in order, no rule outlives it."""
    it.service.process.kill()
    it.client.run(["nft", "flush", "ruleset"])


def test_what_stood_before_stands_again_without_the_service(lab: Lab) -> None:
    it = Walk(lab)
    it.create(kill_switch={"mode": "always"})
    standing = ruleset(it)
    reboot(it)
    assert leaks(it), "nothing is stopped now"
    done = alone(it.service)
    assert done.returncode == 0, done.stderr
    assert leaks(it) == []
    assert ruleset(it) == standing
    it.service.start()
    assert ruleset(it) == standing
    it.service.ginnel("remove", NAME)
    assert it.service.process.stop() == 0
    assert alone(it.service).returncode == 0
    assert TABLE not in ruleset(it)


def test_what_was_up_is_stopped_and_what_was_down_is_not(lab: Lab) -> None:
    it = Walk(lab)
    it.create(kill_switch={"mode": "connecting"})
    it.service.ginnel("up", NAME)
    reboot(it)
    assert alone(it.service).returncode == 0
    assert leaks(it) == []
    it.service.start()
    it.wait("up")
    it.service.ginnel("down", NAME)
    reboot(it)
    assert alone(it.service).returncode == 0
    assert leaks(it)


def test_a_service_that_runs_is_left_alone(lab: Lab) -> None:
    it = Walk(lab)
    it.create(kill_switch={"mode": "always"})
    it.service.ginnel("up", NAME)
    standing = ruleset(it)
    done = alone(it.service)
    assert done.returncode == 0
    assert "ginneld runs" in done.stderr
    assert ruleset(it) == standing
    assert ping(it.client, Internet.SERVER[0], 5).lost == 0


def test_the_services_end_and_its_next_start_leave_it_in_place(lab: Lab) -> None:
    it = Walk(lab)
    it.create(kill_switch={"mode": "always"})
    standing = ruleset(it)
    it.service.ginnel("up", NAME)
    assert it.service.process.stop() == 0
    assert ruleset(it) == standing
    it.gateway.process.kill()
    it.service.start()
    assert TABLE in ruleset(it)
    it.service.process.kill()
    it.service.start()
    assert TABLE in ruleset(it)
    it.service.ginnel("down", NAME)
    assert ruleset(it) == standing


def test_a_packet_filter_that_refuses_is_an_error_and_no_silence(lab: Lab) -> None:
    it = Walk(lab)
    it.create(kill_switch={"mode": "always"})
    reboot(it)
    wanted = it.service.folder / "state" / "wanted" / "wanted.json"
    before = wanted.read_bytes()
    hide = 'mount --bind /dev/null "$(realpath /usr/lib/*/libnftables.so.1)"'
    it.client.run(["sh", "-c", hide])
    done = alone(it.service)
    assert done.returncode == 1
    assert "the kill switch could not be put up again" in done.stderr
    assert wanted.read_bytes() == before, "it is tried again the next time"
