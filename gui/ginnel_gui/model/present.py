"""What the main window says of a connection: one of few faces, with its words and its button. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Final, Literal

from ginnel_service.ipc.schema import ConnectionStatus, OnDemandStatus, Step, WaitsFor

from .words import QT_TRANSLATE_NOOP, Words

Tone = Literal["idle", "busy", "good", "bad"]
Button = Literal["connect", "cancel", "disconnect", "retry", "answer"]

#: Of a profile without rules.
NO_RULES: Final = OnDemandStatus()


class Face(Enum):
    """The states that a person tells apart; the value is the icon's name."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    BLOCKED = "blocked"  # by the kill switch, while nothing connects
    FAILED = "failed"
    WAITING = "waiting"  # for an answer of the person
    LOST = "lost"  # contact with the service

    @property
    def tone(self) -> Tone:
        return _TONES[self]


_TONES: Final[dict[Face, Tone]] = {
    Face.DISCONNECTED: "idle",
    Face.CONNECTING: "busy",
    Face.CONNECTED: "good",
    Face.RECONNECTING: "busy",
    Face.BLOCKED: "bad",
    Face.FAILED: "bad",
    Face.WAITING: "busy",
    Face.LOST: "bad",
}

TITLES: Final[dict[Face, Words]] = {
    Face.DISCONNECTED: QT_TRANSLATE_NOOP("State", "Disconnected"),
    Face.CONNECTING: QT_TRANSLATE_NOOP("State", "Connecting"),
    Face.CONNECTED: QT_TRANSLATE_NOOP("State", "Connected"),
    Face.RECONNECTING: QT_TRANSLATE_NOOP("State", "Reconnecting"),
    Face.BLOCKED: QT_TRANSLATE_NOOP("State", "Blocked"),
    Face.FAILED: QT_TRANSLATE_NOOP("State", "Failed"),
    Face.WAITING: QT_TRANSLATE_NOOP("State", "Waiting for you"),
    Face.LOST: QT_TRANSLATE_NOOP("State", "No contact"),
}

STEPS: Final[dict[Step, Words]] = {
    "": QT_TRANSLATE_NOOP("State", "Getting ready"),
    "resolve": QT_TRANSLATE_NOOP("State", "Looking the server up"),
    "init": QT_TRANSLATE_NOOP("State", "Reaching the server"),
    "auth": QT_TRANSLATE_NOOP("State", "Proving who is who"),
    "network": QT_TRANSLATE_NOOP("State", "Setting up the network"),
}

BUTTONS: Final[dict[Button, Words]] = {
    "connect": QT_TRANSLATE_NOOP("State", "&Connect"),
    "cancel": QT_TRANSLATE_NOOP("State", "&Cancel"),
    "disconnect": QT_TRANSLATE_NOOP("State", "&Disconnect"),
    "retry": QT_TRANSLATE_NOOP("State", "&Try now"),
    "answer": QT_TRANSLATE_NOOP("State", "&Answer…"),
}


WAITS: Final[dict[WaitsFor, Words]] = {
    "": QT_TRANSLATE_NOOP("State", "Trying again"),
    "network": QT_TRANSLATE_NOOP("State", "Waits for a network"),
    "person": QT_TRANSLATE_NOOP("State", "Waits until you connect again"),
}


@dataclass(frozen=True, slots=True)
class Presentation:
    """How one connection looks: `detail` is a line below the title, or none."""

    face: Face
    title: Words
    detail: Words | None
    buttons: tuple[Button, ...]  # the one that matters first


def present(
    status: ConnectionStatus,
    *,
    has_service: bool = True,
    asks: bool = False,
    on_demand: OnDemandStatus = NO_RULES,
) -> Presentation:
    """`asks`: a prompt of this connection is open; `on_demand`: what its rules say."""
    face = _face(status, has_service=has_service, asks=asks)
    return Presentation(face, TITLES[face], _detail(face, status, on_demand), _buttons(face, status))


def _face(status: ConnectionStatus, *, has_service: bool, asks: bool) -> Face:
    if not has_service:
        return Face.LOST
    if asks and status.state in {"connecting", "reconnecting", "up"}:
        return Face.WAITING
    match status.state:
        case "up":
            return Face.CONNECTED
        case "connecting":
            return Face.CONNECTING
        case "reconnecting":
            return Face.RECONNECTING
        case "failed":
            return Face.FAILED
        case "down" if status.error is not None:  # its file cannot be read
            return Face.FAILED
        case _:
            return Face.BLOCKED if status.blocked else Face.DISCONNECTED


def _detail(face: Face, status: ConnectionStatus, on_demand: OnDemandStatus) -> Words | None:
    match face:
        case Face.CONNECTING:
            return STEPS[status.step]
        case Face.RECONNECTING if status.next_try_s is not None:
            words = QT_TRANSLATE_NOOP("State", "Next try in %1 s")
            return words.of(f"{max(0, ceil(status.next_try_s))}")
        case Face.RECONNECTING:
            return WAITS[status.waits_for]
        case Face.WAITING:
            return QT_TRANSLATE_NOOP("State", "The gateway asks for something that only you know")
        case Face.LOST:
            return QT_TRANSLATE_NOOP("State", "Ginnel's service is not running")
        case Face.BLOCKED:
            return QT_TRANSLATE_NOOP("State", "The kill switch stops all traffic until you connect")
        case Face.DISCONNECTED if status.state == "disconnecting":
            return QT_TRANSLATE_NOOP("State", "Saying goodbye to the gateway")
        case Face.DISCONNECTED if on_demand.state == "on":
            return QT_TRANSLATE_NOOP("State", "Connects by itself when its rules say so")
        case _:
            return None


def _buttons(face: Face, status: ConnectionStatus) -> tuple[Button, ...]:
    match face:
        case Face.CONNECTED:
            return ("disconnect",)
        case Face.CONNECTING:
            return ("cancel",)
        case Face.WAITING:
            return ("answer", "cancel")
        case Face.RECONNECTING:
            waiting = status.next_try_s is not None or status.waits_for
            return ("retry", "cancel") if waiting else ("cancel",)
        case Face.LOST:
            return ()
        case Face.FAILED if status.state == "down":
            return ()
        case _:
            return ("connect",) if status.state != "disconnecting" else ()
