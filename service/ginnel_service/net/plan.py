"""From what a tunnel wants to the ordered steps that get there. Pure: it asks nothing of the machine.

A step is a value: two equal steps are the same change to the machine, which is how two tunnels share one.
`key` names what a step touches; two different steps with one key cannot stand together, so one replaces the
other in place (a route whose source address changes is never missing for an instant).

Steps are also what the journal holds, so each checks its own fields: a journal is read as root.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface, ip_network
from typing import Final, Literal

from msgspec import Struct

from .base import Network, Wanted

MARK = 0x676E  # on the sockets that carry the tunnels themselves; "gn"
TABLE: Final = 26478  # 0x676e, holds the routes of every tunnel
MAIN_TABLE: Final = 254
RULE_PRIORITY = 5207  # ahead of main (32766): no route there, of whatever prefix length, comes first
TX_QUEUE_PACKETS = 5000  # most loss under load was overflow of the device's queue between time slices

Family = Literal[4, 6]

_SYSCTL = re.compile(
    r"net/ipv4/ip_forward"
    r"|net/ipv6/conf/all/forwarding"
    r"|net/ipv4/conf/(?P<v4>[^/]+)/rp_filter"
    r"|net/ipv6/conf/(?P<v6>[^/]+)/(?:accept_ra|autoconf|addr_gen_mode|disable_ipv6)"
)
_VALUE = re.compile(r"-?[0-9]{1,10}\Z")


def is_device(name: str) -> bool:
    """Whether a network device can have that name (dev_valid_name() in net/core/dev.c), printably."""
    return (
        0 < len(name) < 16 and name.isprintable() and not set(name) & set("/: ") and name not in (".", "..")
    )


def check_device(name: str) -> None:
    """Raise ValueError for what is no name of a network device."""
    if not is_device(name):
        raise ValueError("not the name of a network device")


class SetSysctl(Struct, frozen=True, tag="sysctl"):
    """Write `value` to /proc/sys/`path`. With `optional`, a kernel without it is content."""

    path: str
    value: str
    optional: bool = False

    def __post_init__(self) -> None:
        if not _SYSCTL.fullmatch(self.path) or not _VALUE.match(self.value):
            raise ValueError("not a setting of ours")
        if self.device:
            check_device(self.device)

    @property
    def key(self) -> tuple[str, ...]:
        return ("sysctl", self.path)

    @property
    def device(self) -> str:
        """The device that the setting belongs to, "" when it is the machine's."""
        match = _SYSCTL.fullmatch(self.path)
        return (match["v4"] or match["v6"] or "") if match else ""

    def __str__(self) -> str:
        return f"set {self.path.replace('/', '.')} to {self.value}"


class SetLink(Struct, frozen=True, tag="link"):
    device: str
    mtu: int
    tx_queue: int = TX_QUEUE_PACKETS

    def __post_init__(self) -> None:
        check_device(self.device)
        if not 68 <= self.mtu <= 65535 or not 0 <= self.tx_queue <= 1_000_000:
            raise ValueError("MTU or queue length out of range")

    @property
    def key(self) -> tuple[str, ...]:
        return ("link", self.device)

    def __str__(self) -> str:
        return f"set the MTU of {self.device} to {self.mtu}"


class LinkUp(Struct, frozen=True, tag="up"):
    device: str

    def __post_init__(self) -> None:
        check_device(self.device)

    @property
    def key(self) -> tuple[str, ...]:
        return ("up", self.device)

    def __str__(self) -> str:
        return f"bring {self.device} up"


class AddAddress(Struct, frozen=True, tag="address"):
    """Without the route that the OS would derive from the prefix: every route is one that was asked for."""

    device: str
    address: str  # with prefix length

    def __post_init__(self) -> None:
        check_device(self.device)
        ip_interface(self.address)

    @property
    def key(self) -> tuple[str, ...]:
        return ("address", self.device, str(ip_interface(self.address).ip))

    def __str__(self) -> str:
        return f"give {self.device} the address {self.address}"


class AddRoute(Struct, frozen=True, tag="route"):
    network: str
    device: str
    table: Literal[26478, 254] = TABLE
    source: str | None = None

    def __post_init__(self) -> None:
        ip_network(self.network)
        check_device(self.device)
        if self.source is not None:
            ip_address(self.source)

    @property
    def key(self) -> tuple[str, ...]:
        return ("route", str(self.table), self.network)

    def __str__(self) -> str:
        return f"route {self.network} through {self.device}"


class AddThrow(Struct, frozen=True, tag="throw"):
    """A throw route in the tunnels' table: the lookup goes on in main (ip-route(8))."""

    network: str

    def __post_init__(self) -> None:
        ip_network(self.network)

    @property
    def key(self) -> tuple[str, ...]:
        return ("route", str(TABLE), self.network)

    def __str__(self) -> str:
        return f"keep {self.network} out of the tunnels"


class AddRule(Struct, frozen=True, tag="rule"):
    """What is not marked looks up the tunnels' table before main (ip-rule(8))."""

    family: Family

    @property
    def key(self) -> tuple[str, ...]:
        return ("rule", str(self.family))

    def __str__(self) -> str:
        return f"look up the tunnels' routes first for IPv{self.family}"


