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
        self._free: list[int] = []  # given back; a heap, each once
        self._queued: set[int] = set()  # what stands in it
        self._leased: set[int] = set()

    def lease(self, wished: Address | None = None) -> Address | None:
        """`wished` if it is free, else the lowest free address; None when there is none left."""
        offset = self._offset(wished) if wished is not None and wished in self.network else 0
        if not 2 <= offset < self._end or offset in self._leased:
            offset = self._lowest()
        if not offset:
            return None
        self._leased.add(offset)
        return self.network[offset]

    def _lowest(self) -> int:
        """0 when every address is leased."""
        while self._free:
            offset = heapq.heappop(self._free)
            self._queued.remove(offset)
            if offset not in self._leased:  # it may have been wished since
                return offset
        while self._next in self._leased:
            self._next += 1
        if self._next >= self._end:
            return 0
        self._next += 1
        return self._next - 1

    def _offset(self, address: Address) -> int:
        return int(address) - int(self.network.network_address)

    def release(self, address: Address) -> None:
        """Give back what `lease` gave; what it did not give is ignored."""
        offset = self._offset(address)
        if address in self.network and offset in self._leased:
            self._leased.remove(offset)
            if offset < self._next and offset not in self._queued:
                self._queued.add(offset)
                heapq.heappush(self._free, offset)


class Pools:
    """Of at most two families."""

    def __init__(self, networks: Iterable[Network | None]) -> None:
        self._pools = tuple(Pool(network) for network in networks if network is not None)

    @property
    def all(self) -> tuple[Pool, ...]:
        return self._pools

    def lease(self, *, ipv4: bool, ipv6: bool, wished: Iterable[Address] = ()) -> tuple[Address, ...] | None:
        """One address of each family asked for and offered, a wished one if it is free.

        None when a pool is empty or none fits.
        """
        wished = tuple(wished)
        leased: list[Address] = []
        for pool in self._pools:
            if not (ipv4 if pool.network.version == 4 else ipv6):
                continue
            address = pool.lease(next((each for each in wished if each in pool.network), None))
            if address is None:
                self.release(leased)
                return None
            leased.append(address)
        return tuple(leased) or None

    def release(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            for pool in self._pools:
                pool.release(address)
