"""Statuses as tables."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from ginnel_service.ipc.schema import ConnectionStatus

from .common import plain
from .words import STATES, STEPS, WAITS, explain

_COLOURS = {"up": "green", "failed": "red", "down": "dim"}


def overview(statuses: Iterable[ConnectionStatus]) -> Table:
    """One line a connection."""
    table = Table("NAME", "STATE", "SERVER", "ADDRESS", "IN", "OUT", "RTT", box=None, pad_edge=False)
    for status in sorted(statuses, key=lambda each: each.name):
        table.add_row(
            plain(status.name),
            _state(status),
            plain(status.server),
            plain(", ".join(status.addresses)),
            octets(status.octets_in),
            octets(status.octets_out),
            "" if status.rtt_ms is None else f"{status.rtt_ms:.1f} ms",
        )
    return table


def details(status: ConnectionStatus) -> Table:
    """Everything that is known of one connection."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row("name", plain(status.name))
    table.add_row("state", _state(status))
    for name, value in (
        ("server", status.server),
        ("gateway", status.peer),
        ("addresses", ", ".join(status.addresses)),
        ("DNS", ", ".join(status.dns)),
        ("names", _names(status)),
        ("DNS domains", ", ".join(status.domains)),
        ("subnets", ", ".join(status.subnets)),
        ("gateway runs", status.gateway_product),
        ("routes", ", ".join(status.routes)),
        ("outside", ", ".join((*status.bypass, *(["private networks at hand"] if status.lan else [])))),
        ("refused", ", ".join(status.refused)),
        ("device", status.device),
        ("MTU", _mtu(status)),
        ("path", _path(status)),
        ("NAT", _nat(status)),
        ("IKE", status.ike_suite),
        ("ESP", status.esp_suite),
        ("weak", _weak(status)),
    ):
        if value:
            table.add_row(name, plain(value))
    if status.state == "up":
        if status.established_at is not None:
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(status.established_at))
            table.add_row("since", when + (" (resumed without a new login)" if status.resumed else ""))
        table.add_row("rekeys", f"{status.rekeys.child} of the traffic's keys, {status.rekeys.ike} of IKE's")
        table.add_row("in", f"{octets(status.octets_in)} in {status.packets_in} packets")
        table.add_row("out", f"{octets(status.octets_out)} in {status.packets_out} packets")
        if status.drops:
            table.add_row("lost", f"{status.drops} packets; see `ginnel doctor {plain(status.name)}`")
        if status.rtt_ms is not None:
            table.add_row("round trip", f"{status.rtt_ms:.1f} ms")
    if status.error is not None:
        words = explain(
            status.error.code, {"name": status.name, "server": status.server, **status.error.params}
        )
        table.add_row("error", words.cause)
        table.add_row("remedy", words.remedy)
    return table


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
    return Text(words, style=_COLOURS.get(status.state, "yellow"))


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
