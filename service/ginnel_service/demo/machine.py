"""The demo where there are no network namespaces: on the machine itself, which is the client.

One real ginneld gives it a device, addresses and two narrow routes, of networks that lead nowhere on this
machine. Its gateway is in this process, on loopback, and so is the host behind that (`within`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final, Self

import tomli_w

from ginnel_service.gateway.config import parse
from ginnel_service.net.machine import look_around
from ginnel_service.process.privileges import may_change_the_network

from . import web
from .lab import Host, Lab, LabError, LabUnavailableError, Process, environment
from .rig import CLIENT_ID, GATEWAY_ID, Pings, Service, Transfer, url_of
from .stages import Build
from .tcp import WebServer
from .within import GatewayWithin

LOOPBACK: Final = "127.0.0.1"
SLACK_S: Final = 30.0  # for pings, beyond what they take and their patience
PRIVATE: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918
TRIES: Final = 100  # in each of them
PAGE: Final = """<!DOCTYPE html>
<title>Ginnel</title>
<h1>You came through the tunnel</h1>
<p>This page was in an ESP packet a moment ago. <a href="/file">Here is a file.</a></p>
"""

#: What shows addresses, routes and rules, and what in a line of it would be ours beside our addresses.
_SHOWN: Final = (
    (
        ("ip", "-o", "addr"),
        ("ip", "-4", "rule"),
        ("ip", "-6", "rule"),
        ("ip", "-4", "route", "show", "table", "all"),
        ("ip", "-6", "route", "show", "table", "all"),
    )
    if sys.platform == "linux"
    else (("ifconfig",), ("netstat", "-rn"))
)
_OURS: Final = ("ginnel", "lookup") if sys.platform == "linux" else ("ginnel",)
_TUNNEL: Final = re.compile(r"ginnel\d+")


def why_unavailable() -> str | None:
    """Why the demo cannot use this machine, with the remedy, or None when it can."""
    if not may_change_the_network():
        return (
            "in one host it gives the machine itself a device and routes: run it as root, "
            "`sudo ginnel demo`, and everything is taken back when it ends"
        )
    if shutil.which(_SHOWN[0][0], path=environment()["PATH"]) is None:
        return f"{_SHOWN[0][0]} is missing, which shows that nothing is left; install iproute2"
    for _, name in socket.if_nameindex():
        if _TUNNEL.fullmatch(name):
            return f"{name} is a tunnel that is up; `ginnel down` first, so that the two do not meet"
    return None


class Here(Host):
    """This machine. What runs in it ends with us, by the leash that each has for its standard input."""

    def __init__(self, machine: Machine, leash: int) -> None:
        self.lab = machine
        self.name = "here"
        self.stdin = leash

    def command(self, argv: Sequence[str], *, cwd: Path | None = None) -> list[str]:
        return list(argv)

    def python(self, *args: str, label: str | None = None, env: Mapping[str, str] | None = None) -> Process:
        """`args` are "-m", a module, and what it takes."""
        return super().python("-m", "ginnel_service.demo.leash", *args[1:], label=label, env=env)


class Machine(Lab):
    """In the place of a lab: its one host is this machine. Entering raises LabUnavailableError."""

    def __enter__(self) -> Self:
        if (reason := why_unavailable()) is not None:
            raise LabUnavailableError(reason)
        self.gateway: GatewayWithin | None = None
        self.directory = Path(tempfile.mkdtemp(prefix="ginnel-demo-"))
        self._leash: tuple[int, ...] = os.pipe()
        self.here = Here(self, self._leash[0])
        return self

    def close(self) -> None:
        """The service first: it says goodbye to the gateway. Idempotent."""
        super().close()
        if self.gateway is not None:
            self.gateway.close()
        for end in self._leash:
            os.close(end)
        self._leash = ()


class OneHost:
    """A stage of `machine`; see `stages.Stage`."""

    client: Host
    service: Service

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.client = machine.here
        self.addresses: dict[str, str] = {}
        self.gateway: dict[str, Any] = {}

    def building(self, psk: str, octets: int) -> Iterator[Build]:
        def networks() -> str:
            self._networks = free_networks()
            for version, network in self._networks.items():
                self.addresses[version] = str(network[1])
            return f"{' and '.join(map(str, self._networks.values()))}, which lead nowhere here"

        def gateway() -> str:
            self._file = memoryview(os.urandom(octets))
            made = self._machine.gateway = GatewayWithin(parse(self._config(psk)), self._web_server())
            made.start()
            # It listens on no TCP port, so there is none to fall back to.
            self.gateway = {"server": LOOPBACK, "port": made.port, "transport": {"tcp": "never"}}
            return f"in this process, as {GATEWAY_ID}, at {LOOPBACK} port {made.port}"

        def service() -> str:
            self.service = Service(self.client)
            return f"ginneld, socket {self.service.socket}"

        yield "Choose networks", networks
        yield "Start the gateway", gateway
        yield "Start the service", service

    def _config(self, psk: str) -> bytes:
        pools = {f"pool_{version}": str(network) for version, network in self._networks.items()}
        return tomli_w.dumps(
            {
                "identity": GATEWAY_ID,
                "listen": [LOOPBACK],
                "tcp_ports": [],
                "device": "within",
                "subnets": list(pools.values()),
                "users_file": "",
                "users": [{"id": CLIENT_ID, "psk": psk}],
                **pools,
            }
        ).encode()

    def _web_server(self) -> WebServer:
        page = ("text/html", memoryview(PAGE.encode()))
        return WebServer(web.PORT, {"/": page, "/file": ("application/octet-stream", self._file)}.get)

    def start_ping(self, address: str, count: int, *, interval_s: float) -> Callable[[], Pings]:
        arguments = (address, str(count), str(interval_s))
        label = f"ping-{secrets.token_hex(3)}"
        process = self.client.python("-m", "ginnel_service.demo.pinging", *arguments, label=label)

        def finish() -> Pings:
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(count * interval_s + SLACK_S)
            if process.stop() != 0:
                raise LabError(f"pings to {address} did not finish:\n{process.tail()}")
            return Pings(**json.loads(process.log.read_text()))

        return finish

    def page(self) -> str:
        return url_of(self.addresses["ipv4"]) + "file"

    def download(self) -> Transfer:
        argv = [sys.executable, "-m", "ginnel_service.demo.web", "get", self.page()]
        return Transfer(**json.loads(self.client.run(argv, timeout_s=web.TIMEOUT_S + 30).stdout))

    def sha256(self) -> str:
        return hashlib.sha256(self._file).hexdigest()

    def touched(self) -> str:
        return f"Of your network, {' and '.join(map(str, self._networks.values()))} lead into it."

    def note(self) -> None:
        self._before = _lines()

    def left_behind(self) -> str:
        """Of ours alone: other things of a machine in use change by themselves."""
        marks = [*_OURS, *(_beginning(network) for network in self._networks.values())]
        new = _lines() - self._before
        return "\n".join(sorted(line for line in new if any(mark in line for mark in marks)))


def free_networks() -> dict[str, IPv4Network | IPv6Network]:
    """By "ipv4" and "ipv6", where the machine has that, one that overlaps nothing but default routes.

    Raises LabError.
    """
    taken = [reach.network for reach in look_around((), 0).reaches]
    found: dict[str, IPv4Network | IPv6Network] = {"ipv4": free_ipv4(taken)}
    if _has_ipv6():
        # RFC 4193: who draws 40 bits meets nobody
        network = IPv6Network((b"\xfd" + secrets.token_bytes(5) + bytes(10), 112))
        found["ipv6"] = network
    return found


def free_ipv4(taken: Sequence[IPv4Network | IPv6Network]) -> IPv4Network:
    """A /24 of a private network, drawn by lot. Raises LabError."""
    chance = secrets.SystemRandom()
    for whole in PRIVATE:
        for _ in range(TRIES):
            start = chance.randrange(int(whole.network_address), int(whole.broadcast_address), 256)
            network = IPv4Network((start, 24))
            # A default route, or the halves that VPNs make of it, is no place of anybody's.
            if not any(each.prefixlen > 1 and each.version == 4 and each.overlaps(network) for each in taken):
                return network
    raise LabError("every private network leads somewhere on this machine already")


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _beginning(network: IPv4Network | IPv6Network) -> str:
    """As programs write an address in it, however they shorten the rest."""
    separator = "." if network.version == 4 else ":"
    return separator.join(str(network.network_address).split(separator)[:3])


def _lines() -> set[str]:
    shown = [
        subprocess.run(command, capture_output=True, text=True, check=False, env=environment()).stdout
        for command in _SHOWN
    ]
    return {" ".join(line.split()) for text in shown for line in text.splitlines()}
