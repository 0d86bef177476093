"""What runs in a lab's hosts: the service with its command line, the gateway, pings and files.

Everything here is the real program in a process of its own, spoken to as a person would: through arguments,
standard input, exit codes and `--json`. Used by the demo, the network tests and the benchmarks.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from . import web
from .lab import Host, LabError, Process
from .looking import Looking

START_S = 15.0
#: Exit statuses of `ginnel`.
NO_SERVICE, UNKNOWN_PROFILE = 3, 4
MAX_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # unix(7), unix(4)
#: What identifies both ends where nothing else is said.
GATEWAY_ID = "gateway.example"
CLIENT_ID = "alice@example"
POOLS = ("10.99.0.0/24", "fd99::/112")

_ANSWERED = re.compile(r"icmp_seq=(\d+) ttl=")
#: How long pings wait for answers after the last was due.
PATIENCE_S = 10
_COUNTS = re.compile(r"(\d+) packets transmitted, (\d+) received(?:, \+(\d+) duplicates)?")
_TIMES = re.compile(r"rtt min/avg/max/mdev = [\d.]+/([\d.]+)/([\d.]+)/")


def eventually(
    ready: Callable[[], bool], what: str, *, timeout_s: float = START_S, alive: Sequence[Process] = ()
) -> None:
    """Wait until `ready`. Raises LabError after `timeout_s`, or when one of `alive` has ended."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        for process in alive:
            if not process.running():
                raise LabError(f"{process.label} ended while waiting for {what}:\n{process.tail()}")
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.02)


class CommandError(LabError):
    """`ginnel` ended with an error; `code` is its identifier, `status` its exit status."""

    def __init__(self, words: str, status: int, code: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code


class Service:
    """`ginneld` in a host, and `ginnel` speaking to it."""

    def __init__(self, host: Host, *args: str, folder: str = "ginneld") -> None:
        self.host = host
        self.args = args
        self.folder = host.lab.directory / f"{host.name}-{folder}"
        self.folder.mkdir(mode=0o755, exist_ok=True)
        self.socket = self.folder / "run" / "ginneld.sock"
        if len(os.fsencode(self.socket)) > MAX_SOCKET_PATH:
            raise LabError(f"{self.socket} is too long for a socket: set TMPDIR to a shorter path")
        self.start()

    def start(self) -> None:
        """Start the service; it may have been stopped or killed before."""
        self.process = self.host.python(
            *("-m", "ginnel_service.daemon", "--runtime-dir", str(self.folder / "run")),
            *("--state-dir", str(self.folder / "state"), *self.args),
            label="ginneld",
        )
        eventually(self._answers, "the service's socket", alive=[self.process])

    def ginnel(self, *args: str, stdin: str | None = None, timeout_s: float = 60.0) -> dict[str, Any]:
        """The JSON that a command prints. Raises CommandError."""
        done = self.host.run(
            [sys.executable, "-m", "ginnel_service.cli.main", "--json", *args],
            stdin=stdin, check=False, timeout_s=timeout_s, env={"GINNEL_SOCKET": str(self.socket)},
        )  # fmt: skip
        try:
            answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        except (ValueError, IndexError):
            answer = {}
        if done.returncode != 0:
            error = answer.get("error", {})
            words = f"{error.get('cause', done.stderr.strip()[-1500:])} {error.get('remedy', '')}"
            raise CommandError(
                f"ginnel {' '.join(args)}: {words.strip()}", done.returncode, error.get("code", "")
            )
        return answer

    def create(self, profile: Mapping[str, Any], psk: str) -> None:
        """Store `profile` (its TOML as nested mappings) with its key; the key goes through standard input."""
        file = self.folder / f"{profile['name']}.toml"
        file.write_bytes(tomli_w.dumps(profile).encode())
        self.ginnel(
            "create", str(profile["name"]), "--file", str(file), "--psk-stdin", "--replace", stdin=psk
        )

    def status(self, name: str) -> dict[str, Any]:
        """What `ginnel --json status NAME` prints, without a process for it. Raises CommandError."""
        with self._looking() as looking:
            return self._look(looking, name)

    def wait_for(self, name: str, ready: Callable[[dict[str, Any]], bool], what: str, **more: Any) -> None:
        """Wait until the status of `name` is as `ready` wants it."""
        with self._looking() as looking:
            eventually(lambda: ready(self._look(looking, name)), what, alive=[self.process], **more)

    def wait_for_rekey(self, name: str, what: str, *, count: int = 1) -> None:
        """Wait until the SA `what` ("ike" or "child") was replaced `count` times since `up`."""
        self.wait_for(name, lambda status: status["rekeys"][what] >= count, f"{count} rekeys of {what}")

    def _look(self, looking: Looking, name: str) -> dict[str, Any]:
        found = looking.status(name)
        if found is None:
            raise CommandError(f"there is no profile {name}", UNKNOWN_PROFILE, "unknown_profile")
        return found

    @contextmanager
    def _looking(self) -> Iterator[Looking]:
        """Raises CommandError where the service is not there, or goes meanwhile."""
        try:
            with closing(Looking(self.socket)) as looking:
                yield looking
        except OSError as error:
            raise CommandError(f"ginneld: {error}", NO_SERVICE, "service_not_running") from None

    def _answers(self) -> bool:
        try:
            with self._looking():
                return True
        except CommandError:
            return False


@dataclass(slots=True, kw_only=True)
class GatewayOptions:
    """Beyond what `Gateway` fills in; names are those of the gateway's TOML file."""

    identity: str = GATEWAY_ID
    user: str = CLIENT_ID
    subnets: Sequence[str] = ("0.0.0.0/0", "::/0")
    pairing: str = "any"
    dns: Sequence[str] = ()
    ike_proposals: Sequence[str] = ()
    esp_proposals: Sequence[str] = ()
    tcp_ports: Sequence[int] = (4500,)
    tls: bool = False
    timing: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)  # further fields and tables


