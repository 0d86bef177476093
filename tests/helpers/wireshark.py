"""Capture in a lab's host with tcpdump, and tshark as the judge of what was captured."""

from __future__ import annotations

import re
import shutil
import signal
import struct
import subprocess
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from ginnel_service.demo.lab import Host, environment
from ginnel_service.demo.rig import eventually

_COUNTS = re.compile(r"(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped")


class Capture:
    """tcpdump on one device of a host, into a file."""

    def __init__(self, host: Host, device: str, expression: str = "udp") -> None:
        self.file = host.lab.directory / f"{host.name}-{device}.pcap"
        self._process = host.popen(
            # every packet reaches the file at once; -Z root: the lab's directory is ours alone
            [
                "tcpdump",
                "-i",
                device,
                "-U",
                "--immediate-mode",
                "-Z",
                "root",
                "-B",
                "8192",
                "-w",
                str(self.file),
                *expression.split(),
            ],
            label="tcpdump",
        )
        eventually(lambda: "listening on" in self._process.said(), "tcpdump", alive=[self._process])
        self._passed_over = self._waiting()  # what came before its filter was set

    def stop(self) -> None:
        """Everything that has passed until now is in the file then."""
        eventually(lambda: self._waiting() <= self._passed_over, "what was captured", alive=[self._process])
        self._process.stop()

    def _waiting(self) -> int:
        """What the kernel has had for it, and it has not written: it says so at SIGUSR1 (tcpdump(1))."""
        before = len(self._counts())
        self._process.popen.send_signal(signal.SIGUSR1)
        eventually(lambda: len(self._counts()) > before, "tcpdump's counts", alive=[self._process])
        captured, received, dropped = map(int, self._counts()[-1])
        return received - captured - dropped

    def _counts(self) -> list[tuple[str, str, str]]:
        return _COUNTS.findall(self._process.said())


def fields(capture: Path, display_filter: str, *names: str, keys: Path | None = None) -> list[list[str]]:
    """The named fields of every packet that passes the filter. `keys` holds a `uat:` line per SA."""
    options = [
        argument
        for line in (keys.read_text().splitlines() if keys is not None else [])
        for argument in ("-o", line)
    ]
    wanted = [argument for name in names for argument in ("-e", name)]
    done = subprocess.run(
        [
            *("tshark", "-n", "-r", str(capture), "-Y", display_filter, "-T", "fields", *wanted),
            *("-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"),
            *options,
        ],
        capture_output=True, text=True, check=True, timeout=60, env=environment(),
    )  # fmt: skip
    return [line.split("\t") for line in done.stdout.splitlines()]


def why_missing() -> str | None:
    """Which of the tools is not installed, or None."""
    path = environment()["PATH"]
    missing = [tool for tool in ("tshark", "tcpdump") if shutil.which(tool, path=path) is None]
    return f"{', '.join(missing)} missing; apt-get install tshark tcpdump" if missing else None


def write_packets(file: Path, packets: Iterable[tuple[str, str, bytes]]) -> None:
    """A capture (pcap, LINKTYPE_RAW) of ESP packets, each with its outer source and destination, IPv4."""
    with file.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number, (source, target, packet) in enumerate(packets):
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(packet), number, 0, 64, 50, 0)
            datagram = head + ip_address(source).packed + ip_address(target).packed + packet
            out.write(struct.pack("<IIII", number, 0, len(datagram), len(datagram)) + datagram)