class Translate(Struct, frozen=True, tag="nat"):
    """What peers of a gateway send beyond it bears the gateway's own address."""

    device: str
    networks: tuple[str, ...]

    def __post_init__(self) -> None:
        check_device(self.device)
        for network in self.networks:
            ip_network(network)

    @property
    def key(self) -> tuple[str, ...]:
        return ("nat",)

    def __str__(self) -> str:
        return f"translate {', '.join(self.networks)} with nftables"


Step = SetSysctl | SetLink | LinkUp | AddAddress | AddRoute | AddThrow | AddRule | Translate


class Facts(Struct, frozen=True):
    """What planning needs to know of the machine. A device that a step of ours has changed stays listed."""

    ipv6: bool = True
    strict_uplinks: tuple[str, ...] = ()  # drop what would not be answered through them (RFC 3704, 2.2)
    advertised_uplinks: tuple[str, ...] = ()  # have a default route from a router advertisement


class Do(Struct, frozen=True):
    step: Step
    instead_of: Step | None = None


class Plan(Struct, frozen=True):
    """First every `do` in order, then every `undo` in order: what is new stands before what is old goes."""

    do: tuple[Do, ...] = ()
    undo: tuple[Step, ...] = ()


def make_plan(present: tuple[Step, ...], wanted: Wanted | None, facts: Facts) -> Plan:
    """The difference between an owner's `present` steps, in the order they were done, and `wanted`."""
    target = () if wanted is None else steps_for(wanted, facts)
    had = {step.key: step for step in present}
    keys = {step.key for step in target}
    here = set(present)
    return Plan(
        do=tuple(Do(step, had.get(step.key)) for step in target if step not in here),
        undo=tuple(step for step in reversed(present) if step.key not in keys),
    )


def steps_for(wanted: Wanted, facts: Facts) -> tuple[Step, ...]:
    """All steps for `wanted`, in order. The rule comes after the routes, so they take effect at once."""
    device = wanted.device
    addresses = [entry for entry in wanted.addresses if entry.version == 4 or facts.ipv6]
    bypass = _usable(wanted.bypass, facts)
    routes = [net for net in _usable(wanted.routes, facts) if net not in bypass]
    links = _usable(wanted.link_routes, facts)
    families: set[int] = {entry.version for entry in (*addresses, *routes, *links)}
    routed: set[int] = {net.version for net in routes}
    source = {entry.version: str(entry.ip) for entry in reversed(addresses)}

    steps: list[Step] = list(_quiet_ipv6(device, wanted=6 in families)) if facts.ipv6 else []
    steps += [SetLink(device, wanted.mtu), LinkUp(device)]
    steps += [AddAddress(device, str(entry)) for entry in addresses]
    if 4 in routed:
        # The gateway's packets come in through an uplink that unmarked packets no longer leave by: loose mode
        # (RFC 3704 section 2.4) instead of strict. src_valid_mark would need incoming packets to be marked.
        steps += [
            SetSysctl(f"net/ipv4/conf/{uplink}/rp_filter", "2", optional=True)
            for uplink in facts.strict_uplinks
            if uplink != device
        ]
    steps += [AddThrow(str(net)) for net in bypass if net.version in routed]
    steps += [AddRoute(str(net), device, TABLE, source.get(net.version)) for net in routes]
    steps += [AddRoute(str(net), device, MAIN_TABLE) for net in links]
    if translated := _usable(wanted.translated, facts):  # before anything is forwarded
        steps.append(Translate(device, tuple(map(str, translated))))
    if wanted.forwarding:
        steps += _forwarding(families, facts, device)
    if 4 in routed:
        steps.append(AddRule(4))
    if 6 in routed:
        steps.append(AddRule(6))
    first: dict[tuple[str, ...], Step] = {}
    for step in steps:
        first.setdefault(step.key, step)
    return tuple(first.values())


def _usable(networks: tuple[Network, ...], facts: Facts) -> list[Network]:
    """A machine without IPv6 has nothing to route or to leak there."""
    return [net for net in networks if net.version == 4 or facts.ipv6]


def _quiet_ipv6(device: str, *, wanted: bool) -> tuple[Step, ...]:
    """No address of the device's own making and no router heard on it; enabled for it alone where needed."""
    base = f"net/ipv6/conf/{device}"
    quiet: tuple[Step, ...] = (
        SetSysctl(f"{base}/addr_gen_mode", "1", optional=True),  # IN6_ADDR_GEN_MODE_NONE
        SetSysctl(f"{base}/autoconf", "0", optional=True),
        SetSysctl(f"{base}/accept_ra", "0", optional=True),
    )
    return (*quiet, SetSysctl(f"{base}/disable_ipv6", "0", optional=True)) if wanted else quiet


def _forwarding(families: set[int], facts: Facts, device: str) -> list[Step]:
    """A forwarding IPv6 host drops advertised default routes unless accept_ra is 2 (ip-sysctl)."""
    steps: list[Step] = []
    if 4 in families:
        steps.append(SetSysctl("net/ipv4/ip_forward", "1"))
    if 6 in families:
        steps += [
            SetSysctl(f"net/ipv6/conf/{uplink}/accept_ra", "2", optional=True)
            for uplink in facts.advertised_uplinks
            if uplink != device
        ]
        steps.append(SetSysctl("net/ipv6/conf/all/forwarding", "1"))
    return steps
