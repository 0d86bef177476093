"""Datagrams that came before their SA.

A peer may use a new SA as soon as it has sent the message that makes it. What it sends can come before Python's thread
has read that message, checked a signature and installed the SA: then it is wanted, and waits here for a moment. Whoever
sends a lot of ESP for which there never is an SA pushes the others out, and they are lost as if nothing waited.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.packet cimport Packet

cdef enum:
    EARLY = 128
    EARLY_OCTETS = 2048  # a longer one does not wait
    EARLY_NS = 1000000000  # what is older is of no use any more

cdef struct Early:
    Packet packet  # where it came from, and how; its octets are these
    uint64_t at_ns
    uint8_t octets[<int>EARLY_OCTETS]

cdef class EarlyDatagrams:
    """A ring; one loop uses it."""
    cdef Early *slots
    cdef uint64_t written
    cdef void keep(self, const Packet *packet, const uint8_t *data, uint32_t length, uint64_t now_ns) noexcept nogil
    cdef Early *waiting(self, int index, uint64_t now_ns) noexcept nogil
