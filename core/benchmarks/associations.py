"""What many SAs cost, and the packet path's memory.

A pair of packet paths for each number of SAs stands ready; the samples go round among them, so that all meet
the same machine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from .measure import FAILURES, Iperf
from .peers import Plane
from .results import Problem, Quantity, Results
from .topology import Setting, link, set_tunnel_mtu

COUNTS = (1, 100, 10_000)
#: One sample after the other differs by more than what is looked for: more of them.
SAMPLES_A_ROUND = 3


def measure(
    results: Results,
    *,
    setting: Setting,
    rounds: int,
    seconds: int,
    tell: Callable[[str], None],
    counts: Sequence[int] = COUNTS,
    samples: int = SAMPLES_A_ROUND,
) -> None:
    """What fails is noted, and the rest goes on."""
    with contextlib.ExitStack() as stack:
        ready: list[tuple[int, Plane, Iperf]] = []
        for count in counts:
            tell(f"{count} SAs: install")
            plane = Plane(count)
            try:
                ready.append((count, plane, _start(plane, setting, stack)))
            except FAILURES as error:
                results.problems.append(Problem(subject(count), 0, str(error)[:500]))
        for number in range(rounds * samples):
            for count, _, iperf in ready:
                tell(f"{count} SAs: sample {number + 1}")
                try:
                    results.add(subject(count), Quantity.TCP_UP, iperf.tcp(seconds).mbit_s)
                except FAILURES as error:
                    results.problems.append(Problem(subject(count), number // samples + 1, str(error)[:500]))
        for count, plane, _ in ready:
            for told in plane.finish():
                results.add(subject(count), Quantity.MEMORY, told["memory_mb"])
                results.add(subject(count), Quantity.INSTALL, told["install_s"])
                results.machine.setdefault("offloads", told["features"])


def _start(plane: Plane, setting: Setting, stack: contextlib.ExitStack) -> Iperf:
    """Bring `plane` up on a link of its own, which `stack` takes over. Raises one of FAILURES."""
    with contextlib.ExitStack() as attempt:
        tunnel = plane.start(attempt.enter_context(link(setting)))
        for host in (tunnel.client, tunnel.server):
            set_tunnel_mtu(host)
        iperf = Iperf(tunnel)
        stack.push(attempt.pop_all())
        return iperf


def subject(count: int) -> str:
    return f"{count} SAs"
