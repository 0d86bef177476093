"""From what a tunnel wants to the ordered steps that get there. Pure: it asks nothing of the machine.

A step is a value: two equal steps are the same change to the machine, which is how two tunnels share one.
`key` names what a step touches; two different steps with one key cannot stand together, so one replaces the
other in place (a route whose source address changes is never missing for an instant).

Steps are also what the journal holds, so each checks its own fields: a journal is read as root.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface, ip_network
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from .base import Dns, Network, Wanted
from .dns.names import ascii_domain, is_domain
from .surroundings import SITE_GROUPS4, covers

MARK = 0x676E  # on the sockets that carry the tunnels themselves; "gn"
TABLE: Final = 26478  # 0x676e, holds the routes of every tunnel
MAIN_TABLE: Final = 254
METRIC: Final = 1024  # of what a tunnel asks for; the lowest of one prefix wins (ip-route(8))
NEARBY_METRIC: Final = 2048  # of what we keep out of tunnels unasked: gives way to any tunnel's own route
BLOCK_METRIC: Final = 4096  # of what is nobody's: gives way to everything
EXEMPT_PRIORITY = 5206
RULE_PRIORITY = 5207  # ahead of main (32766): no route there, of whatever prefix length, comes first
MOST_SERVERS: Final = 16
MOST_DOMAINS: Final = 128
TX_QUEUE_PACKETS = 5000  # most loss under load was overflow of the device's queue between time slices

Family = Literal[4, 6]

_SYSCTL = re.compile(
    r"net/ipv4/ip_forward"
    r"|net/ipv6/conf/all/forwarding"
    r"|net\.inet\.ip\.forwarding|net\.inet6\.ip6\.forwarding"
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
    """Write `value` to /proc/sys/`path`, or by sysctl(3). With `optional`, a kernel without it is content."""

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
    nearby: bool = False  # nobody asked for it: a network of the machine's surroundings

    def __post_init__(self) -> None:
        ip_network(self.network)

    @property
    def key(self) -> tuple[str, ...]:
        key = ("route", str(TABLE), self.network)
        return (*key, "nearby") if self.nearby else key

    def __str__(self) -> str:
        return f"keep {self.network} out of the tunnels"


class AddBlock(Struct, frozen=True, tag="block"):
    """An unreachable route in the tunnels' table: nothing leaves, and whoever tries hears so at once."""

    network: str

    def __post_init__(self) -> None:
        ip_network(self.network)

    @property
    def key(self) -> tuple[str, ...]:
        return ("route", str(TABLE), self.network, "block")

    def __str__(self) -> str:
        return f"block {self.network}"


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


class AddExemption(Struct, frozen=True, tag="exemption"):
    """What another VPN has marked as its own outer packets is routed as if we were not here.

    Such a VPN sends everything else into its tunnel, our outer packets too: if its own came back into ours,
    they would go in circles.
    """

    family: Family
    mark: Annotated[int, Meta(gt=0, lt=2**32)]

    @property
    def key(self) -> tuple[str, ...]:
        return ("exemption", str(self.family), str(self.mark))

    def __str__(self) -> str:
        return f"keep what bears the mark {self.mark:#x} out of the tunnels for IPv{self.family}"


class AddGuard(Struct, frozen=True, tag="guard"):
    """Packets for `addresses` are accepted from `device` alone (CVE-2019-14899)."""

    device: str
    addresses: tuple[str, ...]

    def __post_init__(self) -> None:
        check_device(self.device)
        for address in self.addresses:
            ip_address(address)

    @property
    def key(self) -> tuple[str, ...]:
        return ("guard", self.device)

    def __str__(self) -> str:
        return f"accept packets for {', '.join(self.addresses)} from {self.device} alone"


class SetDns(Struct, frozen=True, tag="dns"):
    """Have the machine's programs ask `servers`, through the device: every name, or those below `match`."""

    device: str
    servers: tuple[str, ...]
    search: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    everything: bool = True

    def __post_init__(self) -> None:
        check_device(self.device)
        if not 0 < len(self.servers) <= MOST_SERVERS or max(len(self.search), len(self.match)) > MOST_DOMAINS:
            raise ValueError("too many DNS servers or domains, or none")
        for server in self.servers:
            address = ip_address(server)
            if str(address) != server or "%" in server or address.is_unspecified or address.is_multicast:
                raise ValueError("not the address of a DNS server")
        if not all(map(is_domain, (*self.search, *self.match))):
            raise ValueError("not a domain name")

    @property
    def key(self) -> tuple[str, ...]:
        return ("dns", self.device)

    def __str__(self) -> str:
        names = "all names" if self.everything else "the tunnel's names"
        return f"ask {', '.join(self.servers)} for {names}"


#: What lives and ends with a device.
DeviceStep = SetSysctl | SetLink | LinkUp | AddAddress | AddRoute
#: What stands until somebody takes it away.
LastingStep = AddThrow | AddBlock | AddRule | AddExemption | AddGuard | Translate
MachineStep = DeviceStep | LastingStep
Step = MachineStep | SetDns


