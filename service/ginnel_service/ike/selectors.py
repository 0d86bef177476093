"""Narrowing of traffic selectors (RFC 7296 section 2.9): pure functions on values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address

from .payloads.selector import TrafficSelector

#: What one TS payload can hold (RFC 7296 section 3.13).
MAX_SELECTORS = 255


def narrow(
    offered: Sequence[TrafficSelector], ours: Sequence[TrafficSelector]
) -> tuple[TrafficSelector, ...]:
    """What both sides select, in the offer's order; empty when nothing is in common.

    No result lies within another one. At most MAX_SELECTORS of them; a longer list is cut, which is
    a narrower but still legal answer.
    """
    common: dict[TrafficSelector, None] = {}
    for theirs in offered:
        for own in ours:
            both = theirs.intersect(own)
            if both is not None:
                common[both] = None
    return _without_contained(common)


def everything() -> tuple[TrafficSelector, TrafficSelector]:
    """All of IPv4 and all of IPv6."""
    return TrafficSelector.from_network("0.0.0.0/0"), TrafficSelector.from_network("::/0")


def to_hosts(addresses: Iterable[IPv4Address | IPv6Address]) -> tuple[TrafficSelector, ...]:
    """One selector an address, of all its traffic."""
    return tuple(TrafficSelector(0, 0, 65535, address, address) for address in addresses)


def _without_contained(selectors: Iterable[TrafficSelector]) -> tuple[TrafficSelector, ...]:
    kept: list[TrafficSelector] = []
    for selector in selectors:
        if any(other.contains(selector) for other in kept):
            continue
        kept = [other for other in kept if not selector.contains(other)]
        kept.append(selector)
        if len(kept) > MAX_SELECTORS:
            kept.pop()
    return tuple(kept)
