"""The seam between the loops and an operating system's UDP socket."""

from ginnel_core.packet cimport Batch, Packet

cdef class UdpChannel:
    cdef int fd  # -1 when closed
    cdef readonly int family
    cdef int receive(self, Batch *batch) noexcept nogil
    cdef int send(self, Packet **packets, int count, int *sent) noexcept nogil
