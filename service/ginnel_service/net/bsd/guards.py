"""The guards of tunnels' addresses, in one anchor of pf."""

from __future__ import annotations

from ipaddress import ip_address

from ..base import Address
from ..firewall.pfctl import PacketFilter
from ..plan import AddGuard


class Guards:
    """All that stand by this process. Methods raise OSError."""

    def __init__(self, packet_filter: PacketFilter) -> None:
        self._filter = packet_filter
        self._standing: dict[str, tuple[Address, ...]] = {}

    def stands(self, step: AddGuard) -> bool:
        return self._standing.get(step.device) == tuple(map(ip_address, step.addresses))

    def put_up(self, step: AddGuard) -> None:
        wanted = {**self._standing, step.device: tuple(map(ip_address, step.addresses))}
        self._filter.set_guards(wanted)
        self._standing = wanted

    def take_down(self, step: AddGuard) -> bool:
        """What a predecessor left is in the anchor too, and goes with whatever is taken down first."""
        left = {device: guarded for device, guarded in self._standing.items() if device != step.device}
        self._filter.set_guards(left)
        self._standing = left
        return True
