"""Translation of a gateway's peers, in nftables."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

from ..firewall import libnftables
from ..firewall.nat import TABLE, nat_ruleset
from ..firewall.nftables import removal
from ..plan import Translate
from ..vigil import Vigil
from .kill_switch import TableWatch
from .netlink import Netlink
from .sight import Sight


def put_up(step: Translate) -> None:
    """What stands under our name makes way. Raises OSError, ValueError."""
    libnftables.run(nat_ruleset(step.device, [ip_network(text) for text in step.networks]))


def stands(sight: Sight) -> bool:
    """Raises OSError."""
    return ("inet", TABLE) in sight.tables


def take_down(sight: Sight) -> bool:
    """Whether there was anything. Raises OSError."""
    there = stands(sight)
    if there:
        libnftables.run(removal(TABLE, "inet"))
    return there


def nat_vigil(look: Callable[[], bool]) -> Vigil:
    """Has `look` called when somebody took the table away. Raises OSError."""

    def look_where_it_is_gone() -> bool:
        try:
            with Netlink() as netlink:
                there = stands(Sight(netlink))
        except OSError:
            return False
        return there or look()

    return Vigil(look_where_it_is_gone, (TableWatch(),), name="nat")
