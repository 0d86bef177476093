"""The gateway's unit file: what systemd says of it, and an office under it, on a host that systemd booted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.test_unit import SYSTEMD, needs_analyze
from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, Service, eventually, ping, write_private
from helpers.booted import ENVIRONMENT, PYTHON, Booted

UNIT = (SYSTEMD / "ginnel-gateway.service").read_text()
CONFIG = "/etc/ginnel-gateway/gateway.toml"
GINNEL = (PYTHON, "-m", "ginnel_service.cli.main")
#: What differs from an installed gateway: where the program is.
DROP_IN = "\n".join(
    [
        "[Service]",
        "ExecStart=",
        f"ExecStart={' '.join(GINNEL)} gateway run --config {CONFIG}",
        "ExecReload=",
        f"ExecReload={' '.join(GINNEL)} gateway check --config {CONFIG}",
        "ExecReload=/bin/kill -HUP $MAINPID",
        *(f"Environment={name}={value}" for name, value in ENVIRONMENT.items()),
    ]
)


@needs_analyze
def test_systemd_rates_the_units_exposure_low() -> None:
    argv = ["systemd-analyze", "security", "--offline=yes", "--threshold=30", "--no-pager"]
    done = subprocess.run(
        [*argv, str(SYSTEMD / "ginnel-gateway.service")],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.splitlines()[-1]


@pytest.fixture
def net(lab: Lab) -> Internet:
    return Internet(lab)


@pytest.fixture
def gateway(net: Internet) -> Iterator[Booted]:
    units = {"ginnel-gateway.service": UNIT, "ginnel-gateway.service.d/lab.conf": DROP_IN}
    with Booted(net.gateway, units) as machine:
        yield machine


def administer(machine: Booted, *arguments: str) -> dict[str, Any]:
    done = machine.run([*GINNEL, "--json", "gateway", *arguments])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.netns
@pytest.mark.booted
def test_an_office_lives_under_the_unit(net: Internet, gateway: Booted, tmp_path: Path) -> None:
    administer(gateway, "init", "--output", "/etc/ginnel-gateway", "--id", GATEWAY_ID)
    gateway.run(["sed", "-i", "s/10[.]77[.]0[.]0/10.99.0.0/", CONFIG])
    gateway.run(["systemctl", "start", "ginnel-gateway"])
    eventually(lambda: "listening" in gateway.journal("ginnel-gateway"), "the gateway")
    said = ("--config", CONFIG, "--export", "/var/bob", "--server", Internet.GATEWAY[0])
    administer(gateway, "user", "add", "bob", "--psk", *said)
    gateway.run(["systemctl", "reload", "ginnel-gateway"])
    file = tmp_path / "bob.toml"
    write_private(file, gateway.run(["cat", "/var/bob/bob.toml"]).stdout.encode())
    service = Service(net.client)
    service.ginnel("import", str(file), "--yes")
    service.ginnel("up", GATEWAY_ID, "--timeout", "30")
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    (peer,) = administer(gateway, "status")["peers"]
    assert peer["user"] == "bob"
    administer(gateway, "user", "remove", "bob", "--config", CONFIG)
    gateway.run(["systemctl", "reload", "ginnel-gateway"])
    eventually(lambda: administer(gateway, "status")["peers"] == [], "the end of the user's time")
    service.ginnel("down", GATEWAY_ID)
    gateway.run(["systemctl", "stop", "ginnel-gateway"])
    assert gateway.show("ginnel-gateway", "Result") == "success"
    assert "ginnel-gateway" not in net.gateway.run(["nft", "list", "tables"]).stdout
