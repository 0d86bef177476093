"""The guards of tunnels' addresses, in one anchor of pf."""

from __future__ import annotations

from ipaddress import ip_address

from ..base import Address
from ..firewall.pfctl import PacketFilter
from ..plan import AddGuard


class Guards:
    """All that this process has put up. Methods raise OSError, and ValueError for what pf cannot name."""

    def __init__(self, packet_filter: PacketFilter) -> None:
        self._filter = packet_filter
        self._standing: dict[str, tuple[Address, ...]] = {}

    def stands(self, step: AddGuard) -> bool:
        ours = self._standing.get(step.device) == tuple(map(ip_address, step.addresses))
        return ours and self._filter.stands("guard")

    def put_up(self, step: AddGuard) -> None:
        self._set({**self._standing, step.device: tuple(map(ip_address, step.addresses))})

    def take_down(self, step: AddGuard) -> bool:
        """What a predecessor left is in the anchor too, and goes with whatever is taken down first."""
        self._set({device: guarded for device, guarded in self._standing.items() if device != step.device})
        return True

    def _set(self, wanted: dict[str, tuple[Address, ...]]) -> None:
        self._filter.set_guards(wanted)
        self._standing = wanted
