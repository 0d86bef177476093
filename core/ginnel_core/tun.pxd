"""The seam between the loops and an operating system's TUN device."""

from ginnel_core.packet cimport Packet

cdef class TunDevice:
    cdef readonly str name
    cdef int fd  # non-blocking; -1 when closed
    cdef int read_packet(self, Packet *packet) noexcept nogil
    cdef int write_packet(self, const Packet *packet) noexcept nogil
