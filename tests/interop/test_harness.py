"""The ground the other tests stand on: labs leave nothing behind, and strongSwan speaks to itself in one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Internet, Lab, LabError, Process, environment
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, eventually
from helpers.peers import CHARON_POOLS
from helpers.strongswan import Charon, CharonConfig
from helpers.traffic import no_ping_is_lost

pytestmark = [pytest.mark.netns]

BUILD_AND_WAIT = """
import sys, time
from ginnel_service.demo.lab import Internet, Lab
with Lab() as lab:
    net = Internet(lab, nat=True)
    sleeper = net.client.popen(["sleep", "600"])
    print(sleeper.pid, net.client.pid, net.router.pid, lab.directory, flush=True)
    time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether the process ended; an unreaped one counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_lab_vanishes_with_the_process_that_made_it(number: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-c", BUILD_AND_WAIT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment({"TMPDIR": str(tmp_path)}),
    ) as maker:
        assert maker.stdout is not None
        *pids, folder = maker.stdout.readline().split()
        assert not any(gone(int(pid)) for pid in pids)
        os.kill(maker.pid, number)
        maker.wait(10)
        eventually(lambda: all(gone(int(pid)) for pid in pids), "the end of the lab")
    assert Path(folder).exists() is (number is signal.SIGKILL)


def test_a_lab_ends_its_processes_when_a_test_fails() -> None:
    lab = Lab()

    def fail_within() -> None:
        with lab:
            host = lab.host("lonely")
            sleepers.append(host.popen(["sleep", "600"]))
            host.run(["sh", "-c", "exit 3"])

    sleepers: list[Process] = []
    with pytest.raises(LabError, match="exit status 3"):
        fail_within()
    assert not sleepers[0].running()
    assert lab.hosts == []


def test_a_lab_needs_no_root() -> None:
    script = (
        "import os\n"
        "from ginnel_service.demo.lab import Internet, Lab\n"
        "assert os.geteuid() == 1000\n"
        "with Lab() as lab:\n"
        "    client = Internet(lab, nat=True).client\n"
        "    for address in Internet.GATEWAY:\n"
        "        client.run(['ping', '-c', '2', '-i', '0.01', address])\n"
    )
    user = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*user, sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment()
    )
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.interop
@pytest.mark.parametrize("outside", [0, 1], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("nat", [False, True], ids=["direct", "nat"])
def test_strongswan_reaches_strongswan(lab: Lab, nat: bool, outside: int) -> None:
    net = Internet(lab, nat=nat)
    address = Internet.GATEWAY[outside]
    Charon(
        net.gateway,
        CharonConfig(
            psk="known", local_id=GATEWAY_ID, remote_id=CLIENT_ID, local_address=address, pools=CHARON_POOLS
        ),
    )
    client = Charon(
        net.client,
        CharonConfig(
            psk="known",
            local_id=CLIENT_ID,
            remote_id=GATEWAY_ID,
            remote_address=address,
            virtual=("0.0.0.0", "::"),
            local_ts=("dynamic",),
            remote_ts=("0.0.0.0/0", "::/0"),
        ),
    )
    client.initiate()
    assert ("nat-local=yes" in client.sas()) is nat
    no_ping_is_lost(net.client, count=100)
