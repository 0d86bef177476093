"""What the main window says of a connection: one of few faces, with its words and its button. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from ginnel_service.ipc.schema import ConnectionStatus, Step

from .words import QT_TRANSLATE_NOOP, Words

Tone = Literal["idle", "busy", "good", "bad"]
Button = Literal["connect", "cancel", "disconnect", "retry"]


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
    Face.LOST: QT_TRANSLATE_NOOP("State", "No contact with the service"),
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
}


@dataclass(frozen=True, slots=True)
class Presentation:
    """How one connection looks: `detail` is a line below the title, empty words for none."""

    face: Face
    title: Words
    detail: Words | None
    buttons: tuple[Button, ...]  # the one that matters first


def present(
    status: ConnectionStatus, *, has_service: bool = True, asks: bool = False, blocked: bool = False
) -> Presentation:
    """`asks`: a prompt of this connection is open; `blocked`: a kill switch stops this machine's traffic."""
    face = _face(status, has_service=has_service, asks=asks, blocked=blocked)
    return Presentation(face, TITLES[face], _detail(face, status), _buttons(face, status))


def _face(status: ConnectionStatus, *, has_service: bool, asks: bool, blocked: bool) -> Face:
    if not has_service:
        return Face.LOST
    if asks and status.state in {"connecting", "reconnecting", "up"}:
        return Face.WAITING
    match status.state:
        case "up":
            return Face.CONNECTED
        case "connecting" | "disconnecting":
            return Face.CONNECTING if status.state == "connecting" else Face.DISCONNECTED
        case "reconnecting":
            return Face.RECONNECTING
        case "failed":
            return Face.FAILED
        case _:
            return Face.BLOCKED if blocked else Face.DISCONNECTED


def _detail(face: Face, status: ConnectionStatus) -> Words | None:
    if face is Face.CONNECTING:
        return STEPS[status.step]
    if face is Face.RECONNECTING and status.next_try_s is not None:
        words = QT_TRANSLATE_NOOP("State", "Next try in %1 s")
        return words._replace(values=(f"{max(0, round(status.next_try_s))}",))
    if face is Face.LOST:
        return QT_TRANSLATE_NOOP("State", "Ginnel's service is not running")
    if face is Face.BLOCKED:
        return QT_TRANSLATE_NOOP("State", "The kill switch stops all traffic until you connect")
    return None


def _buttons(face: Face, status: ConnectionStatus) -> tuple[Button, ...]:
    match face:
        case Face.CONNECTED:
            return ("disconnect",)
        case Face.CONNECTING | Face.WAITING:
            return ("cancel",)
        case Face.RECONNECTING:
            return ("retry", "cancel") if status.next_try_s is not None else ("cancel",)
        case Face.LOST:
            return ()
        case _:
            return ("connect",) if status.state != "disconnecting" else ()
