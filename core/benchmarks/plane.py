"""A packet path with static keys in a process of its own: `python -m benchmarks.plane --help`.

Run one as side 0 and one as side 1, each in a host. Writes a line of JSON when it is ready and another when
SIGTERM ends it. The keys are derived from the SPIs: nothing but a measurement should use this.
"""

from __future__ import annotations

import argparse
import hashlib
import ipaddress
import json
import os
import signal
import subprocess
import time
from typing import Any

from ginnel_core import DataPlane, Selector, Tun, UdpSocket

from .procfs import resident_mb

PORT = 4500
AES_GCM_16 = 20
#: Traffic selectors of SAs that are there but carry nothing: one host each.
OTHERS = int(ipaddress.IPv4Address("10.200.0.0"))


def network(text: str) -> Selector:
    """Every protocol and port of an IPv4 network."""
    parsed = ipaddress.IPv4Network(text)
    return Selector(0, 0, 65535, parsed.network_address.packed, parsed.broadcast_address.packed)


def key_of(spi: int) -> bytes:
    """A key of AES-GCM-128 and its salt."""
    return hashlib.sha256(spi.to_bytes(4, "big")).digest()[:20]


def install(plane: DataPlane, side: int, remote: tuple[str, int], inside: str, count: int) -> None:
    """`count` SAs each way. The first carries `inside`; the others are of single hosts, so more specific."""
    everything = [network("0.0.0.0/0")]
    for number in range(count):
        beyond = [network(inside) if number == 0 else network(f"{ipaddress.IPv4Address(OTHERS + number)}/32")]
        own, other = (0x10000 * (1 + end) + number for end in (side, 1 - side))
        plane.install_inbound(
            spi=other, encr=AES_GCM_16, encr_key=key_of(other), local=everything, remote=beyond
        )
        plane.install_outbound(
            spi=own, encr=AES_GCM_16, encr_key=key_of(own), local=everything, remote=beyond, peer=remote
        )


def say(values: dict[str, Any]) -> None:
    print(json.dumps(values), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", type=int, choices=(0, 1))
    parser.add_argument("--associations", type=int, default=1)
    parser.add_argument("--local", required=True)
    parser.add_argument("--remote", required=True)
    parser.add_argument("--inside", required=True)
    parser.add_argument("--mtu", type=int, required=True)
    arguments = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    before = resident_mb(os.getpid())
    tun = Tun("plane%d")
    udp = UdpSocket(arguments.local, PORT)
    plane = DataPlane(tun, [udp])
    plane.start()
    begun = time.perf_counter()
    inside = f"{arguments.inside}/24"
    install(
        plane, arguments.side, (arguments.remote, PORT), str(ipaddress.IPv4Interface(inside).network),
        arguments.associations,
    )  # fmt: skip
    took = time.perf_counter() - begun
    for command in (f"link set {tun.name} mtu {arguments.mtu} up", f"addr add {inside} dev {tun.name}"):
        subprocess.run(["ip", *command.split()], check=True)
    say({"install_s": took})

    signal.sigwait({signal.SIGTERM})
    features = getattr(plane, "features", dict)
    say(
        {
            "memory_mb": resident_mb(os.getpid()) - before,
            "features": features(),
            "counters": {name: value for name, value in plane.counters().items() if value},
        }
    )
    plane.stop()
    udp.close()
    tun.close()


if __name__ == "__main__":
    main()
