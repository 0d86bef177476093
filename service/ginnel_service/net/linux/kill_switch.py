"""The kill switch in nftables: a table that stays whoever ends, and whatever is journalled.

While this process lives it keeps the table as it should be: its LAN follows the machine's links, and when
somebody takes it away (`nft flush ruleset`, which restarting another firewall runs) it is put back at once.
"""

from __future__ import annotations

import errno
import logging
import socket
import threading
from contextlib import suppress
from typing import Final

from ..base import KillSwitch, NetworkError
from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..firewall.nftables import KILL_SWITCH, kill_switch_ruleset, removal
from ..vigil import Vigil
from . import facts
from .monitor import NetworkWatch
from .netlink import Netlink
from .sight import Sight

log = logging.getLogger("ginnel.net")

_STEP: Final = "set the kill switch"
_UNKNOWN: Final = frozenset({errno.ENOENT, errno.EOPNOTSUPP})
_NETLINK_NETFILTER: Final = 12
_GROUP_NFTABLES: Final = 1 << (7 - 1)  # NFNLGRP_NFTABLES


class KillSwitchTable:
    """Its calls come from any thread; they exclude one another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: KillSwitch | None = None
        self._text = ""  # the ruleset in force
        self._vigil: Vigil | None = None

    def set_to(self, wanted: KillSwitch | None) -> None:
        """Raises NetworkError: firewall_unavailable, not_permitted, invalid; the old one stands then."""
        try:
            with self._lock:
                if wanted is None:
                    _lift()
                else:
                    self._text = _install(wanted)
                self._wanted = wanted
        except ValueError as error:
            raise NetworkError("invalid", str(error)) from error
        except OSError as error:
            code = "not_permitted" if error.errno in (errno.EPERM, errno.EACCES) else "firewall_unavailable"
            raise NetworkError(code, _STEP, error.errno or 0) from error
        if wanted is None:
            self.close()
        elif self._vigil is None:
            self._begin()

    def close(self) -> None:
        """Keep it no longer. The table stays as it is."""
        if self._vigil is not None:
            self._vigil.close()
            self._vigil = None

    def _begin(self) -> None:
        try:
            tables = TableWatch()
            watches = (tables, NetworkWatch())
        except OSError as error:
            log.warning("the kill switch is set, and nobody watches over it: errno %s", error.errno)
            return
        self._vigil = Vigil(self._look_after, watches, urgent=(tables,), name="kill-switch")

    def _look_after(self) -> None:
        with self._lock:
            if self._wanted is None:
                return
            try:
                with Netlink() as netlink:
                    sight = Sight(netlink)
                    lost = ("inet", KILL_SWITCH) not in sight.tables
                    if lost or kill_switch_ruleset(self._wanted, facts.nearby(sight)) != self._text:
                        self._text = _install(self._wanted)
            except (OSError, ValueError) as error:
                log.error("the kill switch could not be kept as it should be", exc_info=error)
                return
        if lost:
            log.warning("somebody took the kill switch away: it was put back")


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


def _install(wanted: KillSwitch) -> str:
    """The ruleset that it would be on a kernel that has everything. Raises OSError, ValueError."""
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


def _lift() -> None:
    """Where there is no nftables there is nothing to lift."""
    try:
        libnftables.run(removal(KILL_SWITCH, "inet"))
    except NftablesError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
