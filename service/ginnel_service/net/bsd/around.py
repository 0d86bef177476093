"""What stands around a tunnel on this machine: links, routes, and whether traffic is stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..base import Reach, Surroundings
from ..firewall.pfctl import PacketFilter, PfError, Runner, run_pfctl
from .kernel import Kernel, SystemKernel
from .layout import IFF_POINTOPOINT
from .monitor import way
from .sight import Sight


def look_around(hosts: Sequence[str], mark: int, kernel: Kernel | None = None) -> Surroundings:
    """By the kernel's dumps; `mark` is for the systems that have them. Raises OSError."""
    kernel = kernel if kernel is not None else SystemKernel()
    sight = Sight(kernel)
    tunnels = {
        device.name for device in sight.devices.values() if device.up and device.flags & IFF_POINTOPOINT
    }
    found = [(host, way(host, mark, kernel)) for host in hosts]
    ways = [
        (host, sight.devices[each.device].name)
        for host, each in found
        if each is not None and each.device in sight.devices  # and did not come a moment ago
    ]
    return Surroundings(reaches=tuple(_reaches(sight)), tunnels=frozenset(tunnels), ways=tuple(ways))


def _reaches(sight: Sight) -> Iterator[Reach]:
    for device in sight.devices.values():
        for address in device.addresses:
            network = address.network
            if network.num_addresses > 1 and not network.is_link_local and not device.is_loopback:
                yield Reach(network, device.name, on_link=True)
    for route in sight.routes:
        network, through = route.network, sight.devices.get(route.index)
        if through is None or route.leads_nowhere or network.is_link_local or network.is_multicast:
            continue
        yield Reach(network, through.name)


def kill_switch_stands(kernel: Kernel | None = None, pfctl: Runner = run_pfctl) -> bool:
    """Whether ours is in pf. Raises OSError; where pf cannot be asked there is none."""
    kernel = kernel if kernel is not None else SystemKernel()
    try:
        return PacketFilter(kernel.layout.system, Path("/var/db/ginnel"), pfctl).stands("killswitch")
    except PfError:
        return False
