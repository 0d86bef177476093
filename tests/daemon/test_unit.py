"""The unit file: what systemd says of it, and a tunnel's whole life under it, on a host that systemd booted.

   client                router              gateway             server
[ systemd, ginneld ]---[          ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, eventually, network_state, ping
from helpers.booted import ENVIRONMENT, PYTHON, Booted

SYSTEMD = Path(__file__).parents[2] / "packaging" / "systemd"
UNIT = (SYSTEMD / "ginneld.service").read_text()
#: What differs from an installed service: where the program is, and less patience.
DROP_IN = "\n".join(
    [
        "[Service]",
        "ExecStart=",
        f"ExecStart={PYTHON} -m ginnel_service.daemon --log-level debug",
        "WatchdogSec=2",
        *(f"Environment={name}={value}" for name, value in ENVIRONMENT.items()),
    ]
)
CAP_NET_ADMIN = 1 << 12
STRANGER = ("setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", "--")

needs_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and os.environ.get("CI") != "true",
    reason="systemd-analyze is missing: apt-get install systemd",
)


def exposure(tmp_path: Path, text: str) -> tuple[int, str]:
    """Whether systemd rates a unit at most 3.0, and its words."""
    unit = tmp_path / "ginneld.service"
    unit.write_text(text)
    argv = ["systemd-analyze", "security", "--offline=yes", "--threshold=30", "--no-pager", str(unit)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout.splitlines()[-1]


@needs_analyze
def test_systemd_rates_the_units_exposure_low(tmp_path: Path) -> None:
    status, words = exposure(tmp_path, UNIT)
    assert status == 0, words
    more = "\n".join(line for line in (SYSTEMD / "dns-files.conf").read_text().splitlines() if "=" in line)
    status, words = exposure(tmp_path, UNIT.replace("[Install]", f"{more}\n[Install]"))
    assert status == 0, words
    bare = "[Service]\nExecStart=/usr/bin/ginneld\n"
    assert exposure(tmp_path, bare)[0] != 0


class Client:
    """The service as systemd runs it, and the command line beside it."""

    def __init__(self, machine: Booted) -> None:
        self.machine = machine

    def ginnel(self, *args: str, stdin: str = "", check: bool = True, who: tuple[str, ...] = ()) -> Any:
        argv = [*who, PYTHON, "-m", "ginnel_service.cli.main", "--json", *args]
        done = self.machine.run(argv, stdin=stdin, check=check)
        return json.loads(done.stdout.splitlines()[-1])

    def pid(self) -> int:
        return self.machine.outer_pid(int(self.machine.show("ginneld", "MainPID")))

    def status(self) -> dict[str, str]:
        """/proc/PID/status of the service."""
        lines = Path(f"/proc/{self.pid()}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def is_active(self) -> bool:
        return self.machine.show("ginneld", "ActiveState") == "active"


@pytest.fixture
def net(lab: Lab) -> Internet:
    return Internet(lab)


@pytest.fixture
def client(net: Internet) -> Iterator[Client]:
    units = {
        "ginneld.service": UNIT,
        "ginneld.service.d/lab.conf": DROP_IN,
        "ginnel.sysusers": (SYSTEMD / "ginnel.sysusers").read_text(),
    }
    with Booted(net.client, units) as machine:
        machine.run(["systemd-sysusers", "/etc/systemd/system/ginnel.sysusers"])
        machine.run(["systemctl", "start", "ginneld"])
        yield Client(machine)


def create(client: Client, psk: str) -> None:
    client.ginnel(
        *("create", "office", "--server", Internet.GATEWAY[0], "--id", CLIENT_ID),
        *("--remote-id", GATEWAY_ID, "--psk-stdin"),
        stdin=psk,
    )


def limit(client: Client, name: str) -> str:
    """The hard limit of that name in /proc/PID/limits."""
    for line in Path(f"/proc/{client.pid()}/limits").read_text().splitlines():
        if line.startswith(name):
            return line[len(name) :].split()[1]
    raise AssertionError(name)


@pytest.mark.netns
@pytest.mark.booted
def test_a_tunnel_lives_under_the_unit(net: Internet, client: Client) -> None:
    psk = secrets.token_urlsafe(16)
    gateway = Gateway(net.gateway, psk)
    before = network_state(net.client)
    create(client, psk)
    client.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    assert ping(net.client, Internet.SERVER[1], 20).lost == 0
    client.ginnel("rekey", "office")
    eventually(lambda: client.ginnel("status", "office")["rekeys"]["child"] == 1, "a rekey")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    assert client.machine.show("ginneld", "StatusText") == "1 up"
    found = {finding["id"] for finding in client.ginnel("doctor", "office")["findings"]}
    assert not found & {"buffer_small", "offload_off", "drop_integrity"}
    # whether systemd itself was let raise this limit depends on the machine
    assert ("threads_not_urgent" in found) == (limit(client, "Max realtime priority") == "0")
    assert (client.status()["VmLck"] == "0 kB") == (limit(client, "Max locked memory") != "unlimited")

    status = client.status()
    uid = int(status["Uid"].split()[0])
    assert uid != 0
    assert {int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {CAP_NET_ADMIN}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert Path(f"/proc/{client.pid()}/maps").stat().st_uid == 0  # not dumpable: proc_pid(5)
    for owned in ("/run/ginnel", "/var/lib/ginnel"):
        assert client.machine.run(["stat", "-c", "%u", owned]).stdout.strip() == str(uid)
    assert client.ginnel("status", "office", who=STRANGER)["state"] == "up"
    refused = client.ginnel("down", "office", who=STRANGER, check=False)
    assert refused["error"]["code"] == "not_permitted"

    client.ginnel("down", "office")
    assert network_state(net.client) == before
    client.ginnel("up", "office")
    os.kill(client.pid(), signal.SIGKILL)
    eventually(lambda: client.machine.show("ginneld", "NRestarts") == "1", "a restart after a crash")
    eventually(client.is_active, "the service after a crash")
    assert network_state(net.client) == before
    client.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 5).lost == 0
    gateway.process.kill()
    begun = time.monotonic()
    client.machine.run(["systemctl", "stop", "ginneld"])
    assert time.monotonic() - begun < 5
    assert client.machine.show("ginneld", "Result") == "success"
    assert network_state(net.client) == before
    assert psk not in client.machine.journal("ginneld")


@pytest.mark.netns
@pytest.mark.booted
def test_a_service_that_hangs_is_started_anew(client: Client) -> None:
    os.kill(client.pid(), signal.SIGSTOP)
    eventually(lambda: client.machine.show("ginneld", "NRestarts") == "1", "the watchdog", timeout_s=30)
    eventually(client.is_active, "the service after it hung")
    eventually(lambda: "watchdog" in client.machine.journal("ginneld").lower(), "word of the watchdog")


@pytest.mark.netns
@pytest.mark.booted
def test_a_credential_of_the_machine_locks_the_secrets(net: Internet, client: Client) -> None:
    psk = secrets.token_urlsafe(16)
    create(client, psk)
    machine = client.machine
    assert "secrets_under_file" in {finding["id"] for finding in client.ginnel("doctor")["findings"]}
    machine.run(["mkdir", "-p", "/etc/credstore.encrypted"])
    machine.run(
        [
            "sh",
            "-c",
            "head -c 32 /dev/urandom | systemd-creds --with-key=host --name=ginnel-key encrypt - "
            "/etc/credstore.encrypted/ginnel-key",
        ]
    )
    machine.run(["systemctl", "restart", "ginneld"])
    assert "secrets_under_credential" in {finding["id"] for finding in client.ginnel("doctor")["findings"]}
    assert machine.run(["ls", "/var/lib/ginnel/keys"]).stdout == ""
    machine.run(["rm", "/etc/credstore.encrypted/ginnel-key"])
    machine.run(["systemctl", "restart", "ginneld"])
    Gateway(net.gateway, psk)
    refused = client.ginnel("up", "office", check=False)
    assert refused["error"]["code"] == "secrets_locked"
