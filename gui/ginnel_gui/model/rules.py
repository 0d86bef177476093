"""On-demand rules in words: when each is true, and what is done then. Qt-free."""

from __future__ import annotations

from typing import Final, Literal

from ginnel_service.ipc.schema import OnDemandStatus
from ginnel_service.profiles.model import OnDemandRule

from .words import QT_TRANSLATE_NOOP, Words

Action = Literal["connect", "disconnect", "ignore", "evaluate"]
Interface = Literal["", "ethernet", "wifi", "cellular"]

ACTIONS: Final[dict[Action, Words]] = {
    "connect": QT_TRANSLATE_NOOP("Rule", "Connect"),
    "disconnect": QT_TRANSLATE_NOOP("Rule", "Disconnect"),
    "ignore": QT_TRANSLATE_NOOP("Rule", "Leave as it is"),
    "evaluate": QT_TRANSLATE_NOOP("Rule", "Connect when a name is wanted"),
}
#: action -> icon, and its colour in the palette
MARKS: Final[dict[Action, tuple[str, str]]] = {
    "connect": ("connected", "good"),
    "disconnect": ("disconnected", "idle"),
    "ignore": ("more", "idle"),
    "evaluate": ("search", "accent"),
}
INTERFACES: Final[dict[Interface, Words]] = {
    "": QT_TRANSLATE_NOOP("Rule", "any network"),
    "ethernet": QT_TRANSLATE_NOOP("Rule", "a wired network"),
    "wifi": QT_TRANSLATE_NOOP("Rule", "a Wi-Fi network"),
    "cellular": QT_TRANSLATE_NOOP("Rule", "a mobile network"),
}

_SAID: Final[dict[str, Words]] = {
    "": QT_TRANSLATE_NOOP("Rule", "No rule fits the network at hand."),
    "connect": QT_TRANSLATE_NOOP("Rule", "In this network rule %1 connects."),
    "disconnect": QT_TRANSLATE_NOOP("Rule", "In this network rule %1 disconnects."),
    "ignore": QT_TRANSLATE_NOOP("Rule", "In this network rule %1 leaves the connection as it is."),
}


def condition(rule: OnDemandRule) -> tuple[Words, ...]:
    """All of what has to be true of the network, one after the other."""
    found = []
    if rule.ssids:
        found.append(QT_TRANSLATE_NOOP("Rule", "in the Wi-Fi network %1").of(_either(rule.ssids)))
    if rule.interface and not (rule.interface == "wifi" and rule.ssids):
        found.append(QT_TRANSLATE_NOOP("Rule", "in %1").of(INTERFACES[rule.interface]))
    if rule.dns_domains:
        found.append(QT_TRANSLATE_NOOP("Rule", "where names end in %1").of(_either(rule.dns_domains)))
    if rule.dns_servers:
        found.append(QT_TRANSLATE_NOOP("Rule", "where %1 answers for names").of(_either(rule.dns_servers)))
    if rule.action == "evaluate":
        found.append(
            QT_TRANSLATE_NOOP("Rule", "as soon as a name below %1 is wanted").of(_either(rule.domains))
        )
        if rule.probe:
            found.append(QT_TRANSLATE_NOOP("Rule", "and %1 does not answer").of(rule.probe))
    elif rule.probe:
        found.append(QT_TRANSLATE_NOOP("Rule", "where %1 answers").of(rule.probe))
    return tuple(found) or (QT_TRANSLATE_NOOP("Rule", "in every network"),)


def said(status: OnDemandStatus) -> Words:
    """What the rules say of the network at hand."""
    return _SAID[status.action].of(str(status.rule))


def _either(texts: tuple[str, ...]) -> str:
    return " / ".join(texts)
