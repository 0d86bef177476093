"""Security associations as the loops see them, and the immutable tables that hold them.

A Python object owns each C struct; a table borrows them. Whoever publishes a table keeps the objects alive until both
loops have passed it. An SA's fields are written by the one loop that uses it; Python reads the counters.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.ip cimport Flow
from ginnel_core.packet cimport Address
from ginnel_core.reasons cimport Reason
from ginnel_core.replay cimport ReplayWindow
from ginnel_core.selector cimport Range, SelectorList, range_matches
from ginnel_core.transform cimport Transform

cdef enum:
    LIMITS = 3

cdef enum Limit:
    LIMIT_OCTETS = 0
    LIMIT_PACKETS = 1
    LIMIT_SEQUENCE = 2

cdef struct Usage:
    uint64_t packets
    uint64_t octets
    uint64_t last_used_ns
    uint64_t soft[3]  # by Limit
    uint8_t raised  # a bit for each Limit that was told

cdef struct InboundSa:
    uint32_t spi
    Transform transform
    ReplayWindow window
    Range *local
    int local_count
    Range *remote
    int remote_count
    Address peer  # of the newest authentic packet
    Usage usage

cdef struct OutboundSa:
    uint32_t spi
    Transform transform
    uint64_t sequence  # of the last packet sent
    uint64_t last_sequence  # the hard limit
    Usage usage

cdef struct Route:
    Address peer
    Address source  # family 0: the kernel's choice
    int socket

cdef struct Rule:
    Range local
    Range remote
    OutboundSa *sa
    Route route

cdef struct InboundTable:
    InboundSa **slots  # open addressing, at most half full
    uint32_t mask

cdef struct OutboundTable:
    Rule *rules  # the most specific first
    int count

cdef class Inbound:
    cdef InboundSa sa
    cdef readonly SelectorList local, remote

cdef class Outbound:
    cdef OutboundSa sa
    cdef readonly SelectorList local, remote
    cdef readonly list pairs
    cdef Route route

cdef class InboundTableOwner:
    cdef InboundTable table

cdef class OutboundTableOwner:
    cdef OutboundTable table

cdef inline uint32_t spi_hash(uint32_t spi) noexcept nogil:
    spi ^= spi >> 15
    return spi * <uint32_t>2654435761

cdef inline InboundSa *find_inbound(const InboundTable *table, uint32_t spi) noexcept nogil:
    cdef uint32_t index = spi_hash(spi) >> 8 & table.mask
    while table.slots[index] != NULL:
        if table.slots[index].spi == spi:
            return table.slots[index]
        index = (index + 1) & table.mask
    return NULL

cdef inline const Rule *find_outbound(const OutboundTable *table, const Flow *flow) noexcept nogil:
    cdef int index
    for index in range(table.count):
        if range_matches(&table.rules[index].remote, flow, flow.target, flow.target_port) and range_matches(
            &table.rules[index].local, flow, flow.source, flow.source_port
        ):
            return &table.rules[index]
    return NULL
