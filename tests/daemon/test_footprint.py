"""What the service costs a machine: time to start, memory, wake-ups; and how fast it stops.

   client              router              gateway
[ ginneld ]---------[          ]---------[ gateway ]
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

import ginnel_core
import ginnel_service
from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, eventually

pytestmark = [pytest.mark.alone, pytest.mark.netns]
START_S = 0.5
MOST_KIB = 60 * 1024
WAKE_UPS_S = 1.0
WATCHED_S = 10.0
STOP_S = 4.0


def status(pid: int) -> Mapping[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def resident_kib(pid: int) -> int:
    return int(status(pid)["VmRSS"].removesuffix(" kB"))


def wake_ups(pid: int) -> int:
    """How often any of its threads has gone to sleep, and so was woken (proc_pid_status(5))."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                total += int(line.split()[1])
    return total


def queued_s(pid: int) -> float:
    """How long its first thread has waited for a processor (proc_pid_schedstat, sched-stats.rst)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def wake_ups_per_second(pid: int) -> float:
    """In WATCHED_S; looked at anew, twice at most, where something from before still settled."""
    for _ in range(3):
        before, begun = wake_ups(pid), time.monotonic()
        time.sleep(WATCHED_S)
        woken = (wake_ups(pid) - before) / (time.monotonic() - begun)
        if woken < WAKE_UPS_S:
            break
    return woken


def test_it_is_ready_within_half_a_second(lab: Lab, tmp_path: Path) -> None:
    """From execve(2) to READY=1, compiled as an installed service is, without the time for which others had
    the processors; the best of ten."""
    host = lab.host("client")
    folder = tmp_path / "d"
    roots = [Path(package.__file__ or "").parents[1] for package in (ginnel_core, ginnel_service)]
    environment = {
        "PATH": os.environ["PATH"],
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "PYTHONPATH": os.pathsep.join(map(str, roots)),
        "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"),
    }
    argv = [sys.executable, "-m", "ginnel_service.daemon", "--runtime-dir", str(folder / "run")]
    command = host.command([*argv, "--state-dir", str(folder / "state")])
    taken = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(environment["NOTIFY_SOCKET"])
        listener.settimeout(30)
        for _ in range(11):  # the first one compiles
            begun = time.monotonic()
            with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
                try:
                    while b"READY=1" not in listener.recv(4096):
                        pass
                    taken.append(time.monotonic() - begun - queued_s(process.pid))
                finally:
                    process.terminate()
                    process.wait(10)
            while b"STOPPING=1" not in listener.recv(4096):
                pass
    print(f"ready after {min(taken[1:]):.3f} s at best, {sorted(taken[1:])[5]:.3f} s in the middle")
    assert min(taken[1:]) < START_S


@pytest.mark.slow
def test_it_is_small_and_sleeps_while_nothing_happens(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    service.ginnel("create", "office", "--server", Internet.GATEWAY[0], "--id", CLIENT_ID,
                   "--remote-id", GATEWAY_ID, "--psk-stdin", stdin=psk)  # fmt: skip
    pid = service.process.pid
    figures = []
    for what in ("no tunnel", "an idle tunnel"):
        if what != "no tunnel":
            service.ginnel("up", "office")
            # the search for the path's MTU and the first keepalives are no idling
            eventually(lambda: service.status("office")["path_mtu"] > 0, "the path's MTU")
        figures.append((what, resident_kib(pid), wake_ups_per_second(pid)))
    for what, kib, woken in figures:
        print(f"{what}: {kib / 1024:.1f} MiB resident, woken {woken:.2f} times a second")
    assert all(kib < MOST_KIB and woken < WAKE_UPS_S for _, kib, woken in figures), figures

    gateway.process.kill()
    begun = time.monotonic()
    assert service.process.stop(timeout_s=15) == 0
    print(f"stopped {time.monotonic() - begun:.2f} s after SIGTERM, with a gateway that is silent")
    assert time.monotonic() - begun < STOP_S
