"""The two loops of a data plane, and what they share with Python's thread.

Reclamation: a loop stores the epoch it has seen at the start of each batch, and IDLE before it polls. Python publishes a
table, raises the epoch, and frees what the older table used once each loop is idle or has seen that epoch: a loop loads
the table only after it has stored the epoch, and all of these are sequentially consistent.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.packet cimport Address, Arena, Packet
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport Limit, Usage
from ginnel_core.tun cimport TunDevice
from ginnel_core.udp cimport UdpChannel

cdef enum:
    EVENTS = 256
    SOCKETS = 2

cdef enum EventKind:
    PEER_MOVED
    SA_EXPIRING
    DEVICE_LOST

cdef enum Total:
    PACKETS
    OCTETS
    BATCHES
    IKE
    KEEPALIVES
    TOTALS

cdef struct EventRecord:
    EventKind kind
    uint32_t spi
    int detail  # the Limit; of a lost device the errno
    int device  # 0: TUN, else the address family
    Address remote

cdef struct EventRing:
    # One writer, one reader. Full: the writer keeps its news and tries again with its next packet.
    EventRecord records[<int>EVENTS]
    uint64_t written
    uint64_t read

cdef class Loop:
    cdef uint64_t seen
    cdef uint64_t told
    cdef uint64_t *epoch  # the data plane's
    cdef void *table
    cdef uint64_t stopping
    cdef int wake[2]
    cdef int event_fd  # the data plane's
    cdef EventRing ring
    cdef uint64_t totals[<int>TOTALS]
    cdef uint64_t drops[<int>Reason.REASONS]
    cdef uint64_t now_ns
    cdef TunDevice tun
    cdef UdpChannel udp4  # None when there is none
    cdef UdpChannel udp6
    cdef Arena arena
    cdef readonly bint has_udp4, has_udp6

    cdef void pause(self) noexcept nogil
    cdef void resume(self) noexcept nogil
    cdef bint push(self, const EventRecord *record) noexcept nogil
    cdef void lost(self, int device, int error) noexcept nogil
    cdef void drop(self, Reason reason) noexcept nogil
    cdef void used(self, Usage *usage, uint32_t spi, uint32_t octets, uint64_t sequence) noexcept nogil
    cdef void run(self) noexcept nogil

cdef class InboundLoop(Loop):
    cdef int ike_fd
    cdef int error_run[<int>SOCKETS]
    cdef void hand_over(self, const Packet *packet) noexcept nogil
    cdef void datagram(self, Packet *packet) noexcept nogil
    cdef bint receive(self, int which) noexcept nogil

cdef class OutboundLoop(Loop):
    cdef Packet *queues[<int>SOCKETS][64]
    cdef int tun_errors
    cdef int queued[<int>SOCKETS]
    cdef Reason prepare(self, Packet *packet) noexcept nogil
    cdef void flush(self, int which) noexcept nogil
    cdef bint read_batch(self) noexcept nogil
