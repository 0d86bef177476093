"""Pings, as one line of JSON: `python -m ginnel_service.demo.pinging ADDRESS COUNT INTERVAL_S`.

Runs as its own process and knows nothing of the tunnel under it. The systems' own ping(8)s differ in what
they take, in how long they wait for the last answer, and in their words. Needs root, for raw sockets.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import time
from typing import Any, Final

from .packets import ECHO, echo

PATIENCE_S: Final = 10.0  # for what is not answered when the last was sent
_PADDING: Final = bytes(56)


def ping(address: str, count: int, interval_s: float) -> dict[str, Any]:
    """What came of `count` pings, in the fields of `rig.Pings`. Raises OSError."""
    version = 6 if ":" in address else 4
    family, protocol = (
        (socket.AF_INET6, socket.IPPROTO_ICMPV6) if version == 6 else (socket.AF_INET, socket.IPPROTO_ICMP)
    )
    identifier = os.getpid() & 0xFFFF
    sent_at: list[float] = []
    times: dict[int, float] = {}
    duplicates = 0
    with socket.socket(family, socket.SOCK_RAW, protocol) as asking:
        asking.connect((address, 0))
        due = begun = time.perf_counter()
        ends = begun + count * interval_s + PATIENCE_S
        while len(times) < count and (now := time.perf_counter()) < ends:
            if len(sent_at) < count and now >= due:
                rest = struct.pack("!HH", identifier, len(sent_at)) + _PADDING
                sent_at.append(now)
                asking.send(echo(ECHO[version][0], rest))  # of ICMPv6 the kernel makes the checksum
                due += interval_s
            waits = (due if len(sent_at) < count else ends) - time.perf_counter()
            if not select.select([asking], [], [], max(waits, 0))[0]:
                continue
            number = _answered(asking.recv(2048), version, identifier)
            if number is None or number >= len(sent_at):
                continue
            duplicates += number in times
            times.setdefault(number, time.perf_counter() - sent_at[number])
    rtt_ms = 1000 * sum(times.values()) / len(times) if times else None
    return {"sent": len(sent_at), "received": len(times), "duplicates": duplicates, "rtt_ms": rtt_ms}


def _answered(data: bytes, version: int, identifier: int) -> int | None:
    """The number of our ping that `data` answers. A raw socket gives IPv4's header, too, and not IPv6's."""
    message = data[(data[0] & 15) * 4 :] if version == 4 else data
    if len(message) < 8 or message[0] != ECHO[version][1]:
        return None
    whose, number = struct.unpack_from("!HH", message, 4)
    return int(number) if whose == identifier else None


if __name__ == "__main__":
    print(json.dumps(ping(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
