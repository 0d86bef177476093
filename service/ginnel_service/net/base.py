"""The seam between a tunnel and the machine's network: what is wanted, and who makes it so.

Knows nothing of IKE, of the packet path or of profiles. Implementations: `keeper.Keeper` over each
system's own machine, of which `machine.py` chooses; `FakeNetwork` here serves tests of whatever stands above.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Final, NamedTuple, Protocol

#: Where sockets bear no mark, our own questions for names come from these ports; they are no server's.
NAME_PORTS: Final = range(26478, 26494)

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Dns:
    """Name servers behind the tunnel. With `everything` they get all names, else those below `match`."""

    servers: tuple[Address, ...]
    search: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    everything: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All that one tunnel wants of the machine. An empty `Wanted` is a tunnel that wants nothing."""

    device: str
    mtu: int
    addresses: tuple[Interface, ...] = ()
    routes: tuple[Network, ...] = ()  # through the device, in the tunnels' own table
    bypass: tuple[Network, ...] = ()  # that keep to the main table although a route covers them
    gateways: tuple[Address, ...] = ()  # of the tunnel itself, for where sockets bear no mark
    link_routes: tuple[Network, ...] = ()  # through the device, in the main table (a gateway's pools)
    forwarding: bool = False  # a gateway forwards between the device and its networks
    translated: tuple[Network, ...] = ()  # of the device, that others see under our own address
    blocked: tuple[Network, ...] = ()  # that are unreachable while the tunnel stands
    lan: bool = False  # private networks on the machine's links keep to the main table
    dns: Dns | None = None
    guard: bool = False  # packets for `addresses` are accepted from the device alone


@dataclass(frozen=True, slots=True)
class DeviceState:
    """How the machine has a device."""

    up: bool
    mtu: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSwitch:
    """What may pass although no tunnel carries it. Loopback, DHCP and neighbour discovery always may.

    Our own sockets pass by their mark where the system has marks, elsewhere by `gateways` and `NAME_PORTS`.
    """

    devices: tuple[str, ...] = ()  # of tunnels that are up; a device of a tunnel passes everything
    gateways: tuple[Address, ...] = ()
    lan: bool = False  # private networks on the machine's links
    portal: bool = False  # a captive portal may be reached for now: DNS, HTTP and HTTPS outside


class Way(NamedTuple):
    """How packets get to a host: from which address, through which device, over which next hop."""

    local: str
    device: int
    gateway: str  # empty when the host is on the link


@dataclass(frozen=True, slots=True)
class Reach:
    """A network, and the device that leads to it; `on_link`: its hosts are neighbours there."""

    network: Network
    device: str
    on_link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`tunnels` are devices that look like those of a VPN and are up; `ways` lead to the hosts asked for."""

    reaches: tuple[Reach, ...] = ()
    tunnels: frozenset[str] = frozenset()
    ways: tuple[tuple[str, str], ...] = ()  # (host, device)


class NetworkError(Exception):
    """The OS refused a step. `step` says which in words, `errno` why, `code` is a stable identifier."""

    def __init__(self, code: str, step: str, errno: int = 0) -> None:
        super().__init__(f"{step}: {code}")
        self.code = code
        self.step = step
        self.errno = errno


class MachineNetwork(Protocol):
    """Makes the machine match what its tunnels want, and as it was before when they want nothing.

    Calls block (netlink); a driver runs them through one executor thread. `owner` names a tunnel.
    """

    #: The mark that keeps a socket's packets out of every tunnel (Linux), 0 where sockets are bound instead.
    socket_mark: int

    def apply(self, owner: str, wanted: Wanted) -> None:
        """Bring the machine from what `owner` had to `wanted`. All of it or nothing: raises NetworkError."""

    def withdraw(self, owner: str) -> None:
        """Undo all that `owner` had. Idempotent; what is gone already is undone, what will not go raises."""

    def recover(self) -> list[str]:
        """Undo what a crashed predecessor left, by its journal. Returns what was undone, in words."""

    def set_kill_switch(self, wanted: KillSwitch | None) -> None:
        """Stop what `wanted` does not let pass, at once and until told otherwise; None stops nothing.

        It outlives this process, on purpose: `recover`, `withdraw` and `close` leave it alone. Raises
        NetworkError, and the machine has the old one then.
        """

    def close(self) -> None:
        """Withdraw every owner and release the OS handles."""


class FakeNetwork:
    """Remembers what each owner wants; `fail_with` makes the next `apply` raise."""

    socket_mark = 0

    def __init__(self) -> None:
        self.owners: dict[str, Wanted] = {}
        self.kill_switch: KillSwitch | None = None
        self.fail_with: NetworkError | None = None

    def apply(self, owner: str, wanted: Wanted) -> None:
        if self.fail_with is not None:
            error, self.fail_with = self.fail_with, None
            raise error
        self.owners[owner] = wanted

    def withdraw(self, owner: str) -> None:
        self.owners.pop(owner, None)

    def recover(self) -> list[str]:
        return []

    def set_kill_switch(self, wanted: KillSwitch | None) -> None:
        self.kill_switch = wanted

    def close(self) -> None:
        self.owners.clear()
