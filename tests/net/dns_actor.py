"""LinuxNetwork in a process of its own: a line of JSON is a call, a line back is how it ended.

Run as a program with the state directory and whom to leave DNS to. `["die", count]` has it die at the so
manieth step or call from then on; without it, it lives.
Calls are `["apply", owner, fields]`, with `fields` of `Dns` and "routes", `["withdraw", owner]`,
`["check", fields]`, `["recover"]` and `["close"]`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

from ginnel_service.net.base import Dns, NetworkError, Wanted
from ginnel_service.net.dns.check import leak_check
from ginnel_service.net.linux.network import LinuxNetwork
from net.world import killed_at_call


def wanted(fields: dict[str, Any]) -> Wanted:
    told = {name: tuple(fields[name]) for name in ("search", "match") if name in fields}
    device = fields.get("device", "office")
    return Wanted(
        device=device,
        mtu=1400,
        addresses=(ip_interface("10.77.0.10/32"),) if device == "office" else (),
        routes=tuple(ip_network(route) for route in fields["routes"]),
        dns=Dns(
            servers=tuple(ip_address(server) for server in fields["servers"]),
            everything=fields.get("everything", True),
            **told,
        )
        if "servers" in fields
        else None,
    )


def carry_out(network: LinuxNetwork, call: list[Any]) -> object:
    match call:
        case ["apply", owner, fields]:
            network.apply(owner, wanted(fields))
        case ["withdraw", owner]:
            network.withdraw(owner)
        case ["recover"]:
            return network.recover()
        case ["check", fields]:
            dns = wanted(fields).dns
            assert dns is not None
            return [(found.id, found.severity, found.params) for found in leak_check(dns, "office")]
        case ["close"]:
            network.close()
    return None


def main() -> None:
    state, keeper = Path(sys.argv[1]), sys.argv[2]
    armed: list[Callable[[str], None]] = []

    def checkpoint(name: str) -> None:
        for each in armed:
            each(name)

    network = LinuxNetwork(state, dns=keeper, checkpoint=checkpoint)  # type: ignore[arg-type]
    for line in sys.stdin:
        call = json.loads(line)
        if call[0] == "die":
            armed.append(killed_at_call(int(call[1]), state))
        try:
            print(json.dumps({"returned": carry_out(network, call)}), flush=True)
        except NetworkError as error:
            print(json.dumps({"refused": error.code, "errno": error.errno}), flush=True)


if __name__ == "__main__":
    main()
