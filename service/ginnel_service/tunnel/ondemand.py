"""On-demand rules: which one matches the network that the machine is in, and what it says. Pure, but for what
is asked by a probe.

A rule's conditions have to be true all together; the first rule that matches decides. What nobody can tell,
such as the name of a wireless network on some systems, matches no condition about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from ..net.base import Way
from ..profiles.model import OnDemandRule

Interface = Literal["", "ethernet", "wifi", "cellular"]
Action = Literal["", "connect", "disconnect", "ignore"]


@dataclass(frozen=True, slots=True)
class Place:
    """The network that the machine is in, beside every tunnel of ours."""

    ways: tuple[Way, ...] = ()  # out of the machine; none without a network
    interface: Interface = ""  # of the default route
    ssid: str = ""
    search: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()


class Decision(NamedTuple):
    action: Action
    rule: int = 0  # counted from 1; 0 when none matches


class Asks(Protocol):
    """What a rule may want to know by asking the network."""

    async def probe(self, url: str) -> bool:
        """Whether `url` answers with 200, got beside every tunnel, without following redirects."""

    async def resolves(self, name: str) -> bool: ...


def matches(rule: OnDemandRule, place: Place) -> bool:
    """Whether all that can be told without asking is true."""
    if not place.ways:
        return False
    return (
        (not rule.interface or rule.interface == place.interface)
        and (not rule.ssids or place.ssid in rule.ssids)
        and (not rule.dns_domains or any(lies_below(name, rule.dns_domains) for name in place.search))
        and (not rule.dns_servers or _all_known(place.dns_servers, rule.dns_servers))
    )


async def decide(rules: Sequence[OnDemandRule], place: Place, asks: Asks) -> Decision:
    """What the rules say of `place`. A rule whose probe fails does not match."""
    for number, rule in enumerate(rules, 1):
        if not matches(rule, place):
            continue
        if rule.action == "evaluate":
            return Decision("connect" if await _is_needed(rule, asks) else "ignore", number)
        if not rule.probe or await asks.probe(rule.probe):
            return Decision(rule.action, number)
    return Decision("")


async def _is_needed(rule: OnDemandRule, asks: Asks) -> bool:
    """Nobody tells us what names are asked, so they count as wanted wherever the rule matches."""
    if rule.probe:
        return not await asks.probe(rule.probe)
    for name in rule.domains:
        if not await asks.resolves(name):
            return True
    return False


def lies_below(name: str, domains: Sequence[str]) -> bool:
    """Whether `name` is one of `domains`, or below one."""
    labels = name.lower().strip(".")
    return any(
        labels == domain or labels.endswith("." + domain)
        for domain in (each.lower().removeprefix("*").strip(".") for each in domains)
    )


def _all_known(servers: Sequence[str], known: Sequence[str]) -> bool:
    """A trailing `*` of a known one stands for anything, as in Apple's profiles."""
    return bool(servers) and all(
        any(server.startswith(each[:-1]) if each.endswith("*") else server == each for each in known)
        for server in servers
    )
