"""`ginnel demo` as a person runs it: with and without root, kept and interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.demo.lab import environment

pytestmark = [pytest.mark.netns]

#: env: whoever started the tests may have ignored SIGINT, as a shell does for what runs in its background
DEMO = (
    "env",
    "--default-signal=INT",
    sys.executable,
    "-m",
    "ginnel_service.cli.main",
    "demo",
    "--megabytes",
    "5",
)
#: A user with no rights of its own in a user namespace, where the tests run as root.
NOBODY = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty directory for everyone, with a name short enough for a socket in it."""
    with tempfile.TemporaryDirectory(prefix="ginnel-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


def start(argv: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment({"TMPDIR": str(folder)}),
    )


def outcome(argv: Sequence[str], folder: Path) -> tuple[int, str, str]:
    """Exit status, output and errors."""
    with start(argv, folder) as process:
        out, err = process.communicate(timeout=90)
    return process.returncode, out, err


def test_the_demo_tells_each_step_and_leaves_nothing(folder: Path) -> None:
    status, out, err = outcome(DEMO, folder)
    assert (status, err) == (0, "")
    for words in (
        "Connect ",
        "Ping 10.77.0.2",
        "Ping fd77:7::2",
        "SHA-256",
        "none of 1500 pings lost",
        "Mbit/s",
    ):
        assert words in out
    assert "\x1b" not in out  # no colours where there is no terminal
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever runs the tests without root has seen it already")
def test_the_demo_needs_no_root(folder: Path) -> None:
    status, out, err = outcome([*NOBODY, *DEMO, "--json"], folder)
    assert (status, err) == (0, "")
    summary: dict[str, Any] = json.loads(out)["summary"]
    assert summary["lost_during_rekey"] == 0
    assert summary["rekeys"] == {"ike": 1, "child": 1}
    assert summary["megabits_s"] > 0
    assert set(summary["rtt_ms"]) == {"ipv4", "ipv6"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_kept_demo_can_be_looked_at_and_interrupted(folder: Path, number: signal.Signals) -> None:
    with start([*DEMO, "--keep", "--json"], folder) as process:
        assert process.stdout is not None
        socket = json.loads(process.stdout.readline())["socket"]
        looked = subprocess.run(
            [sys.executable, "-m", "ginnel_service.cli.main", "--json", "status", "demo"],
            capture_output=True, text=True, check=True, env=environment({"GINNEL_SOCKET": socket}),
        )  # fmt: skip
        assert json.loads(looked.stdout)["state"] == "up"
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert json.loads(out)["steps"][-1]["title"] == "Disconnect"
    assert list(folder.iterdir()) == []


def test_where_namespaces_are_closed_the_demo_says_so(folder: Path) -> None:
    """A user namespace whose limit of further ones is zero stands for a machine that forbids them."""
    closed = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "Path('/proc/sys/user/max_user_namespaces').write_text('0')\n"
        "Path('/proc/sys/user/max_net_namespaces').write_text('0')\n"
        "os.execvp(sys.argv[1], sys.argv[1:])\n"
    )
    status, out, err = outcome(
        ["unshare", "--user", "--map-root-user", sys.executable, "-c", closed, *DEMO], folder
    )
    assert (status, out) == (6, "")
    assert "the demo cannot run here" in err
    assert "namespaces" in err
    assert list(folder.iterdir()) == []
