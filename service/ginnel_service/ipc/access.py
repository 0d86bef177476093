"""Who may do what. Pure decisions about a peer whose identity the kernel vouches for.

root              everything
administrators    system profiles (owner 0) and the service itself; of other people's connections they see
                  all and may end them, for a tunnel concerns the whole machine
a profile's owner everything with it
anyone            profiles of their own, and of the rest what `sight` leaves
"""

from __future__ import annotations

import grp
import sys
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from .schema import Role

#: Who owns a system profile.
SYSTEM_UID: Final = 0


class Action(Enum):
    """What a caller may want, as the error `not_permitted` names it."""

    READ_STATUS = "read_status"
    CREATE_PROFILE = "create_profile"
    CREATE_SYSTEM_PROFILE = "create_system_profile"
    READ_PROFILE = "read_profile"
    CHANGE_PROFILE = "change_profile"
    USE_CONNECTION = "use_connection"
    END_CONNECTION = "end_connection"
    READ_DETAILS = "read_details"
    READ_LOG = "read_log"
    CHANGE_SERVICE = "change_service"


#: Whose members administer, where the service was not told: the first of these that the machine has.
ADMIN_GROUPS: Final = {"darwin": ("ginnel", "admin"), "freebsd": ("ginnel", "wheel")}

#: What anyone on the machine may do: secrets are in none of it.
_ANYONE: Final = frozenset({Action.READ_STATUS, Action.CREATE_PROFILE})
#: What administrators may do with the connection of another person.
_OF_OTHERS: Final = frozenset({Action.END_CONNECTION, Action.READ_DETAILS, Action.READ_LOG})


@dataclass(frozen=True, slots=True)
class Peer:
    """The process at the other end of a connection, as it was when it connected.

    `pid` is for the log alone: it may be another's by the time anyone looks.
    """

    uid: int
    gid: int
    pid: int
    groups: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may do everything (these uids), and who administers (members of these groups)."""

    admin_uids: frozenset[int] = field(default_factory=lambda: frozenset({0}))
    admin_gids: frozenset[int] = frozenset()

    def role(self, peer: Peer) -> Role:
        groups = peer.groups | {peer.gid}
        return "admin" if peer.uid in self.admin_uids or groups & self.admin_gids else "user"

    def may(self, peer: Peer, action: Action, owner_uid: int | None = None) -> bool:
        """`owner_uid` owns what is acted on; None is the service as a whole, which administrators own."""
        if action in _ANYONE or peer.uid in self.admin_uids or peer.uid == owner_uid:
            return True
        return self.role(peer) == "admin" and (owner_uid in (None, SYSTEM_UID) or action in _OF_OTHERS)


def admin_gids(name: str = "", system: str = sys.platform) -> frozenset[int]:
    """The group `name`, or the first of the usual ones; none where there is no such group (getgrnam(3)).

    Raises KeyError for a `name` that is no group.
    """
    if name:
        return frozenset({grp.getgrnam(name).gr_gid})
    for each in ADMIN_GROUPS.get(system.rstrip("0123456789"), ("ginnel",)):
        try:
            return frozenset({grp.getgrnam(each).gr_gid})
        except KeyError:
            continue
    return frozenset()
