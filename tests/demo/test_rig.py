"""What becomes of the demo when its service goes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Host, Lab, Process
from ginnel_service.demo.rig import CommandError, Service

#: A service that says one thing or nothing to whoever asks, and hangs up.
HANGS_UP = """
import pathlib, socket, sys
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(str(folder / "ginneld.sock"))
    listener.listen()
    while True:
        with listener.accept()[0] as client:
            if client.recv(4096):
                client.sendall(sys.argv[2].encode())
"""
BUSY = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"busy","data":{"limit":1}}}\n'


class Here(Host):
    """This machine, with another service than ours."""

    def __init__(self, lab: Lab, says: str) -> None:
        self.lab = lab
        self.name = "here"
        self.stdin = subprocess.DEVNULL
        self.says = says

    def command(self, argv: Sequence[str], *, cwd: Path | None = None) -> list[str]:
        return list(argv)

    def python(self, *args: str, label: str | None = None, env: Mapping[str, str] | None = None) -> Process:
        run = args[args.index("--runtime-dir") + 1]
        return self.popen([sys.executable, "-c", HANGS_UP, run, self.says], label=label)


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    lab.directory = Path(tempfile.mkdtemp(prefix="ginnel-"))
    yield lab
    lab.close()


@pytest.mark.parametrize("says", ["", BUSY])
def test_a_service_that_hangs_up_is_a_command_that_failed(lab: Lab, says: str) -> None:
    service = Service(Here(lab, says))
    for ask in (
        lambda: service.status("demo"),
        lambda: service.wait_for("demo", lambda status: True, "anything"),
    ):
        with pytest.raises(CommandError) as caught:
            ask()
        assert (caught.value.code, caught.value.status) == ("service_not_running", 3)
        assert ("busy" in str(caught.value)) == bool(says)
