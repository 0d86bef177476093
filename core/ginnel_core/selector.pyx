"""Compiled traffic selectors; see selector.pxd."""

from libc.stdlib cimport calloc, free

ANY_PORTS = 65536


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
        self.selectors = tuple(selectors)
        if not self.selectors:
            raise ValueError("an SA needs selectors on both sides")
        self.ranges = <Range *>calloc(len(self.selectors), sizeof(Range))
        if self.ranges == NULL:
            raise MemoryError
        for selector in self.selectors:
            compile_range(selector, &self.ranges[self.count])
            self.count += 1

    def __dealloc__(self):
        free(self.ranges)


def _size(selector) -> int:
    return int.from_bytes(selector[4], "big") - int.from_bytes(selector[3], "big")


def _ports(selector) -> int:
    return ANY_PORTS if selector[1] > selector[2] else selector[2] - selector[1]


def specificity(local, remote) -> tuple[int, ...]:
    """Sort key of a pair of selectors: the narrower range first; the remote address counts most, ports least."""
    return (
        _size(remote),
        _size(local),
        (remote[0] == 0) + (local[0] == 0),
        _ports(remote) + _ports(local),
    )


def pairs(local, remote) -> list[tuple[tuple[int, ...], int, int]]:
    """The pairs (key, index in local, index in remote) that some packet could match."""
    return [
        (specificity(here, there), i, j)
        for i, here in enumerate(local)
        for j, there in enumerate(remote)
        if len(here[3]) == len(there[3]) and (here[0] == there[0] or 0 in (here[0], there[0]))
    ]
