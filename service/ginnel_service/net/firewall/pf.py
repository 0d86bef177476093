"""What pf is told on FreeBSD and macOS (pf.conf(5)): the texts of anchors. Pure; `pfctl` loads them.

No socket bears a mark there, so our own packets are known by the gateways that they go to. What may pass is
tagged, and what bears no tag is blocked: so nothing is let through that the machine's own rules would block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import collapse_addresses
from typing import Final

from ..base import NAME_PORTS, Address, KillSwitch, Network
from ..surroundings import SITE_GROUPS4, SITE_GROUPS6

_TAG: Final = "ginnel"
_GUARDED: Final = "ginnel-guarded"
_NAME: Final = re.compile(r"[A-Za-z0-9_.]{1,15}\Z")
_UPKEEP_OUT: Final = (
    "inet proto udp from any port 68 to any port 67",
    "inet6 proto udp from fe80::/10 port 546 to any port 547",
    "inet6 proto icmp6 all icmp6-type { 133, 135, 136 }",
    "inet6 proto icmp6 from any to ff02::/16 icmp6-type { 131, 132, 143 } allow-opts",
    "inet proto igmp from any to 224.0.0.0/4 allow-opts",
)
_UPKEEP_IN: Final = (
    "inet proto udp from any port 67 to any port 68",
    "inet6 proto udp from fe80::/10 port 547 to any port 546",
    "inet6 proto icmp6 all icmp6-type { 1, 2, 3, 4, 134, 135, 136 }",
    "inet6 proto icmp6 all icmp6-type { 130, 131, 143 } allow-opts",
    "inet proto icmp all icmp-type { 3, 11, 12 }",
    "inet proto igmp all allow-opts",
)


def guard_anchor(guards: Mapping[str, Iterable[Address]]) -> str:
    """Packets for a device's addresses come from it or from the machine itself, or not at all."""
    lines = []
    for device, addresses in guards.items():
        _check_name(device)
        lines += [
            f"pass in on {via} from any to {_set(addresses)} no state tag {_GUARDED}"
            for via in ("lo0", device)
        ]
        lines.append(f"block drop in quick from any to {_set(addresses)} ! tagged {_GUARDED}")
    return "\n".join(lines) + "\n"


def kill_switch_anchor(wanted: KillSwitch, lan: Iterable[Network] = ()) -> str:
    """What stops all that `wanted` does not let pass; `lan` are the private networks on the links."""
    for device in wanted.devices:
        _check_name(device)
    own = [f"on {device} all" for device in ("lo0", *wanted.devices)]
    out, arriving = [*own, *_UPKEEP_OUT], [*own, *_UPKEEP_IN]
    # The gateway's name, which the service asks a server outside; nobody but root has a socket that passes
    names = f"{NAME_PORTS.start}:{NAME_PORTS.stop - 1}"
    out.append(f"proto udp from any port {names} to any port 53 user 0")
    arriving.append(f"proto udp from any port 53 to any port {names} user 0")
    for gateway in wanted.gateways:
        out.append(f"proto {{ tcp, udp }} from any to {gateway} port != 53")
        arriving.append(f"proto {{ tcp, udp }} from {gateway} to any")
        # What of a large IKE message has no port: without its first fragment nobody can make use of it
        out.append(f"proto udp from any to {gateway} fragment")
        arriving.append(f"proto udp from {gateway} to any fragment")
    near = list(lan) if wanted.lan else []
    if near:
        four = list(collapse_addresses(net for net in near if net.version == 4))
        six = list(collapse_addresses(net for net in near if net.version == 6))
        targets4, targets6 = [*four, *SITE_GROUPS4], [*six, *SITE_GROUPS6]
        ports = "{ 1:52, 54:852, 854:65535 }"  # names are asked nowhere but through a tunnel
        out.append(f"proto {{ tcp, udp }} from any to {_set([*targets4, *targets6])} port {ports}")
        # Of a list of both pfctl would make a rule of each with the other's addresses, and refuse it
        out.append(f"inet proto icmp from any to {_set(targets4)}")
        out.append(f"inet6 proto icmp6 from any to {_set(targets6)}")
        arriving.append(f"from {_set([*four, *six])} to any")
    if wanted.portal:
        out += ["proto { tcp, udp } from any to any port 53", "proto tcp from any to any port { 80, 443 }"]
        arriving += [
            "proto { tcp, udp } from any port 53 to any",
            "proto tcp from any port { 80, 443 } to any flags A/A",
        ]
    return "".join(
        f"pass {way} {match} no state tag {_TAG}\n"
        for way, matches in (("out", out), ("in", arriving))
        for match in matches
    ) + (f"block return out quick all ! tagged {_TAG}\nblock drop in quick all ! tagged {_TAG}\n")


def passing(anchor: str) -> frozenset[str]:
    """What an anchor lets through, a line each: what one has and another lacks, the other stops."""
    return frozenset(line for line in anchor.splitlines() if line.startswith("pass "))


def nat_anchor(device: str, uplinks: Iterable[str], networks: Iterable[Network]) -> str:
    """What comes out of `device` from one of `networks` leaves each of `uplinks` under that one's address.

    As with any NAT nobody out there begins a connection to `networks`; what peers have begun has a state.
    """
    every = list(networks)
    for name in (device, *(names := list(uplinks))):
        _check_name(name)
    lines = [
        f"nat on {uplink} {'inet' if net.version == 4 else 'inet6'} from {net} to any -> ({uplink})"
        for uplink in names
        for net in every
    ]
    lines += [f"block drop in quick on ! {device} from any to {net}" for net in every]
    return "\n".join(lines) + "\n"


def _check_name(device: str) -> None:
    """Raise ValueError for a name that pf.conf(5) would read as something else."""
    if not _NAME.match(device):
        raise ValueError("not a device that pf can name")


def _set(values: Iterable[object]) -> str:
    return "{ " + ", ".join(dict.fromkeys(map(str, values))) + " }"
