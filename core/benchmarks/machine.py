"""What a measurement ran on: figures mean nothing without it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ginnel_core.about import libcrypto
from ginnel_service.demo.lab import environment
from helpers.strongswan import CHARON

#: What of the processor's flags decides how fast the ciphers are.
FLAGS = ("aes", "vaes", "pclmulqdq", "vpclmulqdq", "avx2", "avx512f", "sha_ni", "asimd", "pmull", "sha2")
SYSCTLS = (
    "net/core/rmem_max",
    "net/core/wmem_max",
    "net/core/rmem_default",
    "net/core/netdev_max_backlog",
    "net/core/netdev_budget",
    "net/ipv4/tcp_congestion_control",
    "net/ipv4/tcp_rmem",
    "net/ipv4/tcp_wmem",
)
VERSIONS = {
    "strongSwan": ([str(CHARON), "--version"], r"([\d.]+)"),
    "wireguard-go": (["wireguard-go", "--version"], r"v([\d.]+)"),
    "OpenVPN": (["openvpn", "--version"], r"OpenVPN ([\d.]+)"),
    "iperf3": (["iperf3", "--version"], r"iperf ([\d.]+)"),
}


def describe() -> dict[str, Any]:
    """For the JSON file. `load` is the load average of the minute before."""
    cpu = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", cpu, re.MULTILINE)
    flags = set(found[1].split()) if found is not None else set()
    model = re.search(r"^model name\s*:\s*(.*)$", cpu, re.MULTILINE)
    return {
        "cpu": model[1] if model is not None else platform.machine(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "libcrypto": libcrypto(),
        "python": platform.python_version(),
        "sysctls": {name: _sysctl(name) for name in SYSCTLS},
        "versions": {
            name: version for name, (argv, at) in VERSIONS.items() if (version := _version(argv, at))
        },
        "ginnel": _output(["git", "describe", "--always", "--dirty", "--tags"]).strip(),
        "load": os.getloadavg()[0],
    }


def _sysctl(name: str) -> str:
    try:
        return " ".join(Path("/proc/sys", name).read_text().split())
    except OSError:
        return ""


def _version(argv: Sequence[str], at: str) -> str:
    found = re.search(at, _output(argv))
    return found[1] if found is not None else ""


def _output(argv: Sequence[str]) -> str:
    """What a program says, nothing where it is not there."""
    if shutil.which(argv[0], path=environment()["PATH"]) is None:
        return ""
    done = subprocess.run(
        argv,
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
        env=environment(),
        cwd=Path(__file__).parent,
    )
    return done.stdout + done.stderr if done.returncode in (0, 1) else ""
