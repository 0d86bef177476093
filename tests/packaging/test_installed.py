"""The Debian package on a fresh Debian that systemd has booted: installed, used, upgraded, removed, purged.

   client (systemd)                        router              gateway             server
[ dpkg --install ginnel.deb ]---------[          ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ginnel_service import __version__
from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, eventually, network_state, ping
from helpers.booted import Booted
from helpers.debian import BOUND_S, run

pytestmark = [
    pytest.mark.netns,
    pytest.mark.booted,
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(BOUND_S),
]

PROGRAMS = ("ginnel", "ginneld", "ginnel-gui")
UNITS = ("ginneld.service", "ginnel-kill-switch.service", "ginnel-gateway.service")
#: What dpkg, the journal and systemd keep by themselves, whatever is installed.
_OF_OTHERS = ("/var/lib/dpkg/", "/var/lib/systemd/", "/var/log/", "/var/cache/", "/var/tmp/", "/var/backups/")
_EVER = {"/etc/.pwd.lock", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-"}
_BY_HAND = (
    *("--uid=ginnel", "--property=AmbientCapabilities=CAP_NET_ADMIN"),
    *("--property=RuntimeDirectory=ginnel", "--property=StateDirectory=ginnel"),
)
_APP = (
    "import os; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
    "from ginnel_gui.application import Application\n"
    "from ginnel_gui.draw.theme import application_icon\n"
    "print(Application(['ginnel-gui']).platformName(), application_icon().isNull())"
)


class Machine:
    """The client: a Debian with systemd, to which files can be handed."""

    def __init__(self, booted: Booted) -> None:
        self.booted = booted

    def run(self, *argv: str, stdin: str = "", timeout_s: float = 120.0) -> str:
        return self.booted.run(argv, stdin=stdin, timeout_s=timeout_s).stdout

    def fails(self, *argv: str) -> bool:
        return self.booted.run(argv, check=False).returncode != 0

    def put(self, file: Path) -> str:
        """Where in the machine a copy of `file` is."""
        shutil.copy(file, Path("/proc", str(self.booted.pid), "root", "tmp"))
        return f"/tmp/{file.name}"

    def ginnel(self, *args: str, stdin: str = "") -> Any:
        return json.loads(self.run("ginnel", "--json", *args, stdin=stdin).splitlines()[-1])

    def is_active(self) -> bool:
        return self.booted.show("ginneld", "ActiveState") == "active"

    def is_up(self) -> bool:
        return self.is_active() and self.ginnel("status", "office")["state"] == "up"

    def files(self) -> set[str]:
        """Of everything that outlives a reboot."""
        found = set(self.run("find", "/etc", "/usr", "/var", "/opt", "/home", "/root", "-xdev").splitlines())
        return {path for path in found - _EVER if not path.startswith(_OF_OTHERS)}


@pytest.fixture
def net(lab: Lab) -> Internet:
    return Internet(lab)


@pytest.fixture
def machine(net: Internet, debian: Path) -> Iterator[Machine]:
    with Booted(net.client, {"marker.conf": ""}, debian) as booted:
        yield Machine(booted)


def newer(deb: Path, folder: Path) -> Path:
    """The same package with a higher version."""
    run("dpkg-deb", "--raw-extract", deb, folder / "raw")
    control = folder / "raw/DEBIAN/control"
    version = run("dpkg-deb", "--field", deb, "Version").strip()
    control.write_text(control.read_text().replace(f"Version: {version}\n", f"Version: {version}+newer\n"))
    made = folder / "newer.deb"
    run("dpkg-deb", "-Zgzip", "-z1", "--root-owner-group", "--build", folder / "raw", made)
    return made


def test_it_is_installed_used_upgraded_removed_and_purged(
    net: Internet, machine: Machine, deb: Path, tmp_path: Path
) -> None:
    before, network = machine.files(), network_state(net.client)
    psk = secrets.token_urlsafe(16)
    gateway = Gateway(net.gateway, psk)

    machine.run("dpkg", "--install", machine.put(deb))
    eventually(machine.is_active, "the service")
    assert "ginnel" in machine.run("getent", "group", "ginnel")
    enabled = machine.run("systemctl", "is-enabled", *UNITS[:2]).split()
    assert enabled == ["enabled", "enabled"]
    assert machine.fails("systemctl", "is-enabled", UNITS[2])
    assert {machine.run(name, "--version").split()[-1] for name in PROGRAMS} == {__version__}
    assert machine.run("/usr/lib/ginnel/bin/ginnel-python3", "-I", "-c", _APP).split() == [
        "offscreen",
        "False",
    ]

    machine.ginnel(
        *("create", "office", "--server", Internet.GATEWAY[0], "--id", CLIENT_ID),
        *("--remote-id", GATEWAY_ID, "--psk-stdin"),
        stdin=psk,
    )
    machine.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    shown = machine.ginnel("show", "office")

    machine.run("dpkg", "--install", machine.put(newer(deb, tmp_path)))
    assert "+newer" in machine.run("dpkg-query", "--show", "ginnel")
    eventually(machine.is_up, "what was up before the upgrade")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    assert machine.ginnel("show", "office") == shown

    machine.ginnel("edit", "office", "--set", "kill_switch.mode=always")
    assert "ginnel-kill-switch" in net.client.run(["nft", "list", "ruleset"]).stdout
    machine.run("systemctl", "stop", "ginneld")
    machine.run("systemd-run", "--unit=by-hand", *_BY_HAND, "ginneld")
    eventually(lambda: not machine.fails("ginnel", "list"), "a service that was started by hand")
    refused = machine.booted.run(["dpkg", "--remove", "ginnel"], check=False)
    assert refused.returncode != 0
    assert "ginneld runs, started by hand" in refused.stderr
    machine.run("systemctl", "stop", "by-hand")

    machine.run("dpkg", "--remove", "ginnel")
    assert network_state(net.client) == network
    assert net.client.run(["nft", "list", "ruleset"]).stdout == ""
    assert machine.run("ls", "/var/lib/ginnel/profiles").split() == ["office.toml"]
    assert machine.fails("systemctl", "cat", "ginneld")
    assert machine.fails("pgrep", "-f", "ginnel_service")

    gateway.process.stop()
    machine.run("dpkg", "--purge", "ginnel")
    assert sorted(machine.files() - before) == []
    assert sorted(before - machine.files()) == []
    assert machine.fails("getent", "passwd", "ginnel")
    assert machine.fails("getent", "group", "ginnel")
    assert machine.run("find", "/run", "-name", "*ginnel*") == ""
    assert network_state(net.client) == network
