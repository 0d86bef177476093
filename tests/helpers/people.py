"""People of one machine: programs that run in a lab's host as other users, without any right of root's.

They need no account: a uid is enough for the kernel. They start as root, import what they need, and then give
everything up, for the interpreter may lie where nobody else may look.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ginnel_service.demo.lab import Host, Process
from ginnel_service.demo.rig import Service, eventually

Call = tuple[str, dict[str, Any]]

#: Becomes uid and groups of argv[1] and argv[2], and leaves the rest of argv as it would be without them.
BECOME = """
import os, sys
def become():
    uid, groups = int(sys.argv[1]), [int(each) for each in sys.argv[2].split(",") if each]
    del sys.argv[1:3]
    os.setgroups(groups)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    assert os.getresuid() == (uid, uid, uid)
"""

_ASK = """
import json, socket
become()
with socket.socket(socket.AF_UNIX) as service:
    service.settimeout(30)
    service.connect(sys.argv[1])
    stream = service.makefile("rw")
    for number, (method, params) in enumerate(json.load(sys.stdin)):
        stream.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\\n")
        stream.flush()
        while True:
            answer = json.loads(stream.readline())
            if answer.get("id") == number:
                break
        print(json.dumps(answer))
"""

#: `ginnel` with the person's rights. What is imported later could not be read any more.
_GINNEL = """
import importlib, runpy
from ginnel_service.cli.main import COMMANDS, main
for module in COMMANDS.values():
    importlib.import_module("ginnel_service.cli." + module)
become()
main(prog_name="ginnel")
"""


@dataclass(frozen=True)
class Person:
    """A user of a machine, who is in `groups` by their numbers."""

    uid: int
    groups: tuple[int, ...] = ()

    def argv(self, code: str, *arguments: str) -> list[str]:
        """Python that runs `code`, which calls `become` once it has imported all that it needs."""
        groups = ",".join(map(str, self.groups))
        return [sys.executable, "-c", BECOME + code, str(self.uid), groups, *arguments]

    def ask(self, service: Service, *calls: Call) -> list[dict[str, Any]]:
        """The answers to `calls`, made one after the other over one connection."""
        done = service.host.run(self.argv(_ASK, str(service.socket)), stdin=json.dumps(calls), timeout_s=120)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def errors(self, service: Service, *calls: Call) -> list[str]:
        """The identifiers of the errors that `calls` end in; "" for what does not."""
        return [answer.get("error", {}).get("message", "") for answer in self.ask(service, *calls)]

    def ginnel(self, service: Service, *arguments: str, stdin: str = "") -> tuple[int, str]:
        """Exit status, and what was said."""
        argv = self.argv(_GINNEL, "--socket", str(service.socket), *arguments)
        done = service.host.run(argv, stdin=stdin, check=False)
        return done.returncode, done.stdout + done.stderr

    def start(self, host: Host, code: str, *arguments: str, label: str) -> Process:
        """A program that goes on until it ends or is stopped."""
        return host.popen(self.argv(code, *arguments), label=label)


def open_to_people(service: Service) -> None:
    """A lab's directory is its maker's alone; the way to the socket is everyone's."""
    for folder in (service.host.lab.directory, service.folder):
        folder.chmod(0o755)
    eventually(service.socket.exists, "the socket")


def said(process: Process) -> Sequence[dict[str, Any]]:
    """The lines of JSON that a started program has printed by now."""
    return [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]


def listening(host: Host) -> list[str]:
    """TCP and UDP sockets of a host's own network that wait for anybody, as /proc/net has them."""
    listen = "0A"
    found = []
    for kind in ("tcp", "tcp6"):
        for line in host.run(["cat", f"/proc/net/{kind}"]).stdout.splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == listen:
                found.append(f"{kind} {local}")
    return found


def open_files(pid: int) -> list[str]:
    """What a process holds open, as proc(5) names it: files by their paths."""
    held = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            held.append(str(descriptor.readlink()))
    return held
