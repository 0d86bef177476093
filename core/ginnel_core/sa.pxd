"""Security associations as the loops see them.

A Python object owns each C struct and all that it points to; a table borrows them (tables.pxd). An SA's fields are
written by the one loop that uses it, and Python reads the counters; what Python writes under a running loop is said.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.packet cimport Address
from ginnel_core.posix cimport ginnel_load_pointer, ginnel_peek32
from ginnel_core.replay cimport ReplayWindow
from ginnel_core.selector cimport Range, SelectorList
from ginnel_core.transform cimport ESP_HEADER, Transform

cdef enum:
    LIMITS = 3
    PATH_MTU = 1500  # of Ethernet

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
    InboundSa *next  # in its bucket
    uint32_t spi
    Transform transform
    ReplayWindow window
    Range *local
    int local_count
    Range *remote
    int remote_count
    Address peer  # of the newest authentic packet, before it the one expected; family 0: not known
    Usage usage

cdef struct Route:
    Address peer
    Address source  # family 0: the kernel's choice
    int socket

cdef struct OutboundSa:
    uint32_t spi
    uint64_t handle  # Python's name for it: peers choose the SPI
    uint32_t path_mtu  # octets of the outer IP packet; Python writes it
    Route *route  # immutable; Python swaps the pointer
    bint copy_dscp  # from the inner to the outer header
    Transform transform
    uint64_t sequence  # of the last packet sent
    uint64_t last_sequence  # the hard limit
    Usage usage

cdef struct Rule:
    # A pair of selectors. The loop reads the first part, which never changes but for `next`.
    Rule *next  # less specific, in the same chain
    OutboundSa *sa
    int host_bits  # of the longest prefix around the remote range
    bint partial  # the remote range is but a part of that prefix
    Range remote
    Range local
    # Python's alone
    Rule **at  # the pointer that leads here
    uint64_t age  # counts up with each rule that a table takes

cdef class Inbound:
    cdef InboundSa sa
    cdef SelectorList local, remote

cdef class Path:
    """Owns a route."""
    cdef Route route

cdef class Outbound:
    cdef OutboundSa sa
    cdef Path path
    cdef Rule *rules  # those that some packet could match
    cdef int rule_count
    cdef make_rules(self, SelectorList local, SelectorList remote)
    cdef Path move(self, Path path)

cdef inline const Route *route_of(const OutboundSa *sa) noexcept nogil:
    """Where its packets go; good until the end of the batch."""
    return <const Route *>ginnel_load_pointer(<void **>&sa.route)

cdef inline uint32_t inner_mtu(const OutboundSa *sa, bint ipv6_outside) noexcept nogil:
    """Octets of the largest inner packet that fits an outer one of the path's MTU (RFC 4303 section 2, RFC 3948)."""
    cdef uint32_t room = ginnel_peek32(&sa.path_mtu)
    room -= (40 if ipv6_outside else 20) + 8 + ESP_HEADER + sa.transform.iv_length + sa.transform.icv_length
    return room - room % sa.transform.align - 2  # padding length and next header
