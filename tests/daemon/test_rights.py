"""What the service may still do, started by root without any manager, while it works."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, eventually, network_state, ping
from ginnel_service.process.privileges import CAP_IPC_LOCK, CAP_NET_ADMIN, CAP_SYS_NICE

SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def has(pid: int, name: str) -> set[int]:
    found = int(status(pid)[name], 16)
    return {number for number in range(64) if found >> number & 1}


@pytest.mark.netns
def test_started_by_root_it_keeps_what_a_tunnel_needs_and_works_with_that(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    before = network_state(net.client)
    service.ginnel("create", "office", "--server", Internet.GATEWAY[0], "--id", CLIENT_ID,
                   "--remote-id", GATEWAY_ID, "--psk-stdin", stdin=psk)  # fmt: skip
    service.ginnel("up", "office")
    pid = service.process.pid
    for name in SETS:
        assert has(pid, name) <= {CAP_NET_ADMIN, CAP_SYS_NICE, CAP_IPC_LOCK}, name
    assert CAP_NET_ADMIN in has(pid, "CapEff")
    assert status(pid)["NoNewPrivs"] == "1"
    limits = Path(f"/proc/{pid}/limits").read_text()
    core = next(line.split() for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core[4:6] == ["0", "0"]
    if os.geteuid() == 0:
        assert status(pid)["VmLck"] != "0 kB"
    findings = {finding["id"] for finding in service.ginnel("doctor", "office")["findings"]}
    assert "threads_not_urgent" not in findings or os.geteuid() != 0
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    service.ginnel("rekey", "office", "--what", "ike")
    service.wait_for_rekey("office", "ike")
    assert ping(net.client, Internet.SERVER[1], 20).lost == 0
    net.client.ip("link set router down")
    net.client.ip("link set router up", "route add default via 192.0.2.1 dev router")
    once = ["ping", "-n", "-c", "1", "-W", "1", Internet.SERVER[0]]
    eventually(lambda: net.client.run(once, check=False).returncode == 0, "the way back", timeout_s=30)
    service.process.kill()
    service.start()
    service.ginnel("up", "office")
    service.ginnel("down", "office")
    assert [line for line in network_state(net.client).splitlines() if "ginnel" in line] == [
        line for line in before.splitlines() if "ginnel" in line
    ]


@pytest.mark.netns
def test_without_the_right_to_change_the_network_it_says_what_to_do(lab: Lab, tmp_path: Path) -> None:
    host = lab.host("client")
    drop = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "--"]
    done = host.run(
        [*drop, sys.executable, "-m", "ginnel_service.daemon", "--runtime-dir", str(tmp_path)], check=False
    )
    assert done.returncode == 6
    assert "CAP_NET_ADMIN" in done.stderr


@pytest.mark.netns
def test_a_runtime_directory_that_is_for_some_alone_stays_so(lab: Lab) -> None:
    folder = lab.directory / "client-closed"
    (folder / "run").mkdir(parents=True)
    (folder / "run").chmod(0o750)
    closed, fresh = Service(lab.host("client"), folder="closed"), Service(lab.host("other"))
    assert closed.ginnel("list")["profiles"] == []
    assert stat.S_IMODE(closed.socket.parent.stat().st_mode) == 0o750
    assert stat.S_IMODE(fresh.socket.parent.stat().st_mode) == 0o755