class Facts(Struct, frozen=True):
    """What planning needs to know of the machine. A device that a step of ours has changed stays listed."""

    ipv6: bool = True
    strict_uplinks: tuple[str, ...] = ()  # drop what would not be answered through them (RFC 3704, 2.2)
    advertised_uplinks: tuple[str, ...] = ()  # have a default route from a router advertisement
    #: (device, network) pairs: private networks on the machine's links
    lan: tuple[tuple[str, str], ...] = ()
    #: (device, network) pairs: behind bridges of the machine's own guests, and other tunnels
    local: tuple[tuple[str, str], ...] = ()
    #: (IP version, mark) pairs of other VPNs that take everything but what they marked
    marks: tuple[tuple[Family, int], ...] = ()
    guards: bool = True  # the packet filter takes guards


class Do(Struct, frozen=True):
    step: Step
    instead_of: Step | None = None


class Plan(Struct, frozen=True):
    """First every `do` in order, then every `undo` in order: what is new stands before what is old goes."""

    do: tuple[Do, ...] = ()
    undo: tuple[Step, ...] = ()


def make_plan(present: tuple[Step, ...], wanted: Wanted | None, facts: Facts) -> Plan:
    """The difference between an owner's `present` steps, in the order they were done, and `wanted`."""
    return difference(present, () if wanted is None else steps_for(wanted, facts))


def difference(present: tuple[Step, ...], target: tuple[Step, ...]) -> Plan:
    """From an owner's `present` steps, in the order they were done, to those of `target`, in theirs."""
    had = {step.key: step for step in present}
    keys = {step.key for step in target}
    here = set(present)
    return Plan(
        do=tuple(Do(step, had.get(step.key)) for step in target if step not in here),
        undo=tuple(step for step in reversed(present) if step.key not in keys),
    )


def steps_for(wanted: Wanted, facts: Facts) -> tuple[Step, ...]:
    """All steps for `wanted`, in order. The rule comes after the routes, so they take effect at once.

    ValueError for what no machine can be told, such as a search domain that is no domain name.
    """
    device = wanted.device
    addresses = [entry for entry in wanted.addresses if entry.version == 4 or facts.ipv6]
    bypass = _usable(wanted.bypass, facts)
    routes = [net for net in _usable(wanted.routes, facts) if net not in bypass]
    links = _usable(wanted.link_routes, facts)
    blocked = _usable(wanted.blocked, facts)
    families: set[int] = {entry.version for entry in (*addresses, *routes, *links)}
    routed: set[int] = {net.version for net in (*routes, *blocked)}
    source = {entry.version: str(entry.ip) for entry in reversed(addresses)}

    steps: list[Step] = list(_quiet_ipv6(device, wanted=6 in families)) if facts.ipv6 else []
    steps += [SetLink(device, wanted.mtu), LinkUp(device)]
    if wanted.guard and addresses and facts.guards:  # before the addresses are there to be found
        steps.append(AddGuard(device, tuple(str(entry.ip) for entry in addresses)))
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
    captured = [*routes, *blocked]
    steps += [AddThrow(net, nearby=True) for net in _surroundings(wanted, facts) if _is_in(captured, net)]
    steps += [AddRoute(str(net), device, TABLE, source.get(net.version)) for net in routes]
    steps += [AddRoute(str(net), device, MAIN_TABLE) for net in links]
    steps += [AddBlock(str(net)) for net in blocked]
    if translated := _usable(wanted.translated, facts):  # before anything is forwarded
        steps.append(Translate(device, tuple(map(str, translated))))
    if wanted.forwarding:
        steps += _forwarding(families, facts, device)
    steps += [AddExemption(family, mark) for family, mark in facts.marks if family in routed]
    if 4 in routed:
        steps.append(AddRule(4))
    if 6 in routed:
        steps.append(AddRule(6))
    if wanted.dns is not None:
        steps += dns_steps(device, wanted.dns, ipv6=facts.ipv6)
    first: dict[tuple[str, ...], Step] = {}
    for step in steps:
        first.setdefault(step.key, step)
    return tuple(first.values())


def _usable(networks: tuple[Network, ...], facts: Facts) -> list[Network]:
    """A machine without IPv6 has nothing to route or to leak there."""
    return [net for net in networks if net.version == 4 or facts.ipv6]


def _surroundings(wanted: Wanted, facts: Facts) -> list[str]:
    """What keeps to the main table where a tunnel has no route of its own to it, or to a part of it."""
    near = [*facts.local, *(facts.lan if wanted.lan else ())]
    found = [network for device, network in near if device != wanted.device]
    return [*found, *map(str, SITE_GROUPS4)] if wanted.lan else found


def _is_in(captured: list[Network], text: str) -> bool:
    network = ip_network(text)
    return any(covers(wide, network) for wide in captured)


def dns_steps(device: str, dns: Dns, *, ipv6: bool) -> tuple[Step, ...]:
    """Last of all: the servers can be reached by now. Without a server there is nobody to ask."""
    servers = tuple(str(server) for server in dns.servers if server.version == 4 or ipv6)
    if not servers:
        return ()
    search, match = (tuple(dict.fromkeys(map(ascii_domain, names))) for names in (dns.search, dns.match))
    return (SetDns(device, servers, search, match, dns.everything),)


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
