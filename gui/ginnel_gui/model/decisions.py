"""On-demand rules as a picture shows them: which place leads to which end. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ginnel_service.ipc.schema import OnDemandStatus
from ginnel_service.profiles.model import OnDemandRule

from .rules import Action, condition
from .words import QT_TRANSLATE_NOOP, Words

End = Literal["connect", "disconnect", "ignore"]

#: In the order of a picture.
ENDS: Final[dict[End, Words]] = {
    "connect": QT_TRANSLATE_NOOP("Decision", "Connected"),
    "disconnect": QT_TRANSLATE_NOOP("Decision", "Disconnected"),
    "ignore": QT_TRANSLATE_NOOP("Decision", "Left as it is"),
}
#: end -> icon, and its colour in the palette
MARKS: Final[dict[End, tuple[str, str]]] = {
    "connect": ("connected", "good"),
    "disconnect": ("disconnected", "busy"),
    "ignore": ("more", "idle"),
}
HERE: Final = QT_TRANSLATE_NOOP("Decision", "You are here")
#: One line of a picture in words: a place, and what becomes of the connection there.
LINE: Final = QT_TRANSLATE_NOOP("Decision", "%1: %2")

_END_OF: Final[dict[Action, End]] = {
    "connect": "connect",
    "disconnect": "disconnect",
    "ignore": "ignore",
    "evaluate": "connect",
}
_BY_INTERFACE: Final[dict[str, tuple[str, Words]]] = {
    "ethernet": ("wired", QT_TRANSLATE_NOOP("Decision", "Wired networks")),
    "wifi": ("wireless", QT_TRANSLATE_NOOP("Decision", "Wi-Fi networks")),
    "cellular": ("mobile", QT_TRANSLATE_NOOP("Decision", "Mobile networks")),
}
_SSIDS: Final = QT_TRANSLATE_NOOP("Decision", "Wi-Fi network %1")
_EVERY: Final = QT_TRANSLATE_NOOP("Decision", "Every network")
_EVERY_OTHER: Final = QT_TRANSLATE_NOOP("Decision", "Every other network")
_NAME: Final = QT_TRANSLATE_NOOP("Decision", "A name below %1")
_CERTAIN: Final = QT_TRANSLATE_NOOP("Decision", "Certain networks")


@dataclass(frozen=True, slots=True)
class Decision:
    """`more` is what else has to be true there; `is_sure`: it follows from being there alone."""

    icon: str
    place: Words
    more: tuple[Words, ...]
    end: End
    is_sure: bool
    is_here: bool


def decisions(rules: tuple[OnDemandRule, ...], status: OnDemandStatus) -> tuple[Decision, ...]:
    """In the order in which they are asked.

    Rules behind one that fits everywhere decide nothing, and are left out. Where no rule fits, the connection
    is left as it is.
    """
    here = status.rule if status.state == "on" else -1
    made: list[Decision] = []
    for number, rule in enumerate(rules, 1):
        icon, place, more = _place(rule, is_first=not made)
        is_sure = rule.action != "evaluate" and not rule.probe
        made.append(Decision(icon, place, more, _END_OF[rule.action], is_sure, number == here))
        if is_sure and place in (_EVERY, _EVERY_OTHER):
            return tuple(made)
    if made:
        made.append(Decision("internet", _EVERY_OTHER, (), "ignore", True, here == 0))
    return tuple(made)


def _place(rule: OnDemandRule, *, is_first: bool) -> tuple[str, Words, tuple[Words, ...]]:
    """Icon, place, and the conditions that the place does not tell."""
    told = condition(rule)
    if rule.ssids:
        return "wireless", _SSIDS.of(" / ".join(rule.ssids)), told[1:]
    if rule.interface:
        icon, words = _BY_INTERFACE[rule.interface]
        return icon, words, told[1:]
    if rule.dns_domains or rule.dns_servers:
        return "office", _CERTAIN, told
    if rule.action == "evaluate":
        return "search", _NAME.of(" / ".join(rule.domains)), told[1:]
    every = _EVERY if is_first else _EVERY_OTHER
    return "internet", every, told if rule.probe else ()
