"""The guard of a tunnel's addresses, in nftables."""

from __future__ import annotations

import errno
from ipaddress import ip_address

from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..firewall.nftables import guard_ruleset, guard_table, removal
from ..plan import AddGuard
from .sight import Sight

_UNKNOWN = frozenset({errno.EOPNOTSUPP, errno.ENOENT, errno.EAFNOSUPPORT})


def put_up(step: AddGuard, *, replace: bool) -> None:
    """What stands under its name makes way. A kernel that cannot filter ARP goes without. Raises OSError."""
    try:
        _put_up(step, ("inet", "arp"), replace=replace)
    except NftablesError as error:
        if error.errno not in _UNKNOWN:
            raise
        _put_up(step, ("inet",), replace=replace)


def _put_up(step: AddGuard, families: tuple[str, ...], *, replace: bool) -> None:
    addresses = [ip_address(text) for text in step.addresses]
    text = guard_ruleset(step.device, addresses, arp="arp" in families)
    emptied = removal(guard_table(step.device), *families) + text
    try:
        libnftables.run(emptied if replace else text)
    except NftablesError as error:
        if replace or error.errno != errno.EEXIST:
            raise
        libnftables.run(emptied)  # nobody remembers it: its journal was lost


def stands(sight: Sight, step: AddGuard) -> bool:
    """Raises OSError."""
    return ("inet", guard_table(step.device)) in sight.tables


def take_down(sight: Sight, step: AddGuard) -> bool:
    """Whether there was one. Raises OSError."""
    table = guard_table(step.device)
    families = sorted(family for family, name in sight.tables if name == table)
    if families:
        libnftables.run(removal(table, *families))
    return bool(families)
