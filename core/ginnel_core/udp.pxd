"""The seam between the loops and an operating system's UDP socket."""

from libc.stdint cimport uint32_t

from ginnel_core.packet cimport Address, Batch, Cursor, Packet

cdef enum:
    TRAIN_OCTETS = 65507  # the most payload of one send, udp(7)
    TRAIN_DATAGRAMS = 64  # UDP_MAX_SEGMENTS of older kernels

cdef class UdpChannel:
    cdef int fd  # -1 when closed
    cdef readonly int family
    cdef int receive(self, Batch *batch) noexcept nogil
    cdef int send(self, Packet *packets, int count, Cursor *at) noexcept nogil
    cdef int next_error(self, Address *remote, uint32_t *mtu) noexcept nogil
