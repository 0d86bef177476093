"""TUN -> UDP: read super-packets, choose an SA, cut, seal into trains, send."""

from libc.stdint cimport uint8_t, uint32_t

from ginnel_core.fragment cimport Fragmenter
from ginnel_core.icmp cimport Bucket, Complaint
from ginnel_core.loop cimport Loop
from ginnel_core.offload cimport Segmenter
from ginnel_core.packet cimport Arena, Packet
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport Rule
from ginnel_core.tables cimport FlowCache
from ginnel_core.tun cimport Gather

cdef enum:
    TRAINS = 64

cdef struct Train:
    # What a slot of the outbound loop collects: datagrams of one SA and of equal size, the last perhaps shorter.
    const void *sa
    uint32_t count
    bint closed
    int socket

cdef class OutboundLoop(Loop):
    cdef Arena source  # the packet at hand, and a scratch
    cdef FlowCache flows
    cdef Segmenter cutter
    cdef Fragmenter fragmenter
    cdef Bucket buckets[<int>Complaint.COMPLAINTS]
    cdef Gather answer
    cdef Train trains[<int>TRAINS]
    cdef int train_count
    cdef uint32_t waiting  # octets in the trains
    cdef int tun_errors
    cdef Packet *place(self, const Rule *rule, uint32_t size, uint8_t tos, bint whole) noexcept nogil
    cdef void seal(
        self, const Rule *rule, uint8_t *inner, uint32_t length, uint8_t version, uint8_t tos, bint whole
    ) noexcept nogil
    cdef void fit(
        self, const Rule *rule, uint8_t *inner, uint32_t length, uint8_t version, uint8_t tos, uint32_t limit
    ) noexcept nogil
    cdef void complain(self, Complaint kind, uint32_t mtu, const Packet *packet) noexcept nogil
    cdef Reason carry(self, Packet *packet) noexcept nogil
    cdef void dispatch(self) noexcept nogil
    cdef bint room(self, int which) noexcept nogil
    cdef void send(self, int which, int start, int count) noexcept nogil
    cdef bint read_batch(self) noexcept nogil
