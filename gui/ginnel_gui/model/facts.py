"""What a connection is made of, as sections of labelled facts. Qt-free.

Only what is known is there: a connection that is down has few facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ginnel_service.ipc.schema import ConnectionStatus, DnsStatus, Nat, PathStatus, Rekeys

from .suites import readable
from .words import QT_TRANSLATE_NOOP, Words

#: Of a list, such as of routes; a profile may have hundreds.
MOST_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """`lines` are one a line; values of the network stay as they are, words are translated."""

    label: Words
    lines: tuple[str | Words, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: Words
    icon: str
    facts: tuple[Fact, ...]


def sections(status: ConnectionStatus) -> tuple[Section, ...]:
    """In the order in which people ask; empty ones are left out."""
    made = (
        Section(QT_TRANSLATE_NOOP("Facts", "Gateway"), "office", _gateway(status)),
        Section(QT_TRANSLATE_NOOP("Facts", "Inside the tunnel"), "routes", _inside(status)),
        Section(QT_TRANSLATE_NOOP("Facts", "Protection"), "shield", _protection(status)),
        Section(QT_TRANSLATE_NOOP("Facts", "Way there"), "internet", _way(status)),
    )
    return tuple(each for each in made if each.facts)


def _gateway(status: ConnectionStatus) -> tuple[Fact, ...]:
    return _known(
        (QT_TRANSLATE_NOOP("Facts", "Server"), _lines(status.server)),
        (
            QT_TRANSLATE_NOOP("Facts", "Proved to be"),
            _lines(status.peer if status.peer != status.server else ""),
        ),
        (QT_TRANSLATE_NOOP("Facts", "Product"), _lines(status.gateway_product)),
        (QT_TRANSLATE_NOOP("Facts", "Its networks"), _lines(*status.subnets)),
    )


def _inside(status: ConnectionStatus) -> tuple[Fact, ...]:
    addresses = tuple(_bare(each) for each in status.addresses)
    lan = QT_TRANSLATE_NOOP("Facts", "Networks at hand")
    return _known(
        (QT_TRANSLATE_NOOP("Facts", "My addresses"), _lines(*addresses)),
        (QT_TRANSLATE_NOOP("Facts", "Names"), _names(status.dns_in_effect, status.state == "up")),
        (
            QT_TRANSLATE_NOOP("Facts", "Search domains"),
            _lines(*(status.dns_in_effect.search if status.dns_in_effect is not None else ())),
        ),
        (QT_TRANSLATE_NOOP("Facts", "Goes through"), _routes(status.routes)),
        (
            QT_TRANSLATE_NOOP("Facts", "Stays outside"),
            (*_lines(*status.bypass), *((lan,) if status.lan else ())),
        ),
        (QT_TRANSLATE_NOOP("Facts", "Stopped"), _routes(status.refused)),
    )


def _protection(status: ConnectionStatus) -> tuple[Fact, ...]:
    rekeys: tuple[str | Words, ...] = ()
    if status.rekeys != Rekeys():
        text = QT_TRANSLATE_NOOP("Facts", "%1 times for data, %2 times for the connection")
        rekeys = (text.of(str(status.rekeys.child), str(status.rekeys.ike)),)
    return _known(
        (QT_TRANSLATE_NOOP("Facts", "Data"), _lines(readable(status.esp_suite))),
        (QT_TRANSLATE_NOOP("Facts", "Key exchange"), _lines(readable(status.ike_suite))),
        (QT_TRANSLATE_NOOP("Facts", "New keys"), rekeys),
    )


def _way(status: ConnectionStatus) -> tuple[Fact, ...]:
    path = status.path
    largest = QT_TRANSLATE_NOOP("Facts", "%1 octets, %2 of them for data")
    size = (largest.of(str(status.path_mtu), str(status.mtu)),) if status.path_mtu and status.mtu else ()
    return _known(
        (QT_TRANSLATE_NOOP("Facts", "From"), _lines(path.local if path is not None else "")),
        (QT_TRANSLATE_NOOP("Facts", "To"), _lines(path.remote if path is not None else "")),
        (QT_TRANSLATE_NOOP("Facts", "Carried in"), _carrier(path)),
        (QT_TRANSLATE_NOOP("Facts", "Address translation"), _nat(status.nat)),
        (QT_TRANSLATE_NOOP("Facts", "Largest packet"), size),
        (QT_TRANSLATE_NOOP("Facts", "Device"), _lines(status.device)),
    )


def _known(*facts: tuple[Words, tuple[str | Words, ...]]) -> tuple[Fact, ...]:
    return tuple(Fact(label, _few(lines)) for label, lines in facts if lines)


def _few(lines: tuple[str | Words, ...]) -> tuple[str | Words, ...]:
    if len(lines) <= MOST_LINES:
        return lines
    more = QT_TRANSLATE_NOOP("Facts", "and %1 more").of(str(len(lines) - MOST_LINES + 1))
    return (*lines[: MOST_LINES - 1], more)


def _lines(*values: str) -> tuple[str | Words, ...]:
    return tuple(each for each in values if each)


def _bare(address: str) -> str:
    """Without the prefix length that says no more than that it is one address."""
    host, _, length = address.partition("/")
    return host if length == ("128" if ":" in host else "32") else address


def _routes(routes: tuple[str, ...]) -> tuple[str | Words, ...]:
    named = {
        "0.0.0.0/0": QT_TRANSLATE_NOOP("Facts", "Everything (IPv4)"),
        "::/0": QT_TRANSLATE_NOOP("Facts", "Everything (IPv6)"),
    }
    return tuple(named.get(each, each) for each in routes)


def _names(dns: DnsStatus | None, is_up: bool) -> tuple[str | Words, ...]:
    if dns is None:
        return (QT_TRANSLATE_NOOP("Facts", "Asked as without the tunnel"),) if is_up else ()
    if dns.everything:
        return (QT_TRANSLATE_NOOP("Facts", "All asked at:"), *dns.servers)
    below = QT_TRANSLATE_NOOP("Facts", "Those below %1 asked at:").of(", ".join(dns.match))
    return (below, *dns.servers)


def _carrier(path: PathStatus | None) -> tuple[str | Words, ...]:
    if path is None:
        return ()
    if path.stream:
        return (QT_TRANSLATE_NOOP("Facts", "TCP, because UDP does not get through"),)
    return ("UDP",) if path.encapsulated else ("ESP",)


def _nat(nat: Nat | None) -> tuple[str | Words, ...]:
    """Ours only: a peer in user space claims one to get its ESP into UDP, whether there is one or not."""
    if nat is None:
        return ()
    if nat.local:
        return (QT_TRANSLATE_NOOP("Facts", "Between this machine and the gateway"),)
    return (QT_TRANSLATE_NOOP("Facts", "None in front of this machine"),)
