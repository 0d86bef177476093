"""The tables in which the loops find an SA; see tables.pxd."""

import os

from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from ginnel_core.live cimport LIVE_TABLE, live
from ginnel_core.posix cimport ginnel_load, ginnel_lowest_bit, ginnel_store, ginnel_store_pointer
from ginnel_core.selector cimport compare_size, ports_size, range_matches


cdef class SpiTable:
    """Inbound SAs by SPI. Ours are random, so a sender of other SPIs finds short chains."""

    def __cinit__(self):
        live(LIVE_TABLE, 1)
        self.table.buckets = <InboundSa **>calloc(BUCKETS, sizeof(InboundSa *))
        if self.table.buckets == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.table.buckets)
        live(LIVE_TABLE, -1)

    cdef add(self, Inbound inbound):
        """Its SPI must not be in use."""
        cdef InboundSa **head = &self.table.buckets[spi_bucket(inbound.sa.spi)]
        inbound.sa.next = head[0]
        ginnel_store_pointer(<void **>head, &inbound.sa)

    cdef remove(self, Inbound inbound):
        cdef InboundSa **at = &self.table.buckets[spi_bucket(inbound.sa.spi)]
        while at[0] != &inbound.sa:
            at = &at[0].next
        ginnel_store_pointer(<void **>at, inbound.sa.next)


cdef inline uint32_t wilds(const Rule *rule) noexcept nogil:
    return (rule.remote.protocol == 0) + (rule.local.protocol == 0)


cdef bint precedes(const Rule *left, const Rule *right) noexcept nogil:
    """Whether `left` is looked at first: fewer remote addresses, fewer local ones, a protocol, fewer ports, newer."""
    cdef uint32_t mine, other
    cdef int order = compare_size(&left.remote, &right.remote)
    if order == 0:
        order = compare_size(&left.local, &right.local)
    if order == 0:
        order = <int>wilds(left) - <int>wilds(right)
    if order == 0:
        mine = ports_size(&left.remote) + ports_size(&left.local)
        other = ports_size(&right.remote) + ports_size(&right.local)
        order = <int>mine - <int>other
    return order < 0 or (order == 0 and left.age > right.age)


cdef inline uint32_t rule_bucket(
    const OutboundTable *table, int family, int host_bits, const uint64_t *address
) noexcept nogil:
    """The bucket of the prefix in which `address` stands (multiply-shift hashing)."""
    cdef uint64_t high = address[0]
    cdef uint64_t low = address[1]
    if host_bits < 64:
        low = low >> host_bits << host_bits
    else:
        low = 0
        high = high >> (host_bits - 64) << (host_bits - 64) if host_bits < 128 else 0
    high = high * table.salt[0] + low * table.salt[1] + <uint64_t>(2 * host_bits + family) * table.salt[2]
    return <uint32_t>(high >> (64 - BUCKETS_LOG2))


cdef inline bint rule_matches(const Rule *rule, const Flow *flow) noexcept nogil:
    return range_matches(&rule.remote, flow, flow.target, flow.target_port) and range_matches(
        &rule.local, flow, flow.source, flow.source_port
    )


cdef const Rule *search(const OutboundTable *table, const Flow *flow, int *steps) noexcept nogil:
    """The rule of `flow`, without the cache; counts the buckets and rules looked at."""
    cdef int family = flow.version == 6
    cdef const Rule *best = NULL
    cdef const Rule *rule
    cdef uint64_t sizes
    cdef int partial, word, host_bits
    for partial in range(2):
        for word in range(SIZE_WORDS if family else 1):
            sizes = ginnel_load(&table.sizes[family][partial][word])
            while sizes != 0 and (partial or best == NULL):
                host_bits = word * 64 + ginnel_lowest_bit(sizes)
                sizes &= sizes - 1
                steps[0] += 1
                rule = <const Rule *>ginnel_load_pointer(
                    <void **>&table.buckets[rule_bucket(table, family, host_bits, flow.target)]
                )
                while rule != NULL and (best == NULL or precedes(rule, best)):
                    steps[0] += 1
                    if rule.host_bits == host_bits and rule.partial == partial and rule_matches(rule, flow):
                        best = rule
                        break
                    rule = <const Rule *>ginnel_load_pointer(<void **>&rule.next)
    return best


