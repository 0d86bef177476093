"""Address pools: a network of each family, handed out one by one, the lowest free address first. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Pool:
    """All of `network` but its first address, its second (`own`, the gateway's) and its last."""

    def __init__(self, network: Network) -> None:
        """Raises ValueError for a network with no room for a peer."""
        if network.num_addresses < 4:
            raise ValueError(f"{network} has no room for a peer")
        self.network = network
        self.own: Address = network[1]
        self._next = 2
        self._end = network.num_addresses - 1
        self._free: list[int] = []  # given back; a heap
        self._leased: set[int] = set()

    def lease(self) -> Address | None:
        """The lowest free address, or None when there is none left."""
        if self._free:
            offset = heapq.heappop(self._free)
        elif self._next < self._end:
            offset = self._next
            self._next += 1
        else:
            return None
        self._leased.add(offset)
        return self.network[offset]

    def release(self, address: Address) -> None:
        """Give back what `lease` gave; what it did not give is ignored."""
        offset = int(address) - int(self.network.network_address)
        if address in self.network and offset in self._leased:
            self._leased.remove(offset)
            heapq.heappush(self._free, offset)


class Pools:
    """Of at most two families."""

    def __init__(self, networks: Iterable[Network | None]) -> None:
        self._pools = tuple(Pool(network) for network in networks if network is not None)

    @property
    def all(self) -> tuple[Pool, ...]:
        return self._pools

    def lease(self, *, ipv4: bool, ipv6: bool) -> tuple[Address, ...] | None:
        """One address of each family asked for and offered; None when a pool is empty or none fits."""
        leased: list[Address] = []
        for pool in self._pools:
            if not (ipv4 if pool.network.version == 4 else ipv6):
                continue
            address = pool.lease()
            if address is None:
                self.release(leased)
                return None
            leased.append(address)
        return tuple(leased) or None

    def release(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            for pool in self._pools:
                pool.release(address)
