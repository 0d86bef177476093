"""A Mac and a FreeBSD machine at home: a router, two uplinks of which one is there, a tunnel's device.

router 192.168.1.1, fe80::1 --- em0/en0 (192.168.1.5/24, 2001:db8:1::5/64, default routes)   [ginnel0/utun4]
"""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

from ginnel_service.net.base import Wanted
from ginnel_service.net.bsd.layout import Layout
from ginnel_service.net.bsd.monitor import way
from ginnel_service.net.bsd.network import BsdNetwork
from ginnel_service.net.firewall.pfctl import Runner
from helpers.bsd_kernel import ETHERNET, IFT_ETHER, IFT_TUNNEL, TUNNEL, FakeKernel
from helpers.packet_filter import FakePf

GATEWAY = "198.51.100.7"
OTHER_GATEWAY = "203.0.113.9"


def uplink(kernel: FakeKernel) -> str:
    return "en0" if kernel.layout.system == "darwin" else "em0"


def other_uplink(kernel: FakeKernel) -> str:
    return "en1" if kernel.layout.system == "darwin" else "wlan0"


def device(kernel: FakeKernel) -> str:
    return "utun4" if kernel.layout.system == "darwin" else "ginnel0"


def home(layout: Layout) -> FakeKernel:
    kernel = FakeKernel(layout)
    name = uplink(kernel)
    kernel.attach(name, ETHERNET, IFT_ETHER)
    kernel.attach(other_uplink(kernel), ETHERNET, IFT_ETHER)
    join(kernel, name, "192.168.1.5/24", "192.168.1.1", "2001:db8:1::5/64")
    return kernel


def join(kernel: FakeKernel, name: str, own: str, router: str, own6: str = "") -> None:
    """A network by DHCP, and by router advertisement."""
    index = kernel.index(name)
    kernel.hold(name, own)
    kernel.route("0.0.0.0/0", via=router, dev=name)
    if own6:
        kernel.hold(name, f"fe80::5%{index}/64")
        kernel.hold(name, own6)
        kernel.route("::/0", via=f"fe80::1%{index}", dev=name)


def part(kernel: FakeKernel, name: str) -> None:
    """Out of the network: its routes first, then its addresses."""
    index = kernel.index(name)
    for entry in [each for each in kernel.tables[0] if each.index == index and not each.network.prefixlen]:
        kernel.unroute(str(entry.network))
    for held in list(kernel.nics[index].held):
        kernel.leave(name, str(held.address))


def open_tun(kernel: FakeKernel) -> str:
    name = device(kernel)
    kernel.nics[kernel.attach(name, TUNNEL, IFT_TUNNEL, cloned=True)].opened = True
    return name


def network(kernel: FakeKernel, state: Path, pf: Runner | None = None, **more: object) -> BsdNetwork:
    run = pf if pf is not None else FakePf()
    return BsdNetwork(state, kernel=kernel, pfctl=run, dns="file", **more)  # type: ignore[arg-type]


def bury(dead: BsdNetwork) -> None:
    """What the kernel closes of a process that is gone."""
    if dead._journal is not None:
        dead._journal.close()


def outer(kernel: FakeKernel, gateway: str) -> str:
    """The link by which our own sockets reach a gateway: on macOS they are bound to the way's device."""
    if kernel.layout.system == "freebsd":
        return kernel.send_packet(gateway)
    found = way(gateway, 0, kernel)
    return kernel.nics[found.device].name if found is not None else ""


def full(kernel: FakeKernel, gateway: str = GATEWAY, **more: object) -> Wanted:
    wanted = {
        "device": device(kernel),
        "mtu": 1400,
        "addresses": (ip_interface("10.9.0.5/32"), ip_interface("fd00:9::5/128")),
        "routes": (ip_network("0.0.0.0/0"), ip_network("::/0")),
        "gateways": (ip_address(gateway),),
    }
    return Wanted(**{**wanted, **more})  # type: ignore[arg-type]