class Gateway:
    """`ginnel gateway run` in a host."""

    def __init__(self, host: Host, psk: str, options: GatewayOptions | None = None) -> None:
        options = options or GatewayOptions()
        self.host = host
        folder = host.lab.directory / f"{host.name}-gateway"
        folder.mkdir(mode=0o700, exist_ok=True)
        config = {
            "identity": options.identity,
            "pool_ipv4": POOLS[0],
            "pool_ipv6": POOLS[1],
            "subnets": list(options.subnets),
            "pairing": options.pairing,
            "dns": list(options.dns),
            "ike_proposals": list(options.ike_proposals),
            "esp_proposals": list(options.esp_proposals),
            "tcp_ports": list(options.tcp_ports),
            "tls": options.tls,
            "timing": dict(options.timing),
            "users": [{"id": options.user, "psk": psk}],
            **options.more,
        }
        write_private(folder / "gateway.toml", tomli_w.dumps(config).encode())
        log = host.lab.directory / f"{host.name}-gateway.log"
        self._past = log.stat().st_size if log.exists() else 0  # of one that ran here before
        self.process = host.python(
            *("-m", "ginnel_service.cli.main", "--json", "gateway", "run"),
            *("--config", str(folder / "gateway.toml"), "--state-dir", str(folder / "state")),
            label="gateway",
        )
        self.wait_for("listening")

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What it reported so far."""
        found = []
        for line in self.process.log.read_bytes()[self._past :].splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("event") == kind:
                found.append(event)
        return found

    def wait_for(self, kind: str, *, count: int = 1, timeout_s: float = START_S) -> list[dict[str, Any]]:
        """Wait until `count` events of `kind` were reported."""
        eventually(
            lambda: len(self.events(kind)) >= count,
            f"{count} times {kind} at the gateway",
            timeout_s=timeout_s,
            alive=[self.process],
        )
        return self.events(kind)


@dataclass(frozen=True, slots=True)
class Pings:
    """The outcome of one ping(8)."""

    sent: int
    received: int
    duplicates: int
    rtt_ms: float | None  # on average

    @property
    def lost(self) -> int:
        return self.sent - self.received


def parse_pings(text: str) -> Pings:
    """Read ping's summary. Raises LabError when there is none."""
    counts, times = _COUNTS.search(text), _TIMES.search(text)
    if counts is None:
        raise LabError(f"ping did not finish:\n{text[-1000:]}")
    return Pings(
        int(counts[1]), int(counts[2]), int(counts[3] or 0), float(times[1]) if times is not None else None
    )


