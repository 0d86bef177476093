"""Translation of a gateway's peers, in nftables."""

from __future__ import annotations

from ipaddress import ip_network

from ..firewall import libnftables
from ..firewall.nat import TABLE, nat_ruleset
from ..firewall.nftables import removal
from ..plan import Translate
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
