"""What was measured: samples by subject and quantity, and their statistics. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Quantity(StrEnum):
    """What a sample is of; the name holds the unit. Up is from the client to the server."""

    TCP_UP = "tcp_up_mbit_s"
    TCP_DOWN = "tcp_down_mbit_s"
    TCP_FOUR = "tcp_four_streams_mbit_s"
    CPU = "cpu_s_per_gb"  # of the whole machine, in both directions of one TCP stream
    CPU_TUNNEL = "cpu_tunnel_s_per_gb"  # of the tunnel's own processes
    CPU_CLIENT = "cpu_client_s_per_gb"  # of those at the client's end
    RTT = "rtt_idle_ms"
    RTT_MIN = "rtt_idle_min_ms"
    RTT_LOADED = "rtt_loaded_ms"
    UDP_1300 = "udp_1300_mbit_s"
    UDP_200 = "udp_200_mbit_s"
    SEAL = "seal_ns"
    SEAL_RAW = "seal_raw_ns"
    SEAL_RATIO = "seal_ratio"
    OPEN = "open_ns"
    OPEN_RAW = "open_raw_ns"
    OPEN_RATIO = "open_ratio"
    MEMORY = "memory_mb"
    INSTALL = "install_s"
    CONNECT_ECHO = "connect_echo_ms"  # from the command to the first answered echo
    CONNECT_TOLD = "connect_told_ms"  # from the command to the word that it is done
    CONNECT_IKE = "connect_ike_ms"  # of that, the IKE exchanges on the wire
    CONNECT_CPU = "connect_cpu_ms"  # of the client, until then
    HANDSHAKES = "handshakes_s"
    HELD_PYTHON = "session_python_kb"
    HELD_RESIDENT = "session_resident_kb"


class Statistic(NamedTuple):
    """Of one quantity's samples."""

    median: float
    low: float
    high: float
    samples: int


def statistic(samples: Sequence[float]) -> Statistic | None:
    """None without samples."""
    if not samples:
        return None
    return Statistic(statistics.median(samples), min(samples), max(samples), len(samples))


def ratio(over: float | None, under: float | None) -> float | None:
    """None where one of the two is missing or nothing was measured below the line."""
    return None if over is None or not under else over / under


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be measured. `round` counts from 1; 0: in every round."""

    subject: str
    round: int
    words: str


@dataclass(slots=True)
class Results:
    """All samples of a run. A subject is a peer's key, a cipher's name, or what a part calls it."""

    samples: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)

    def add(self, subject: str, quantity: Quantity, value: float) -> None:
        self.samples.setdefault(subject, {}).setdefault(quantity, []).append(value)

    def stat(self, subject: str, quantity: Quantity) -> Statistic | None:
        return statistic(self.samples.get(subject, {}).get(quantity, ()))

    def median(self, subject: str, quantity: Quantity) -> float | None:
        found = self.stat(subject, quantity)
        return None if found is None else found.median

    def measured(self, subject: str, *quantities: Quantity) -> bool:
        """Whether there is a sample of any of `quantities`, of anything when none is named."""
        found = self.samples.get(subject, {})
        return any(found.get(quantity) for quantity in (quantities or found))

    def summary(self) -> dict[str, dict[str, dict[str, float]]]:
        """Every statistic, for the JSON file."""
        return {
            subject: {
                quantity: found._asdict()
                for quantity, values in quantities.items()
                if (found := statistic(values)) is not None
            }
            for subject, quantities in self.samples.items()
        }
