"""What runs on a real Mac or FreeBSD, as root: devices, addresses, routes, DNS, pf, and the service itself.

Networks for documentation alone are routed (RFC 5737, RFC 3849), names below .test looked up (RFC 6761), and
the machine is as it was when a test ends.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from pathlib import Path

import pytest

from ginnel_core import Tun
from ginnel_service.net.base import Wanted
from ginnel_service.net.machine import SystemNetwork

MTU = 1380
ADDRESS4, ADDRESS6 = IPv4Interface("192.0.2.1/32"), IPv6Interface("2001:db8:1::1/128")
ROUTE4, ROUTE6 = IPv4Network("198.51.100.0/24"), IPv6Network("2001:db8:2::/64")


def output(*command: str) -> str:
    """What a program of the system says on both streams; its status does not matter."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False)
    return done.stdout.decode(errors="replace")


def eventually(true: Callable[[], bool], what: str, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"still not so after {seconds} s: {what}"
        time.sleep(0.05)


def routes() -> set[tuple[str, ...]]:
    """The table without what changes by itself: destination, next hop and device of what does not expire."""
    lines = [line.split() for line in output("netstat", "-rn").splitlines()]
    return {(line[0], line[1], line[3]) for line in lines if len(line) >= 4 and "link#" not in line[1]}


def wanted(device: str) -> Wanted:
    return Wanted(device=device, mtu=MTU, addresses=(ADDRESS4, ADDRESS6), routes=(ROUTE4, ROUTE6))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def device() -> Iterator[Tun]:
    made = Tun()
    with contextlib.closing(made):
        yield made


@pytest.fixture
def network(state: Path) -> Iterator[SystemNetwork]:
    made = SystemNetwork(state)
    with contextlib.closing(made):
        yield made


def packet_of(device: Tun, seconds: float = 5) -> bytes:
    """The next packet that the system gives to `device`, but for what it says to groups by itself."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if select.select([device], [], [], ends - time.monotonic())[0]:
            packet = os.read(device.fileno(), 65536)[4:]  # behind the family
            to_group = packet[24] == 0xFF if packet[0] >> 4 == 6 else packet[16] >= 224
            if not to_group:
                return packet
    raise AssertionError(f"no packet came to {device.name} in {seconds} s")
