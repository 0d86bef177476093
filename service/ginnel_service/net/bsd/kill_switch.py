"""The kill switch in an anchor of pf: it stays whoever ends, and whatever is journalled.

While this process lives its LAN follows the machine's links, and what somebody has emptied is loaded again.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import threading
from typing import Final

from ..base import KillSwitch, Network, NetworkError
from ..firewall.pfctl import PacketFilter
from .facts import private_links
from .kernel import Kernel
from .monitor import NetworkWatch
from .sight import Sight

log = logging.getLogger("ginnel.net")

_STEP: Final = "set the kill switch"
_SETTLE_MS: Final = 200  # a network that changes changes more than once


class PfKillSwitch:
    """Its calls come from any thread; they exclude one another."""

    def __init__(self, kernel: Kernel, packet_filter: PacketFilter) -> None:
        self._kernel = kernel
        self._filter = packet_filter
        self._lock = threading.Lock()
        self._wanted: KillSwitch | None = None
        self._lan: tuple[Network, ...] = ()
        self._thread: threading.Thread | None = None
        self._stop = -1  # closing it ends the thread

    def set_to(self, wanted: KillSwitch | None) -> None:
        """Raises NetworkError: firewall_unavailable, not_permitted, invalid; the old one stands then."""
        try:
            with self._lock:
                self._install(wanted)
                self._wanted = wanted
        except ValueError as error:
            raise NetworkError("invalid", str(error)) from error
        except OSError as error:
            code = "not_permitted" if error.errno in (errno.EPERM, errno.EACCES) else "firewall_unavailable"
            step = error.strerror or _STEP if code == "firewall_unavailable" else _STEP
            raise NetworkError(code, step, error.errno or 0) from error
        if wanted is None:
            self.close()
        elif self._thread is None:
            self._begin()

    def close(self) -> None:
        """Keep it no longer. The anchor stays as it is."""
        if self._thread is not None:
            os.close(self._stop)
            self._thread.join()
            self._thread = None

    def _install(self, wanted: KillSwitch | None) -> None:
        self._lan = private_links(Sight(self._kernel)) if wanted is not None and wanted.lan else ()
        self._filter.set_kill_switch(wanted, self._lan)

    def _begin(self) -> None:
        try:
            watch = NetworkWatch(self._kernel)
        except OSError as error:
            log.warning("the kill switch is set, and nobody watches over it: errno %s", error.errno)
            return
        stopped, self._stop = os.pipe()
        self._thread = threading.Thread(
            target=self._keep, args=(watch, stopped), name="kill-switch", daemon=True
        )
        self._thread.start()

    def _keep(self, watch: NetworkWatch, stopped: int) -> None:
        changes, end = select.poll(), select.poll()
        changes.register(watch.fileno(), select.POLLIN)
        for poll in (changes, end):
            poll.register(stopped, select.POLLIN)
        try:
            while True:
                changes.poll()
                if end.poll(_SETTLE_MS):
                    return
                if watch.drain():
                    self._look_after()
        finally:
            watch.close()
            os.close(stopped)

    def _look_after(self) -> None:
        with self._lock:
            wanted = self._wanted
            if wanted is None:
                return
            try:
                stands = self._filter.stands("killswitch")
                if not stands or (wanted.lan and private_links(Sight(self._kernel)) != self._lan):
                    self._install(wanted)
            except (OSError, ValueError) as error:
                log.error("the kill switch could not be kept as it should be", exc_info=error)
                return
        if not stands:
            log.warning("somebody took the kill switch away: it was put back")
