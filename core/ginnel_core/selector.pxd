"""Compiled traffic selectors, and how they match and sort (RFC 4301 sections 4.4.1 and 5)."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from ginnel_core.ip cimport Flow

cdef struct Range:
    uint8_t version
    uint8_t protocol  # 0: any
    uint16_t start_port
    uint16_t end_port
    uint64_t start[2]
    uint64_t end[2]

cdef class SelectorList:
    """Owns the ranges of one side of an SA."""
    cdef Range *ranges
    cdef int count

cdef int compare_size(const Range *left, const Range *right) noexcept nogil
cdef uint32_t ports_size(const Range *chosen) noexcept nogil
cdef int host_bits(const Range *chosen, bint *partial) noexcept nogil

cdef inline bint at_most(const uint64_t *left, const uint64_t *right) noexcept nogil:
    return left[0] < right[0] or (left[0] == right[0] and left[1] <= right[1])

cdef inline bint range_matches(
    const Range *chosen, const Flow *flow, const uint64_t *address, uint16_t port
) noexcept nogil:
    if chosen.version != flow.version:
        return False
    if not (at_most(chosen.start, address) and at_most(address, chosen.end)):
        return False
    if chosen.protocol != 0 and not (flow.protocol_known and chosen.protocol == flow.protocol):
        return False
    if chosen.start_port == 0 and chosen.end_port == 65535:  # ANY
        return True
    if not flow.ports_known:
        return chosen.start_port == 65535 and chosen.end_port == 0  # OPAQUE
    return chosen.start_port <= port <= chosen.end_port

cdef inline bint any_matches(
    const Range *ranges, int count, const Flow *flow, const uint64_t *address, uint16_t port
) noexcept nogil:
    cdef int index
    for index in range(count):
        if range_matches(&ranges[index], flow, address, port):
            return True
    return False
