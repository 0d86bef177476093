"""The list of profiles: into which group each one goes, and in which order. Qt-free."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from ginnel_service.ipc.schema import ProfileSummary, State

from .words import QT_TRANSLATE_NOOP, Words


class Group(IntEnum):
    """In the order of the list."""

    CONNECTED = 0
    MINE = 1
    MACHINE = 2  # for everyone, kept by its administrators
    OTHERS = 3


GROUPS: Final[dict[Group, Words]] = {
    Group.CONNECTED: QT_TRANSLATE_NOOP("Profiles", "Connected"),
    Group.MINE: QT_TRANSLATE_NOOP("Profiles", "Mine"),
    Group.MACHINE: QT_TRANSLATE_NOOP("Profiles", "This machine's"),
    Group.OTHERS: QT_TRANSLATE_NOOP("Profiles", "Other people's"),
}

_CONNECTED: Final[frozenset[State]] = frozenset({"up", "reconnecting"})


class Place(NamedTuple):
    """Where a row stands; places sort as rows do. A group's heading has no name and comes first."""

    group: Group
    folded: str = ""
    name: str = ""

    @property
    def is_heading(self) -> bool:
        return not self.name


def place(summary: ProfileSummary, state: State, uid: int) -> Place:
    """`state` of its connection; `uid` is whoever looks."""
    if state in _CONNECTED:
        group = Group.CONNECTED
    elif summary.owner_uid == uid:
        group = Group.MINE
    else:
        group = Group.OTHERS if summary.owner_uid else Group.MACHINE
    return Place(group, summary.name.casefold(), summary.name)


def matches(summary: ProfileSummary, needle: str) -> bool:
    """Whether every word of `needle`, in small letters, is in the name or the server."""
    hay = f"{summary.name} {summary.server}".casefold()
    return all(word in hay for word in needle.split())
