"""What the two loops of a data plane have in common, and share with Python's thread.

Reclamation: a loop stores the epoch it has seen at the start of each batch, and IDLE before it polls. Python takes an SA
out of its table, raises the epoch, and frees the SA once each loop is idle or has seen that epoch: a loop looks into its
table only after it has stored the epoch, and all of these are sequentially consistent.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from ginnel_core.icmp cimport Bucket
from ginnel_core.packet cimport Address, Arena
from ginnel_core.posix cimport EBADF, EIO, ENODEV, ENOTSOCK, GINNEL_EBADFD, ginnel_processors
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport Limit, Usage
from ginnel_core.tun cimport TunDevice
from ginnel_core.udp cimport UdpChannel

cdef enum:
    EVENTS = 256
    STRAYS = 16  # events that may wait when one of stray ESP is added
    SOCKETS = 2
    LOSSES = SOCKETS + 1  # places in the ring for what a loop loses for good, and so tells once
    DEVICE_ERRORS = 64  # in a row: then a device is taken for lost

cdef enum EventKind:
    PEER_MOVED
    SA_EXPIRING
    DEVICE_LOST
    PATH_TOO_BIG
    STRAY_ESP

cdef enum Total:
    PACKETS
    OCTETS
    BATCHES
    WRITES  # to the device, or sends
    IKE
    KEEPALIVES
    ERRORS  # that came back for what was sent
    COMPLAINTS_SENT  # ICMP errors to the senders of inner packets
    TOTALS

cdef struct EventRecord:
    EventKind kind
    uint32_t spi
    uint64_t handle  # of an outbound SA
    int detail  # the Limit; of a lost device the errno; of a path its MTU
    int device  # 0: TUN, else the address family
    Address remote
    Address local  # of ESP without an SA: where it came to

cdef struct EventRing:
    # One writer, one reader. Full: the writer keeps its news and tries again with its next packet.
    EventRecord records[<int>EVENTS]
    uint64_t written
    uint64_t read

cdef struct Calm:
    # Where both threads of a data plane stay while little happens.
    uint64_t home  # 1 + the processor; 0: none yet
    uint64_t stirred_ns  # when either loop was last busy

cdef class Loop:
    cdef uint64_t seen
    cdef uint64_t told
    cdef uint64_t *epoch  # the data plane's
    cdef const void *table  # an InboundTable or an OutboundTable
    cdef uint64_t installs  # what Python put into its table so far, where the loop has to hear of it
    cdef uint64_t stopping
    cdef int wake[2]
    cdef int event_fd  # the data plane's
    cdef EventRing ring
    cdef uint64_t totals[<int>TOTALS]
    cdef uint64_t drops[<int>Reason.REASONS]
    cdef uint64_t now_ns
    cdef uint64_t ended_ns  # when the last batch did
    cdef uint64_t awake_ns  # since when the loop has not slept
    cdef int quick  # batches that came quickly, one after the other
    cdef uint64_t packets_before, octets_before  # the totals when this batch began
    cdef TunDevice tun
    cdef UdpChannel udp4  # None when there is none
    cdef UdpChannel udp6
    cdef Arena arena
    cdef Bucket tells  # of paths: anyone may forge the ICMP errors behind them
    cdef Bucket strays  # of ESP without an SA: anyone may send it
    cdef readonly bint has_udp4, has_udp6
    cdef Calm *calm  # the data plane's
    cdef bint staying
    cdef bint unfixed  # the system does not let it stay
    cdef ginnel_processors processors  # where the thread may run when it does not stay
    cdef readonly bint urgent  # the thread runs ahead of ordinary ones

    cdef void pause(self) noexcept nogil
    cdef void resume(self) noexcept nogil
    cdef void moderate(self) noexcept nogil
    cdef void settle(self, bint stay) noexcept nogil
    cdef bint push(self, const EventRecord *record) noexcept nogil
    cdef void lost(self, int device, int error) noexcept nogil
    cdef void too_big(self, const Address *remote, uint32_t mtu) noexcept nogil
    cdef void stray(self, const Address *remote, const Address *local, uint32_t spi) noexcept nogil
    cdef void drop(self, Reason reason) noexcept nogil
    cdef void used(
        self, Usage *usage, uint32_t spi, uint64_t handle, uint32_t octets, uint64_t sequence
    ) noexcept nogil
    cdef void run(self) noexcept nogil

cdef inline bint device_gone(int error) noexcept nogil:
    """Whether a descriptor that gives this errno is gone for good."""
    return error == EBADF or error == ENOTSOCK or error == ENODEV or error == EIO or error == GINNEL_EBADFD
