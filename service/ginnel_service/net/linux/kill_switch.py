"""The kill switch in nftables: a table that stays whoever ends, and whatever is journalled.

`nft flush ruleset` takes it away, which restarting another firewall runs: the kernel tells at once.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ..base import KillSwitch
from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..firewall.nftables import KILL_SWITCH, kill_switch_ruleset, removal
from ..vigil import Vigil
from . import facts
from .monitor import NetworkWatch
from .netlink import Netlink
from .sight import Sight

_UNKNOWN: Final = frozenset({errno.ENOENT, errno.EOPNOTSUPP})
_NETLINK_NETFILTER: Final = 12
_GROUP_NFTABLES: Final = 1 << (7 - 1)  # NFNLGRP_NFTABLES


class KillSwitchTable:
    """A `Wall`: what is due is the ruleset that it would be on a kernel that has everything."""

    def due(self, wanted: KillSwitch) -> str:
        with Netlink() as netlink:
            return kill_switch_ruleset(wanted, facts.nearby(Sight(netlink)))

    def put_up(self, wanted: KillSwitch) -> str:
        with Netlink() as netlink:
            near = facts.nearby(Sight(netlink))
        text = kill_switch_ruleset(wanted, near)
        try:
            libnftables.run(text)
        except NftablesError as error:
            if error.errno not in _UNKNOWN:
                raise
            libnftables.run(kill_switch_ruleset(wanted, near, sockets=False))
        return text

    def take_down(self) -> None:
        """Where there is no nftables there is nothing to take down."""
        try:
            libnftables.run(removal(KILL_SWITCH, "inet"))
        except NftablesError as error:
            if error.errno != errno.EOPNOTSUPP:
                raise

    def stands(self) -> bool:
        with Netlink() as netlink:
            return ("inet", KILL_SWITCH) in Sight(netlink).tables

    def refused(self, error: OSError) -> str:
        return ""

    def vigil(self, look: Callable[[], bool]) -> Vigil:
        tables = TableWatch()
        try:
            watches = (tables, NetworkWatch())
        except OSError:
            tables.close()
            raise
        return Vigil(look, watches, urgent=(tables,), name="kill-switch")


class TableWatch:
    """Readable when somebody changed a ruleset, until `drain`. What is lost to an overflow does no harm."""

    def __init__(self) -> None:
        """Raises OSError."""
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_NETLINK, kind, _NETLINK_NETFILTER)
        try:
            self._socket.bind((0, _GROUP_NFTABLES))
        except BaseException:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> None:
        with suppress(OSError):
            while self._socket.recv(65536):
                pass

    def close(self) -> None:
        self._socket.close()
