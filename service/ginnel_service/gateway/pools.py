"""Address pools: networks, handed out address by address, the lowest free one first. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
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

    def take(self, address: Address) -> bool:
        """Lease this one and no other."""
        offset = self._offset(address) if address in self.network else 0
        if not 2 <= offset < self._end or offset in self._leased:
            return False
        self._leased.add(offset)
        return True

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
    """At most one of each family, and others by name for those who are told to take from them."""

    def __init__(
        self, networks: Iterable[Network | None], named: Mapping[str, Sequence[Network]] | None = None
    ) -> None:
        self._usual = tuple(Pool(network) for network in networks if network is not None)
        self._named = {name: tuple(map(Pool, found)) for name, found in (named or {}).items()}

    @property
    def all(self) -> tuple[Pool, ...]:
        return (*self._usual, *(pool for pools in self._named.values() for pool in pools))

    def lease(
        self,
        *,
        ipv4: bool,
        ipv6: bool,
        wished: Sequence[Address] = (),
        fixed: Sequence[Address] = (),
        pool: str = "",
    ) -> tuple[Address, ...] | None:
        """One address of each family asked for and offered, a wished one if it is free.

        `fixed` ones are given or nothing is; `pool` names the one to take all others from. None when a pool
        is empty, or none fits.
        """
        if pool and pool not in self._named:
            return None
        asked = {version for version, wanted in ((4, ipv4), (6, ipv6)) if wanted}
        leased: list[Address] = []
        for address in fixed:
            if address.version not in asked:
                continue
            if not any(each.take(address) for each in self.all):
                self.release(leased)
                return None
            leased.append(address)
        asked -= {address.version for address in leased}
        for each in self._named[pool] if pool else self._usual:
            if each.network.version not in asked:
                continue
            found = each.lease(next((wish for wish in wished if wish in each.network), None))
            if found is None:
                self.release(leased)
                return None
            leased.append(found)
        return tuple(leased) or None

    def release(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            for pool in self.all:
                pool.release(address)
