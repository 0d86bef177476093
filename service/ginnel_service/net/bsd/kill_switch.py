"""The kill switch in an anchor of pf, which stays whoever ends.

Somebody may empty the anchor or disable pf, and pf tells nobody: it is looked at now and then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..base import KillSwitch, Network
from ..firewall.pfctl import PacketFilter
from ..vigil import Vigil
from .facts import private_links
from .kernel import Kernel
from .monitor import NetworkWatch
from .sight import Sight

_EVERY_S: Final = 20.0


class KillSwitchAnchor:
    """A `Wall`: what is due is the LAN that it leaves open."""

    def __init__(self, kernel: Kernel, packet_filter: PacketFilter) -> None:
        self._kernel = kernel
        self._filter = packet_filter

    def due(self, wanted: KillSwitch) -> tuple[Network, ...]:
        return private_links(Sight(self._kernel)) if wanted.lan else ()

    def put_up(self, wanted: KillSwitch) -> tuple[Network, ...]:
        lan = self.due(wanted)
        self._filter.set_kill_switch(wanted, lan)
        return lan

    def take_down(self) -> None:
        self._filter.set_kill_switch(None)

    def stands(self) -> bool:
        return self._filter.stands("killswitch")

    def refused(self, error: OSError) -> str:
        """What pf lacks, such as a call of our anchors."""
        return error.strerror or ""

    def vigil(self, look: Callable[[], bool]) -> Vigil:
        return Vigil(look, (NetworkWatch(self._kernel),), every_s=_EVERY_S, name="kill-switch")