cdef inline FlowEntry *flow_entry(
    const OutboundTable *table, FlowCache *cache, const Flow *flow, uint64_t *key
) noexcept nogil:
    """Where the cache has `flow`, if it has it; fills its key with all that a range looks at."""
    cdef uint64_t hash = 0
    cdef int index
    memcpy(key, flow.source, 16)
    memcpy(key + 2, flow.target, 16)
    key[4] = (
        <uint64_t>flow.source_port << 48 | <uint64_t>flow.target_port << 32 | <uint64_t>flow.protocol << 16
        | <uint64_t>flow.version << 8 | <uint64_t>flow.protocol_known << 1 | <uint64_t>flow.ports_known
    )
    for index in range(KEY_WORDS):
        hash += key[index] * table.salt[index]
    return &cache.entries[hash >> (64 - FLOWS_LOG2)]


cdef const Rule *choose_rule(const OutboundTable *table, FlowCache *cache, const Flow *flow) noexcept nogil:
    """The most specific rule that matches, of equals the newest; or NULL. Good until the end of the batch."""
    cdef uint64_t key[KEY_WORDS]
    cdef uint64_t generation
    cdef FlowEntry *entry
    cdef const Rule *rule
    cdef int steps
    while True:
        generation = ginnel_load(&table.generation)
        if cache.generation == generation:  # else it has nothing that still holds
            entry = flow_entry(table, cache, flow, key)
            if entry.generation == generation and memcmp(entry.key, key, sizeof(key)) == 0:
                return entry.rule
        steps = 0
        rule = search(table, flow, &steps)
        if ginnel_load(&table.generation) == generation:
            break
        # Between two steps an old rule may have gone after its successor came where the search had been already.
    if steps >= LONG:
        entry = flow_entry(table, cache, flow, key)
        memcpy(entry.key, key, sizeof(key))
        entry.rule = rule
        entry.generation = cache.generation = generation
    return rule


cdef class RuleTable:
    """Outbound SAs by their selectors."""

    def __cinit__(self):
        cdef int index
        live(LIVE_TABLE, 1)
        self.table.buckets = <Rule **>calloc(BUCKETS, sizeof(Rule *))
        if self.table.buckets == NULL:
            raise MemoryError
        self.table.generation = 1
        for index in range(KEY_WORDS):
            self.table.salt[index] = int.from_bytes(os.urandom(8), "big") | 1

    def __dealloc__(self):
        free(self.table.buckets)
        live(LIVE_TABLE, -1)

    cdef add(self, Outbound outbound):
        """Of its rules that are equal the first matches."""
        cdef int index
        for index in reversed(range(outbound.rule_count)):
            self.link(&outbound.rules[index])

    cdef remove(self, Outbound outbound):
        cdef int index
        for index in range(outbound.rule_count):
            self.unlink(&outbound.rules[index])

    cdef void link(self, Rule *rule) noexcept:
        cdef int family = rule.remote.version == 6
        cdef Rule **at = &self.table.buckets[
            rule_bucket(&self.table, family, rule.host_bits, rule.remote.start)
        ]
        cdef uint64_t *sizes = &self.table.sizes[family][rule.partial][rule.host_bits >> 6]
        self.counts[family][rule.partial][rule.host_bits] += 1
        ginnel_store(sizes, sizes[0] | <uint64_t>1 << (rule.host_bits & 63))
        self.age += 1
        rule.age = self.age
        while at[0] != NULL and precedes(at[0], rule):
            at = &at[0].next
        rule.at = at
        rule.next = at[0]
        if rule.next != NULL:
            rule.next.at = &rule.next
        ginnel_store_pointer(<void **>at, rule)
        ginnel_store(&self.table.generation, self.table.generation + 1)

    cdef void unlink(self, Rule *rule) noexcept:
        cdef int family = rule.remote.version == 6
        cdef uint64_t *sizes = &self.table.sizes[family][rule.partial][rule.host_bits >> 6]
        ginnel_store_pointer(<void **>rule.at, rule.next)
        if rule.next != NULL:
            rule.next.at = rule.at
        self.counts[family][rule.partial][rule.host_bits] -= 1
        if self.counts[family][rule.partial][rule.host_bits] == 0:
            ginnel_store(sizes, sizes[0] & ~(<uint64_t>1 << (rule.host_bits & 63)))
        ginnel_store(&self.table.generation, self.table.generation + 1)
