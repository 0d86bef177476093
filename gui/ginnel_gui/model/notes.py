"""What a person should know beside the state of a connection, the most pressing first. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ginnel_service.ipc.schema import ConnectionStatus, KillSwitchStatus, OnDemandStatus

from .present import Face
from .suites import readable
from .words import QT_TRANSLATE_NOOP, Words

Colour = Literal["busy", "bad", "idle", "accent"]
#: What a note offers to do about it.
Offer = Literal["", "resume", "pause"]

OFFERS: dict[Offer, Words] = {
    "resume": QT_TRANSLATE_NOOP("Notes", "&Resume"),
    "pause": QT_TRANSLATE_NOOP("Notes", "&Pause"),
}


@dataclass(frozen=True, slots=True)
class Note:
    icon: str
    colour: Colour
    words: Words
    offer: Offer = ""


def notes(
    face: Face, status: ConnectionStatus, on_demand: OnDemandStatus, kill_switch: KillSwitchStatus
) -> tuple[Note, ...]:
    """Without contact there is nothing to be known."""
    if face is Face.LOST:
        return ()
    made = []
    if status.blocked and face is not Face.BLOCKED:
        made.append(
            Note(
                "shield",
                "bad",
                QT_TRANSLATE_NOOP(
                    "Notes",
                    "The kill switch is on: what this connection would carry is stopped until it is up.",
                ),
            )
        )
    elif kill_switch.blocking and face in {Face.DISCONNECTED, Face.FAILED}:
        holders = ", ".join(each.name for each in kill_switch.profiles if each.name != status.name)
        if holders:
            words = QT_TRANSLATE_NOOP("Notes", "The kill switch of %1 stops what no tunnel carries.")
            made.append(Note("shield", "busy", words.of(holders)))
    made += _of_rules(face, on_demand)
    if status.weak:
        words = QT_TRANSLATE_NOOP(
            "Notes", "Weak algorithms are allowed: %1. They are no protection against a strong attacker."
        )
        made.append(Note("shield", "busy", words.of(", ".join(readable(each) for each in status.weak))))
    return tuple(made)


def _of_rules(face: Face, on_demand: OnDemandStatus) -> list[Note]:
    if on_demand.state == "paused":
        words = QT_TRANSLATE_NOOP(
            "Notes", "Its rules are paused: it does not connect by itself until you connect or resume them."
        )
        return [Note("on_demand", "busy", words, "resume")]
    if on_demand.state == "on" and on_demand.rule and face in {Face.DISCONNECTED, Face.BLOCKED}:
        said = {
            "connect": QT_TRANSLATE_NOOP("Notes", "Rule %1 connects in this network."),
            "disconnect": QT_TRANSLATE_NOOP("Notes", "Rule %1 keeps it disconnected in this network."),
            "ignore": QT_TRANSLATE_NOOP("Notes", "Rule %1 leaves it to you in this network."),
        }.get(on_demand.action)
        if said is not None:
            return [Note("on_demand", "accent", said.of(str(on_demand.rule)), "pause")]
    return []
