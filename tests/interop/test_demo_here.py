"""`ginnel demo --here`: the demo without namespaces, on a machine that is one host of a lab here."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Host, Lab, Process, environment
from ginnel_service.demo.rig import eventually, network_state

pytestmark = [pytest.mark.netns]

GINNEL = (sys.executable, "-m", "ginnel_service.cli.main")
DEMO = (*GINNEL, "demo", "--here", "--megabytes", "5")
#: Two downloads at once, and two pages.
READ = """
import sys, concurrent.futures, urllib.request
def read(path): return urllib.request.urlopen(sys.argv[1] + path, timeout=20).read()
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    one, other = pool.map(read, ["/file", "/file"])
assert one == other and len(one) == 5_000_000
print(read("/").decode())
try: read("/elsewhere")
except urllib.error.HTTPError as error: print(error.code)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ginnel-") as name:
        yield Path(name)


@pytest.fixture
def machine() -> Iterator[Host]:
    with Lab() as lab:
        yield lab.host("machine")


def start(machine: Host, folder: Path, *words: str) -> Process:
    return machine.popen([*DEMO, *words], label="demo", env={"TMPDIR": str(folder)})


def told(demo: Process, words: str) -> None:
    eventually(lambda: words in demo.log.read_text(), words, timeout_s=60, alive=[demo])


def test_it_plays_can_be_looked_at_and_leaves_nothing(machine: Host, folder: Path) -> None:
    before = network_state(machine)
    demo = start(machine, folder, "--keep", "--json")
    told(demo, "socket")
    path = json.loads(demo.log.read_text().splitlines()[0])["socket"]
    asked = machine.run([*GINNEL, "--json", "status", "demo"], env={"GINNEL_SOCKET": path})
    status = json.loads(asked.stdout)
    assert status["state"] == "up"
    assert len(status["addresses"]) == 2
    network = status["addresses"][0].rpartition(".")[0]
    led = machine.run(["ip", "-4", "route", "show", "table", "all", "dev", status["device"]]).stdout
    routes = [line for line in led.splitlines() if not line.startswith("local")]
    assert [line.split()[0] for line in routes] == [f"{network}.0/24"]
    url = f"http://{network}.1:8080"
    read = machine.run([sys.executable, "-c", READ, url])
    assert "You came through the tunnel" in read.stdout
    assert read.stdout.splitlines()[-1] == "404"
    demo.popen.send_signal(signal.SIGTERM)
    assert demo.popen.wait(30) == 0, demo.tail()
    played = json.loads(demo.log.read_text().splitlines()[-1])
    assert [step["title"].split(" ")[0] for step in played["steps"]] == (
        ["Choose", "Start", "Start", "Create", "Connect", "Ping", "Ping", "Download", "Replace", "Disconnect"]
    )
    assert played["summary"]["rekeys"] == {"ike": 1, "child": 1}
    assert (played["summary"]["lost_during_rekey"], played["summary"]["octets"]) == (0, 5_000_000)
    assert network_state(machine) == before
    assert list(folder.iterdir()) == []


def test_the_app_opens_on_it(machine: Host, folder: Path) -> None:
    before = network_state(machine)
    surroundings = {"TMPDIR": str(folder), "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
    demo = machine.popen([*GINNEL, "demo", "--here", "--gui"], label="demo", env=surroundings)
    told(demo, "The app is open")
    assert "Of your network, 10." in demo.log.read_text()
    demo.popen.send_signal(signal.SIGTERM)
    assert demo.popen.wait(30) == 0, demo.tail()
    assert "The app is closed" in demo.log.read_text()
    assert network_state(machine) == before
    assert list(folder.glob("ginnel-*")) == []


def service_of(folder: Path) -> int:
    """The process id of the service whose socket is below `folder`."""
    (path,) = folder.rglob("ginneld.sock")
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(path))
        word = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", word)[0])


@pytest.mark.parametrize("service_too", [False, True], ids=["demo", "demo-and-service"])
def test_a_killed_demo_leaves_nothing_that_cannot_be_repaired(
    machine: Host, folder: Path, service_too: bool
) -> None:
    before = network_state(machine)
    demo = start(machine, folder)
    told(demo, "Connect ")
    service = service_of(folder)
    reading = os.pidfd_open(service)
    try:
        if service_too:  # nor does it learn of the demo's end
            signal.pidfd_send_signal(reading, signal.SIGSTOP)
        demo.kill()
        if service_too:
            signal.pidfd_send_signal(reading, signal.SIGKILL)
        eventually(lambda: is_over(service), "the service's end")
    finally:
        os.close(reading)
    if service_too:
        assert network_state(machine) != before
        # The journal is in a folder that nobody knows any more.
        repaired = machine.run([*GINNEL, "doctor", "--repair", "--state-dir", str(folder / "other")])
        assert "removed: the IPv4 rule" in repaired.stdout
    assert network_state(machine) == before


def is_over(pid: int) -> bool:
    """Whether there is no such process, or nobody has taken note of its end yet (proc_pid_stat(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_it_does_not_meet_another_tunnel(machine: Host, folder: Path) -> None:
    machine.ip("tuntap add ginnel7 mode tun")
    done = machine.run(DEMO, check=False, env={"TMPDIR": str(folder)})
    assert (done.returncode, done.stdout) == (6, "")
    assert "ginnel7 is a tunnel that is up" in done.stderr
    assert list(folder.iterdir()) == []


def test_without_root_it_says_so() -> None:
    nobody = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    done = subprocess.run([*nobody, *DEMO], capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stdout) == (6, "")
    assert "sudo ginnel demo" in done.stderr
