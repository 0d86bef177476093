"""The kill switch's unit: it stands before a network comes up, on a host that systemd booted.

   client (systemd)                         router              gateway
[ ginnel-kill-switch, ginneld ]------------[        ]---------[         ]
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import Gateway, eventually, ping
from helpers.booted import ENVIRONMENT, PYTHON, Booted
from helpers.leaks import Allowed, Sniffer, tempt

from .test_unit import DROP_IN, SYSTEMD, UNIT, Client, create, exposure, needs_analyze

BOOT_UNIT = (SYSTEMD / "ginnel-kill-switch.service").read_text()
TABLE = "table inet ginnel-kill-switch"
EARLY = (
    "[Unit]\nDefaultDependencies=no\nWants=network-pre.target\nWORDS\n"
    "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=COMMAND\n"
)
UNITS = {
    "ginneld.service": UNIT,
    "ginneld.service.d/lab.conf": DROP_IN,
    "ginnel-kill-switch.service": BOOT_UNIT,
    "ginnel-kill-switch.service.d/lab.conf": "\n".join(
        [
            "[Service]",
            "ExecStart=",
            f"ExecStart={PYTHON} -m ginnel_service.daemon --kill-switch-only",
            *(f"Environment={name}={value}" for name, value in ENVIRONMENT.items()),
        ]
    ),
    "ginnel.sysusers": (SYSTEMD / "ginnel.sysusers").read_text(),
    # What else a machine begins with: a firewall that flushes first, and somebody who makes the network.
    "nftables.service": EARLY.replace("WORDS", "Before=network-pre.target").replace(
        "COMMAND",
        "/bin/sh -c 'sleep 2; nft flush ruleset'",  # late: whoever does not wait for it is flushed
    ),
    "network.service": EARLY.replace("WORDS", "After=network-pre.target").replace(
        "COMMAND", "/bin/sh -c 'nft list ruleset >/run/before-the-network; ip link set router up'"
    ),
    "machine.target": "[Unit]\nWants=ginneld.service network.service nftables.service sysinit.target\n",
}


@pytest.fixture
def net(lab: Lab) -> Internet:
    return Internet(lab)


@pytest.fixture
def client(net: Internet) -> Iterator[Client]:
    with Booted(net.client, UNITS) as machine:
        machine.run(["systemd-sysusers", "/etc/systemd/system/ginnel.sysusers"])
        machine.run(["systemctl", "enable", "ginneld"])  # and what comes with it
        yield Client(machine)


@needs_analyze
def test_systemd_rates_its_exposure_low(tmp_path: Path) -> None:
    status, words = exposure(tmp_path, BOOT_UNIT)
    assert status == 0, words


@pytest.mark.netns
@pytest.mark.booted
def test_it_stands_before_the_network_and_the_service_takes_it_over(net: Internet, client: Client) -> None:
    machine = client.machine
    machine.run(["systemctl", "start", "ginneld"])
    psk = secrets.token_urlsafe(16)
    create(client, psk)
    client.ginnel("edit", "office", "--set", "kill_switch.mode=connecting")
    Gateway(net.gateway, psk)
    client.ginnel("up", "office")
    with Sniffer(net.router, "client") as wire:
        # The machine goes down: systemd stops what runs, the kernel forgets addresses, rules and tables.
        machine.run(
            ["systemctl", "stop", "ginneld", "ginnel-kill-switch", "network-pre.target", "sysinit.target"]
        )
        assert TABLE in net.client.run(["nft", "list", "ruleset"]).stdout
        net.client.ip("link set router down")
        net.client.run(["nft", "flush", "ruleset"])
        machine.run(["systemctl", "start", "machine.target"])
        eventually(client.is_active, "the service")
        assert TABLE in machine.run(["cat", "/run/before-the-network"]).stdout
        assert machine.show("ginnel-kill-switch", "Result") == "success"
        net.client.ip(
            "addr replace 2001:db8:1::10/64 dev router nodad",
            "route replace default via 192.0.2.1",
            "route replace ::/0 via 2001:db8:1::1",
        )
        tempt(net.client, *Internet.ROUTER)
        eventually(lambda: client.ginnel("status", "office")["state"] == "up", "what was up before")
        assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    assert wire.leaks(Allowed(gateways=frozenset(Internet.GATEWAY))) == []
