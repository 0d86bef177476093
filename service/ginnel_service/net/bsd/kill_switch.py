"""The kill switch in an anchor of pf, which stays whoever ends.

While this process lives it keeps the anchor as it should be: its LAN follows the machine's links, and when
somebody takes it away or disables pf, it is put back: pf tells nobody, so it is looked at now and then.
"""

from __future__ import annotations

import errno
import logging
import threading
from typing import Final

from ..base import KillSwitch, Network, NetworkError
from ..firewall.pfctl import PacketFilter
from ..vigil import Vigil
from .facts import private_links
from .kernel import Kernel
from .monitor import NetworkWatch
from .sight import Sight

log = logging.getLogger("ginnel.net")

_STEP: Final = "set the kill switch"
_EVERY_S: Final = 20.0


class PfKillSwitch:
    """Its calls come from any thread; they exclude one another."""

    def __init__(self, kernel: Kernel, packet_filter: PacketFilter) -> None:
        self._kernel = kernel
        self._filter = packet_filter
        self._lock = threading.Lock()
        self._wanted: KillSwitch | None = None
        self._lan: tuple[Network, ...] = ()  # as it was put up
        self._vigil: Vigil | None = None

    def set_to(self, wanted: KillSwitch | None) -> None:
        """Raises NetworkError: firewall_unavailable, not_permitted, invalid; the old one stands then."""
        try:
            with self._lock:
                lan = self._links(wanted)
                self._filter.set_kill_switch(wanted, lan)
                self._wanted, self._lan = wanted, lan
        except ValueError as error:
            raise NetworkError("invalid", str(error)) from error
        except OSError as error:
            code = "not_permitted" if error.errno in (errno.EPERM, errno.EACCES) else "firewall_unavailable"
            step = error.strerror or _STEP if code == "firewall_unavailable" else _STEP
            raise NetworkError(code, step, error.errno or 0) from error
        if wanted is None:
            self.close()
        elif self._vigil is None:
            self._begin()

    def close(self) -> None:
        """Keep it no longer. The anchor stays as it is."""
        if self._vigil is not None:
            self._vigil.close()
            self._vigil = None

    def _begin(self) -> None:
        try:
            watches = (NetworkWatch(self._kernel),)
        except OSError as error:
            log.warning("the kill switch is set, and nobody watches over it: errno %s", error.errno)
            return
        self._vigil = Vigil(self._look_after, watches, every_s=_EVERY_S, name="kill-switch")

    def _links(self, wanted: KillSwitch | None) -> tuple[Network, ...]:
        return private_links(Sight(self._kernel)) if wanted is not None and wanted.lan else ()

    def _look_after(self) -> None:
        with self._lock:
            if self._wanted is None:
                return
            try:
                lan = self._links(self._wanted)
                lost = not self._filter.stands("killswitch")
                if lost or lan != self._lan:
                    self._filter.set_kill_switch(self._wanted, lan)
                    self._lan = lan
            except (OSError, ValueError) as error:
                log.error("the kill switch could not be kept as it should be", exc_info=error)
                return
        if lost:
            log.warning("somebody took the kill switch away: it was put back")
