"""What goes where: into the tunnel, past it, or nowhere. Out of a profile and its status. Qt-free.

What the service says of a tunnel that is up counts; before, what the profile asks for. A kill switch stops
all that no tunnel carries, but the private networks at hand where the profile leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Final, Literal

from ginnel_service.ipc.schema import ConnectionStatus
from ginnel_service.profiles.model import Profile

from .words import QT_TRANSLATE_NOOP, Words

#: Of a person's traffic: connected; the connection lost and not back yet; not connected at all.
Situation = Literal["connected", "interrupted", "off"]
Fate = Literal["tunnel", "outside", "blocked"]
Kind = Literal["office", "internet", "internet4", "internet6", "lan", "bypass"]

_Network = IPv4Network | IPv6Network

KINDS: Final[dict[Kind, Words]] = {
    "office": QT_TRANSLATE_NOOP("Traffic", "Networks behind the gateway"),
    "internet": QT_TRANSLATE_NOOP("Traffic", "Internet"),
    "internet4": QT_TRANSLATE_NOOP("Traffic", "Internet (IPv4)"),
    "internet6": QT_TRANSLATE_NOOP("Traffic", "Internet (IPv6)"),
    "lan": QT_TRANSLATE_NOOP("Traffic", "Your local network"),
    "bypass": QT_TRANSLATE_NOOP("Traffic", "Exceptions"),
}
ICONS: Final[dict[Kind, str]] = {
    "office": "office",
    "internet": "internet",
    "internet4": "internet",
    "internet6": "internet",
    "lan": "home",
    "bypass": "routes",
}
FATES: Final[dict[Fate, Words]] = {
    "tunnel": QT_TRANSLATE_NOOP("Traffic", "through the tunnel"),
    "outside": QT_TRANSLATE_NOOP("Traffic", "past the tunnel"),
    "blocked": QT_TRANSLATE_NOOP("Traffic", "stopped"),
}
SITUATIONS: Final[dict[Situation, Words]] = {
    "connected": QT_TRANSLATE_NOOP("Traffic", "While connected"),
    "interrupted": QT_TRANSLATE_NOOP("Traffic", "While the connection is interrupted"),
    "off": QT_TRANSLATE_NOOP("Traffic", "While disconnected"),
}
#: One lane of a picture in words: what it is, and what becomes of it.
LANE: Final = QT_TRANSLATE_NOOP("Traffic", "%1: %2")
#: How many networks are named one by one.
MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Lane:
    kind: Kind
    fate: Fate
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """`lanes` in the order of a picture: what the tunnel carries, what passes it, what is stopped."""

    server: str
    situation: Situation
    lanes: tuple[Lane, ...]


def traffic(profile: Profile, situation: Situation, status: ConnectionStatus | None = None) -> Traffic:
    """`status` of a tunnel that is up, if it is."""
    network = profile.network
    guarded = profile.kill_switch.mode == "always" or (
        profile.kill_switch.mode == "connecting" and situation != "off"
    )
    past: Fate = "blocked" if guarded else "outside"
    near: Fate = "blocked" if guarded and not network.lan else "outside"
    carried = _networks(_carried(profile, status)) if situation == "connected" else ()
    internet = {version: _internet(profile, status, carried, version, past) for version in (4, 6)}
    if situation != "connected":
        internet = dict.fromkeys((4, 6), past)
    lanes = [*_office(carried), *_internet_lanes(internet)]
    if carried and not network.lan and _covers_all(carried, 4):
        near = "tunnel"
    lanes.append(Lane("lan", near))
    bypass = status.bypass if situation == "connected" and status is not None else network.bypass
    if bypass and situation == "connected":
        lanes.append(Lane("bypass", past, tuple(bypass)))
    order = tuple(FATES)
    lanes.sort(key=lambda lane: order.index(lane.fate))
    return Traffic(profile.server, situation, tuple(lanes))


def named(networks: tuple[str, ...], most: int = MOST_NAMED) -> Words | None:
    """The first few of them, and how many more there are."""
    if not networks:
        return None
    shown, more = ", ".join(networks[:most]), len(networks) - most
    if more <= 0:
        return Words("Traffic", "%1", (shown,))
    return QT_TRANSLATE_NOOP("Traffic", "%1 and %2 more").of(shown, str(more))


def _carried(profile: Profile, status: ConnectionStatus | None) -> tuple[str, ...]:
    return status.routes if status is not None else profile.network.subnets


def _networks(texts: Iterable[str]) -> tuple[_Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def _office(carried: tuple[_Network, ...]) -> list[Lane]:
    parts = tuple(str(each) for each in carried if not _covers_all(carried, each.version))
    return [Lane("office", "tunnel", parts)] if parts else []


def _internet(
    profile: Profile,
    status: ConnectionStatus | None,
    carried: tuple[_Network, ...],
    version: int,
    past: Fate,
) -> Fate:
    """Of one family: `auto` refuses it where the tunnel has all of the other and none of this one."""
    if _covers_all(carried, version):
        return "tunnel"
    if status is not None:
        refused = _covers_all(_networks(status.refused), version)
    else:
        network = profile.network
        policy = network.ipv4_outside if version == 4 else network.ipv6_outside
        lost = _covers_all(carried, 10 - version) and not any(each.version == version for each in carried)
        refused = policy == "block" or (policy == "auto" and lost)
    return "blocked" if refused else past


def _internet_lanes(fates: dict[int, Fate]) -> list[Lane]:
    if fates[4] == fates[6]:
        return [Lane("internet", fates[4])]
    return [Lane("internet4", fates[4]), Lane("internet6", fates[6])]


def _covers_all(networks: Iterable[_Network], version: int) -> bool:
    """Whether every address of a family is in one of `networks`, which may be halves of all."""
    if version == 4:
        four = [each for each in networks if isinstance(each, IPv4Network)]
        return any(each.prefixlen == 0 for each in collapse_addresses(four))
    six = [each for each in networks if isinstance(each, IPv6Network)]
    return any(each.prefixlen == 0 for each in collapse_addresses(six))
