"""The SAs of one data plane; see associations.pxd, and the stub of DataPlane for the contract."""

from collections import deque

from libc.stdint cimport uint32_t

from ginnel_core.address cimport fill_address
from ginnel_core.posix cimport (
    AF_INET,
    AF_INET6,
    ginnel_load,
    ginnel_peek,
    ginnel_poke32,
    ginnel_store,
    ginnel_wake_signal,
)
from ginnel_core.sa cimport Inbound, Outbound, Usage
from ginnel_core.values import SaCounters

#: The least that a path can have: RFC 791 section 3.1, RFC 8200 section 5.
LEAST_MTU = {AF_INET: 576, AF_INET6: 1280}
MOST_MTU = 65535


cdef object sa_counters(uint32_t spi, const Usage *usage):
    return SaCounters(
        spi, ginnel_peek(&usage.packets), ginnel_peek(&usage.octets), ginnel_peek(&usage.last_used_ns) / 1e9
    )


cdef int check_mtu(Path path, path_mtu) except -1:
    least = LEAST_MTU[path.route.peer.family]
    if not least <= path_mtu <= MOST_MTU:
        raise ValueError(f"the path MTU is not between {least} and {MOST_MTU} octets")
    return 0


cdef class Associations:
    """Installs, moves and retires SAs under running loops."""

    def __cinit__(self, *args, **kwargs):
        self.spis = SpiTable()
        self.rules = RuleTable()
        self.inbounds = {}
        self.outbounds = {}
        self.limbo = deque()
        self.epoch = 1
        self.next_handle = 1

    cdef serve(self, Loop inward, Loop outward, families):
        """Before the loops start. They borrow the tables and the epoch."""
        self.inward_loop = inward
        self.outward_loop = outward
        self.families = families
        inward.epoch = outward.epoch = &self.epoch
        inward.told = outward.told = self.epoch
        inward.table = &self.spis.table
        outward.table = &self.rules.table

    cdef clear(self):
        """Free all SAs, once no loop runs any more."""
        self.cleared = True
        self.inward_loop.table = self.outward_loop.table = NULL
        self.inbounds.clear()
        self.outbounds.clear()
        self.limbo.clear()

    cdef check_usable(self):
        if self.cleared:
            raise RuntimeError("the data plane is stopped")

    cdef retire(self, what):
        """Free `what`, which is in no table any more, once no loop can still use it."""
        ginnel_store(&self.epoch, self.epoch + 1)
        self.limbo.append((self.epoch, what))
        self.reclaim()

    cdef reclaim(self):
        cdef uint64_t oldest = ginnel_load(&self.inward_loop.seen)
        cdef uint64_t other = ginnel_load(&self.outward_loop.seen)
        if other < oldest:
            oldest = other
        while self.limbo and self.limbo[0][0] <= oldest:
            self.limbo.popleft()

    cdef Path path(self, peer, source):
        path = Path()
        fill_address(&path.route.peer, peer)
        if path.route.peer.family not in self.families:
            raise ValueError("no socket of the peer's address family")
        path.route.socket = 0 if path.route.peer.family == AF_INET else 1
        if source is not None:
            fill_address(&path.route.source, source)
            if path.route.source.family != path.route.peer.family:
                raise ValueError("source and peer are of different address families")
        return path

    def install_inbound(
        self, *, spi, encr, encr_key, integ=0, integ_key=b"", local, remote, replay_window=4096, esn=False,
        soft_octets=0, soft_packets=0, sequence=0, peer=None,
    ) -> None:
        """Accept packets of `spi`. Raises ValueError for a bad parameter or an SPI in use."""
        cdef Inbound inbound
        self.check_usable()
        if spi in self.inbounds:
            raise ValueError("the SPI is in use")
        inbound = Inbound(
            spi, encr, encr_key, integ, integ_key, local, remote, replay_window, esn, soft_octets, soft_packets,
            sequence,
        )
        if peer is not None:
            fill_address(&inbound.sa.peer, peer)
        self.inbounds[spi] = inbound
        self.spis.add(inbound)
        ginnel_store(&self.inward_loop.installs, self.inward_loop.installs + 1)
        ginnel_wake_signal(self.inward_loop.wake[1])

    def install_outbound(
        self, *, spi, encr, encr_key, integ=0, integ_key=b"", local, remote, peer, source=None, esn=False,
        soft_octets=0, soft_packets=0, path_mtu=1500, copy_dscp=False, sequence=0,
    ) -> int:
        """Send with this SA; returns its handle."""
        cdef Outbound outbound
        self.check_usable()
        outbound = Outbound(
            spi, encr, encr_key, integ, integ_key, local, remote, esn, soft_octets, soft_packets, sequence
        )
        path = self.path(peer, source)
        check_mtu(path, path_mtu)
        outbound.move(path)
        outbound.sa.path_mtu = path_mtu
        outbound.sa.copy_dscp = copy_dscp
        handle = self.next_handle
        self.next_handle += 1
        outbound.sa.handle = handle
        self.outbounds[handle] = outbound
        self.rules.add(outbound)
        return handle

    def move_outbound(self, handle, peer, source=None) -> None:
        """Send to another peer address. Raises KeyError, ValueError."""
        cdef Outbound outbound = self.outbounds[handle]
        self.retire(outbound.move(self.path(peer, source)))

    def set_path_mtu(self, handle, path_mtu) -> None:
        """Raises KeyError, ValueError."""
        cdef Outbound outbound = self.outbounds[handle]
        check_mtu(outbound.path, path_mtu)
        ginnel_poke32(&outbound.sa.path_mtu, path_mtu)

    def retire_inbound(self, spi) -> None:
        """Accept no more packets of `spi`. Raises KeyError."""
        inbound = self.inbounds.pop(spi)
        self.spis.remove(inbound)
        self.retire(inbound)

    def retire_outbound(self, handle) -> None:
        """Send nothing more with this SA. Raises KeyError."""
        outbound = self.outbounds.pop(handle)
        self.rules.remove(outbound)
        self.retire(outbound)

    def inbound(self, spi):
        """The counters of an inbound SA. Raises KeyError."""
        cdef Inbound inbound = self.inbounds[spi]
        return sa_counters(inbound.sa.spi, &inbound.sa.usage)

    def outbound(self, handle):
        """The counters of an outbound SA. Raises KeyError."""
        cdef Outbound outbound = self.outbounds[handle]
        return sa_counters(outbound.sa.spi, &outbound.sa.usage)
