"""A program that has a network service's rights in a host, for tests to see what that does from outside.

`machine.py switch STATE JSON` sets the kill switch and ends, `null` lifts it. `machine.py tunnel STATE JSON`
makes tun0 a full tunnel until it is killed; JSON changes `Wanted`. What enters it goes nowhere, but whoever
is pinged through it answers.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from pathlib import Path
from typing import Any

from ginnel_service.demo.lab import Host, Process
from ginnel_service.net.base import KillSwitch, Wanted
from ginnel_service.net.linux.network import LinuxNetwork
from net.world import open_tun

VIRTUAL = ("10.9.0.5", "fd00:9::5")
WANTED = Wanted(
    device="tun0",
    mtu=1400,
    addresses=(ip_interface("10.9.0.5/32"), ip_interface("fd00:9::5/128")),
    routes=(ip_network("0.0.0.0/0"), ip_network("::/0")),
)


def switch(host: Host, **wanted: object) -> None:
    """Set the kill switch in `host`, with fields of `KillSwitch`."""
    _run(host, json.dumps(wanted))


def lift(host: Host) -> None:
    _run(host, "null")


def _run(host: Host, text: str) -> None:
    state = host.lab.directory / "switch"
    host.run([sys.executable, __file__, "switch", str(state), text])


def hold_tunnel(host: Host, **changes: object) -> Process:
    """A tunnel that stands in `host` when this returns; pings are answered, all else is swallowed."""
    state = host.lab.directory / "tunnel"
    process = host.python(__file__, "tunnel", str(state), json.dumps(changes), label="tunnel")
    while "ready" not in process.log.read_text():
        assert process.running(), process.tail()
    process.log.write_text("")
    return process


def main(what: str, state: Path, wanted: Any) -> None:
    network = LinuxNetwork(state)
    if what == "switch":
        network.set_kill_switch(None if wanted is None else KillSwitch(**_tuples(wanted)))
        return
    tun = open_tun("tun0")
    network.apply("a", replace(WANTED, **_tuples(wanted)))
    print("ready", flush=True)
    while True:
        answer = _pong(os.read(tun, 65536))
        if answer is not None:
            os.write(tun, answer)


def _pong(packet: bytes) -> bytes | None:
    """The answer to an echo request (RFC 792, RFC 4443): addresses change places, the type is another one."""
    at, ends, request, reply = (20, 12, 8, 0) if packet[0] >> 4 == 4 else (40, 8, 128, 129)
    if packet[6 if at == 40 else 9] not in (1, 58) or packet[at] != request:
        return None
    half = (at - ends) // 2
    checksum = (int.from_bytes(packet[at + 2 : at + 4]) + ((request - reply) << 8)) % 0xFFFF  # RFC 1624
    head = packet[:ends] + packet[ends + half : at] + packet[ends : ends + half]
    return head + bytes([reply, 0]) + checksum.to_bytes(2) + packet[at + 4 :]


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
