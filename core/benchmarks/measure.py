"""Traffic through a tunnel and what it cost: iperf3(1), ping(8)."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from ginnel_service.demo.lab import Host, LabError, LabUnavailableError, Process
from ginnel_service.demo.rig import eventually

from .peers.base import Tunnel
from .procfs import busy_s, processes_s
from .search import Trial

PING_INTERVAL_S = 0.01
PATIENCE_S = 10.0
#: Wanted of the sockets at both ends of a UDP test, so that the tunnel loses what is lost, not they.
UDP_BUFFER_OCTETS = 4 << 20

_REPLY = re.compile(r"icmp_seq=\d+ .*time=([\d.]+) ms")


class MeasureError(RuntimeError):
    """A measuring program failed; the text holds its words."""


#: What may go wrong while something is measured, and is noted before the rest goes on.
FAILURES = (LabError, LabUnavailableError, MeasureError, OSError, subprocess.SubprocessError)


class Transfer(NamedTuple):
    """One TCP transfer. CPU seconds are per 10^9 octets that arrived."""

    mbit_s: float
    cpu: float  # of the whole machine
    cpu_tunnel: float
    cpu_client: float


class Iperf:
    """iperf3 through a tunnel; its server runs until the lab ends."""

    def __init__(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel
        self._count = 0
        self._serve()

    def tcp(self, seconds: int, *, streams: int = 1, reverse: bool = False) -> Transfer:
        """One transfer from the client, or to it. Raises MeasureError."""
        tunnel = self._tunnel
        before = busy_s(), processes_s(tunnel.client_pids), processes_s(tunnel.server_pids)
        end = self._run(seconds, "-P", str(streams), *(["-R"] if reverse else []))["end"]
        after = busy_s(), processes_s(tunnel.client_pids), processes_s(tunnel.server_pids)
        machine, client, server = (b - a for a, b in zip(before, after, strict=True))
        received = end["sum_received"]
        gigabytes = received["bytes"] / 1e9
        if not gigabytes:
            raise MeasureError("nothing arrived")
        return Transfer(
            received["bits_per_second"] / 1e6,
            machine / gigabytes,
            (client + server) / gigabytes,
            client / gigabytes,
        )

    def udp(self, mbit_s: float, octets: int, seconds: int = 1) -> Trial:
        """Datagrams of `octets` from the client at a steady rate; a test that breaks down lost everything."""
        try:
            end = self._run(
                seconds, "-u", "-b", f"{mbit_s * 1e6:.0f}", "-l", str(octets), "-w", str(udp_buffer())
            )["end"]["sum"]
        except MeasureError:
            self._server.stop()
            self._serve()
            return Trial(0.0, 1.0)
        sent = end["packets"]
        lost = end["lost_packets"] / sent if sent else 1.0
        return Trial(end["bits_per_second"] / 1e6 * (1 - lost), lost)

    def rtt_loaded(self, seconds: int) -> float:
        """The median round trip in milliseconds while one TCP stream runs."""
        running = self._tunnel.client.popen(self._command(seconds, "-P", "1"), label=f"iperf3-{self._next()}")
        begun = 0.3  # the stream is at full speed by then
        count = max(10, int((seconds - 2 * begun) / PING_INTERVAL_S))
        rtts = ping(self._tunnel.client, self._tunnel.address, count, delay_s=begun, least=0.2)
        try:
            running.popen.wait(seconds + PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise MeasureError("iperf3 did not end") from None
        _end_of(running.log.read_text())
        return statistics.median(rtts)

    def _serve(self) -> None:
        self._server: Process = self._tunnel.server.popen(
            ["iperf3", "-s", "-B", self._tunnel.address, "--forceflush"],
            label=f"iperf3-server-{self._next()}",
        )
        eventually(
            lambda: "listening" in self._server.log.read_text(), "iperf3's server", alive=[self._server]
        )

    def _command(self, seconds: int, *more: str) -> list[str]:
        return [
            "iperf3",
            "-c",
            self._tunnel.address,
            "-t",
            str(seconds),
            "-J",
            "--connect-timeout",
            "3000",
            *more,
        ]

    def _run(self, seconds: int, *more: str) -> dict[str, Any]:
        try:
            done = self._tunnel.client.run(
                self._command(seconds, *more), check=False, timeout_s=seconds + PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            raise MeasureError("iperf3 did not end") from None
        return _end_of(done.stdout)

    def _next(self) -> int:
        self._count += 1
        return self._count


def _end_of(text: str) -> dict[str, Any]:
    """iperf3's JSON. Raises MeasureError where it holds no result."""
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        raise MeasureError(f"iperf3 said: {text[-300:]}") from None
    if "error" in answer:
        raise MeasureError(f"iperf3: {answer['error']}")
    return answer


def ping(host: Host, address: str, count: int, *, delay_s: float = 0.0, least: float = 0.9) -> list[float]:
    """Each reply's round trip in milliseconds. Raises MeasureError when less than the part `least` came."""
    command = ["ping", "-n", "-i", str(PING_INTERVAL_S), "-c", str(count), "-W", "1", address]
    if delay_s:
        command = ["sh", "-c", f'sleep {delay_s}; exec "$@"', "sh", *command]
    done = host.run(command, check=False, timeout_s=count * PING_INTERVAL_S + delay_s + PATIENCE_S)
    rtts = replies(done.stdout)
    if len(rtts) < max(1.0, least * count):
        raise MeasureError(f"{len(rtts)} of {count} pings were answered {done.stderr[-200:]}")
    return rtts


def replies(text: str) -> list[float]:
    """The round trips that ping's output tells one by one."""
    return [float(number) for number in _REPLY.findall(text)]


def udp_buffer() -> int:
    """What the kernel lets any socket have, up to UDP_BUFFER_OCTETS."""
    limits = (int(Path(f"/proc/sys/net/core/{name}").read_text()) for name in ("rmem_max", "wmem_max"))
    return min(UDP_BUFFER_OCTETS, *limits)
