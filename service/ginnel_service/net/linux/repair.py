"""Repair by hand, when the service is stopped: what bears our marks goes, with a journal or without.

Our marks are the protocol number of rules and routes, and the names of tables in nftables. Routes and guards
of a device that exists are left: devices end with the process that made them, so that one lives (a gateway).
Settings (sysctl) are restored by the journal alone: nothing else knows what they were.
"""

from __future__ import annotations

import errno
from pathlib import Path

from ..base import NetworkError
from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..firewall.nat import TABLE as NAT
from ..firewall.nftables import GUARD_PREFIX, KILL_SWITCH, removal
from .netlink import PROTOCOL, Netlink, find_link
from .network import LinuxNetwork
from .routes import RTN_UNICAST, remove
from .rules import remove_rule
from .sight import Sight


def repair(state_dir: Path) -> list[str]:
    """What was undone, in words; nothing when all was well.

    Raises NetworkError: already_running while a service is, and what the journal's opening raises.
    """
    network = LinuxNetwork(state_dir)
    try:
        words = network.recover()
        try:
            with Netlink() as netlink:
                return [*words, *_sweep(netlink)]
        except OSError as error:
            raise NetworkError("os_refused", "undo what was left behind", error.errno or 0) from error
    finally:
        network.close()


def _sweep(netlink: Netlink) -> list[str]:
    """Rules first: from then on no packet meets the routes."""
    sight = Sight(netlink)
    words = [
        f"removed: the IPv{rule.family} rule of priority {rule.priority}"
        for rule in sight.rules
        if rule.protocol == PROTOCOL and remove_rule(netlink, rule)
    ]
    words += [
        f"removed: the route that keeps {route.network} out of the tunnels, or blocks it"
        for route in sight.routes
        if route.protocol == PROTOCOL and route.type != RTN_UNICAST and remove(netlink, route)
    ]
    for family, table in _tables(sight):
        device = table.removeprefix(GUARD_PREFIX)
        if table == KILL_SWITCH or find_link(netlink, name=device) is None:
            libnftables.run(removal(table, family))
            words.append(
                "removed: the kill switch" if table == KILL_SWITCH else f"removed: the guard of {device}"
            )
    return words


def _tables(sight: Sight) -> list[tuple[str, str]]:
    try:
        # A gateway's own goes with its journal: nothing tells here whether that gateway lives
        return sorted((family, table) for family, table in sight.tables if table != NAT)
    except NftablesError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        return []  # without the library, nothing of ours was made with it
