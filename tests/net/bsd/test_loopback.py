"""A gateway on the machine itself and narrow routes to what is behind it, as of the demo in one host."""

from __future__ import annotations

from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest

from ginnel_service.net.bsd.layout import DARWIN, FREEBSD, Layout
from ginnel_service.net.bsd.monitor import way
from net.bsd.world import device, full, home, network, open_tun

LOOPBACK = "127.0.0.1"
BEHIND = ("10.149.83.1", "fd06:e6e7:9936::1")


@pytest.mark.parametrize("layout", [DARWIN, FREEBSD], ids=["darwin", "freebsd"])
def test_what_is_behind_is_reached_and_the_gateway_stays_on_loopback(layout: Layout, tmp_path: Path) -> None:
    kernel = home(layout)
    found = way(LOOPBACK, 0, kernel)
    assert found is not None
    assert (found.local, kernel.nics[found.device].name) == (LOOPBACK, "lo0")
    open_tun(kernel)
    before = kernel.snapshot()
    machine = network(kernel, tmp_path)
    wanted = full(
        kernel,
        LOOPBACK,
        addresses=(ip_interface("10.149.83.2/32"), ip_interface("fd06:e6e7:9936::2/128")),
        routes=(ip_network("10.149.83.0/24"), ip_network("fd06:e6e7:9936::/112")),
    )
    machine.apply("demo", wanted)
    assert [kernel.send_packet(host) for host in BEHIND] == [device(kernel)] * 2
    assert kernel.send_packet(LOOPBACK) == "lo0"
    assert kernel.send_packet("10.149.84.1") != device(kernel)
    assert way(LOOPBACK, 0, kernel) == found
    machine.close()
    assert kernel.snapshot() == before
