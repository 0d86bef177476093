"""What nftables is told (nft(8)): texts, made from nothing but checked names, addresses and numbers. Pure.

Each concern has a table of its own, which nobody else's rules are in: putting it up, replacing it and taking
it down are one transaction each. A packet that another table drops stays dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, collapse_addresses
from typing import Final

from ..base import Address, KillSwitch, Network
from ..plan import MARK
from ..surroundings import SITE_GROUPS4, SITE_GROUPS6

KILL_SWITCH: Final = "ginnel-kill-switch"
GUARD_PREFIX: Final = "ginnel-guard-"  # the device's name follows

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,15}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What of the machine's links the kill switch has to know."""

    lan: tuple[Network, ...] = ()  # private networks on its links
    bridges: tuple[str, ...] = ()  # of the machine's own guests: no way out of it


NOTHING_NEARBY: Final = Nearby()


def can_name(device: str) -> bool:
    """Whether nft(8) has a way to write that name, and does not read it as a pattern."""
    return _NAME.match(device) is not None


def check_name(device: str) -> None:
    """Raise ValueError unless nftables `can_name` it."""
    if not can_name(device):
        raise ValueError("not a device that nftables can name")


def guard_table(device: str) -> str:
    check_name(device)
    return f"{GUARD_PREFIX}{device}"


def guard_ruleset(device: str, addresses: Iterable[Address], *, arp: bool = True) -> str:
    """Packets for `addresses` come from `device` or the machine itself, or not at all (CVE-2019-14899).

    With `arp`, nor does anyone on another link learn that they are here.
    """
    table = guard_table(device)
    every = tuple(addresses)
    four = [address for address in every if isinstance(address, IPv4Address)]
    six = [address for address in every if not isinstance(address, IPv4Address)]
    elsewhere = f'iifname != {{ "lo", "{device}" }}'
    lines = [
        f"create table inet {table}",
        f"add chain inet {table} arriving {{ type filter hook prerouting priority raw; policy accept; }}",
    ]
    if four:
        lines.append(f"add rule inet {table} arriving {elsewhere} ip daddr {_set(four)} drop")
    if six:
        lines.append(f"add rule inet {table} arriving {elsewhere} ip6 daddr {_set(six)} drop")
    if four and arp:
        lines += [
            f"create table arp {table}",
            f"add chain arp {table} arriving {{ type filter hook input priority filter; policy accept; }}",
            f'add rule arp {table} arriving iifname != "{device}" arp daddr ip {_set(four)} drop',
        ]
    return "\n".join(lines) + "\n"


def removal(table: str, *families: str) -> str:
    """Take `table` down, whether it stands or not."""
    return "".join(f"add table {family} {table}\ndelete table {family} {table}\n" for family in families)


def kill_switch_ruleset(wanted: KillSwitch, nearby: Nearby = NOTHING_NEARBY, *, sockets: bool = True) -> str:
    """The table that stops what `wanted` does not let pass, in place of the one that stands.

    Packets of our own sockets are known by their mark, which takes CAP_NET_ADMIN or CAP_NET_RAW to set;
    ping(8) has the latter on many a machine, so the mark counts for UDP and TCP alone. Names are asked
    nowhere but through a tunnel, whatever of the LAN is open. What is refused is refused aloud, so that no
    program waits. Without `sockets` (the kernel lacks nft_socket) what arrives is let in: it gets no answer.
    """
    for device in (*wanted.devices, *nearby.bridges):
        check_name(device)
    refuse_names = "meta l4proto { tcp, udp } th dport { 53, 853 }"
    own = f"meta mark {MARK:#x} meta l4proto {{ tcp, udp }}"
    bridges = _names(nearby.bridges)
    output = [
        f"oifname {_names(('lo', *wanted.devices))} accept",
        f"{own} accept",
        *_UPKEEP_OUT,
    ]
    arriving = [
        f"iifname {_names(('lo', *wanted.devices))} accept",
        f"meta l4proto {{ tcp, udp }} socket mark {MARK:#x} accept",
        *_UPKEEP_IN,
    ]
    passing = [f"oifname {_names(wanted.devices)} accept"] if wanted.devices else []
    if nearby.bridges:
        output.append(f"oifname {bridges} accept")
        arriving.append(f"iifname {bridges} accept")
        passing += [
            f"iifname {bridges} oifname {bridges} accept",
            *([f"iifname {_names(wanted.devices)} oifname {bridges} accept"] if wanted.devices else []),
        ]
    if wanted.portal:
        output += ["meta l4proto { tcp, udp } th dport 53 accept", "tcp dport { 80, 443 } accept"]
        arriving.append("ct state established,related accept")
    output.append(f"{refuse_names} goto refuse")
    if wanted.lan:
        output += [f"{match} accept" for match in _lan("daddr", nearby.lan)]
        arriving += [f"{match} accept" for match in _lan("saddr", nearby.lan)]
        if wanted.devices:
            passing += [
                f"iifname {_names(wanted.devices)} {match} accept" for match in _lan("daddr", nearby.lan)
            ]
    return (
        f"add table inet {KILL_SWITCH}\ndelete table inet {KILL_SWITCH}\n"
        f"table inet {KILL_SWITCH} {{\n"
        " chain refuse {\n"
        "  meta l4proto tcp reject with tcp reset\n  reject with icmpx admin-prohibited\n }\n"
        + _chain("output", [*output, "goto refuse"])
        + _chain("forward", [*passing, "goto refuse"])
        + (_chain("input", arriving) if sockets else "")
        + "}\n"
    )


# No network without: DHCP (RFC 2131, RFC 8415), neighbours and routers (RFC 4861), groups (RFC 3376, 3810).
_UPKEEP_OUT = (
    "udp sport 68 udp dport 67 accept",
    "ip6 saddr fe80::/10 udp sport 546 udp dport 547 accept",
    "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
    "icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } ip6 hoplimit 1 accept",
    "ip protocol igmp ip daddr 224.0.0.0/4 accept",
)
_UPKEEP_IN = (
    "udp sport 67 udp dport 68 accept",
    "ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept",
    "icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
    "icmpv6 type { mld-listener-query, mld-listener-report, mld2-listener-report } ip6 hoplimit 1 accept",
    "ip protocol igmp accept",
    # Errors about our own packets, of which the path's MTU is one: the kernel holds them against its sockets.
    "icmp type { destination-unreachable, time-exceeded, parameter-problem } accept",
    "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept",
)


def _lan(field: str, networks: Iterable[Network]) -> list[str]:
    """Matches for the LAN: its networks, and as destinations the groups that stay within it."""
    every = tuple(networks)
    four = [net for net in every if isinstance(net, IPv4Network)]
    six = [net for net in every if isinstance(net, IPv6Network)]
    if field == "daddr":
        four += SITE_GROUPS4
        six += SITE_GROUPS6
    matches = []
    if four:
        matches.append(f"ip {field} {_set(collapse_addresses(four))}")
    if six:
        matches.append(f"ip6 {field} {_set(collapse_addresses(six))}")
    return matches


def _chain(name: str, rules: Iterable[str]) -> str:
    body = "".join(f"  {rule}\n" for rule in rules)
    return f" chain {name} {{\n  type filter hook {name} priority filter; policy drop;\n{body} }}\n"


def _set(values: Iterable[object]) -> str:
    return "{ " + ", ".join(dict.fromkeys(map(str, values))) + " }"


def _names(devices: Iterable[str]) -> str:
    return _set(f'"{device}"' for device in devices)
