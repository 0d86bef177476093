"""Compiled traffic selectors; see selector.pxd."""

from libc.stdlib cimport calloc, free

cdef enum:
    ALL_PORTS = 65536


cdef int compile_range(object selector, Range *out) except -1:
    protocol, start_port, end_port, start, end = selector
    if len(start) not in (4, 16) or len(start) != len(end):
        raise ValueError("a selector's addresses have 4 or 16 octets")
    if not 0 <= protocol <= 255 or not 0 <= start_port <= 65535 or not 0 <= end_port <= 65535:
        raise ValueError("a selector's protocol or port is out of range")
    if start > end or (start_port > end_port and (start_port, end_port) != (65535, 0)):
        raise ValueError("a selector's range ends before it starts")
    first = int.from_bytes(start, "big")
    last = int.from_bytes(end, "big")
    out.version = 4 if len(start) == 4 else 6
    out.protocol = protocol
    out.start_port = start_port
    out.end_port = end_port
    out.start[0] = first >> 64
    out.start[1] = first & 0xFFFFFFFFFFFFFFFF
    out.end[0] = last >> 64
    out.end[1] = last & 0xFFFFFFFFFFFFFFFF
    return 0


cdef class SelectorList:
    """The selectors of one side of an SA; raises ValueError for a bad or an empty list."""

    def __cinit__(self, selectors):
        selectors = tuple(selectors)
        if not selectors:
            raise ValueError("an SA needs selectors on both sides")
        self.ranges = <Range *>calloc(len(selectors), sizeof(Range))
        if self.ranges == NULL:
            raise MemoryError
        for selector in selectors:
            compile_range(selector, &self.ranges[self.count])
            self.count += 1

    def __dealloc__(self):
        free(self.ranges)


cdef inline void size_of(const Range *chosen, uint64_t *size) noexcept nogil:
    """Addresses in the range, less one, in two halves."""
    size[0] = chosen.end[0] - chosen.start[0] - (chosen.end[1] < chosen.start[1])
    size[1] = chosen.end[1] - chosen.start[1]


cdef int compare_size(const Range *left, const Range *right) noexcept nogil:
    """Below 0 when `left` has fewer addresses than `right`, above when it has more."""
    cdef uint64_t mine[2]
    cdef uint64_t other[2]
    cdef int half
    size_of(left, mine)
    size_of(right, other)
    for half in range(2):
        if mine[half] != other[half]:
            return -1 if mine[half] < other[half] else 1
    return 0


cdef uint32_t ports_size(const Range *chosen) noexcept nogil:
    """Ports in the range, less one; OPAQUE sorts behind ANY."""
    if chosen.start_port > chosen.end_port:
        return ALL_PORTS
    return <uint32_t>chosen.end_port - chosen.start_port


cdef int host_bits(const Range *chosen, bint *partial) noexcept nogil:
    """The host bits of the longest prefix around the range, and whether the range is but a part of it."""
    cdef uint64_t differ[2]
    cdef int half
    cdef int bits = 0
    for half in range(2):
        differ[half] = chosen.start[half] ^ chosen.end[half]
    partial[0] = (
        (differ[0] != 0 and differ[1] != <uint64_t>-1)
        or differ[0] & (differ[0] + 1) != 0 or differ[1] & (differ[1] + 1) != 0  # not 2**bits - 1
        or chosen.start[0] & differ[0] != 0 or chosen.start[1] & differ[1] != 0
    )
    if differ[0] != 0:
        differ[1] = <uint64_t>-1
    for half in range(2):
        while differ[half] != 0:
            differ[half] >>= 1
            bits += 1
    return bits
