"""The two loops of a data plane, and what they share with Python's thread.

Reclamation: a loop stores the epoch it has seen at the start of each batch, and IDLE before it polls. Python takes an SA
out of its table, raises the epoch, and frees the SA once each loop is idle or has seen that epoch: a loop looks into its
table only after it has stored the epoch, and all of these are sequentially consistent.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.fragment cimport Fragmenter
from ginnel_core.icmp cimport Bucket, Complaint
from ginnel_core.ip cimport Flow
from ginnel_core.offload cimport Coalescer, Segmenter, Stream
from ginnel_core.packet cimport Address, Arena, Packet
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport Limit, Rule, Usage
from ginnel_core.tables cimport FlowCache
from ginnel_core.tun cimport Gather, TunDevice
from ginnel_core.udp cimport UdpChannel

cdef enum:
    EVENTS = 256
    SOCKETS = 2
    TRAINS = 64  # the slots of the outbound loop's sends

cdef enum EventKind:
    PEER_MOVED
    SA_EXPIRING
    DEVICE_LOST
    PATH_TOO_BIG

cdef enum Total:
    PACKETS
    OCTETS
    BATCHES
    WRITES  # to the device, or sends
    IKE
    KEEPALIVES
    ERRORS  # that came back for what was sent
    COMPLAINTS  # ICMP errors to the senders of inner packets
    TOTALS

cdef struct EventRecord:
    EventKind kind
    uint32_t spi
    int detail  # the Limit; of a lost device the errno; of a path its MTU
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
    cdef const void *table  # an InboundTable or an OutboundTable
    cdef uint64_t stopping
    cdef int wake[2]
    cdef int event_fd  # the data plane's
    cdef EventRing ring
    cdef uint64_t totals[<int>TOTALS]
    cdef uint64_t drops[<int>Reason.REASONS]
    cdef uint64_t now_ns
    cdef int quick  # batches that came quickly, one after the other
    cdef uint64_t packets_before, octets_before  # the totals when this batch began
    cdef TunDevice tun
    cdef UdpChannel udp4  # None when there is none
    cdef UdpChannel udp6
    cdef Arena arena
    cdef uint64_t told_big_ns  # when a path without a known MTU was last told
    cdef readonly bint has_udp4, has_udp6
    cdef readonly bint urgent  # the thread runs ahead of ordinary ones

    cdef void pause(self) noexcept nogil
    cdef void resume(self) noexcept nogil
    cdef void moderate(self) noexcept nogil
    cdef bint push(self, const EventRecord *record) noexcept nogil
    cdef void lost(self, int device, int error) noexcept nogil
    cdef void too_big(self, const Address *remote, uint32_t mtu) noexcept nogil
    cdef void drop(self, Reason reason) noexcept nogil
    cdef void used(self, Usage *usage, uint32_t spi, uint32_t octets, uint64_t sequence) noexcept nogil
    cdef void run(self) noexcept nogil

cdef class InboundLoop(Loop):
    cdef int ike_fd
    cdef int error_run[<int>SOCKETS]
    cdef Coalescer coalescer
    cdef Gather single
    cdef void hand_over(self, const Packet *packet, uint8_t *data, uint32_t length) noexcept nogil
    cdef void write(self, Gather *gather, uint32_t packets) noexcept nogil
    cdef void finish(self, int which) noexcept nogil
    cdef void finish_all(self) noexcept nogil
    cdef void pass_on(self, uint8_t *packet, const Flow *flow) noexcept nogil
    cdef void deliver(self, uint8_t *packet, const Flow *flow) noexcept nogil
    cdef void datagram(self, const Packet *packet, uint8_t *data, uint32_t length) noexcept nogil
    cdef void train(self, const Packet *packet) noexcept nogil
    cdef bint receive(self, int which) noexcept nogil
    cdef void errors(self, int which) noexcept nogil

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
