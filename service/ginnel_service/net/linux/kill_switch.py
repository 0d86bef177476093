"""The kill switch in nftables: a table that stays whoever ends, and whatever is journalled."""

from __future__ import annotations

import errno

from ..base import KillSwitch, NetworkError
from ..firewall import libnftables
from ..firewall.libnftables import NftablesError
from ..firewall.nftables import KILL_SWITCH, kill_switch_ruleset, removal
from . import facts
from .netlink import Netlink
from .sight import Sight

_STEP = "set the kill switch"
_UNKNOWN = frozenset({errno.ENOENT, errno.EOPNOTSUPP})


def set_to(wanted: KillSwitch | None) -> None:
    """Raises NetworkError: firewall_unavailable, not_permitted, invalid; what stood before stands then."""
    try:
        if wanted is None:
            _lift()
            return
        with Netlink() as netlink:
            near = facts.nearby(Sight(netlink))
        try:
            libnftables.run(kill_switch_ruleset(wanted, near))
        except NftablesError as error:
            if error.errno not in _UNKNOWN:
                raise
            libnftables.run(kill_switch_ruleset(wanted, near, sockets=False))
    except ValueError as error:
        raise NetworkError("invalid", str(error)) from error
    except OSError as error:
        refused = error.errno in (errno.EPERM, errno.EACCES)
        raise NetworkError(
            "not_permitted" if refused else "firewall_unavailable", _STEP, error.errno or 0
        ) from error


def _lift() -> None:
    """Where there is no nftables there is nothing to lift."""
    try:
        libnftables.run(removal(KILL_SWITCH, "inet"))
    except NftablesError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
