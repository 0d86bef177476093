"""Security associations and their tables; see sa.pxd."""

from libc.stdlib cimport calloc, free
from libc.string cimport memset

from ginnel_core.live cimport LIVE_INBOUND_SA, LIVE_OUTBOUND_SA, LIVE_TABLE, live
from ginnel_core.openssl cimport OPENSSL_cleanse
from ginnel_core.replay cimport WINDOW_MAX, WINDOW_MIN, replay_blocks
from ginnel_core.selector import pairs
from ginnel_core.transform cimport transform_free, transform_init

#: Soft edges. Without ESN an eighth of the sequence numbers is left, minutes at a million packets a second.
SOFT_SEQUENCE = 2**32 // 8 * 7
SOFT_SEQUENCE_ESN = 2**63
LAST_SEQUENCE = 2**32 - 1
LAST_SEQUENCE_ESN = 2**64 - 2
SOFT_PACKETS = 2**63
#: 2**40 AES blocks under one key: far from the birthday bound of 2**64.
SOFT_OCTETS = 2**44
#: Pairs of selectors of one outbound SA: what one lookup may have to pass over.
MOST_PAIRS = 4096


cdef int usage_init(Usage *usage, bint esn, soft_octets, soft_packets) except -1:
    memset(usage, 0, sizeof(Usage))
    if soft_octets < 0 or soft_packets < 0:
        raise ValueError("a limit is negative")
    usage.soft[<int>LIMIT_OCTETS] = soft_octets or SOFT_OCTETS
    usage.soft[<int>LIMIT_PACKETS] = soft_packets or SOFT_PACKETS
    usage.soft[<int>LIMIT_SEQUENCE] = SOFT_SEQUENCE_ESN if esn else SOFT_SEQUENCE
    return 0


cdef int check_spi(spi) except -1:
    if not 256 <= spi <= 0xFFFFFFFF:
        raise ValueError("an SPI is between 256 and 2**32 - 1")  # RFC 4303 section 2.1
    return 0


cdef class Inbound:
    """An inbound SA. Raises ValueError for a bad parameter."""

    def __cinit__(
        self, spi, encr, encr_key, integ, integ_key, local, remote, window, esn, soft_octets=0, soft_packets=0
    ):
        live(LIVE_INBOUND_SA, 1)
        check_spi(spi)
        if not WINDOW_MIN <= window <= WINDOW_MAX:
            raise ValueError(f"a replay window has {WINDOW_MIN} to {WINDOW_MAX} packets")
        self.local = SelectorList(local)
        self.remote = SelectorList(remote)
        usage_init(&self.sa.usage, esn, soft_octets, soft_packets)
        transform_init(&self.sa.transform, encr, encr_key, integ, integ_key, esn, False)
        self.sa.spi = spi
        self.sa.window.size = window
        self.sa.window.mask = replay_blocks(window) - 1
        self.sa.window.blocks = <uint64_t *>calloc(self.sa.window.mask + 1, sizeof(uint64_t))
        if self.sa.window.blocks == NULL:
            raise MemoryError
        self.sa.local = self.local.ranges
        self.sa.local_count = self.local.count
        self.sa.remote = self.remote.ranges
        self.sa.remote_count = self.remote.count

    def __dealloc__(self):
        free(self.sa.window.blocks)
        transform_free(&self.sa.transform)
        OPENSSL_cleanse(&self.sa, sizeof(InboundSa))
        live(LIVE_INBOUND_SA, -1)


cdef class Outbound:
    """An outbound SA with the route that its packets take. Raises ValueError for a bad parameter."""

    def __cinit__(self, spi, encr, encr_key, integ, integ_key, local, remote, esn, soft_octets=0, soft_packets=0):
        live(LIVE_OUTBOUND_SA, 1)
        check_spi(spi)
        self.local = SelectorList(local)
        self.remote = SelectorList(remote)
        if self.local.count * self.remote.count > MOST_PAIRS:
            raise ValueError(f"an SA has more than {MOST_PAIRS} pairs of selectors")
        self.pairs = pairs(self.local.selectors, self.remote.selectors)
        usage_init(&self.sa.usage, esn, soft_octets, soft_packets)
        transform_init(&self.sa.transform, encr, encr_key, integ, integ_key, esn, True)
        self.sa.spi = spi
        self.sa.last_sequence = LAST_SEQUENCE_ESN if esn else LAST_SEQUENCE

    def __dealloc__(self):
        transform_free(&self.sa.transform)
        OPENSSL_cleanse(&self.sa, sizeof(OutboundSa))
        live(LIVE_OUTBOUND_SA, -1)


cdef class InboundTableOwner:
    """An SPI table over `inbounds`, which must outlive its use."""

    def __cinit__(self, inbounds):
        cdef Inbound inbound
        cdef uint32_t index, size = 8
        live(LIVE_TABLE, 1)
        while size < 2 * len(inbounds):
            size *= 2
        self.table.mask = size - 1
        self.table.slots = <InboundSa **>calloc(size, sizeof(InboundSa *))
        if self.table.slots == NULL:
            raise MemoryError
        for inbound in inbounds:
            index = spi_hash(inbound.sa.spi) >> 8 & self.table.mask
            while self.table.slots[index] != NULL:
                index = (index + 1) & self.table.mask
            self.table.slots[index] = &inbound.sa

    def __dealloc__(self):
        free(self.table.slots)
        live(LIVE_TABLE, -1)


cdef class OutboundTableOwner:
    """The rules of `outbounds`, (handle, Outbound) pairs that must outlive its use; the higher handle wins a tie."""

    def __cinit__(self, outbounds):
        cdef Outbound outbound
        cdef Rule *rule
        live(LIVE_TABLE, 1)
        order = sorted(
            (key, -handle, i, j) for handle, each in outbounds for key, i, j in (<Outbound?>each).pairs
        )
        by_handle = dict(outbounds)
        self.table.rules = <Rule *>calloc(len(order) or 1, sizeof(Rule))
        if self.table.rules == NULL:
            raise MemoryError
        for _, negative, i, j in order:
            outbound = by_handle[-negative]
            rule = &self.table.rules[self.table.count]
            rule.local = outbound.local.ranges[<int>i]
            rule.remote = outbound.remote.ranges[<int>j]
            rule.sa = &outbound.sa
            rule.route = outbound.route
            self.table.count += 1

    def __dealloc__(self):
        free(self.table.rules)
        live(LIVE_TABLE, -1)
