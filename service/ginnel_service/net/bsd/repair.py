"""Repair by hand, when the service is stopped: what bears our mark goes, with a journal or without.

Our mark is RTF_PROTO3 on routes, and our name in anchors of pf and in macOS's dynamic store. Routes into a
device that exists are left: devices end with the process that made them (or with the journal's undoing), so
that one may be a gateway's.
"""

from __future__ import annotations

from pathlib import Path

from ..base import NetworkError
from ..dns import commands
from ..dns.darwin import ScutilDns
from ..firewall.pfctl import PacketFilter, PfError, Runner, run_pfctl
from . import routes
from .kernel import Kernel, SystemKernel
from .layout import DARWIN, IFF_POINTOPOINT
from .network import BsdNetwork
from .sight import Sight
from .talk import RouteTalk


def repair(
    state_dir: Path,
    *,
    kernel: Kernel | None = None,
    pfctl: Runner = run_pfctl,
    scutil: commands.Runner = commands.run,
) -> list[str]:
    """What was undone, in words; nothing when all was well. All but `state_dir` is for tests alone.

    Raises NetworkError: already_running while a service is, and what the journal's opening raises.
    """
    try:
        kernel = kernel if kernel is not None else SystemKernel()
        network = BsdNetwork(state_dir, kernel=kernel, pfctl=pfctl)
        try:
            words = network.recover()
            words += [*_sweep_routes(kernel), *_sweep_anchors(kernel, state_dir, pfctl)]
            return [*words, *_sweep_names(scutil)] if kernel.layout is DARWIN else words
        finally:
            network.close()
    except OSError as error:
        raise NetworkError("os_refused", "undo what was left behind", error.errno or 0) from error


def _sweep_routes(kernel: Kernel) -> list[str]:
    sight = Sight(kernel)
    words = []
    with RouteTalk(kernel) as talk:
        for route in sight.routes:
            device = sight.devices.get(route.index)
            tunnel = device is not None and bool(device.flags & IFF_POINTOPOINT)
            if (
                route.is_ours
                and not tunnel
                and routes.take_away(talk, route.network, None, nowhere=route.leads_nowhere)
            ):
                words.append(
                    f"removed: the route that keeps {route.network} out of the tunnels, or blocks it"
                )
    return words


def _sweep_anchors(kernel: Kernel, state_dir: Path, pfctl: Runner) -> list[str]:
    try:
        return PacketFilter(kernel.layout.system, state_dir, pfctl).sweep()
    except PfError:
        return []  # where pf cannot be asked, nothing of ours was made with it


def _sweep_names(scutil: commands.Runner) -> list[str]:
    try:
        return ["removed: the DNS servers of a tunnel that is gone"] if ScutilDns(scutil).sweep() else []
    except FileNotFoundError:
        return []
