"""A client with two uplinks, and what a move from one to the other costs.

                  192.0.2.0/24                198.51.100.0/24
            .10 ----------------- router ------------------- gateway ----- server
    client                          | 100.64.0.0/24
            .10 ----------------- antenna
                  203.0.113.0/24

IPv6 beside each: 2001:db8:1::/64 at the router, 2001:db8:3::/64 at the antenna. `nat` hides the client behind
the antenna's own address.
"""

from __future__ import annotations

import itertools
import re
import signal
from dataclasses import dataclass
from typing import Self

from ginnel_service.demo.lab import Host, Internet, Lab, default
from ginnel_service.demo.rig import eventually

FIRST = ("192.0.2.10", "2001:db8:1::10")
SECOND = ("203.0.113.10", "2001:db8:3::10")
_SEQUENCE = re.compile(r"icmp_seq=(\d+) ttl=")


class Roaming:
    """Begins at the router alone; the antenna's address is there, but no route leads over it."""

    def __init__(self, lab: Lab, net: Internet, *, nat: bool = False) -> None:
        self.net = net
        self.client = net.client
        self.antenna = lab.host("antenna")
        lab.link(
            self.client, self.antenna,
            (f"{SECOND[0]}/24", f"{SECOND[1]}/64"), ("203.0.113.1/24", "2001:db8:3::1/64"),
        )  # fmt: skip
        lab.link(
            self.antenna, net.router,
            ("100.64.0.2/24", "2001:db8:4::2/64"), ("100.64.0.1/24", "2001:db8:4::1/64"),
        )  # fmt: skip
        self.antenna.forward()
        default(self.antenna, "100.64.0.1", "2001:db8:4::1")
        if nat:
            self.antenna.masquerade("router")
        else:
            net.router.ip(
                "route add 203.0.113.0/24 via 100.64.0.2", "route add 2001:db8:3::/64 via 2001:db8:4::2"
            )

    def to_antenna(self) -> None:
        """The first uplink goes away as when a cable is drawn: address, routes and all."""
        self.client.ip(
            "addr del 192.0.2.10/24 dev router",
            "link set router down",
            "route replace default via 203.0.113.1 dev antenna",
            "route replace ::/0 via 2001:db8:3::1 dev antenna",
        )

    def to_router(self) -> None:
        self.client.ip(
            "link set router up",
            "addr replace 192.0.2.10/24 dev router",
            "addr replace 2001:db8:1::10/64 dev router nodad",
            "route replace default via 192.0.2.1 dev router",
            "route replace ::/0 via 2001:db8:1::1 dev router",
        )
        self.client.wait_for("2001:db8:1::10")

    def nowhere(self) -> None:
        self.client.ip("link set router down")


@dataclass(frozen=True, slots=True)
class Gap:
    """What a stream of pings lost: how many, and for how long at most."""

    lost: int
    longest_s: float


class Stream:
    """Pings while the block runs; `gap` tells afterwards what it lost before its last answer."""

    def __init__(self, client: Host, *, interval_s: float = 0.005) -> None:
        self._client, self._interval_s = client, interval_s
        self.gap = Gap(0, 0.0)

    def __enter__(self) -> Self:
        argv = ["ping", "-n", "-i", str(self._interval_s), Internet.SERVER[0]]
        self._process = self._client.popen(argv, label="stream")
        self._begun = self._process.log.stat().st_size
        eventually(lambda: len(self._answered()) > 50, "the first answers")
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        answered = len(self._answered())
        if kind is None:  # far enough beyond the move to see that it goes on
            eventually(lambda: len(self._answered()) > answered + 100, "answers after the move")
        self._process.popen.send_signal(signal.SIGINT)
        self._process.popen.wait(10)
        numbers = sorted(set(self._answered()))
        steps = [after - before for before, after in itertools.pairwise(numbers)]
        self.gap = Gap(sum(steps) - len(steps), (max(steps, default=1) - 1) * self._interval_s)

    def _answered(self) -> list[int]:
        text = self._process.log.read_bytes()[self._begun :].decode()
        return [int(number) for number in _SEQUENCE.findall(text)]