def start_ping(host: Host, address: str, count: int, *, interval_s: float = 0.002) -> Callable[[], Pings]:
    """Begin pinging; what it returns waits for the outcome.

    Without a deadline ping waits for its last answer no longer than for the slowest before it, and calls
    one that is a little later lost. With one it goes on until it has `count` answers.
    """
    deadline_s = int(count * interval_s) + PATIENCE_S
    argv = ["ping", "-n", "-c", str(count), "-i", str(interval_s), "-w", str(deadline_s), address]
    process = host.popen(argv, label=f"ping-{secrets.token_hex(3)}")

    def finish() -> Pings:
        process.popen.wait(deadline_s + PATIENCE_S)
        text = process.log.read_text()
        summary = parse_pings(text)
        answered = sorted({int(number) for number in _ANSWERED.findall(text)})[:count]
        if len(answered) < count:
            return summary
        # ping did not wait for what it sent while the last of these was under way
        return replace(summary, sent=answered[-1], received=count)

    return finish


def ping(host: Host, address: str, count: int, *, interval_s: float = 0.002) -> Pings:
    return start_ping(host, address, count, interval_s=interval_s)()


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file that went over HTTP; the hash is of what arrived."""

    octets: int
    seconds: float
    sha256: str

    @property
    def megabits_s(self) -> float:
        return self.octets * 8 / self.seconds / 1e6


class FileServer:
    """A file of random octets behind a small HTTP server in a host."""

    def __init__(self, host: Host, octets: int) -> None:
        self.file = host.lab.directory / f"{host.name}-payload"
        data = os.urandom(octets)
        self.file.write_bytes(data)
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.process = host.python("-m", "ginnel_service.demo.web", "serve", str(self.file), label="http")
        probe = [
            sys.executable,
            "-c",
            f"import socket; socket.create_connection(('127.0.0.1', {web.PORT}), 1).close()",
        ]
        eventually(
            lambda: host.run(probe, check=False).returncode == 0, "the HTTP server", alive=[self.process]
        )

    def download(self, client: Host, address: str) -> Transfer:
        return self._run(client, "get", url_of(address))

    def upload(self, client: Host, address: str) -> Transfer:
        return self._run(client, "put", url_of(address), str(self.file))

    def _run(self, client: Host, *args: str) -> Transfer:
        done = client.run(
            [sys.executable, "-m", "ginnel_service.demo.web", *args], timeout_s=web.TIMEOUT_S + 30
        )
        return Transfer(**json.loads(done.stdout))


def url_of(address: str) -> str:
    return f"http://[{address}]:{web.PORT}/" if ":" in address else f"http://{address}:{web.PORT}/"


def network_state(host: Host) -> str:
    """Devices, addresses, rules and routes of a host, as text that compares."""
    commands = (
        ("ip", "-o", "link"),
        ("ip", "-o", "addr"),
        ("ip", "-4", "rule"),
        ("ip", "-6", "rule"),
        ("ip", "-4", "route", "show", "table", "all"),
        ("ip", "-6", "route", "show", "table", "all"),
    )
    return "\n".join(host.run(command).stdout for command in commands)


def write_private(file: Path, data: bytes) -> None:
    """Write `file` with mode 0600 from its first moment."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(data)
