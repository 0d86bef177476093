"""The monitor on a real kernel. Run by test_monitor.py, each scenario in a network namespace of its own."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from collections.abc import Callable

from ginnel_service.net.base import Way
from ginnel_service.net.linux.monitor import NetworkWatch, way

FAR = "198.51.100.2"
FAR_SIX = "2001:db8:f::2"


def ip(*lines: str) -> None:
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", check=True, text=True)


def uplinks() -> None:
    for number, name in ((1, "one"), (2, "two")):
        ip(
            f"link add {name} type veth peer name far{number}",
            f"link set far{number} up",
            f"link set {name} up",
            f"addr add 192.0.{number}.10/24 dev {name}",
            f"addr add 2001:db8:{number}::10/64 dev {name} nodad",
        )


def a_way_names_address_device_and_next_hop() -> None:
    uplinks()
    assert way(FAR, 0) is None
    assert way(FAR_SIX, 0) is None
    ip("route add default via 192.0.1.1 dev one", "route add ::/0 via 2001:db8:1::1 dev one")
    first = way(FAR, 0)
    assert first is not None
    assert (first.local, first.gateway) == ("192.0.1.10", "192.0.1.1")
    six = way(FAR_SIX, 0)
    assert six is not None
    assert (six.local, six.gateway, six.device) == ("2001:db8:1::10", "2001:db8:1::1", first.device)
    ip("route replace default via 192.0.2.1 dev two")
    second = way(FAR, 0)
    assert second is not None
    assert second.local == "192.0.2.10"
    assert second.device != first.device
    assert way("192.0.1.77", 0) == Way("192.0.1.10", first.device, "")


def a_mark_chooses_the_way() -> None:
    uplinks()
    ip(
        "route add default via 192.0.1.1 dev one",
        "route add default via 192.0.2.1 dev two table 77",
        "rule add fwmark 0x4d table 77",
    )
    chosen = [way(FAR, mark) for mark in (0, 0x4D)]
    assert [found.local for found in chosen if found is not None] == ["192.0.1.10", "192.0.2.10"]


def a_link_without_a_carrier_is_no_way() -> None:
    uplinks()
    ip("route add default via 192.0.1.1 dev one")
    assert way(FAR, 0) is not None
    ip("link set far1 down")
    deadline = time.monotonic() + 5
    while way(FAR, 0) is not None:  # the kernel takes up to a second to say so
        assert time.monotonic() < deadline
        time.sleep(0.02)


def every_change_is_heard() -> None:
    watch = NetworkWatch()

    def heard() -> bool:
        ready = bool(select.select([watch], [], [], 1)[0])
        watch.drain()
        return ready

    changes: tuple[Callable[[], None], ...] = (
        uplinks,
        lambda: ip("addr add 192.0.1.11/24 dev one"),
        lambda: ip("addr add 2001:db8:1::11/64 dev one nodad"),
        lambda: ip("route add 198.51.100.0/24 via 192.0.1.1"),
        lambda: ip("route add 2001:db8:f::/64 via 2001:db8:1::1"),
        lambda: ip("link set two down"),
        lambda: ip("addr del 192.0.1.11/24 dev one"),
    )
    for change in changes:
        change()
        assert heard()
        while select.select([watch], [], [], 0.05)[0]:  # what came late
            watch.drain()
    watch.close()


if __name__ == "__main__":
    ip("link set lo up")
    globals()[sys.argv[1]]()
