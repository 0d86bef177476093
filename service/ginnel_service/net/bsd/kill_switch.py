"""The kill switch in an anchor of pf, which stays whoever ends."""

from __future__ import annotations

from ..base import KillSwitch
from ..firewall.pf import PacketFilter
from .facts import private_links
from .kernel import Kernel
from .sight import Sight


class PfKillSwitch:
    """Raises NetworkError `firewall_unavailable`, and what stood before stands then."""

    def __init__(self, kernel: Kernel, packet_filter: PacketFilter) -> None:
        self._kernel = kernel
        self._filter = packet_filter

    def set_to(self, wanted: KillSwitch | None) -> None:
        lan = private_links(Sight(self._kernel)) if wanted is not None and wanted.lan else ()
        self._filter.set_kill_switch(wanted, lan)

    def close(self) -> None:
        """The anchor stays as it is."""
