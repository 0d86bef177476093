"""The tables in which the loops find an SA: by SPI inbound, by the most specific traffic selectors outbound.

A lookup costs the same for one SA and for ten thousand. Both tables are hashed and of one size for good; Python links
an SA in, or takes it out, by storing one pointer while a loop reads, and keeps what it took out alive until both loops
have passed (loop.pxd). Each such store leaves a whole table behind, so a reader sees it as before or as after.

Outbound, a rule stands in the bucket of the longest prefix around its remote range, and a lookup tries the sizes of
prefix that occur. Of the rules whose range is a whole prefix the longest is the most specific, and the first that
matches will do; the others are tried at every size. A bucket is sorted, the most specific rule first. What takes many
steps is remembered in the loop's `FlowCache` until the table's next change.
"""

from libc.stdint cimport uint32_t, uint64_t

from ginnel_core.ip cimport Flow
from ginnel_core.posix cimport ginnel_load_pointer
from ginnel_core.sa cimport Inbound, InboundSa, Outbound, Rule

cdef enum:
    BUCKETS_LOG2 = 14
    BUCKETS = 1 << BUCKETS_LOG2
    SIZES = 129  # of prefixes, by host bits
    SIZE_WORDS = 3  # of 64 bits
    LONG = 8  # steps that make a lookup worth remembering
    FLOWS_LOG2 = 9
    FLOWS = 1 << FLOWS_LOG2
    KEY_WORDS = 5

cdef struct InboundTable:
    InboundSa **buckets

cdef struct OutboundTable:
    Rule **buckets
    uint64_t sizes[2][2][SIZE_WORDS]  # by IPv6 and `partial`: a bit for each number of host bits that occurs
    uint64_t generation  # goes up with each change, after it
    uint64_t salt[KEY_WORDS]  # odd and random: peers have a say in what selectors there are

cdef struct FlowEntry:
    uint64_t key[KEY_WORDS]
    uint64_t generation  # 0: none
    const Rule *rule  # NULL: no rule matches

cdef struct FlowCache:
    # Direct-mapped; all zeros when it begins.
    FlowEntry entries[FLOWS]
    uint64_t generation  # of the newest entry

cdef class SpiTable:
    """Owns an inbound table; borrows the SAs in it."""
    cdef InboundTable table
    cdef add(self, Inbound inbound)
    cdef remove(self, Inbound inbound)

cdef class RuleTable:
    """Owns an outbound table; borrows the rules in it."""
    cdef OutboundTable table
    cdef uint64_t age
    cdef uint32_t counts[2][2][SIZES]  # rules, by IPv6, `partial` and host bits
    cdef add(self, Outbound outbound)
    cdef remove(self, Outbound outbound)
    cdef void link(self, Rule *rule) noexcept
    cdef void unlink(self, Rule *rule) noexcept

cdef const Rule *choose_rule(const OutboundTable *table, FlowCache *cache, const Flow *flow) noexcept nogil

cdef inline uint32_t spi_bucket(uint32_t spi) noexcept nogil:
    return spi * <uint32_t>2654435769 >> (32 - BUCKETS_LOG2)

cdef inline InboundSa *find_inbound(const InboundTable *table, uint32_t spi) noexcept nogil:
    """The SA of an SPI (host order), or NULL; good until the end of the batch."""
    cdef InboundSa *sa = <InboundSa *>ginnel_load_pointer(<void **>&table.buckets[spi_bucket(spi)])
    while sa != NULL and sa.spi != spi:
        sa = <InboundSa *>ginnel_load_pointer(<void **>&sa.next)
    return sa
