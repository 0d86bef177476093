"""All connections in one: what the tray shows, and what is told of a change. Qt-free."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from .present import Face
from .words import QT_TRANSLATE_NOOP, Words

#: What matters most comes first.
_ORDER: Final = (
    Face.LOST,
    Face.WAITING,
    Face.BLOCKED,
    Face.RECONNECTING,
    Face.CONNECTING,
    Face.CONNECTED,
    Face.FAILED,
    Face.DISCONNECTED,
)

#: States in which one is about to be connected, or is.
UNDER_WAY: Final = frozenset({Face.CONNECTING, Face.CONNECTED, Face.RECONNECTING, Face.WAITING})


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification, with the state that it is about."""

    title: Words
    face: Face


def overall(faces: Collection[Face], *, has_service: bool) -> Face:
    """The one that stands for all."""
    if not has_service:
        return Face.LOST
    return next((each for each in _ORDER if each in faces), Face.DISCONNECTED)


def summary(faces: Mapping[str, Face], *, has_service: bool) -> Words:
    """One line about all, by their names."""
    if not has_service:
        return QT_TRANSLATE_NOOP("Tray", "No contact with the service")
    connected = [name for name, face in faces.items() if face is Face.CONNECTED]
    if not connected:
        return QT_TRANSLATE_NOOP("Tray", "Not connected")
    return QT_TRANSLATE_NOOP("Tray", "Connected: %1").of(", ".join(sorted(connected)))


def notice(name: str, before: Face, after: Face) -> Notice | None:
    """What to tell a person who does not look at the window, if this is worth it."""
    was_there = before in {Face.CONNECTED, Face.RECONNECTING}
    match after:
        case Face.CONNECTED if before is not Face.LOST:
            words = QT_TRANSLATE_NOOP("Tray", "%1 is connected")
        case Face.RECONNECTING if before is Face.CONNECTED:
            words = QT_TRANSLATE_NOOP("Tray", "%1 lost its gateway, and connects again")
        case Face.FAILED if before is not Face.LOST:
            words = QT_TRANSLATE_NOOP("Tray", "%1 failed")
        case Face.WAITING:
            words = QT_TRANSLATE_NOOP("Tray", "%1 waits for you")
        case Face.BLOCKED if was_there:
            words = QT_TRANSLATE_NOOP("Tray", "%1 is disconnected, and its traffic is stopped")
        case Face.DISCONNECTED if was_there:
            words = QT_TRANSLATE_NOOP("Tray", "%1 is disconnected")
        case _:
            return None
    return None if before is after else Notice(words.of(name), after)
