"""Translation of a gateway's peers, in an anchor of pf."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Final

from ..firewall.pfctl import PacketFilter
from ..plan import Translate
from ..vigil import Vigil
from .monitor import NetworkWatch

_EVERY_S: Final = 20.0  # pf tells nobody that an anchor was emptied


class Nat:
    """What this process has put up, for the uplinks of that moment. Methods raise OSError."""

    def __init__(self, packet_filter: PacketFilter) -> None:
        self._filter = packet_filter
        self._standing: tuple[Translate, tuple[str, ...]] | None = None

    def stands(self, step: Translate, uplinks: tuple[str, ...]) -> bool:
        return self._standing == (step, uplinks) and self._filter.stands("gateway")

    def put_up(self, step: Translate, uplinks: tuple[str, ...]) -> None:
        self._filter.set_nat(step.device, uplinks, [ip_network(text) for text in step.networks])
        self._standing = step, uplinks

    def take_down(self) -> bool:
        """Whether there was any, be it a predecessor's."""
        self._standing = None
        return self._filter.unset_nat()


def nat_vigil(look: Callable[[], bool]) -> Vigil:
    """Has `look` called when uplinks may be others, and now and then. Raises OSError."""
    return Vigil(look, (NetworkWatch(),), every_s=_EVERY_S, name="nat")
