"""Statuses as tables."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from ginnel_service.ipc.schema import ConnectionStatus

from .common import plain
from .words import STATES, STEPS, WAITS, explain

#: state -> colour; those that pass are yellow
COLOURS = {"up": "green", "failed": "red", "down": "dim"}
#: seconds in the units that a person counts in, largest first
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def overview(statuses: Iterable[ConnectionStatus]) -> Table:
    """One line a connection, as much of it as a glance takes in."""
    table = Table("NAME", "STATE", "FOR", "SERVER", "ADDRESS", "IN", "OUT", "RTT", box=None, pad_edge=False)
    for status in sorted(statuses, key=lambda each: each.name):
        table.add_row(
            plain(status.name),
            _state(status),
            "" if status.established_at is None else duration(time.time() - status.established_at),
            plain(status.server),
            plain(", ".join(status.addresses)),
            octets(status.octets_in),
            octets(status.octets_out),
            "" if status.rtt_ms is None else f"{status.rtt_ms:.1f} ms",
        )
    return table


def details(status: ConnectionStatus) -> Table:
    """Everything that is known of one connection, in groups."""
    table = Table(show_header=False, box=None, pad_edge=False)
    groups = (_who(status), _inside(status), _way(status), _protection(status), _traffic(status))
    for group in (_head(status), *groups, _trouble(status)):
        rows = [(name, value) for name, value in group if value]
        if rows and table.row_count:
            table.add_row()
        for name, value in rows:
            table.add_row(name, value if isinstance(value, Text) else plain(value))
    return table


_Rows = list[tuple[str, str | Text]]


def _head(status: ConnectionStatus) -> _Rows:
    since = ""
    if status.state == "up" and status.established_at is not None:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(status.established_at))
        since = f"{when}, {duration(time.time() - status.established_at)} ago"
        since += " (resumed without a new login)" if status.resumed else ""
    return [("name", status.name), ("state", _state(status)), ("since", since)]


def _who(status: ConnectionStatus) -> _Rows:
    return [("server", status.server), ("gateway", status.peer), ("gateway runs", status.gateway_product)]


def _inside(status: ConnectionStatus) -> _Rows:
    return [
        ("addresses", ", ".join(status.addresses)),
        ("routes", ", ".join(status.routes)),
        ("subnets", ", ".join(status.subnets)),
        ("DNS", ", ".join(status.dns)),
        ("names", _names(status)),
        ("DNS domains", ", ".join(status.domains)),
        ("outside", ", ".join((*status.bypass, *(["private networks at hand"] if status.lan else [])))),
        ("refused", ", ".join(status.refused)),
    ]


def _way(status: ConnectionStatus) -> _Rows:
    rtt = "" if status.rtt_ms is None or status.state != "up" else f"{status.rtt_ms:.1f} ms"
    return [
        ("device", status.device),
        ("MTU", _mtu(status)),
        ("path", _path(status)),
        ("NAT", _nat(status)),
        ("round trip", rtt),
    ]


def _protection(status: ConnectionStatus) -> _Rows:
    rekeys = f"{status.rekeys.child} of the traffic's keys, {status.rekeys.ike} of IKE's"
    return [
        ("IKE", status.ike_suite),
        ("ESP", status.esp_suite),
        ("rekeys", rekeys if status.state == "up" else ""),
        ("weak", _weak(status)),
    ]


def _traffic(status: ConnectionStatus) -> _Rows:
    if status.state != "up":
        return []
    lost = f"{status.drops} packets; see `ginnel doctor {status.name}`" if status.drops else ""
    return [
        ("in", f"{octets(status.octets_in)} in {status.packets_in} packets"),
        ("out", f"{octets(status.octets_out)} in {status.packets_out} packets"),
        ("lost", Text(plain(lost), "yellow")),
    ]


def _trouble(status: ConnectionStatus) -> _Rows:
    if status.error is None:
        return []
    params = {"name": status.name, "server": status.server, **status.error.params}
    words = explain(status.error.code, params)
    return [("error", Text(words.cause, "red")), ("remedy", words.remedy)]


def duration(seconds: float) -> str:
    """How long, in its two largest units: `3 h 20 min`."""
    left = max(0, int(seconds))
    parts: list[str] = []
    for unit, size in _UNITS:
        if left >= size and len(parts) < 2:
            parts.append(f"{left // size} {unit}")
            left %= size
        elif parts:
            break
    return " ".join(parts) or "0 s"


def octets(count: int) -> str:
    """A size that a person can read: `1.5 MiB`."""
    if count < 1024:
        return f"{count} B"
    size = float(count)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        size /= 1024
        if size < 1024 or unit == "TiB":
            break
    return f"{size:.1f} {unit}"


def _state(status: ConnectionStatus) -> Text:
    words = STATES.get(status.state, plain(status.state))
    if status.step:
        words += ": " + STEPS.get(status.step, plain(status.step))
    if status.waits_for:
        words += f", waits for {WAITS[status.waits_for]}"
    if status.next_try_s is not None:
        words += f", again in {status.next_try_s:.0f} s"
    if status.state == "down" and status.error is not None:
        words = "broken"
    if status.blocked:
        words += ", traffic is stopped"
    return Text(words, style=COLOURS.get(status.state, "yellow"))


def _names(status: ConnectionStatus) -> str:
    """Who is asked which names; the gateway's servers need not be asked at all."""
    dns = status.dns_in_effect
    if dns is None:
        return "asked as without the tunnel" if status.state == "up" else ""
    which = "all" if dns.everything else "below " + ", ".join(dns.match)
    return f"{which} asked at {', '.join(dns.servers)}"


def _path(status: ConnectionStatus) -> str:
    if status.path is None:
        return ""
    inside = ", in TCP" if status.path.stream else ", in UDP" if status.path.encapsulated else ""
    return f"{status.path.local} to {status.path.remote}{inside}"


def _weak(status: ConnectionStatus) -> str:
    if not status.weak:
        return ""
    return f"{', '.join(status.weak)}: allowed by the profile, and no protection against a strong attacker"


def _mtu(status: ConnectionStatus) -> str:
    if not status.mtu:
        return ""
    return f"{status.mtu}" + (f", the path carries {status.path_mtu}" if status.path_mtu else "")


def _nat(status: ConnectionStatus) -> str:
    """Ours only: a peer in user space claims a NAT to get its ESP into UDP, whether there is one or not."""
    if status.nat is None:
        return ""
    return "in front of this machine" if status.nat.local else "none in front of this machine"
