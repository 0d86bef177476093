"""The seam between the loops and an operating system's TUN device."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from ginnel_core.packet cimport Packet
from ginnel_core.posix cimport iovec

cdef enum:
    GATHER_PARTS = 66  # the device's header, then up to 65 stretches of octets

cdef enum Offload:
    OFFLOAD_CHECKSUM = 1  # packets may come without their transport checksum
    OFFLOAD_TCP4 = 2  # super-packets, both ways
    OFFLOAD_TCP6 = 4
    OFFLOAD_UDP = 8

cdef struct Gather:
    # One write. parts[0] is the device's own: for what it puts before a packet. The IP header begins parts[1].
    iovec parts[66]
    int count  # parts[0] included
    uint32_t length  # octets of the packet
    uint16_t segment  # payload octets of each packet of a super-packet; 0: one packet
    uint16_t transport  # of a super-packet: where its TCP or UDP header begins
    uint16_t header  # of a super-packet: octets before the payload
    uint8_t version
    uint8_t protocol

cdef class TunDevice:
    cdef readonly str name
    cdef readonly int offloads
    cdef int fd  # non-blocking; -1 when closed
    cdef int read_packet(self, Packet *packet) noexcept nogil
    cdef int write_packet(self, Gather *gather) noexcept nogil
