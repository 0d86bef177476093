"""UDP -> TUN: receive trains, sort IKE from ESP, open, check, coalesce, write."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.early cimport EarlyDatagrams
from ginnel_core.ip cimport Flow
from ginnel_core.loop cimport SOCKETS, Loop
from ginnel_core.offload cimport Coalescer
from ginnel_core.packet cimport Packet
from ginnel_core.tun cimport Gather

cdef class InboundLoop(Loop):
    cdef int ike_fd
    cdef int error_run[<int>SOCKETS]
    cdef Coalescer coalescer
    cdef Gather single
    cdef EarlyDatagrams early
    cdef uint64_t caught_up  # the installs that it has seen
    cdef void hand_over(self, const Packet *packet, uint8_t *data, uint32_t length) noexcept nogil
    cdef void write(self, Gather *gather, uint32_t packets) noexcept nogil
    cdef void finish(self, int which) noexcept nogil
    cdef void finish_all(self) noexcept nogil
    cdef void pass_on(self, uint8_t *packet, const Flow *flow) noexcept nogil
    cdef void deliver(self, uint8_t *packet, const Flow *flow) noexcept nogil
    cdef void datagram(self, const Packet *packet, uint8_t *data, uint32_t length) noexcept nogil
    cdef void train(self, const Packet *packet) noexcept nogil
    cdef void catch_up(self) noexcept nogil
    cdef bint receive(self, int which) noexcept nogil
    cdef void errors(self, int which) noexcept nogil
